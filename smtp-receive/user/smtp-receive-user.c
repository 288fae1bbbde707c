/* smtp-receive-user.c - asks the name service for one user.
 *
 * A program of its own, dynamic and of glibc: what answers is a module that
 * glibc loads, and such code has no place in the monitor. */

#include <errno.h>
#include <nss.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>

#include "status.h"

#define SWITCH "/etc/nsswitch.conf"

enum { MAX_ENTRY = 1 << 20 };	/* bytes, all strings of one user */

static int
trouble(const char *what, int error)
{
	fprintf(stderr, "smtp-receive-user: %s: %s\n", what, strerror(error));
	return USER_TROUBLE;
}

/* 0 with no user: the module that was asked last knows no such user.  All
 * else is an error, ENOENT and ESRCH, too: see getpwnam_r(3). */
static int
ask(const char *name, struct passwd *entry, struct passwd **found)
{
	/* The one static: no stack has to be so large.  It is what the last
	 * answer points into. */
	static char strings[MAX_ENTRY];
	int error = ERANGE;

	for (size_t size = 1024; error == ERANGE && size <= MAX_ENTRY;
	    size *= 2) {
		/* A module that fails may leave errno as it is; then glibc
		 * returns it, and a 0 would look like "no such user". */
		errno = EIO;
		error = getpwnam_r(name, entry, strings, size, found);
	}
	return error;
}

/* What stands in brackets says what happens between services. */
static void
blank_actions(char *services)
{
	for (char *s = services; (s = strchr(s, '[')) != NULL;) {
		while (*s != '\0' && *s != ']')
			*s++ = ' ';
	}
}

/* Each service of a line of nsswitch.conf by itself. */
static int
ask_each(const char *name, char *services)
{
	struct passwd entry, *found;

	blank_actions(services);
	for (char *s = strtok(services, " \t\n]"); s != NULL;
	    s = strtok(NULL, " \t\n]")) {
		if (__nss_configure_lookup("passwd", s) == -1)
			return trouble(s, errno);
		int error = ask(name, &entry, &found);
		/* known after all: the first answer was no answer */
		if (error != 0 || found != NULL)
			return trouble(s, error != 0 ? error : EAGAIN);
	}
	return USER_NONE;
}

/* A user is unknown only where no service has failed.  glibc steps over a
 * module that is not there, and over one that fails with another behind it,
 * without a word. */
static int
ask_again(const char *name)
{
	FILE *file = fopen(SWITCH, "re");
	char line[1024];
	int status = USER_NONE, end = 0;

	if (file == NULL)	/* then there is none but "files" */
		return errno == ENOENT ? USER_NONE : trouble(SWITCH, errno);
	while (status == USER_NONE && fgets(line, sizeof line, file) != NULL) {
		line[strcspn(line, "#")] = '\0';
		end = 0;
		if (sscanf(line, " passwd :%n", &end) == 0 && end > 0)
			status = ask_each(name, line + end);
	}
	if (ferror(file))
		status = trouble(SWITCH, errno);
	fclose(file);
	return status;
}

int
main(int argc, char **argv)
{
	struct passwd entry, *found = NULL;

	if (argc != 2 || argv[1][0] == '\0') {
		fputs("usage: smtp-receive-user NAME\n", stderr);
		return USER_TROUBLE;
	}
	int error = ask(argv[1], &entry, &found);
	if (error != 0)
		return trouble(argv[1], error);
	if (found == NULL)
		return ask_again(argv[1]);
	printf("%s:%lu:%lu:%s\n", found->pw_name, (unsigned long)found->pw_uid,
	    (unsigned long)found->pw_gid, found->pw_dir);
	if (fflush(stdout) != 0 || ferror(stdout))
		return trouble("standard output", errno);
	return USER_FOUND;
}
