/* mutant_after.c - the shipped program with a known bug, for crash.py to find:
 * nothing is synced after the rename, neither the file again nor new/.  With
 * sync = strict that is what qmail-local does: write, fsync, link. */

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

int __real_fsync(int);
int __wrap_fsync(int);
int __wrap_syncfs(int);

static bool
is_in_tmp(int fd)
{
	char link[64], path[4096];

	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);

	ssize_t len = readlink(link, path, sizeof path - 1);

	path[len > 0 ? len : 0] = '\0';

	const char *name = strrchr(path, '/');

	return name != NULL && name - path >= 4
	    && memcmp(name - 4, "/tmp", 4) == 0;
}

int
__wrap_fsync(int fd)
{
	return is_in_tmp(fd) ? __real_fsync(fd) : 0;
}

int
__wrap_syncfs(int fd)
{
	(void)fd;
	return 0;
}
