/* mutant_bytes.c - the shipped program with a known bug, for crash.py to find:
 * no sync_file_range, so that the name is in new/ before the bytes are on the
 * disk. */

#include <fcntl.h>

int __wrap_sync_file_range(int, off_t, off_t, unsigned);

int
__wrap_sync_file_range(int fd, off_t at, off_t len, unsigned how)
{
	(void)fd;
	(void)at;
	(void)len;
	(void)how;
	return 0;
}
