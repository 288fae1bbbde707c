/* fake.c - a house in memory: the other side of backend.h. */

#include "fake.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum {				/* states, as backend.h orders the calls */
	NEW		= 1 << 0,
	READY		= 1 << 1,
	SENDER		= 1 << 2,
	RCPTS		= 1 << 3,
	DATA		= 1 << 4,
	REFUSED		= 1 << 5,	/* by body: only abort may come */
	CLOSED		= 1 << 6,
	IN_MAIL		= SENDER | RCPTS | DATA | REFUSED,
	OPEN		= CLOSED - 1,
};

/* Who is not simply accepted. */
static const struct {
	const char *address;
	enum reply reply;
	const char *text;
} strangers[] = {
	{ "eve@example.org",	 reply_no_such_user,	"" },
	{ "old@example.org",	 reply_reject_said,	"100%s gone" },
	{ "moving@example.org",	 reply_later_said,	"Come back tomorrow" },
	{ "full@example.org",	 reply_no_room,		"" },
	{ "quota@example.org",	 reply_over_quota,	"" },
	{ "trouble@example.org", reply_trouble,		"" },
	{ "map@example.org",	 reply_map_broken,	"" },
	{ "boxes@example.org",	 reply_too_many_mailboxes, "" },
	{ "ann@example.com",	 reply_not_ours,	"" },
};

static void
promise(struct fake *f, bool kept, const char *what)
{
	if (!kept && f->wrong == NULL)
		f->wrong = what;
}

__attribute__((format(printf, 2, 3)))
static void
trace(struct fake *f, const char *format, ...)
{
	va_list args;
	size_t room = sizeof f->trace - f->trace_len;

	va_start(args, format);
	int len = vsnprintf(f->trace + f->trace_len, room, format, args);
	va_end(args);
	promise(f, len >= 0 && (size_t)len < room, "room in the trace");
	if (len >= 0 && (size_t)len < room)
		f->trace_len += (size_t)len;
}

static void
check_string(struct fake *f, struct span s, size_t max)
{
	promise(f, s.len <= max, "strings of bounded length");
	for (size_t i = 0; i < s.len; i++)
		promise(f, s.at[i] == ' ' || span_graphic(s.at[i]),
		    "printable strings");
}

static void
fake_helo(void *house, struct span name, bool extended)
{
	struct fake *f = house;

	promise(f, f->state & (NEW | READY), "helo outside of a mail");
	promise(f, name.len > 0, "helo with a name");
	check_string(f, name, MAX_DOMAIN);
	f->state = READY;
	trace(f, "helo %d %.*s\n", extended, (int)name.len, name.at);
}

static void
fake_mail(void *house, struct span sender, uint64_t size)
{
	struct fake *f = house;

	promise(f, f->state == READY, "mail after helo");
	promise(f, f->secure || !f->tls_required, "no mail without TLS");
	promise(f, f->max_size == 0 || size <= f->max_size, "SIZE in bounds");
	promise(f, ++f->begun <= f->max_messages || f->max_messages == 0,
	    "at most max-messages");
	check_string(f, sender, MAX_PATH);
	f->state = SENDER;
	f->recipients = 0;
	f->len = 0;
	trace(f, "mail %llu <%.*s>\n", (unsigned long long)size,
	    (int)sender.len, sender.at);
}

static void
fake_rcpt(void *house, struct span recipient, struct verdict *v)
{
	struct fake *f = house;

	promise(f, f->state & (SENDER | RCPTS), "rcpt after mail");
	promise(f, f->max_unknown == 0 || f->unknown < f->max_unknown,
	    "no rcpt after max-unknown");
	promise(f, recipient.len > 0, "rcpt with an address");
	check_string(f, recipient, MAX_PATH);
	trace(f, "rcpt <%.*s>\n", (int)recipient.len, recipient.at);
	*v = (struct verdict){ .reply = reply_rcpt_ok };
	for (size_t i = 0; i < sizeof strangers / sizeof *strangers; i++)
		if (span_is(recipient, strangers[i].address)) {
			v->reply = strangers[i].reply;
			memcpy(v->text, strangers[i].text,
			    strlen(strangers[i].text));
		}
	f->unknown += v->reply == reply_no_such_user ||
	    v->reply == reply_not_ours;
	if (v->reply != reply_rcpt_ok)
		return;
	f->state = RCPTS;
	promise(f, ++f->recipients <= f->max_recipients ||
	    f->max_recipients == 0, "at most max-recipients");
}

static void
fake_tls(void *house, struct verdict *v)
{
	struct fake *f = house;

	promise(f, f->state == READY, "tls after helo");
	promise(f, !f->secure, "tls once");
	trace(f, "tls\n");
	*v = (struct verdict){ .reply = f->tls != 0 ? f->tls
	    : reply_tls_ready };
	if (v->reply != reply_tls_ready)
		return;
	f->secure = true;
	f->state = NEW;
}

static void
fake_data(void *house)
{
	struct fake *f = house;

	promise(f, f->state == RCPTS, "data after an accepted rcpt");
	f->state = DATA;
	trace(f, "data\n");
}

static void
keep(struct fake *f, size_t len)
{
	size_t used = f->stored_len + f->len;

	promise(f, len <= f->backend.size, "no more than the buffer holds");
	promise(f, len <= sizeof f->stored - used, "room in the store");
	if (len > f->backend.size || len > sizeof f->stored - used)
		return;
	memcpy(f->stored + used, f->backend.buffer, len);
	/* What was taken may be gone as soon as the call returns. */
	memset(f->backend.buffer, '#', len);
	f->len += len;
}

static void
fake_body(void *house, size_t len, struct verdict *v)
{
	struct fake *f = house;

	promise(f, f->state == DATA, "body after data");
	promise(f, len == f->backend.size, "body with a full buffer");
	keep(f, len);
	*v = (struct verdict){ .reply = reply_stored };
	if (f->body != 0) {
		f->state = REFUSED;
		v->reply = f->body;
		if (f->body == reply_later_said)
			memcpy(v->text, "Body later", sizeof "Body later");
	}
	trace(f, "body\n");
}

/* RFC 1870: a line end counts as CR LF. */
static uint64_t
smtp_size(const struct fake *f)
{
	uint64_t size = f->len;

	for (size_t i = 0; i < f->len; i++)
		size += f->stored[f->stored_len + i] == '\n';
	return size;
}

static void
fake_commit(void *house, const struct commit *c,
    enum reply each[MAX_RECIPIENTS])
{
	struct fake *f = house;

	promise(f, f->state == DATA, "commit after data");
	check_string(f, c->message_id, MAX_MESSAGE_ID);
	keep(f, c->len);
	promise(f, c->crlf == smtp_size(f), "the true size at commit");
	promise(f, f->max_size == 0 || c->crlf <= f->max_size,
	    "no commit over max-message-size");
	for (unsigned i = 0; i < f->recipients; i++)
		each[i] = f->commit != 0 ? f->commit : reply_stored;
	if (f->commit == 0) {
		f->stored_len += f->len;
		f->mails++;
	}
	f->len = 0;
	f->more = c->more;
	f->state = READY;
	trace(f, "commit <%.*s>\n", (int)c->message_id.len, c->message_id.at);
}

static void
fake_abort(void *house)
{
	struct fake *f = house;

	promise(f, f->state & IN_MAIL, "abort in a mail");
	f->state = READY;
	f->len = 0;
	trace(f, "abort\n");
}

static void
fake_note(void *house, const struct note *n)
{
	struct fake *f = house;

	promise(f, f->state & OPEN, "nothing after quit");
	promise(f, n->reply < REPLY_COUNT && reply_code(n->reply) >= 400,
	    "notes of refusals only");
	check_string(f, n->verb, 8);
	check_string(f, n->said, MAX_SAID);
	trace(f, "note %u %.*s \"%.*s\"\n", reply_code(n->reply),
	    (int)n->verb.len, n->verb.at, (int)n->said.len, n->said.at);
}

static void
fake_quit(void *house, const struct closing *c)
{
	static const char *const hows[] = { "quit", "eof", "timeout", "errors",
	    "unknown", "refused", "commands", "deaf", "plain", "messages",
	    "chunk" };
	struct fake *f = house;

	promise(f, f->state & OPEN, "one quit");
	f->state = CLOSED;
	f->bytes = c->bytes;
	trace(f, "quit %s %llu\n", hows[c->how],
	    (unsigned long long)c->commands);
}

static const struct backend functions = {
	.helo = fake_helo, .mail = fake_mail, .data = fake_data,
	.abort = fake_abort, .note = fake_note, .quit = fake_quit,
	.tls = fake_tls, .rcpt = fake_rcpt, .body = fake_body,
	.commit = fake_commit,
};

void
fake_open(struct fake *f)
{
	f->backend = functions;
	f->backend.buffer = f->buffer;
	f->backend.size = sizeof f->buffer;
	f->wrong = NULL;
	f->state = NEW;
	f->recipients = f->unknown = f->begun = f->mails = 0;
	f->stored_len = f->len = f->trace_len = 0;
	f->trace[0] = '\0';
	f->more = f->secure = false;
	f->bytes = 0;
}

void
fake_calls(const struct fake *f, char *at, size_t size)
{
	struct span rest = { f->trace, f->trace_len }, last = { "", 0 };
	size_t used = 0;

	while (rest.len > 0 && used < size) {
		const char *end = memchr(rest.at, '\n', rest.len);
		struct span verb = span_cut(&rest, (size_t)(end - rest.at));
		const char *space = memchr(verb.at, ' ', verb.len);

		span_cut(&rest, 1);
		if (space != NULL)
			verb.len = (size_t)(space - verb.at);
		if (span_equal(verb, last) &&
		    (span_is(verb, "body") || span_is(verb, "note")))
			continue;
		int len = snprintf(at + used, size - used, "%s%.*s",
		    used > 0 ? " " : "", (int)verb.len, verb.at);
		used += len > 0 ? (size_t)len : 0;
		last = verb;
	}
}
