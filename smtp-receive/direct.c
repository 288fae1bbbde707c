/* direct.c - two calls of libc, without what libc does around them.
 *
 * A process that lives for some milliseconds pays for what makes these quick
 * or safe in others; the figures are in tests/bench/README.  Only the shipped
 * program is linked with this, and takes them in the place of libc's. */

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
