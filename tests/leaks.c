/* leaks.c - a look for leaks before the first test, where there are sanitizers.
 *
 * check forks for each test, and LeakSanitizer looks at the end of each of
 * these processes.  It reads megabytes of its own tables, of which nobody has
 * touched more than a few pages: after this look each child inherits them,
 * and has no fault for each page.  That was most of what the tests cost. */

#include <sanitizer/lsan_interface.h>

__attribute__((constructor)) static void
look_once(void)
{
	__lsan_do_recoverable_leak_check();
}
