/* mutant_only.c - the shipped program with a known bug, for crash.py to find:
 * rename, then fsync of new/ only.  syncfs, which would sync the bytes as
 * well, is one of those that cannot be trusted.  Linked with mutant_bytes.c: no
 * sync_file_range either. */

#include <errno.h>
#include <sys/stat.h>

int __real_fsync(int);
int __wrap_fsync(int);
int __wrap_syncfs(int);

int
__wrap_fsync(int fd)
{
	struct stat st;

	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		return 0;
	return __real_fsync(fd);
}

int
__wrap_syncfs(int fd)
{
	(void)fd;
	errno = ENOSYS;
	return -1;
}
