/* valgrind.c - calls that have to be others where valgrind looks on. */

#include <fcntl.h>
#include <linux/openat2.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>

long __real_syscall(long, ...);
long __wrap_syscall(long, ...);
int __real_kill(pid_t, int);
int __wrap_kill(pid_t, int);

/* openat2(2) is not known to Debian 12's: openat(2) opens the same. */
long
__wrap_syscall(long number, ...)
{
	long a[6];
	va_list list;

	va_start(list, number);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(list, long);
	va_end(list);
	if (number == SYS_openat2) {
		const struct open_how *how = (const void *)a[2];

		return openat((int)a[0], (const char *)a[1], (int)how->flags);
	}
	return __real_syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

/* The counts are written at the end of the session, which so has to be its
 * own. */
int
__wrap_kill(pid_t pid, int number)
{
	siginfo_t ended;

	waitid(P_PID, (id_t)pid, &ended, WEXITED | WNOWAIT);
	return __real_kill(pid, number);
}
