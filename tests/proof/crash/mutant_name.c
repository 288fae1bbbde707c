/* mutant_name.c - the shipped program with a known bug, for crash.py to find:
 * no fsync of new/, neither by itself nor by syncfs.  Where a later fsync of
 * the file brings its name to the disk, nothing is lost by it. */

#include <sys/stat.h>

int __real_fsync(int);
int __wrap_fsync(int);
int __wrap_syncfs(int);

int
__wrap_fsync(int fd)
{
	struct stat st;

	if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
		return 0;
	return __real_fsync(fd);
}

int
__wrap_syncfs(int fd)
{
	(void)fd;
	return 0;
}
