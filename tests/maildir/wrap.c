/* wrap.c - what stands in for the system calls of maildir/; see fault.h. */

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/utsname.h>
#include <time.h>

#include "fault.h"

long __real_syscall(long, ...);
long __wrap_syscall(long, ...);
int __real_openat(int, const char *, int, ...);
int __wrap_openat(int, const char *, int, mode_t);
int __real_linkat(int, const char *, int, const char *, int);
int __wrap_linkat(int, const char *, int, const char *, int);
int __real_renameat(int, const char *, int, const char *);
int __wrap_renameat(int, const char *, int, const char *);
int __real_mknodat(int, const char *, mode_t, dev_t);
int __wrap_mknodat(int, const char *, mode_t, dev_t);
int __real_fremovexattr(int, const char *);
int __wrap_fremovexattr(int, const char *);
int __real_fstatat(int, const char *, struct stat *, int);
int __wrap_fstatat(int, const char *, struct stat *, int);
int __real_sync_file_range(int, off_t, off_t, unsigned);
int __wrap_sync_file_range(int, off_t, off_t, unsigned);
int __real_fsync(int);
int __wrap_fsync(int);
int __real_syncfs(int);
int __wrap_syncfs(int);
off_t __real_lseek(int, off_t, int);
off_t __wrap_lseek(int, off_t, int);

static long
wrap_openat2(va_list rest)
{
	int at = va_arg(rest, int);
	const char *path = va_arg(rest, const char *);
	struct open_how *how = va_arg(rest, struct open_how *);
	size_t size = va_arg(rest, size_t);

	if (fault_instead("openat2"))
		return fault_answer();
	return fault_told("openat2",
	    __real_syscall(SYS_openat2, at, path, how, size));
}

static long
wrap_renameat2(va_list rest)
{
	int from = va_arg(rest, int);
	const char *old = va_arg(rest, const char *);
	int to = va_arg(rest, int);
	const char *new = va_arg(rest, const char *);
	unsigned flags = va_arg(rest, unsigned);

	if (fault_instead("renameat2"))
		return fault_answer();
	return fault_told("renameat2",
	    __real_syscall(SYS_renameat2, from, old, to, new, flags));
}

long
__wrap_syscall(long what, ...)
{
	va_list rest;
	long result = -1;

	va_start(rest, what);
	if (what == SYS_openat2)
		result = wrap_openat2(rest);
	else if (what == SYS_renameat2)
		result = wrap_renameat2(rest);
	else
		abort();
	va_end(rest);
	return result;
}

int
__wrap_openat(int at, const char *path, int flags, mode_t mode)
{
	if (fault_instead("openat"))
		return (int)fault_answer();
	return (int)fault_told("openat", __real_openat(at, path, flags, mode));
}

int
__wrap_linkat(int from, const char *old, int to, const char *new, int flags)
{
	if (fault_instead("linkat"))
		return (int)fault_answer();
	return (int)fault_told("linkat", __real_linkat(from, old, to, new,
	    flags));
}

int
__wrap_renameat(int from, const char *old, int to, const char *new)
{
	if (fault_instead("renameat"))
		return (int)fault_answer();
	return (int)fault_told("renameat", __real_renameat(from, old, to, new));
}

int
__wrap_mknodat(int at, const char *path, mode_t mode, dev_t dev)
{
	if (fault_instead("mknodat"))
		return (int)fault_answer();
	return (int)fault_told("mknodat", __real_mknodat(at, path, mode, dev));
}

int
__wrap_fremovexattr(int fd, const char *name)
{
	if (fault_instead("fremovexattr"))
		return (int)fault_answer();
	return (int)fault_told("fremovexattr", __real_fremovexattr(fd, name));
}

int
__wrap_fstatat(int at, const char *path, struct stat *st, int flags)
{
	if (fault_instead("fstatat"))
		return (int)fault_answer();
	return (int)fault_told("fstatat", __real_fstatat(at, path, st, flags));
}

int
__wrap_sync_file_range(int fd, off_t from, off_t len, unsigned flags)
{
	if (fault_instead("sync_file_range"))
		return (int)fault_answer();
	return (int)fault_told("sync_file_range",
	    __real_sync_file_range(fd, from, len, flags));
}

int
__wrap_fsync(int fd)
{
	if (fault_instead("fsync"))
		return (int)fault_answer();
	return (int)fault_told("fsync", __real_fsync(fd));
}

int
__wrap_syncfs(int fd)
{
	if (fault_instead("syncfs"))
		return (int)fault_answer();
	return (int)fault_told("syncfs", __real_syncfs(fd));
}

off_t
__wrap_lseek(int fd, off_t offset, int whence)
{
	if (fault_instead("lseek"))
		return (off_t)fault_answer();
	return fault_told("lseek", __real_lseek(fd, offset, whence));
}

/* ---- those with a trick of their own ---- */

int __real_close(int);
int __wrap_close(int);

ssize_t __real_write(int, const void *, size_t);
ssize_t __wrap_write(int, const void *, size_t);
int __real_unlinkat(int, const char *, int);
int __wrap_unlinkat(int, const char *, int);
int __real_fstat(int, struct stat *);
int __wrap_fstat(int, struct stat *);
int __real_fstatfs(int, struct statfs *);
int __wrap_fstatfs(int, struct statfs *);
int __real_uname(struct utsname *);
int __wrap_uname(struct utsname *);
ssize_t __real_getdents64(int, void *, size_t);
ssize_t __wrap_getdents64(int, void *, size_t);
ssize_t __real_getrandom(void *, size_t, unsigned);
ssize_t __wrap_getrandom(void *, size_t, unsigned);
int __real_clock_gettime(clockid_t, struct timespec *);
int __wrap_clock_gettime(clockid_t, struct timespec *);
pid_t __real_getpid(void);
pid_t __wrap_getpid(void);

ssize_t
__wrap_write(int fd, const void *bytes, size_t len)
{
	if (fault_instead("write"))
		return fault_answer();
	if (!fault_trick.short_writes)
		return __real_write(fd, bytes, len);
	if (fault_calls("write") % 2 == 0)
		return __real_write(fd, bytes, 1);
	errno = EINTR;
	return -1;
}

int
__wrap_unlinkat(int at, const char *name, int flags)
{
	if (fault_instead("unlinkat"))
		return (int)fault_answer();
	if (fault_trick.races > 0 && strchr(name, ':') != NULL) {
		fault_trick.races--;
		fault_trick.race(name);
	}
	return __real_unlinkat(at, name, flags);
}

int
__wrap_fstat(int fd, struct stat *st)
{
	if (fault_instead("fstat"))
		return (int)fault_answer();

	int result = __real_fstat(fd, st);

	if (fault_trick.owner != 0)
		st->st_uid = fault_trick.owner++;
	return result;
}

int
__wrap_fstatfs(int fd, struct statfs *fs)
{
	if (fault_instead("fstatfs"))
		return (int)fault_answer();
	if (fault_trick.statfs == NULL)
		return __real_fstatfs(fd, fs);
	*fs = *fault_trick.statfs;
	return 0;
}

int
__wrap_uname(struct utsname *system)
{
	if (fault_instead("uname"))
		return (int)fault_answer();

	int result = __real_uname(system);

	if (fault_trick.release != NULL)
		snprintf(system->release, sizeof system->release, "%s",
		    fault_trick.release);
	return result;
}

/* FUSE allows names of up to 1,024 bytes. */
static ssize_t
long_entry(struct dirent64 *entry, size_t size)
{
	const unsigned short len = 1000;
	size_t offset = offsetof(struct dirent64, d_name);

	if (size < len)
		abort();
	memset(entry, 0, len);
	entry->d_reclen = len;
	snprintf((char *)entry + offset, len - offset, "%s:2,%0800d",
	    fault_trick.long_entry, 0);
	fault_trick.long_entry = NULL;
	return len;
}

ssize_t
__wrap_getdents64(int fd, void *list, size_t size)
{
	if (fault_instead("getdents64"))
		return fault_answer();
	if (fault_trick.long_entry != NULL)
		return long_entry(list, size);
	return __real_getdents64(fd, list, fault_trick.short_lists ? 1024
	    : size);
}

ssize_t
__wrap_getrandom(void *bytes, size_t len, unsigned flags)
{
	if (fault_instead("getrandom"))
		return fault_answer();
	if (!fault_trick.same_bits)
		return __real_getrandom(bytes, len, flags);
	memset(bytes, 0, len);
	return (ssize_t)len;
}

/* The test library's own clock is another. */
int
__wrap_clock_gettime(clockid_t clock, struct timespec *now)
{
	if (clock != CLOCK_REALTIME)
		return __real_clock_gettime(clock, now);
	if (fault_instead("clock_gettime"))
		return (int)fault_answer();
	if (fault_trick.worst_name)
		*now = (struct timespec){ LONG_MIN, 999999999 };
	else if (fault_trick.same_time)
		*now = (struct timespec){ 1, 2 };
	else
		return __real_clock_gettime(clock, now);
	return 0;
}

/* What it says is of no interest to anyone. */
int
__wrap_close(int fd)
{
	int result = __real_close(fd);

	errno = FAULT_JUNK;
	return result;
}

/* Never fails, so that it counts as none of the calls that can. */
pid_t
__wrap_getpid(void)
{
	return fault_trick.worst_name ? INT_MAX : __real_getpid();
}
