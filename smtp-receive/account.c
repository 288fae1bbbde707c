/* account.c - the host's users, as the name service knows them. */

#include "account.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "forked.h"
#include "rights.h"
#include "username.h"

enum {
	MAX_PRINTED	= 512,	/* a line of four fields has 311 at most */
	KILLED_MS	= 500,	/* for the death of what was killed */
};

enum {				/* of smtp-receive-user */
	EXIT_FOUND	= 0,
	EXIT_NONE	= 1,
	EXIT_TROUBLE	= 2,
	EXIT_NOT_RUN	= 127,	/* a shell's word, and ld.so's */
};

/* Why the child could not become the program: it prints this and exits with
 * EXIT_NOT_RUN. */
struct failure {
	int step;		/* of steps */
	int error;		/* errno */
};

static const struct step {
	const char *call, *what;
} steps[] = {
	{ "dup2", "to have a pipe and /dev/null for smtp-receive-user" },
	{ "setresuid", "to run smtp-receive-user as session-user" },
	{ "prctl", "to keep smtp-receive-user in its place" },
	{ "execve", "to run smtp-receive-user; `make install' puts it there" },
};

/* One run of the program. */
struct run {
	pid_t pid;
	int out;		/* what it prints, -1 when that has ended */
	int end;		/* readable when it has exited */
	struct timespec start;
	size_t len;
	char text[MAX_PRINTED];
};

static enum account_answer
trouble(struct accounts *a, const char *call, int error, const char *what)
{
	a->call = call;
	a->what = what;
	errno = error;
	return ACCOUNT_TROUBLE;
}

/* The program's own fault, in the words of its man page. */
static enum account_answer
bad_answer(struct accounts *a, const char *what)
{
	return trouble(a, "smtp-receive-user", 0, what);
}

/* The child, until it is the program. */

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
tie(pid_t monitor)
{
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ? -1 :
	    forked_follow(monitor);
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
become(const struct accounts *a, char *name, int out, pid_t monitor)
{
	char *const argv[] = { (char *)a->program, name, NULL };
	char *const environment[] = { NULL };
	struct failure f = { 0 };

	if (take_descriptors(out) == 0 && ++f.step &&
	    (!a->change || rights_drop(a->uid, a->gid) == 0) && ++f.step &&
	    tie(monitor) == 0 && ++f.step) {
		setpgid(0, 0);	/* to be killed with all that it forks */
		take_signals();
		execve(a->program, argv, environment);
	}
	f.error = errno;
	/* Until it is the pipe, 1 is the client. */
	ssize_t n = write(f.step == 0 ? out : 1, &f, sizeof f);
	(void)n;
	_exit(EXIT_NOT_RUN);
}

/* The parent. */

/* NULL, or the call that failed. */
static const char *
start(struct run *r, const struct accounts *a, char *name)
{
	pid_t monitor = getpid();
	int pair[2];

	if (pipe2(pair, O_CLOEXEC) == -1)
		return "pipe2";
	r->start = clock_now();
	r->pid = fork();
	if (r->pid == 0)
		become(a, name, pair[1], monitor);
	int error = errno;
	close(pair[1]);
	r->out = pair[0];
	errno = error;
	if (r->pid == -1)
		return "fork";
	r->end = (int)syscall(SYS_pidfd_open, r->pid, 0);
	return r->end == -1 ? "pidfd_open" : NULL;
}

static int
left(const struct run *r)
{
	long long ms = ACCOUNT_SECONDS * 1000LL -
	    clock_milliseconds(&r->start);

	return ms > 0 ? (int)ms : 0;
}

/* What it prints; false, with errno, where that is more than it may. */
static bool
take(struct run *r)
{
	ssize_t n = read(r->out, r->text + r->len, sizeof r->text - r->len);

	if (n == -1)
		return errno == EINTR;
	r->len += (size_t)n;
	if (n == 0) {
		close(r->out);
		r->out = -1;
	}
	errno = EMSGSIZE;
	return r->len < sizeof r->text;
}

/* Until it has exited, even if others still hold its standard output.  -1
 * with errno. */
static int
listen_to(struct run *r)
{
	for (;;) {
		struct pollfd p[2] = {
			{ .fd = r->out, .events = POLLIN },
			{ .fd = r->end, .events = POLLIN },
		};
		int n = poll(p, countof(p), left(r));

		if (n == 0)
			errno = ETIMEDOUT;
		if (n == 0 || (n == -1 && errno != EINTR))
			return -1;
		if (n > 0 && p[0].revents != 0) {
			if (!take(r))
				return -1;
		} else if (n > 0)
			return 0;
	}
}

/* It and its children end, whatever they do.  Who does not even die of
 * SIGKILL, because he waits for a disk, is not waited for: false,
 * with errno. */
static bool
reap(const struct run *r, int *status)
{
	struct pollfd p = { .fd = r->end, .events = POLLIN };
	pid_t pid;

	kill(r->pid, SIGKILL);
	kill(-r->pid, SIGKILL);
	if (r->end != -1)
		poll(&p, 1, KILLED_MS);
	do
		pid = waitpid(r->pid, status, r->end != -1 ? WNOHANG : 0);
	while (pid == -1 && errno == EINTR);
	if (pid == 0)
		errno = ETIMEDOUT;
	return pid == r->pid;
}

static void
finish(struct run *r)
{
	int error = errno;

	if (r->out != -1)
		close(r->out);
	if (r->end != -1)
		close(r->end);
	errno = error;
}

/* What it said. */

static enum account_answer
not_run(struct accounts *a, const struct run *r)
{
	struct failure f;

	if (r->len == sizeof f) {
		memcpy(&f, r->text, sizeof f);
		if ((size_t)f.step < countof(steps))
			return trouble(a, steps[f.step].call, f.error,
			    steps[f.step].what);
	}
	return bad_answer(a, "it cannot run: see what it says when it is "
	    "started by hand");
}

/* -1, and what does not fit, is no id. */
static bool
parse_id(struct span s, uint32_t *id)
{
	unsigned long long n;

	if (!span_number(s, &n) || n >= UINT32_MAX)
		return false;
	*id = (uint32_t)n;
	return true;
}

static bool
parse_home(struct span s, char home[MAX_HOME])
{
	if (s.len == 0 || s.at[0] != '/')
		return false;
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.at[i] < ' ' || s.at[i] == 0x7f)
			return false;
	while (s.len > 1 && s.at[s.len - 1] == '/')
		s.len--;
	return span_copy(s, home, MAX_HOME);
}

/* Up to the next colon, which is dropped; all where there is none. */
static struct span
field(struct span *s)
{
	const char *colon = memchr(s->at, ':', s->len);

	if (colon == NULL)
		return span_cut(s, s->len);
	struct span f = span_cut(s, (size_t)(colon - s->at));
	span_cut(s, 1);
	return f;
}

static enum account_answer
parse(struct accounts *a, struct span line, struct span name,
    struct account *found)
{
	struct span f = field(&line);

	if (f.len != name.len || memcmp(f.at, name.at, f.len) != 0)
		return bad_answer(a, "the name service names another user "
		    "than the one that was asked for; names differ in upper "
		    "and lower case, too");
	span_copy(name, found->name, sizeof found->name);
	if (!parse_id(field(&line), &found->uid) ||
	    !parse_id(field(&line), &found->gid))
		return bad_answer(a, "a uid or gid is no number below "
		    "4294967295");
	if (!parse_home(line, found->home))
		return bad_answer(a, "the home is to be an absolute path of at "
		    "most 255 bytes, without control bytes");
	return ACCOUNT_FOUND;
}

static enum account_answer
judge(struct accounts *a, const struct run *r, int status, struct span name,
    struct account *found)
{
	struct span line = { r->text, r->len };

	if (!WIFEXITED(status))
		return bad_answer(a, "a signal has killed it: a module of "
		    "nsswitch.conf crashes, or a limit is too low");
	switch (WEXITSTATUS(status)) {
	case EXIT_FOUND:
		if (line.len == 0 || line.at[--line.len] != '\n')
			return bad_answer(a, "its line has no end");
		return parse(a, line, name, found);
	case EXIT_NONE:
		return line.len == 0 ? ACCOUNT_NONE : bad_answer(a,
		    "it says something, and that there is no such user");
	case EXIT_TROUBLE:
		return bad_answer(a, "the name service fails: see what it says "
		    "when it is started by hand");
	case EXIT_NOT_RUN:
		return not_run(a, r);
	}
	return bad_answer(a, "an exit status that it does not have");
}

enum account_answer
account_find(struct accounts *a, struct span name, struct account *found)
{
	char asked[MAX_ACCOUNT + 1];
	struct run r = { .out = -1, .end = -1 };
	int status = 0;

	if (!username_good(name) || !span_copy(name, asked, sizeof asked))
		return ACCOUNT_NONE;
	const char *call = start(&r, a, asked);
	if (call == NULL && listen_to(&r) == -1)
		call = "smtp-receive-user";
	int error = errno;
	bool gone = r.pid <= 0 || reap(&r, &status);
	finish(&r);
	if (call != NULL)
		return trouble(a, call, error, "to ask the name service for a "
		    "user");
	if (!gone)
		return trouble(a, "waitpid", errno, "nobody knows how "
		    "smtp-receive-user has ended");
	return judge(a, &r, status, name, found);
}
