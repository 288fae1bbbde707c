/* mutant_journal.c - linked into one test build of the program: it does not ask
 * ext4 for its journal, as if every sync could be believed.  journal.py must
 * see it say 250 and lose the mail. */

#include <sys/xattr.h>

int __wrap_fremovexattr(int, const char *);

int
__wrap_fremovexattr(int fd, const char *name)
{
	(void)fd;
	(void)name;
	return 0;
}
