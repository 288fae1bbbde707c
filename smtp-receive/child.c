/* child.c - a program that is run for what it prints. */

#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
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

/* Why the child could not become the program: it prints this and exits with
 * NOT_RUN. */
struct failure {
	int step;
	int error;		/* errno */
};

static int
fail(struct child *c, const char *call, const char *what)
{
	c->call = call;
	c->what = what;
	return -1;
}

static int
take_descriptors(int out)
{
	int null = open("/dev/null", O_RDWR);

	if (null == -1 || dup2(out, 1) == -1 || dup2(null, 0) == -1 ||
	    dup2(null, 2) == -1)
		return -1;
	forked_close_from(3);
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
give_up(int out, enum step step)
{
	const struct failure f = { (int)step, errno };
	ssize_t n = write(out, &f, sizeof f);

	(void)n;
	_exit(NOT_RUN);
}

/* In the new process. */
static _Noreturn void
become(const struct child *c, int out, pid_t parent)
{
	char *const argv[] = { (char *)c->program, c->argument, NULL };
	char *const environment[] = { NULL };

	/* Until it is the pipe, 1 is the client. */
	if (take_descriptors(out) == -1)
		give_up(out, DESCRIPTORS);
	if (c->root && rights_drop(c->uid, c->gid) == -1)
		give_up(1, IDS);
	if (tie(parent) == -1)
		give_up(1, PLACE);
	setpgid(0, 0);	/* to be killed with all that it forks */
	take_signals();
	execve(c->program, argv, environment);
	give_up(1, PROGRAM);
}

/* NULL, or the call that failed. */
static const char *
start(struct child *c)
{
	pid_t parent = getpid();
	int pair[2];

	if (pipe2(pair, O_CLOEXEC) == -1)
		return "pipe2";
	c->pid = fork();
	if (c->pid == 0)
		become(c, pair[1], parent);
	int error = errno;
	close(pair[1]);
	c->out = pair[0];
	errno = error;
	if (c->pid == -1)
		return "fork";
	c->end = (int)syscall(SYS_pidfd_open, c->pid, 0);
	return c->end == -1 ? "pidfd_open" : NULL;
}

static int
left(const struct child *c)
{
	long long ms = c->seconds * 1000LL - clock_milliseconds(&c->start);

	return ms > 0 ? (int)ms : 0;
}

/* What it prints; false, with errno, where that is more than it may. */
static bool
take(struct child *c)
{
	ssize_t n = read(c->out, c->text + c->len, sizeof c->text - c->len);

	if (n == -1)
		return errno == EINTR;
	c->len += (size_t)n;
	if (n == 0) {
		close(c->out);
		c->out = -1;
	}
	errno = EMSGSIZE;
	return c->len < sizeof c->text;
}

/* Until it has exited, even if others still hold its standard output.  -1
 * with errno. */
static int
listen_to(struct child *c)
{
	for (;;) {
		struct pollfd p[2] = {
			{ .fd = c->out, .events = POLLIN },
			{ .fd = c->end, .events = POLLIN },
		};
		int n = poll(p, countof(p), left(c));

		if (n == 0)
			errno = ETIMEDOUT;
		if (n == 0 || (n == -1 && errno != EINTR))
			return -1;
		if (n > 0 && p[0].revents != 0) {
			if (!take(c))
				return -1;
		} else if (n > 0)
			return 0;
	}
}

/* It and its children end, whatever they do.  Who does not even die of
 * SIGKILL, because he waits for a disk, is not waited for: -1 with errno. */
static int
reap(struct child *c)
{
	struct pollfd p = { .fd = c->end, .events = POLLIN };
	pid_t pid;

	kill(c->pid, SIGKILL);
	kill(-c->pid, SIGKILL);
	if (c->end != -1)
		poll(&p, 1, KILLED_MS);
	do
		pid = waitpid(c->pid, &c->status, c->end != -1 ? WNOHANG : 0);
	while (pid == -1 && errno == EINTR);
	if (pid == 0)
		errno = ETIMEDOUT;
	return pid == c->pid ? 0 : -1;
}

static int
run(struct child *c)
{
	const char *call = start(c);

	if (call != NULL)
		return fail(c, call, "to start it");
	if (listen_to(c) == -1)
		return fail(c, NULL, "to hear its answer");
	return 0;
}

/* Keeps errno where run has failed. */
static int
finish(struct child *c, int result)
{
	int error = errno;

	if (c->pid > 0 && reap(c) == -1 && result == 0) {
		error = errno;
		result = fail(c, "waitpid", "nobody knows how it has ended");
	}
	if (c->out != -1)
		close(c->out);
	if (c->end != -1)
		close(c->end);
	errno = error;
	return result;
}

/* Has it never become the program? */
static int
check(struct child *c)
{
	struct failure f;

	if (!WIFEXITED(c->status) || WEXITSTATUS(c->status) != NOT_RUN ||
	    c->len != sizeof f)
		return 0;
	memcpy(&f, c->text, sizeof f);
	if ((size_t)f.step >= countof(steps))
		return 0;
	errno = f.error;
	return fail(c, steps[f.step].call, steps[f.step].what);
}

int
child_run(struct child *c)
{
	c->pid = 0;
	c->out = c->end = -1;
	c->len = 0;
	c->status = 0;
	return finish(c, run(c)) == -1 ? -1 : check(c);
}
