/* nss.c - a module of the name service that does what the name says.
 *
 * Named hesiod, because glibc looks for modules in a few directories only, and
 * Debian's libc6 has one of that name, over which people.py can mount it. */

#include <errno.h>
#include <nss.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define countof(array) (sizeof (array) / sizeof *(array))

enum nss_status _nss_hesiod_getpwnam_r(const char *, struct passwd *, char *,
    size_t, int *);

static const struct {
	const char *name;
	enum nss_status status;
	int error;			/* 0: errno stays as it is */
} failing[] = {
	{ "silent", NSS_STATUS_UNAVAIL, 0 },
	{ "unavailable", NSS_STATUS_UNAVAIL, ENOENT },
	{ "refused", NSS_STATUS_UNAVAIL, ECONNREFUSED },
	{ "again", NSS_STATUS_TRYAGAIN, EAGAIN },
	{ "endless", NSS_STATUS_TRYAGAIN, ERANGE },
};

static const struct {
	const char *name;
	char *answers;
	uid_t uid;
	char *home;
} users[] = {
	{ "other", "ann", 64331, "/home/ann" },
	{ "upper", "Upper", 64331, "/home/upper" },
	{ "relative", "relative", 64331, "home" },
	{ "minus", "minus", (uid_t)-1, "/home/minus" },
	{ "toor", "toor", 0, "/root" },
	{ "long", "long", 64331, "/home/ann" },
	{ "prints", "prints", 64331, "/home/ann" },
	{ "forks", "forks", 64331, "/home/ann" },
};

static enum nss_status
fails(enum nss_status status, int *error, int number)
{
	if (number != 0)
		*error = number;
	return status;
}

static void
leave_a_child(void)
{
	if (fork() == 0) {
		sleep(100);
		_exit(0);
	}
}

static void
misbehave(const char *name)
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
}

enum nss_status
_nss_hesiod_getpwnam_r(const char *name, struct passwd *entry, char *room,
    size_t size, int *error)
{
	(void)room;
	misbehave(name);
	if (strcmp(name, "long") == 0 && size < 100000)
		return fails(NSS_STATUS_TRYAGAIN, error, ERANGE);
	for (size_t i = 0; i < countof(failing); i++)
		if (strcmp(name, failing[i].name) == 0)
			return fails(failing[i].status, error,
			    failing[i].error);
	for (size_t i = 0; i < countof(users); i++)
		if (strcmp(name, users[i].name) == 0) {
			*entry = (struct passwd){ .pw_name = users[i].answers,
			    .pw_passwd = "x", .pw_uid = users[i].uid,
			    .pw_gid = 64331, .pw_gecos = "",
			    .pw_dir = users[i].home, .pw_shell = "/bin/sh" };
			return NSS_STATUS_SUCCESS;
		}
	return fails(NSS_STATUS_NOTFOUND, error, ENOENT);
}
