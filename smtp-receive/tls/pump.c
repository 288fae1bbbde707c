/* pump.c - from the client to the session and back, until both have ended. */

#include "pump.h"

#include <errno.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../clock.h"

enum { LINGER = 2000 };		/* ms for the client's FIN */

void
pump_start(struct pump *p)
{
	p->up = (struct way){ .at = p->for_up, .size = PUMP_UP };
	p->down = (struct way){ .at = p->for_down, .size = PUMP_DOWN };
	p->broken = false;
	p->written = 0;
	p->moved = clock_now();
}

static bool
is_empty(const struct way *w)
{
	return w->from == w->to;
}

static void
took(struct way *w, size_t n)
{
	w->from += n;
	if (is_empty(w))
		w->from = w->to = 0;
}

/* What TLS has said instead of doing it: 0, or what it waits for.  All else is
 * the end of this way, and if no clean one, of both. */
static short
waits_for(struct pump *p, struct way *w, int result)
{
	switch (SSL_get_error(p->tls, result)) {
	case SSL_ERROR_WANT_READ:
		return POLLIN;
	case SSL_ERROR_WANT_WRITE:
		return POLLOUT;
	case SSL_ERROR_ZERO_RETURN:
		w->ended = true;
		return 0;
	default:
		w->ended = p->broken = true;
		return 0;
	}
}

/* Several records at once where they are there. */
static void
read_client(struct pump *p)
{
	struct way *w = &p->up;
	size_t n;

	w->in = 0;
	while (!w->ended && w->in == 0 && w->to < w->size) {
		ERR_clear_error();
		int result = SSL_read_ex(p->tls, w->at + w->to,
		    w->size - w->to, &n);
		if (result == 1)
			w->to += n;
		else
			w->in = waits_for(p, w, result);
	}
}

static void
write_client(struct pump *p)
{
	struct way *w = &p->down;
	size_t n;

	w->out = 0;
	while (!p->broken && w->out == 0 && !is_empty(w)) {
		ERR_clear_error();
		int result = SSL_write_ex(p->tls, w->at + w->from,
		    w->to - w->from, &n);
		if (result == 1)
			took(w, n);
		else
			w->out = waits_for(p, w, result);
	}
}

/* Read or write has failed: is that only not yet? */
static short
not_yet(short event)
{
	return errno == EAGAIN || errno == EINTR ? event : 0;
}

/* Its end may look like a reset: it has not read all that we had for it. */
static void
read_session(struct pump *p)
{
	struct way *w = &p->down;
	ssize_t n = read(p->session, w->at + w->to, w->size - w->to);

	if (n > 0) {
		w->to += (size_t)n;
		return;
	}
	w->in = n == 0 ? 0 : not_yet(POLLIN);
	w->ended = w->in == 0;
}

/* If it does not want any more, its own end is about to be read. */
static void
write_session(struct pump *p)
{
	struct way *w = &p->up;
	ssize_t n = write(p->session, w->at + w->from, w->to - w->from);

	if (n > 0) {
		took(w, (size_t)n);
		return;
	}
	w->out = not_yet(POLLOUT);
	if (w->out == 0) {
		w->ended = true;
		took(w, w->to - w->from);
	}
}

static void
end_session(struct pump *p)
{
	shutdown(p->session, SHUT_WR);
	p->up.closed = true;
}

/* close_notify, which may have to wait as any other record. */
static void
end_client(struct pump *p)
{
	struct way *w = &p->down;

	ERR_clear_error();
	int result = SSL_shutdown(p->tls);
	w->out = result < 0 ? waits_for(p, w, result) : 0;
	w->closed = w->out == 0;
}

static bool
can_read(const struct way *w)
{
	return !w->ended && w->in == 0 && w->to < w->size;
}

static bool
can_write(const struct way *w)
{
	return !is_empty(w) && w->out == 0;
}

/* All was written, but not yet that this was all. */
static bool
can_end(const struct way *w)
{
	return w->ended && is_empty(w) && w->out == 0 && !w->closed;
}

static bool
can_move(const struct way *w)
{
	return can_read(w) || can_write(w) || can_end(w);
}

/* A step of each way that can make one. */
static void
step(struct pump *p)
{
	if (can_read(&p->up))
		read_client(p);
	if (can_write(&p->up))
		write_session(p);
	if (can_read(&p->down))
		read_session(p);
	if (can_write(&p->down))
		write_client(p);
	if (can_end(&p->up))
		end_session(p);
	if (can_end(&p->down))
		end_client(p);
}

/* Milliseconds until the client has taken nothing for too long; -1: we have
 * nothing for it. */
static int
patience(struct pump *p)
{
	unsigned long long written = BIO_number_written(SSL_get_wbio(p->tls));

	if (p->down.out == 0 || p->written != written) {
		p->written = written;
		p->moved = clock_now();
	}
	if (p->down.out == 0)
		return -1;
	long long left = p->seconds * 1000LL - clock_milliseconds(&p->moved);
	return left > 0 ? (int)left : 0;
}

/* poll(2) looks at a descriptor for errors even where it is asked for nothing:
 * then it is not to look at all. */
static struct pollfd
look(int fd, int events)
{
	return (struct pollfd){ events != 0 ? fd : -1, (short)events, 0 };
}

/* What a way waits for at its ends, where it has any use for it. */
static int
source(const struct way *w)
{
	return !w->ended && w->to < w->size ? w->in : 0;
}

static int
sink(const struct way *w)
{
	return w->closed ? 0 : w->out;
}

static void
seen(const struct pollfd *fd, short *one, short *other)
{
	if (fd->revents == 0)
		return;
	*one &= (short)~fd->events;
	*other &= (short)~fd->events;
}

/* Both ends are looked at even where one way can go on: else it would never
 * be the other's turn.  False: the client has taken nothing for too long. */
static bool
await(struct pump *p)
{
	bool now = can_move(&p->up) || can_move(&p->down);
	int client = source(&p->up) | sink(&p->down);
	struct pollfd fds[] = {
		look(p->in, client & POLLIN),
		look(p->out, client & POLLOUT),
		look(p->session, source(&p->down) | sink(&p->up)),
	};
	int n = poll(fds, 3, now ? 0 : patience(p));

	if (n == -1)
		return errno == EINTR;
	seen(&fds[0], &p->up.in, &p->down.out);
	seen(&fds[1], &p->up.in, &p->down.out);
	seen(&fds[2], &p->up.out, &p->down.in);
	return n > 0 || now;
}

void
pump_run(struct pump *p)
{
	do
		step(p);
	while (!p->broken && !p->down.closed && await(p));
	/* What came before a reset is as good as before a FIN. */
	if (can_write(&p->up))
		write_session(p);
}

static void
drop_input(int fd)
{
	const struct timespec start = clock_now();
	char octets[16384];

	for (;;) {
		long long left = LINGER - clock_milliseconds(&start);
		struct pollfd client = { .fd = fd, .events = POLLIN };

		if (left <= 0 || poll(&client, 1, (int)left) <= 0)
			return;
		ssize_t n = read(fd, octets, sizeof octets);
		if (n == 0 || (n == -1 && errno != EAGAIN && errno != EINTR))
			return;
	}
}

void
pump_close(int in, int out, int session)
{
	shutdown(session, SHUT_RDWR);
	/* Else it is a pipe, which has no reset, either. */
	if (shutdown(out, SHUT_WR) == 0)
		drop_input(in);
	shutdown(in, SHUT_RDWR);
	shutdown(out, SHUT_RDWR);
}
