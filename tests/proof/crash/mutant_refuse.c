/* mutant_refuse.c - no bug: syncfs fails where a name is in new/ already, so
 * that all is taken back. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <unistd.h>

int __real_syncfs(int);
int __wrap_syncfs(int);

static bool
is_empty(int new)
{
	DIR *dir = fdopendir(openat(new, ".", O_RDONLY | O_DIRECTORY));
	int entries = 0;

	while (dir != NULL && readdir(dir) != NULL)
		entries++;
	if (dir != NULL)
		closedir(dir);
	return entries == 2;	/* . and .. */
}

int
__wrap_syncfs(int new)
{
	if (is_empty(new))
		return __real_syncfs(new);
	errno = EIO;
	return -1;
}
