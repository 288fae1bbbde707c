/* calls.c - the system calls of a map's reading, as a test wants them. */

#include "calls.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "map.h"

#define AS_USUAL { .read_at_most = (size_t)-1, .mmaps_until_failure = -1 }

const struct calls as_usual = AS_USUAL;
struct calls calls = AS_USUAL;

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
ssize_t __real_pread(int fd, void *at, size_t size, off_t from);
ssize_t __wrap_pread(int fd, void *at, size_t size, off_t from);
void *__real_mmap(void *, size_t, int, int, int, off_t);
void *__wrap_mmap(void *, size_t, int, int, int, off_t);

int
__wrap_open(const char *path, int flags, ...)
{
	calls.opens += map.file != NULL && (strcmp(path, map.file) == 0 ||
	    (compiled && strcmp(path, map.cdb_file) == 0)) &&
	    (flags & O_ACCMODE) == O_RDONLY;
	return __real_open(path, flags, 0600);
}

ssize_t
__wrap_pread(int fd, void *at, size_t size, off_t from)
{
	calls.reads++;
	if (calls.meanwhile != NULL)
		calls.meanwhile();
	if (calls.read_errno != 0) {
		errno = calls.read_errno;
		if (errno == EINTR)
			calls.read_errno = 0;
		return -1;
	}
	if (size > calls.read_at_most)
		size = calls.read_at_most;
	return __real_pread(fd, at, size, from);
}

void *
__wrap_mmap(void *at, size_t size, int prot, int flags, int fd, off_t from)
{
	if (calls.mmaps_until_failure >= 0 &&
	    calls.mmaps_until_failure-- == 0) {
		errno = ENOMEM;
		return MAP_FAILED;
	}
	return __real_mmap(at, size, prot, flags, fd, from);
}
