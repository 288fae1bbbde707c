/* child.c - a program that is run for what it prints. */

#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "clock.h"
#include "span.h"

static int
fail(struct child *c, const char *call, const char *what)
{
	c->call = call;
	c->what = what;
	return -1;
}

/* NULL, or the call that failed. */
static const char *
start(struct child *c)
{
	char *const argv[] = { (char *)c->spawn.program, c->argument, NULL };
	int pair[2];

	if (pipe2(pair, O_CLOEXEC) == -1)
		return "pipe2";
	const int descriptors[] = { -1, pair[1], -1 };
	const char *call;
	c->spawn.argv = argv;
	c->spawn.descriptors = descriptors;
	c->spawn.count = countof(descriptors);
	c->spawn.tell = 1;
	int result = spawn_start(&c->spawn, &call);
	int error = errno;
	close(pair[1]);
	c->out = pair[0];
	errno = error;
	return result == -1 ? call : NULL;
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
			{ .fd = c->spawn.end, .events = POLLIN },
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

	if (c->spawn.pid > 0 && spawn_reap(&c->spawn, 0, &c->status) == -1 &&
	    result == 0) {
		error = errno;
		result = fail(c, "waitpid", "nobody knows how it has ended");
	}
	if (c->out != -1)
		close(c->out);
	errno = error;
	return result;
}

int
child_run(struct child *c)
{
	c->spawn.pid = 0;
	c->out = -1;
	c->len = 0;
	c->status = 0;
	return finish(c, run(c)) == -1 ? -1 : spawn_check(c->status, c->text,
	    c->len, &c->call, &c->what);
}
