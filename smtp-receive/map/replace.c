/* replace.c - a file that takes the place of another, whole or not at all. */

#include "replace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static sigset_t
waiting(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGQUIT);
	return set;
}

int
replace_begin(struct replace *r, const char *path)
{
	const sigset_t set = waiting();
	int n = snprintf(r->name, sizeof r->name, "%s.XXXXXX", path);

	r->path = path;
	if (n < 0 || (size_t)n >= sizeof r->name) {
		errno = ENAMETOOLONG;
		return -1;
	}
	sigprocmask(SIG_BLOCK, &set, &r->before);
	r->fd = mkostemp(r->name, O_CLOEXEC);
	if (r->fd == -1) {
		sigprocmask(SIG_SETMASK, &r->before, NULL);
		return -1;
	}
	return 0;
}

/* Only who may give files away can do it; the others need not, mostly. */
static int
give(int fd, const struct stat *like)
{
	struct stat st;

	if (fstat(fd, &st) == -1)
		return -1;
	if (st.st_uid == like->st_uid && st.st_gid == like->st_gid)
		return 0;
	return fchown(fd, like->st_uid, like->st_gid);
}

int
replace_settle(const struct replace *r, const struct stat *like)
{
	if (give(r->fd, like) == -1 || fchmod(r->fd, like->st_mode & 0777)
	    == -1)
		return -1;
	return fsync(r->fd);
}

bool
replace_interrupted(void)
{
	sigset_t pending;

	sigpending(&pending);
	return sigismember(&pending, SIGTERM) || sigismember(&pending, SIGINT)
	    || sigismember(&pending, SIGHUP) || sigismember(&pending, SIGQUIT);
}

static int
sync_directory(const char *path)
{
	char name[PATH_MAX];
	const char *slash = strrchr(path, '/');
	size_t len = slash == NULL ? 0 : (size_t)(slash - path) + 1;

	memcpy(name, path, len);
	memcpy(name + len, ".", 2);
	int fd = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1)
		return -1;
	int result = fsync(fd);
	int saved = errno;
	close(fd);
	errno = saved;
	return result;
}

int
replace_publish(struct replace *r)
{
	if (rename(r->name, r->path) == -1)
		return -1;
	r->name[0] = '\0';
	return sync_directory(r->path);
}

void
replace_end(struct replace *r)
{
	int saved = errno;

	if (r->name[0] != '\0')
		unlink(r->name);
	close(r->fd);
	sigprocmask(SIG_SETMASK, &r->before, NULL);
	errno = saved;
}
