/* monitor.c - the process that keeps the house. */

#include "monitor.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "clock.h"
#include "event.h"

enum {
	SETTLE_MS	= 2000,	/* for what a session has in hand */
	SETTLE_STEP_MS	= 5,
	LOOK_MS		= 100,	/* between two looks at a pipe's beat */
};

static void
end(struct monitor *m, const char *how)
{
	m->over = true;
	m->house->how = how;
}

/* The session broke its contract: it is not the program any more that we
 * started. */
static void
attack(struct monitor *m, const char *what)
{
	event_attack(m->house->log, what);
	end(m, "attack");
}

/* Talking to the session fails without a doing of its own: memory, say. */
static void
log_fault(const struct monitor *m, const char *call)
{
	log_failed(m->house->log, call, NULL, errno,
	    "to talk to the session of this connection");
}

/* Nothing that it writes comes behind this: one that still filled the client's
 * socket could make us wait there. */
static void
kill_session(const struct monitor *m)
{
	siginfo_t end;
	int result;

	kill(m->session, SIGKILL);
	do
		result = waitid(P_PID, (id_t)m->session, &end,
		    WEXITED | WNOWAIT);
	while (result == -1 && errno == EINTR);
}

/* Ends the session from our side, and tells the client why, if that is not
 * to stand in the middle of a reply. */
static void
dismiss(struct monitor *m, enum reply reply, const char *how, bool tell)
{
	char octets[MAX_REPLY];

	end(m, how);
	m->house->fault |= reply == reply_unserviceable;
	kill_session(m);
	if (tell)
		client_say(octets, reply_write(reply, "", NULL,
		    m->house->log->id, octets, sizeof octets));
}

/* What the contract permits when: backend.h, as a table. */
static const struct row {
	enum ask_part part;
	unsigned when;		/* enum house_state */
	const char *(*take)(struct house *, const struct ask *,
	    struct answer *);
} rows[] = {
	{ ASK_ABORT,	HOUSE_SENDER | HOUSE_RCPTS | HOUSE_DATA |
			HOUSE_REFUSED,			house_abort },
	{ ASK_HELO,	HOUSE_FRESH | HOUSE_READY,	house_helo },
	{ ASK_MAIL,	HOUSE_READY,			house_mail },
	{ ASK_DATA,	HOUSE_RCPTS,			house_data },
	{ ASK_NOTE,	HOUSE_CLOSED - 1,		house_note },
	{ ASK_TLS,	HOUSE_READY,			house_tls },
	{ ASK_RCPT,	HOUSE_SENDER | HOUSE_RCPTS,	house_rcpt },
	{ ASK_BODY,	HOUSE_DATA,			house_body },
	{ ASK_COMMIT,	HOUSE_DATA,			house_commit },
	{ ASK_QUIT,	HOUSE_CLOSED - 1,		house_quit },
};

static bool
is_printable(const char *at, uint32_t len, size_t size)
{
	return len <= size && span_printable((struct span){ at, len });
}

/* Every string of every message, whatever its parts say. */
static bool
are_strings_good(const struct ask *a)
{
	return is_printable(a->helo, a->helo_len, MAX_DOMAIN) &&
	    is_printable(a->sender, a->sender_len, sizeof a->sender) &&
	    is_printable(a->recipient, a->recipient_len,
	    sizeof a->recipient) &&
	    is_printable(a->verb, a->verb_len, sizeof a->verb) &&
	    is_printable(a->said, a->said_len, sizeof a->said) &&
	    is_printable(a->message_id, a->message_id_len,
	    sizeof a->message_id);
}

/* NULL, or why no part of the message can be taken. */
static const char *
find_fault(const struct ask *a)
{
	uint32_t last = a->parts & (ASK_QUESTION | ASK_QUIT);

	if (a->parts == 0 || (a->parts & ~(uint32_t)ASK_ALL) != 0)
		return "a message without parts, or with unknown ones";
	if ((last & (last - 1)) != 0)
		return "two questions in one message";
	/* Between two mails it must be seen whether the time is over. */
	if ((a->parts & ASK_ABORT) != 0 && a->parts != ASK_ABORT)
		return "an abort that is not alone";
	if (!are_strings_good(a))
		return "a string too long or not printable";
	if (a->note_reply >= REPLY_COUNT)
		return "a reply that is none";
	return NULL;
}

/* All parts in their order.  NULL, or what breaks the contract. */
static const char *
take_parts(struct monitor *m, struct answer *answer)
{
	const char *fault = find_fault(&m->ask);

	for (size_t i = 0; i < countof(rows); i++) {
		const struct row *row = &rows[i];

		if (fault != NULL)
			break;
		if ((m->ask.parts & (uint32_t)row->part) == 0)
			continue;
		if ((m->house->state & row->when) == 0)
			return "a message out of turn";
		fault = row->take(m->house, &m->ask, answer);
	}
	return fault;
}

/* The answer never has to wait: the session has read the one before. */
static bool
hand_over(const struct monitor *m, const struct answer *answer)
{
	ssize_t n;

	do
		n = send(m->pair, answer, sizeof *answer,
		    MSG_DONTWAIT | MSG_NOSIGNAL);
	while (n == -1 && errno == EINTR);
	return n == (ssize_t)sizeof *answer;
}

/* A session that is gone or does not read broke its contract.  One that
 * waits for an answer which we cannot send says nothing meanwhile. */
static void
give_up_answer(struct monitor *m, int error)
{
	errno = error;
	if (errno == EAGAIN || errno == EPIPE || errno == ECONNRESET) {
		attack(m, "an answer is not taken");
		return;
	}
	log_fault(m, "send");
	dismiss(m, reply_unserviceable, "fault", true);
}

static void
take_message(struct monitor *m)
{
	struct answer answer = { .verdict.reply = reply_trouble };
	const char *fault = take_parts(m, &answer);
	bool handed_over = true;

	if (fault != NULL) {
		attack(m, fault);
		return;
	}
	if ((m->ask.parts & ASK_QUESTION) != 0)
		handed_over = hand_over(m, &answer);
	int error = errno;
	/* What is not acknowledged is undone before the client hears so. */
	if ((m->ask.parts & ASK_COMMIT) != 0)
		house_answered(m->house, handed_over);
	if (!handed_over)
		give_up_answer(m, error);
	if (m->house->state == HOUSE_CLOSED)
		m->over = true;
}

/* A call that failed has taken nothing.  Once, and the message is answered yet
 * before the connection is closed. */
static void
receive_failed(struct monitor *m)
{
	if (errno == EINTR)
		return;
	if (m->broken++ == 0)
		log_fault(m, "recv");
}

/* What the TLS process says comes before any octet that the session has got
 * through it, and so before any word about those. */
static void
hear_tls(struct monitor *m)
{
	struct pollfd p = { .fd = m->house->tls->reports, .events = POLLIN };

	if (p.fd == -1 || poll(&p, 1, 0) <= 0)
		return;
	const char *fault = house_hear_tls(m->house);
	if (fault != NULL)
		attack(m, fault);
}

/* Takes one message, or sees that the session is gone. */
static void
receive(struct monitor *m)
{
	hear_tls(m);
	if (m->over)
		return;
	ssize_t n = recv(m->pair, &m->ask, sizeof m->ask, MSG_TRUNC);

	if (n == -1 && errno != ECONNRESET)
		receive_failed(m);
	else if (n == (ssize_t)sizeof m->ask)
		take_message(m);
	else if (n > 0)
		attack(m, "a message of another size");
	else
		m->over = m->lost = true;
}

static long long
least(long long a, long long b)
{
	return a < b ? a : b;
}

/* Milliseconds until the connection's time is over; a mail in hand has as
 * long for itself. */
static long long
time_left(const struct monitor *m)
{
	const struct house *h = m->house;

	return (long long)h->config->session_timeout * 1000 -
	    clock_between(house_busy(h) ? &h->mail_start : &h->start, &h->now);
}

/* A pipe or a terminal has no timeout of its own.  Milliseconds until its
 * silence has been too long. */
static long long
silence_left(struct monitor *m)
{
	const struct house *h = m->house;
	unsigned beat = atomic_load(&m->shared->beat);

	if (h->client->socket[0] && h->client->socket[1])
		return LLONG_MAX;
	if (beat != m->beat || m->beat_start.tv_sec == 0)
		m->beat_start = h->now;
	m->beat = beat;
	return (long long)h->config->command_timeout * 1000 -
	    clock_between(&m->beat_start, &h->now);
}

/* Gives the session time to say what it is about to say, so that no reply
 * of a mail already stored is lost.  First its questions are answered, then
 * no more are taken: one that stands behind the last answer means that the
 * reply to that is out.  True: it waits for input and has said all. */
static bool
settle(struct monitor *m)
{
	struct pollfd p = { .fd = m->pair, .events = POLLIN };
	const struct timespec start = clock_now();
	long long ms = 0;

	while (!m->over && ms < 2 * SETTLE_MS) {
		if (atomic_load(&m->shared->waiting))
			return true;
		if (poll(&p, 1, SETTLE_STEP_MS) > 0) {
			if (ms >= SETTLE_MS || m->broken > 1)
				return false;
			m->house->now = clock_now();
			receive(m);
		}
		ms = clock_milliseconds(&start);
	}
	return false;
}

/* One whose questions we cannot hear has said all that it can. */
static void
close_down(struct monitor *m, enum reply reply, const char *how)
{
	bool quiet = settle(m);

	if (!m->over)
		dismiss(m, reply, how, quiet || m->broken > 1);
}

static void
wait_for_message(struct monitor *m)
{
	struct pollfd p[] = {
		{ .fd = m->pair, .events = POLLIN },
		{ .fd = m->signals, .events = POLLIN },
		{ .fd = m->house->tls->reports, .events = POLLIN },
	};
	long long time = time_left(m), silence = silence_left(m);
	long long wait = least(time, silence < LLONG_MAX
	    ? least(silence, LOOK_MS) : INT_MAX);

	if (least(time, silence) <= 0) {
		if (time <= silence)
			close_down(m, reply_too_long, "session-timeout");
		else
			close_down(m, reply_timeout, "timeout");
		return;
	}
	int ready = poll(p, countof(p), (int)wait);
	m->house->now = clock_now();
	if (ready <= 0)
		return;
	if (p[0].revents != 0)
		receive(m);
	else if (p[2].revents != 0)
		hear_tls(m);
	if (m->broken > 0 && !m->over)
		close_down(m, reply_unserviceable, "fault");
	else if (p[1].revents != 0 && !m->over)
		close_down(m, reply_shutdown, "signal");
}

/* The session may be anything by now: it is not asked to end.  What it had
 * to say it has said.  One that ended by itself without quit was either
 * never confined, and has read nothing, or is not ours any more. */
static bool
reap(struct monitor *m)
{
	int status = 0;
	pid_t pid;

	/* One that is lost may live all the same: an empty message looks like
	 * the end. */
	kill(m->session, SIGKILL);
	do
		pid = waitpid(m->session, &status, 0);
	while (pid == -1 && errno == EINTR);
	if (!m->lost)
		return true;
	if (m->house->state == HOUSE_FRESH &&
	    atomic_load(&m->shared->unfit) != 0)
		return false;
	attack(m, pid != -1 && WIFSIGNALED(status)
	    ? "the session was killed by a signal"
	    : "the session ended without a word");
	return true;
}

bool
monitor_run(struct monitor *m)
{
	house_open(m->house);
	if (m->house->config->tls_implicit && !house_begin_tls(m->house))
		dismiss(m, reply_unserviceable, "fault", true);
	while (!m->over)
		wait_for_message(m);
	if (!reap(m))
		return false;
	house_close(m->house);
	return true;
}
