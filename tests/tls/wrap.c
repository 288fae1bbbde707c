/* wrap.c - system calls that fail, a fast clock, and no program. */

#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "stage.h"

/* In each test's own process, and in the children of it. */
static struct {
	const char *call;
	int skip, error, times;
} fault;

int __real_execve(const char *, char *const [], char *const []);
int __wrap_execve(const char *, char *const [], char *const []);
int __real_dup2(int, int);
int __wrap_dup2(int, int);
pid_t __real_fork(void);
pid_t __wrap_fork(void);
int __real_open(const char *, int, ...);
int __wrap_open(const char *, int, ...);
int __real_pipe2(int [2], int);
int __wrap_pipe2(int [2], int);
int __real_poll(struct pollfd *, nfds_t, int);
int __wrap_poll(struct pollfd *, nfds_t, int);
ssize_t __real_read(int, void *, size_t);
ssize_t __wrap_read(int, void *, size_t);
int __real_setsockopt(int, int, int, const void *, socklen_t);
int __wrap_setsockopt(int, int, int, const void *, socklen_t);
int __real_socketpair(int, int, int, int [2]);
int __wrap_socketpair(int, int, int, int [2]);
long __real_syscall(long, ...);
long __wrap_syscall(long, ...);
pid_t __real_waitpid(pid_t, int *, int);
pid_t __wrap_waitpid(pid_t, int *, int);

void
fault_of(const char *call, int skip, int error, int times)
{
	fault.call = call;
	fault.skip = skip;
	fault.error = error;
	fault.times = times;
}

static bool
fails(const char *call)
{
	if (fault.times == 0 || strcmp(call, fault.call) != 0 ||
	    fault.skip-- > 0)
		return false;
	fault.skip = 0;
	fault.times--;
	errno = fault.error;
	return true;
}

static void
look_around(char *const argv[], char *const environment[])
{
	char path[32];

	for (int i = 0; argv[i] != NULL; i++)
		snprintf(stage.seen->argv[i], sizeof stage.seen->argv[i],
		    "%s", argv[i]);
	while (environment[stage.seen->variables] != NULL)
		stage.seen->variables++;
	for (int fd = 0; fd < SEEN; fd++) {
		snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
		if (readlink(path, stage.seen->fd[fd],
		    sizeof stage.seen->fd[fd] - 1) == -1)
			stage.seen->fd[fd][0] = '\0';
	}
}

int
__wrap_execve(const char *path, char *const argv[], char *const environment[])
{
	if (helper == NULL)
		return __real_execve(path, argv, environment);
	look_around(argv, environment);
	helper();
	_exit(0);
}

int
__wrap_dup2(int from, int to)
{
	return fails("dup2") ? -1 : __real_dup2(from, to);
}

pid_t
__wrap_fork(void)
{
	return fails("fork") ? -1 : __real_fork();
}

int
__wrap_open(const char *path, int flags, ...)
{
	return fails("open") ? -1 : __real_open(path, flags, 0600);
}

int
__wrap_pipe2(int ends[2], int flags)
{
	return fails("pipe2") ? -1 : __real_pipe2(ends, flags);
}

/* Rounded up: what it leaves is no whole millisecond. */
int
__wrap_poll(struct pollfd *p, nfds_t count, int ms)
{
	return fails("poll") ? -1 : __real_poll(p, count, ms <= 0 ? ms :
	    (ms + HASTE - 1) / HASTE);
}

ssize_t
__wrap_read(int fd, void *at, size_t size)
{
	return fails("read") ? -1 : __real_read(fd, at, size);
}

int
__wrap_setsockopt(int fd, int level, int name, const void *at, socklen_t len)
{
	return fails("setsockopt") ? -1 : __real_setsockopt(fd, level, name,
	    at, len);
}

int
__wrap_socketpair(int family, int type, int protocol, int pair[2])
{
	return fails("socketpair") ? -1 : __real_socketpair(family, type,
	    protocol, pair);
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
	return fails("pidfd_open") ? -1 : __real_syscall(number, a, b, c);
}

pid_t
__wrap_waitpid(pid_t pid, int *status, int options)
{
	return fails("waitpid") ? -1 : __real_waitpid(pid, status, options);
}
