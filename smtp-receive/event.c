/* event.c - the lines of the log about a connection and its mail. */

#include "event.h"

#include <errno.h>
#include <stdio.h>

#include "clock.h"

void
event_attack(const struct log *log, const char *what)
{
	struct log_line l;

	log_begin(&l, log, LOG_ALERT, "attack");
	log_text(&l, "what", what);
	log_end(&l);
}

void
event_connect(const struct house *h)
{
	struct log_line l;

	log_begin(&l, h->log, LOG_INFO, "connect");
	log_text(&l, "local", h->client->local);
	log_number(&l, "port", h->client->port);
	log_end(&l);
}

void
event_helo(const struct house *h)
{
	struct log_line l;

	log_begin(&l, h->log, LOG_INFO, "helo");
	log_span(&l, "helo", h->trace.helo);
	log_text(&l, "proto", trace_protocol(&h->trace));
	log_end(&l);
}

void
event_map(const struct house *h, const char *file, unsigned long line,
    const char *what, int error)
{
	struct log_line l;

	log_begin(&l, h->log, LOG_ERR, "map");
	log_text(&l, "file", file);
	if (line != 0)
		log_number(&l, "line", line);
	log_text(&l, "what", what);
	log_error(&l, "errno", error);
	log_end(&l);
}

void
event_stale(const struct house *h)
{
	struct log_line l;

	log_begin(&l, h->log, LOG_NOTICE, "stale");
	log_text(&l, "file", h->map.cdb_file);
	log_text(&l, "what", "not made of the user map as it is now, which is "
	    "read instead: run smtp-receive-map");
	log_end(&l);
}

void
event_no_answer(const struct house *h, struct span user)
{
	const struct accounts *a = &h->accounts;
	int error = errno;
	char what[LOG_VALUE];
	int n = snprintf(what, sizeof what, "%s; for %.*s", a->what,
	    (int)user.len, user.at);

	log_failed(h->log, a->call, a->program, error,
	    n > 0 && (size_t)n < sizeof what ? what : a->what);
}

static void
log_name(const struct house *h, struct log_line *l)
{
	const struct report *r = &h->tls->report;

	if (r->name_len > 0)
		log_span(l, "name", (struct span){ r->name, r->name_len });
}

void
event_tls(const struct house *h)
{
	struct log_line l;

	log_begin(&l, h->log, LOG_INFO, "tls");
	log_span(&l, "version", h->trace.version);
	log_span(&l, "cipher", h->trace.cipher);
	log_name(h, &l);
	log_end(&l);
}

void
event_notls(const struct house *h)
{
	const struct report *r = &h->tls->report;
	struct log_line l;

	log_begin(&l, h->log, LOG_NOTICE, "notls");
	log_name(h, &l);
	if (h->tls->state == TLS_FAILED)
		log_span(&l, "why", (struct span){ r->what, r->what_len });
	else
		log_text(&l, "why", "the connection ended before it was done");
	log_end(&l);
}

void
event_expiry(const struct house *h)
{
	const struct report *r = &h->tls->report;
	const time_t end = (time_t)r->expires;
	char day[sizeof "2026-12-31"];
	struct log_line l;
	struct tm tm;

	if (gmtime_r(&end, &tm) == NULL ||
	    strftime(day, sizeof day, "%Y-%m-%d", &tm) == 0)
		day[0] = '\0';
	log_begin(&l, h->log, LOG_WARNING, "certificate");
	log_span(&l, "file", tls_file(h->config->tls_certificate, r->pair));
	log_text(&l, "expires", day);
	log_text(&l, "what", "renew it; the next connection takes what is in "
	    "the file then");
	log_end(&l);
}

void
event_tls_fault(const struct log *log, const struct tls *t)
{
	log_failed(log, t->call != NULL ? t->call : "smtp-receive-tls",
	    t->path[0] != '\0' ? t->path : NULL, errno, t->what);
}

static struct span
recipient(const struct house *h, size_t number)
{
	const struct recipient *r = &h->deliver.recipients[number];

	return (struct span){ r->address, r->len };
}

static void
begin_refused(const struct house *h, struct log_line *l, enum reply reply)
{
	log_begin(l, h->log, LOG_NOTICE, "refused");
	log_number(l, "reply", reply_code(reply));
}

/* The envelope of the mail in hand; to, or the first accepted recipient and
 * how many there are. */
static void
log_envelope(const struct house *h, struct log_line *l, struct span to)
{
	size_t count = h->deliver.recipient_count;

	if (h->log->mail == 0)
		return;
	log_span(l, "from", h->trace.sender);
	if (to.len > 0)
		log_span(l, "to", to);
	else if (count > 0)
		log_span(l, "to", recipient(h, 0));
	if (to.len == 0 && count > 1)
		log_number(l, "recipients", count);
}

void
event_refused(const struct house *h, const char *command, struct span to,
    enum reply reply, const char *text)
{
	struct log_line l;

	begin_refused(h, &l, reply);
	log_text(&l, "command", command);
	log_envelope(h, &l, to);
	log_text(&l, "why", text[0] != '\0' ? text : reply_text(reply));
	log_end(&l);
}

void
event_noted(const struct house *h, const struct ask *note)
{
	enum reply reply = (enum reply)note->note_reply;
	struct log_line l;

	begin_refused(h, &l, reply);
	if (note->verb_len > 0)
		log_span(&l, "command",
		    (struct span){ note->verb, note->verb_len });
	log_envelope(h, &l, (struct span){ 0 });
	log_text(&l, "why", reply_text(reply));
	if (note->said_len > 0)
		log_span(&l, "said",
		    (struct span){ note->said, note->said_len });
	log_end(&l);
}

void
event_stored(const struct house *h, const struct mailbox *m, long long ms)
{
	struct log_line l;

	log_begin(&l, h->log, LOG_INFO, "stored");
	log_span(&l, "from", h->trace.sender);
	log_span(&l, "to", recipient(h, m->recipient));
	log_text(&l, "mailbox", m->path);
	log_text(&l, "file", m->delivery.final);
	log_number(&l, "size", m->size + h->deliver.size);
	log_span(&l, "message-id", h->message_id);
	log_number(&l, "ms", (uint64_t)ms);
	log_end(&l);
}

static const char *const endings[] = {
	[ENDING_QUIT]		= "quit",
	[ENDING_EOF]		= "eof",
	[ENDING_TIMEOUT]	= "timeout",
	[ENDING_ERRORS]		= "errors",
	[ENDING_UNKNOWN]	= "unknown",
	[ENDING_REFUSED]	= "refused",
	[ENDING_COMMANDS]	= "commands",
	[ENDING_DEAF]		= "deaf",
	[ENDING_PLAIN]		= "plain",
	[ENDING_MESSAGES]	= "messages",
	[ENDING_CHUNK]		= "chunk",
};

const char *
event_ending(size_t ending)
{
	return ending < countof(endings) ? endings[ending] : NULL;
}

static const char *const forms[] = {
	[USERMAP_TEXT]		= "text",
	[USERMAP_CDB]		= "cdb",
};

void
event_closed(const struct house *h)
{
	struct log_line l;

	log_begin(&l, h->log, LOG_INFO, "closed");
	if (h->state == HOUSE_CLOSED)	/* else nobody has told */
		log_number(&l, "commands", h->commands);
	log_number(&l, "messages", h->messages);
	log_number(&l, "refused", h->refused);
	if (h->state == HOUSE_CLOSED)
		log_number(&l, "bytes", h->octets);
	log_number(&l, "ms", (uint64_t)clock_milliseconds(&h->start));
	if (h->map.form != USERMAP_NONE)
		log_text(&l, "map", forms[h->map.form]);
	log_text(&l, "how", h->how);
	log_end(&l);
}
