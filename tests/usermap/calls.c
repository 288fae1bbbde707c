/* calls.c - the system calls of a map's reading, as a test wants them. */

#include "calls.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "map.h"

void (*meanwhile)(void);
int read_errno, mmaps_until_failure = -1;
size_t read_at_most = (size_t)-1;
int reads, opens;

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
ssize_t __real_pread(int fd, void *at, size_t size, off_t from);
ssize_t __wrap_pread(int fd, void *at, size_t size, off_t from);
void *__real_mmap(void *, size_t, int, int, int, off_t);
void *__wrap_mmap(void *, size_t, int, int, int, off_t);

int
__wrap_open(const char *path, int flags, ...)
{
	opens += map.file != NULL && strcmp(path, map.file) == 0 &&
	    (flags & O_ACCMODE) == O_RDONLY;
	return __real_open(path, flags, 0600);
}

ssize_t
__wrap_pread(int fd, void *at, size_t size, off_t from)
{
	reads++;
	if (meanwhile != NULL)
		meanwhile();
	if (read_errno != 0) {
		errno = read_errno;
		if (errno == EINTR)
			read_errno = 0;
		return -1;
	}
	return __real_pread(fd, at, size < read_at_most ? size : read_at_most,
	    from);
}

void *
__wrap_mmap(void *at, size_t size, int prot, int flags, int fd, off_t from)
{
	if (mmaps_until_failure >= 0 && mmaps_until_failure-- == 0) {
		errno = ENOMEM;
		return MAP_FAILED;
	}
	return __real_mmap(at, size, prot, flags, fd, from);
}
