/* direct.c - some calls of libc, without what libc does around them.
 *
 * A process that lives for some milliseconds pays for what makes these quick
 * or safe in others; the figures are in tests/bench/README.  Only the shipped
 * program is linked with this, and takes them in the place of libc's. */

#include <fcntl.h>
#include <stdarg.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* libc reads the vDSO's symbols first, and its clock then: three page faults
 * and their page tables, where there are some ten calls in all. */
int
clock_gettime(clockid_t clock, struct timespec *now)
{
	return (int)syscall(SYS_clock_gettime, clock, now);
}

/* musl sets O_CLOEXEC once more by fcntl(2), for kernels that did not know
 * it. */
int
open(const char *path, int flags, ...)
{
	va_list more;

	va_start(more, flags);
	mode_t mode = (flags & O_CREAT) != 0 ? va_arg(more, mode_t) : 0;
	va_end(more);
	return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

#ifdef SYS_fork
/* libc blocks all signals around it for the sake of threads, of which there
 * are none, and writes into a page that the two processes would share.  What
 * it would note there, the child's own id, is asked for by raise(3) and by
 * threads alone. */
pid_t
fork(void)
{
	return (pid_t)syscall(SYS_fork);
}
#endif
