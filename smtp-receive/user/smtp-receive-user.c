/* smtp-receive-user.c - asks the name service for one user.
 *
 * A program of its own, dynamic and of glibc: what answers is a module that
 * glibc loads, and such code has no place in the monitor. */

#include <errno.h>
#include <nss.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>

#define SWITCH "/etc/nsswitch.conf"

enum {				/* of the process; getent(1) knows no third */
	EXIT_FOUND	= 0,
	EXIT_NONE	= 1,
	EXIT_TROUBLE	= 2,
};

enum { MAX_ENTRY = 1 << 20 };	/* bytes, all strings of one user */

static int
trouble(const char *what, int error)
{
	fprintf(stderr, "smtp-receive-user: %s: %s\n", what, strerror(error));
	return EXIT_TROUBLE;
}

/* 0 with no user: the module that was asked last knows no such user.  All
 * else is an error, ENOENT and ESRCH, too: see getpwnam_r(3). */
static int
ask(const char *name, struct passwd *entry, struct passwd **found)
{
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

/* Each service of a line of nsswitch.conf by itself; what stands in brackets
 * says what happens between them. */
static int
ask_each(const char *name, char *services)
{
	struct passwd entry, *found;

	for (char *s = services; (s = strchr(s, '[')) != NULL;)
		while (*s != '\0' && *s != ']')
			*s++ = ' ';
	for (char *s = strtok(services, " \t\n]"); s != NULL;
	    s = strtok(NULL, " \t\n]")) {
		if (__nss_configure_lookup("passwd", s) == -1)
			return trouble(s, errno);
		int error = ask(name, &entry, &found);
		if (error != 0 || found != NULL)	/* not there before? */
			return trouble(s, error != 0 ? error : EAGAIN);
	}
	return EXIT_NONE;
}

/* A user is unknown only where no service has failed.  glibc steps over a
 * module that is not there, and over one that fails with another behind it,
 * without a word. */
static int
ask_again(const char *name)
{
	FILE *file = fopen(SWITCH, "re");
	char line[1024];
	int status = EXIT_NONE, end = 0;

	if (file == NULL)	/* then there is none but "files" */
		return errno == ENOENT ? EXIT_NONE : trouble(SWITCH, errno);
	while (status == EXIT_NONE && fgets(line, sizeof line, file) != NULL) {
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
		return EXIT_TROUBLE;
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
	return EXIT_FOUND;
}
