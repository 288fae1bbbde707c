/* nss.c - a module of the name service that does what the name says.
 *
 * Named hesiod, because glibc looks for modules in a few directories only, and
 * Debian's libc6 has one of that name, over which people.py can mount it. */

#include <errno.h>
#include <nss.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum nss_status _nss_hesiod_getpwnam_r(const char *, struct passwd *, char *,
    size_t, int *);

static enum nss_status
fails(enum nss_status status, int *error, int number)
{
	*error = number;
	return status;
}

/* name:uid:gid:home, of a user whose home may be anything. */
static enum nss_status
found(struct passwd *entry, char *name, uid_t uid, char *home)
{
	*entry = (struct passwd){ .pw_name = name, .pw_passwd = "x",
	    .pw_uid = uid, .pw_gid = 64331, .pw_gecos = "", .pw_dir = home,
	    .pw_shell = "/bin/sh" };
	return NSS_STATUS_SUCCESS;
}

static void
leave_a_child(void)
{
	if (fork() == 0) {
		sleep(100);
		_exit(0);
	}
}

enum nss_status
_nss_hesiod_getpwnam_r(const char *name, struct passwd *entry, char *room,
    size_t size, int *error)
{
	if (strcmp(name, "hangs") == 0)
		pause();
	if (strcmp(name, "crashes") == 0)
		raise(SIGSEGV);
	if (strcmp(name, "leaves") == 0)
		_exit(3);
	if (strcmp(name, "prints") == 0)
		puts("module: hello");
	if (strcmp(name, "forks") == 0)
		leave_a_child();
	if (strcmp(name, "silent") == 0)	/* errno stays as it is */
		return NSS_STATUS_UNAVAIL;
	if (strcmp(name, "unavailable") == 0)
		return fails(NSS_STATUS_UNAVAIL, error, ENOENT);
	if (strcmp(name, "refused") == 0)
		return fails(NSS_STATUS_UNAVAIL, error, ECONNREFUSED);
	if (strcmp(name, "again") == 0)
		return fails(NSS_STATUS_TRYAGAIN, error, EAGAIN);
	if (strcmp(name, "endless") == 0 ||
	    (strcmp(name, "long") == 0 && size < 100000))
		return fails(NSS_STATUS_TRYAGAIN, error, ERANGE);
	if (strcmp(name, "other") == 0)
		return found(entry, "ann", 64331, "/home/ann");
	if (strcmp(name, "upper") == 0)
		return found(entry, "Upper", 64331, "/home/upper");
	if (strcmp(name, "relative") == 0)
		return found(entry, "relative", 64331, "home");
	if (strcmp(name, "minus") == 0)
		return found(entry, "minus", (uid_t)-1, "/home/minus");
	if (strcmp(name, "toor") == 0)
		return found(entry, "toor", 0, "/root");
	if (strcmp(name, "long") == 0 || strcmp(name, "prints") == 0 ||
	    strcmp(name, "forks") == 0) {
		snprintf(room, size, "%s", name);
		return found(entry, room, 64331, "/home/ann");
	}
	return fails(NSS_STATUS_NOTFOUND, error, ENOENT);
}
