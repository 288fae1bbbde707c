/* faults.c - system calls that fail, and a clock that runs. */

#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include "parts.h"

bool harmless;

/* In each test's own process, and in the children of it. */
static struct {
	const char *call;
	long number;
	int error, times;
} fault;

int __real_clock_gettime(clockid_t, struct timespec *);
int __wrap_clock_gettime(clockid_t, struct timespec *);
int __real_dup2(int, int);
int __wrap_dup2(int, int);
pid_t __real_fork(void);
pid_t __wrap_fork(void);
pid_t __real_getppid(void);
pid_t __wrap_getppid(void);
int __real_kill(pid_t, int);
int __wrap_kill(pid_t, int);
int __real_pipe2(int [2], int);
int __wrap_pipe2(int [2], int);
int __real_poll(struct pollfd *, nfds_t, int);
int __wrap_poll(struct pollfd *, nfds_t, int);
int __real_prctl(int, ...);
int __wrap_prctl(int, ...);
ssize_t __real_read(int, void *, size_t);
ssize_t __wrap_read(int, void *, size_t);
long __real_syscall(long, ...);
long __wrap_syscall(long, ...);
pid_t __real_waitpid(pid_t, int *, int);
pid_t __wrap_waitpid(pid_t, int *, int);

void
fault_of(const char *call, long number, int error, int times)
{
	fault.call = call;
	fault.number = number;
	fault.error = error;
	fault.times = times;
}

static bool
fails(const char *call, long number)
{
	if (fault.times == 0 || strcmp(call, fault.call) != 0 ||
	    (fault.number != -1 && fault.number != number))
		return false;
	fault.times--;
	errno = fault.error;
	return true;
}

int
__wrap_clock_gettime(clockid_t clock, struct timespec *at)
{
	int result = __real_clock_gettime(clock, at);
	long long ns = (at->tv_sec % 1000000 * 1000000000LL + at->tv_nsec) *
	    HASTE;

	at->tv_sec = (time_t)(ns / 1000000000);
	at->tv_nsec = (long)(ns % 1000000000);
	return result;
}

double
now(void)
{
	struct timespec at;

	__wrap_clock_gettime(CLOCK_MONOTONIC, &at);
	return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

/* Rounded up: what it leaves is no whole millisecond. */
int
__wrap_poll(struct pollfd *p, nfds_t count, int ms)
{
	return fails("poll", -1) ? -1 : __real_poll(p, count, ms <= 0 ? ms :
	    (ms + HASTE - 1) / HASTE);
}

int
__wrap_dup2(int from, int to)
{
	return fails("dup2", to) ? -1 : __real_dup2(from, to);
}

pid_t
__wrap_fork(void)
{
	return fails("fork", -1) ? -1 : __real_fork();
}

/* As when the monitor has died. */
pid_t
__wrap_getppid(void)
{
	return fails("getppid", -1) ? 1 : __real_getppid();
}

int
__wrap_kill(pid_t pid, int number)
{
	return harmless ? 0 : __real_kill(pid, number);
}

int
__wrap_pipe2(int pair[2], int flags)
{
	return fails("pipe2", -1) ? -1 : __real_pipe2(pair, flags);
}

int
__wrap_prctl(int option, ...)
{
	va_list more;

	va_start(more, option);
	unsigned long first = va_arg(more, unsigned long);
	va_end(more);
	return fails("prctl", option) ? -1 : __real_prctl(option, first, 0UL,
	    0UL, 0UL);
}

ssize_t
__wrap_read(int fd, void *at, size_t size)
{
	return fails("read", -1) ? -1 : __real_read(fd, at, size);
}

/* No call of the room has more arguments. */
long
__wrap_syscall(long number, ...)
{
	va_list more;

	va_start(more, number);
	long a = va_arg(more, long), b = va_arg(more, long);
	long c = va_arg(more, long);
	va_end(more);
	return fails("syscall", number) ? -1 : __real_syscall(number, a, b, c);
}

pid_t
__wrap_waitpid(pid_t pid, int *status, int options)
{
	return fails("waitpid", -1) ? -1 : __real_waitpid(pid, status,
	    options);
}

/* Each by itself, and what is told of it. */
static const struct {
	const char *call;
	long number;
	int error;
	const char *told;
} rows[] = {
	{ "pipe2", -1, EMFILE, "pipe2" },
	{ "fork", -1, EAGAIN, "fork" },
	{ "syscall", SYS_pidfd_open, ENOSYS, "pidfd_open" },
	{ "poll", -1, ENOMEM, "smtp-receive-user" },
	{ "read", -1, EIO, "smtp-receive-user" },
	{ "dup2", 0, EBADF, "dup2" },
	{ "dup2", 1, EBADF, "dup2" },
	{ "dup2", 2, EBADF, "dup2" },
	{ "prctl", PR_SET_PDEATHSIG, EINVAL, "prctl" },
	{ "prctl", PR_SET_NO_NEW_PRIVS, EINVAL, "prctl" },
	{ "getppid", -1, ESRCH, "prctl" },
};

START_TEST(a_call_that_fails)
{
	script(ANN);
	fault_of(rows[_i].call, rows[_i].number, rows[_i].error, 1);
	ck_trouble(rows[_i].told, rows[_i].error);
	fault_of("none", -1, 0, 0);
}
END_TEST

/* Of who is not root the first of them fails anyway. */
static const struct {
	long number;
	int error;
} changes[] = {
	{ SYS_setgroups, EPERM },
	{ SYS_setresgid, EPERM },
	{ SYS_setresuid, EAGAIN },
};

START_TEST(root_cannot_become_somebody_else)
{
	if (!root_only("root_cannot_become_somebody_else"))
		return;
	desk.accounts.root = true;
	desk.accounts.uid = desk.accounts.gid = 64321;
	script(ANN);
	fault_of("syscall", changes[_i].number, changes[_i].error, 1);
	ck_trouble("setresuid", changes[_i].error);
	fault_of("none", -1, 0, 0);
}
END_TEST

static const char *const interrupted[] = { "poll", "read", "waitpid" };

START_TEST(a_signal_interrupts)
{
	script(ANN);
	fault_of(interrupted[_i], -1, EINTR, 3);
	ck_assert_int_eq(find(), ACCOUNT_FOUND);
	ck_assert_int_eq(fault.times, 0);
}
END_TEST

START_TEST(the_program_is_not_there)
{
	ck_trouble("execve", ENOENT);
	script(ANN);
	ck_assert_int_eq(chmod(desk.program, 0644), 0);
	ck_trouble("execve", EACCES);
	desk.accounts.program = desk.dir;
	ck_trouble("execve", EACCES);
}
END_TEST

START_TEST(what_its_interpreter_lacks)
{
	FILE *file = fopen(desk.program, "we");

	fputs("#!/nonexistent\n", file);
	fclose(file);
	ck_assert_int_eq(chmod(desk.program, 0755), 0);
	ck_trouble("execve", ENOENT);
}
END_TEST

/* As one that waits for a disk. */
START_TEST(who_cannot_be_killed_is_not_waited_for)
{
	int status;

	script("exec sleep 2");
	harmless = true;
	ck_trouble("smtp-receive-user", ETIMEDOUT);
	harmless = false;
	ck_assert(desk.took < ACCOUNT_SECONDS + 5);
	ck_assert_int_gt(waitpid(-1, &status, 0), 0);
}
END_TEST

/* Its exit status, which is not known, is no 0. */
START_TEST(somebody_else_has_reaped_it)
{
	script(ANN);
	fault_of("waitpid", -1, ECHILD, 1);
	ck_trouble("waitpid", ECHILD);
	ck_assert_int_gt(waitpid(-1, NULL, 0), 0);
}
END_TEST

void
add_faults(TCase *tc)
{
	tcase_add_loop_test(tc, a_call_that_fails, 0, countof(rows));
	tcase_add_loop_test(tc, root_cannot_become_somebody_else, 0,
	    countof(changes));
	tcase_add_loop_test(tc, a_signal_interrupts, 0, countof(interrupted));
	tcase_add_test(tc, the_program_is_not_there);
	tcase_add_test(tc, what_its_interpreter_lacks);
	tcase_add_test(tc, somebody_else_has_reaped_it);
	tcase_add_test(tc, who_cannot_be_killed_is_not_waited_for);
}
