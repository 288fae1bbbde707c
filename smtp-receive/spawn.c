/* spawn.c - a program of ours in a process of its own. */

#include "spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "forked.h"
#include "rights.h"
#include "span.h"

enum {
	KILLED_MS	= 500,	/* for the death of what was killed */
	NOT_RUN		= 127,	/* exit status: a shell's word, and ld.so's */
};

/* On the way from us to the program. */
enum step {
	DESCRIPTORS,
	IDS,
	PLACE,
	PROGRAM,
};

static const struct {
	const char *call, *what;
} steps[] = {
	[DESCRIPTORS]	= { "dup2", "to have a pipe and /dev/null for it" },
	[IDS]		= { "setresuid", "to run it as session-user" },
	[PLACE]		= { "prctl", "to keep it in its place" },
	[PROGRAM]	= { "execve", "to run it; `make install' puts it "
	    "there" },
};

/* A copy above all the places, so that none is in the way of another. */
static int
lift(const struct spawn *s, size_t i)
{
	int fd = s->descriptors[i];

	if (fd == -1)
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	return fd == -1 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, (int)s->count);
}

static int
place_descriptors(const struct spawn *s)
{
	int lifted[SPAWN_DESCRIPTORS];

	for (size_t i = 0; i < s->count; i++)
		if ((lifted[i] = lift(s, i)) == -1)
			return -1;
	for (size_t i = 0; i < s->count; i++)
		if (dup2(lifted[i], (int)i) == -1)
			return -1;
	forked_close_from((unsigned)s->count);
	return 0;
}

/* It dies with us, and may become nobody else. */
static int
tie(pid_t parent)
{
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ? -1 :
	    forked_follow(parent);
}

static void
take_signals(void)
{
	sigset_t none;

	signal(SIGPIPE, SIG_DFL);
	signal(SIGXFSZ, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static _Noreturn void
give_up(int tell, enum step step)
{
	const struct spawn_failure f = { (int)step, errno };
	ssize_t n = write(tell, &f, sizeof f);

	(void)n;
	_exit(NOT_RUN);
}

/* In the new process. */
static _Noreturn void
become(const struct spawn *s, pid_t parent)
{
	char *const environment[] = { NULL };
	int tell = (int)s->tell;
	/* Until all are in their places, that number is another's. */
	int early = fcntl(s->descriptors[tell], F_DUPFD_CLOEXEC,
	    SPAWN_DESCRIPTORS);

	if (place_descriptors(s) == -1)
		give_up(early, DESCRIPTORS);
	if (s->drop && rights_drop(s->uid, s->gid) == -1)
		give_up(tell, IDS);
	if (tie(parent) == -1)
		give_up(tell, PLACE);
	setpgid(0, 0);	/* to be killed with all that it forks */
	take_signals();
	execve(s->program, s->argv, environment);
	give_up(tell, PROGRAM);
}

int
spawn_start(struct spawn *s, const char **call)
{
	pid_t parent = getpid();

	s->end = -1;
	*call = "fork";
	s->pid = fork();
	if (s->pid == 0)
		become(s, parent);
	if (s->pid == -1)
		return -1;
	*call = "pidfd_open";
	s->end = (int)syscall(SYS_pidfd_open, s->pid, 0);
	return s->end == -1 ? -1 : 0;
}

/* It and its children end, whatever they do. */
static pid_t
end(const struct spawn *s, int *status)
{
	struct pollfd p = { .fd = s->end, .events = POLLIN };
	pid_t pid;

	kill(s->pid, SIGKILL);
	kill(-s->pid, SIGKILL);
	if (s->end != -1)
		poll(&p, 1, KILLED_MS);
	do
		pid = waitpid(s->pid, status, s->end != -1 ? WNOHANG : 0);
	while (pid == -1 && errno == EINTR);
	return pid;
}

/* Who does not even die of SIGKILL, because he waits for a disk, is not waited
 * for. */
int
spawn_reap(struct spawn *s, int milliseconds, int *status)
{
	struct pollfd p = { .fd = s->end, .events = POLLIN };

	errno = ECHILD;
	if (s->pid <= 0)
		return -1;
	bool ended = milliseconds > 0 && poll(&p, 1, milliseconds) > 0;
	pid_t pid = end(s, status);
	int error = pid == 0 ? ETIMEDOUT : errno;
	if (s->end != -1)
		close(s->end);
	s->pid = 0;
	errno = error;
	return pid > 0 ? !ended : -1;
}

int
spawn_check(int status, const void *text, size_t len, const char **call,
    const char **what)
{
	struct spawn_failure f;

	if (!WIFEXITED(status) || WEXITSTATUS(status) != NOT_RUN ||
	    len != sizeof f)
		return 0;
	memcpy(&f, text, sizeof f);
	if ((size_t)f.step >= countof(steps))
		return 0;
	*call = steps[f.step].call;
	*what = steps[f.step].what;
	errno = f.error;
	return -1;
}
