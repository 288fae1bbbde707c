/* emptyroot.c - a root directory that has nothing. */

#include "emptyroot.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "span.h"

/* Root's, and nobody else may write there. */
static bool
is_roots(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && st.st_uid == 0 &&
	    (st.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

/* struct dirent is the kernel's own on each machine of ARCH. */
static bool
only_dots(const char *entries, long len)
{
	for (long at = 0; at < len;) {
		const struct dirent *entry = (const void *)(entries + at);

		if (strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0)
			return false;
		at += entry->d_reclen;
	}
	return true;
}

static bool
is_empty(int fd)
{
	_Alignas(struct dirent) char entries[1024];
	long len;

	do
		len = syscall(SYS_getdents64, fd, entries, sizeof entries);
	while (len > 0 && only_dots(entries, len));
	return len == 0;
}

static int
open_directory(const char *path)
{
	return open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* With no name any more, nothing can be put there. */
static int
make_empty(const char **call)
{
	char path[] = "/tmp/smtp-receive.XXXXXX";

	*call = "mkdtemp";
	if (mkdtemp(path) == NULL)
		return -1;
	int fd = open_directory(path);
	*call = fd == -1 ? "open" : "rmdir";
	return rmdir(path) == 0 ? fd : -1;
}

static int
open_empty(const char **call)
{
	static const char *const known[] = {
		"/run/smtp-receive/empty",	/* units/tmpfiles.conf */
		"/var/empty",
	};

	for (size_t i = 0; i < countof(known); i++) {
		int fd = open_directory(known[i]);

		if (fd != -1 && is_roots(fd) && is_empty(fd))
			return fd;
		if (fd != -1)
			close(fd);
	}
	return make_empty(call);
}

int
emptyroot_enter(const char **call)
{
	int fd = open_empty(call);

	if (fd == -1)
		return -1;
	*call = "chroot";
	return fchdir(fd) == 0 && chroot(".") == 0 ? close(fd) : -1;
}
