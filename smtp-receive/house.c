/* house.c - the answers to the session's questions. */

#include "house.h"

#include <errno.h>
#include <string.h>

#include "clock.h"

/* More than a session that keeps its own limits can bring about: one mail may
 * be refused twice, by us in its middle and by the session at its dot. */
enum {
	REFUSALS	= 2 * MAX_REFUSED + 10,
	COMMANDS	= MAX_IDLE + 10,
};

/* Each refusal is a line in the log.  NULL, or that it was one too many. */
static const char *
count_refusals(const struct house *h)
{
	return h->refused > REFUSALS ? "more than MAX_REFUSED" : NULL;
}

/* The same for commands that a client can give for ever. */
static const char *
count_command(struct house *h)
{
	return ++h->idle > COMMANDS ? "more than MAX_IDLE" : NULL;
}

static void
tell_map_fault(void *arg, const char *file, unsigned long line,
    const char *what, int error)
{
	struct house *h = arg;
	struct log_line l;

	/* A map with faults is read again for each mail: a client could fill
	 * the log with them. */
	if (++h->map_faults > MAX_MAP_FAULTS)
		return;
	log_begin(&l, h->log, LOG_ERR, "map");
	log_text(&l, "file", file);
	if (line != 0)
		log_number(&l, "line", line);
	log_text(&l, "what", what);
	log_error(&l, "errno", error);
	log_end(&l);
}

static enum account_answer
find_account(void *arg, struct span name, struct account *found)
{
	struct house *h = arg;
	enum account_answer answer = account_find(&h->accounts, name, found);

	if (answer == ACCOUNT_TROUBLE)
		log_failed(h->log, h->accounts.call, h->accounts.program,
		    errno, h->accounts.what);
	return answer;
}

void
house_open(struct house *h)
{
	struct log_line l;

	h->state = HOUSE_FRESH;
	h->how = "";
	h->map.faults = (struct usermap_faults){ tell_map_fault, h };
	h->map.users = (struct usermap_users){ find_account, h,
	    h->config->min_uid };
	log_begin(&l, h->log, LOG_INFO, "connect");
	log_text(&l, "local", h->client->local);
	log_number(&l, "port", h->client->port);
	log_end(&l);
}

bool
house_busy(const struct house *h)
{
	return (h->state & (HOUSE_SENDER | HOUSE_RCPTS | HOUSE_DATA |
	    HOUSE_REFUSED)) != 0;
}

static void
end_mail(struct house *h)
{
	h->state = HOUSE_READY;
	h->log->mail = 0;
}

const char *
house_abort(struct house *h, const struct ask *ask, struct answer *answer)
{
	(void)ask;
	(void)answer;
	deliver_undo(&h->deliver);
	end_mail(h);
	return NULL;
}

const char *
house_helo(struct house *h, const struct ask *ask, struct answer *answer)
{
	struct log_line l;

	(void)answer;
	h->state = HOUSE_READY;
	memcpy(h->helo, ask->helo, ask->helo_len);
	h->trace.helo = (struct span){ h->helo, ask->helo_len };
	h->trace.extended = ask->extended != 0;
	if (++h->helos > MAX_HELOS)	/* enough of them in the log */
		return count_command(h);
	log_begin(&l, h->log, LOG_INFO, "helo");
	log_span(&l, "helo", h->trace.helo);
	log_text(&l, "proto", h->trace.extended ? "ESMTP" : "SMTP");
	log_end(&l);
	return count_command(h);
}

const char *
house_mail(struct house *h, const struct ask *ask, struct answer *answer)
{
	(void)answer;
	if (ask->size > h->config->max_message_size)
		return "mail: SIZE over max-message-size";
	h->state = HOUSE_SENDER;
	h->log->mail = ++h->mails;
	h->map_open = false;
	memcpy(h->sender, ask->sender, ask->sender_len);
	h->trace.sender = (struct span){ h->sender, ask->sender_len };
	h->mail_start = clock_now();
	deliver_begin(&h->deliver, ask->size);
	return count_command(h);
}

static struct span
recipient(const struct house *h, size_t number)
{
	const struct recipient *r = &h->deliver.recipients[number];

	return (struct span){ r->address, r->len };
}

/* Whose fault is it that a mail or a recipient is not taken? */
static bool
is_ours(enum reply reply)
{
	return reply == reply_trouble || reply == reply_map_broken ||
	    reply == reply_no_room || reply == reply_over_quota;
}

static void
begin_refused(struct house *h, struct log_line *l, enum reply reply)
{
	h->refused++;
	h->fault |= is_ours(reply);
	log_begin(l, h->log, LOG_NOTICE, "refused");
	log_number(l, "reply", reply_code(reply));
}

/* The envelope of the mail in hand; to, or the first accepted recipient and
 * how many there are. */
static void
log_envelope(const struct house *h, struct log_line *l, struct span to)
{
	size_t count = h->deliver.recipient_count;

	if (!house_busy(h))
		return;
	log_span(l, "from", h->trace.sender);
	if (to.len > 0)
		log_span(l, "to", to);
	else if (count > 0)
		log_span(l, "to", recipient(h, 0));
	if (to.len == 0 && count > 1)
		log_number(l, "recipients", count);
}

static void
log_refused(struct house *h, const char *command, struct span to,
    enum reply reply, const char *text)
{
	struct log_line l;

	begin_refused(h, &l, reply);
	log_text(&l, "command", command);
	log_envelope(h, &l, to);
	log_text(&l, "why", text[0] != '\0' ? text : reply_text(reply));
	log_end(&l);
}

const char *
house_note(struct house *h, const struct ask *ask, struct answer *answer)
{
	enum reply reply = (enum reply)ask->note_reply;
	struct log_line l;

	(void)answer;
	if (reply_code(reply) < 400 || is_ours(reply))
		return "note: a reply that is not the session's";
	begin_refused(h, &l, reply);
	if (ask->verb_len > 0)
		log_span(&l, "command",
		    (struct span){ ask->verb, ask->verb_len });
	log_envelope(h, &l, (struct span){ 0 });
	log_text(&l, "why", reply_text(reply));
	if (ask->said_len > 0)
		log_span(&l, "said", (struct span){ ask->said, ask->said_len });
	log_end(&l);
	return count_refusals(h);
}

/* The map is looked at once for each mail: one that changes in between is
 * not half the old and half the new. */
static void
open_map(struct house *h)
{
	struct timespec now = { 0 };

	if (h->map_open)
		return;
	clock_gettime(CLOCK_REALTIME, &now);
	usermap_open(&h->map, &now);
	h->map_open = true;
}

/* The map's answer, and the mailboxes'. */
static enum reply
accept_rcpt(struct house *h, struct span to, char text[MAX_REASON + 1])
{
	struct finding *f = &h->finding;

	open_map(h);
	usermap_find(&h->map, to, f);
	if (f->reply == reply_reject_said || f->reply == reply_later_said)
		span_copy(f->text, text, MAX_REASON + 1);
	if (f->reply == reply_no_such_user || f->reply == reply_not_ours)
		h->unknown++;
	return f->reply != reply_rcpt_ok ? f->reply
	    : deliver_rcpt(&h->deliver, to, f->targets, f->count);
}

const char *
house_rcpt(struct house *h, const struct ask *ask, struct answer *answer)
{
	struct span to = { ask->recipient, ask->recipient_len };
	struct verdict *v = &answer->verdict;

	if (h->unknown >= h->config->max_unknown)
		return "rcpt: after max-unknown";
	if (h->deliver.recipient_count >= h->config->max_recipients)
		return "rcpt: over max-recipients";
	v->reply = accept_rcpt(h, to, v->text);
	if (v->reply == reply_rcpt_ok)
		h->state = HOUSE_RCPTS;
	else
		log_refused(h, "RCPT", to, v->reply, v->text);
	const char *fault = count_refusals(h);
	return fault != NULL ? fault : count_command(h);
}

const char *
house_data(struct house *h, const struct ask *ask, struct answer *answer)
{
	(void)ask;
	(void)answer;
	h->state = HOUSE_DATA;
	log_id(h->log, h->id);
	h->trace.id = h->id;
	h->trace.client = h->client->literal;
	h->trace.hostname = h->config->hostname;
	h->trace.recipient.len = 0;
	h->trace.time = time(NULL);
	return NULL;
}

/* A mail that was not taken is undone at once: its room may be needed. */
static void
refuse_body(struct house *h, enum reply reply)
{
	log_refused(h, "DATA", (struct span){ 0 }, reply, "");
	deliver_undo(&h->deliver);
	h->state = HOUSE_REFUSED;
}

const char *
house_body(struct house *h, const struct ask *ask, struct answer *answer)
{
	if (ask->len != BODY_SIZE)
		return "body: the buffer is not full";
	if (h->deliver.size + ask->len > h->config->max_message_size)
		return "body: over max-message-size";
	enum reply reply = deliver_write(&h->deliver, &h->trace, h->body,
	    ask->len);
	if (reply != reply_stored)
		refuse_body(h, reply);
	answer->verdict.reply = reply;
	return count_refusals(h);
}

static enum reply
store(struct house *h, const struct ask *ask)
{
	/* A client that hung up will send it again: RFC 1047. */
	if (ask->more == 0 && client_gone(h->client))
		return reply_hung_up;
	enum reply reply = deliver_write(&h->deliver, &h->trace, h->body,
	    ask->len);
	return reply == reply_stored
	    ? deliver_commit(&h->deliver, ask->crlf) : reply;
}

const char *
house_commit(struct house *h, const struct ask *ask, struct answer *answer)
{
	size_t count = h->deliver.recipient_count;
	uint64_t size = h->deliver.size + ask->len;

	if (ask->len > BODY_SIZE || ask->crlf > h->config->max_message_size)
		return "commit: over max-message-size";
	if (ask->crlf < size || ask->crlf > 2 * size)
		return "commit: a size with CR LF that cannot be";
	h->commit_start = clock_now();
	enum reply reply = store(h, ask);
	for (size_t i = 0; i < count; i++)
		answer->each[i] = (uint16_t)reply;
	if (reply != reply_stored) {
		refuse_body(h, reply);
		end_mail(h);
	}
	h->message_id = (struct span){ ask->message_id, ask->message_id_len };
	return count_refusals(h);
}

static void
log_stored(const struct house *h, const struct mailbox *m, long long ms)
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

void
house_answered(struct house *h, bool handed_over)
{
	long long ms = clock_milliseconds(&h->commit_start);

	if (h->state != HOUSE_DATA)	/* it was refused */
		return;
	if (handed_over) {
		h->messages++;
		h->idle = 0;
		for (size_t i = 0; i < h->deliver.mailbox_count; i++)
			log_stored(h, &h->deliver.mailboxes[i], ms);
		deliver_end(&h->deliver);
	} else
		deliver_undo(&h->deliver);
	end_mail(h);
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
};

const char *
house_quit(struct house *h, const struct ask *ask, struct answer *answer)
{
	(void)answer;
	if (ask->ending >= countof(endings))
		return "quit: an ending that is none";
	deliver_undo(&h->deliver);
	end_mail(h);
	h->state = HOUSE_CLOSED;
	h->how = endings[ask->ending];
	h->commands = ask->commands;
	h->octets = ask->octets;
	return NULL;
}

void
house_close(struct house *h)
{
	struct log_line l;

	deliver_undo(&h->deliver);
	h->log->mail = 0;
	log_begin(&l, h->log, LOG_INFO, "closed");
	if (h->state == HOUSE_CLOSED)	/* else nobody has told */
		log_number(&l, "commands", h->commands);
	log_number(&l, "messages", h->messages);
	log_number(&l, "refused", h->refused);
	if (h->state == HOUSE_CLOSED)
		log_number(&l, "bytes", h->octets);
	log_number(&l, "ms", (uint64_t)clock_milliseconds(&h->start));
	log_text(&l, "how", h->how);
	log_end(&l);
}
