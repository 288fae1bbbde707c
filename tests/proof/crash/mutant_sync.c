/* mutant_sync.c - known bug, for powercut.py: fsync first, then the rename, and
 * no sync of new/, as more than one mail server does it.  It loses what it has
 * acknowledged. */

#include <fcntl.h>
#include <unistd.h>

int __real_fsync(int);
int __wrap_fsync(int);
int __wrap_syncfs(int);
int __wrap_sync_file_range(int, off_t, off_t, unsigned);

int
__wrap_sync_file_range(int fd, off_t from, off_t len, unsigned flags)
{
	(void)from;
	(void)len;
	return flags & SYNC_FILE_RANGE_WAIT_AFTER ? __real_fsync(fd) : 0;
}

int
__wrap_fsync(int fd)
{
	(void)fd;
	return 0;
}

int
__wrap_syncfs(int fd)
{
	(void)fd;
	return 0;
}
