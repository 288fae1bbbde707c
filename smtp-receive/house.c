/* house.c - the answers to the session's questions. */

#include "house.h"

#include <string.h>

#include "clock.h"
#include "event.h"

/* Each refusal is a line in the log.  NULL, or that it was one too many. */
static const char *
count_refusals(const struct house *h)
{
	return h->refused > HOUSE_REFUSALS ? "more than MAX_REFUSED" : NULL;
}

/* The same for commands that a client can give for ever. */
static const char *
count_command(struct house *h)
{
	return ++h->idle > HOUSE_COMMANDS ? "more than MAX_IDLE" : NULL;
}

static void
tell_map_fault(void *arg, const char *file, unsigned long line,
    const char *what, int error)
{
	struct house *h = arg;

	/* A map with faults is read again for each mail: a client could fill
	 * the log with them. */
	if (++h->map_faults <= MAX_MAP_FAULTS)
		event_map(h, file, line, what, error);
}

static enum account_answer
find_account(void *arg, struct span name, struct account *found)
{
	struct house *h = arg;
	enum account_answer answer = account_find(&h->accounts, name, found);

	if (answer == ACCOUNT_TROUBLE)
		event_no_answer(h, name);
	return answer;
}

void
house_open(struct house *h)
{
	h->state = HOUSE_FRESH;
	h->how = "";
	h->now = h->start;
	h->map.faults = (struct mapfaults){ tell_map_fault, h };
	h->map.users = (struct usermap_users){ find_account, h,
	    h->config->min_uid };
	event_connect(h);
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
	(void)answer;
	h->state = HOUSE_READY;
	memcpy(h->helo, ask->helo, ask->helo_len);
	h->trace.helo = (struct span){ h->helo, ask->helo_len };
	h->trace.extended = ask->extended != 0;
	if (++h->helos <= MAX_HELOS)	/* enough of them in the log */
		event_helo(h);
	return count_command(h);
}

const char *
house_mail(struct house *h, const struct ask *ask, struct answer *answer)
{
	(void)answer;
	if (h->config->tls_required && h->tls->state != TLS_UP)
		return "mail: without TLS";
	if (ask->size > h->config->max_message_size)
		return "mail: SIZE over max-message-size";
	if (h->mails >= h->config->max_messages)
		return "mail: over max-messages";
	h->state = HOUSE_SENDER;
	h->log->mail = ++h->mails;
	h->map_open = false;
	memcpy(h->sender, ask->sender, ask->sender_len);
	h->trace.sender = (struct span){ h->sender, ask->sender_len };
	h->mail_start = h->now;
	deliver_begin(&h->deliver, ask->size);
	return count_command(h);
}

/* Whose fault is it that a mail or a recipient is not taken? */
static bool
is_ours(enum reply reply)
{
	return reply == reply_trouble || reply == reply_map_broken ||
	    reply == reply_no_room || reply == reply_over_quota ||
	    reply == reply_tls_trouble;
}

static void
count_refusal(struct house *h, enum reply reply)
{
	h->refused++;
	h->fault |= is_ours(reply);
}

static void
refuse(struct house *h, const char *command, struct span to,
    enum reply reply, const char *text)
{
	count_refusal(h, reply);
	event_refused(h, command, to, reply, text);
}

bool
house_begin_tls(struct house *h)
{
	if (h->tls->state != TLS_OFFERED)
		return false;	/* the log has it already */
	if (tls_start(h->tls) == 0) {
		if (client_turn(h->client, h->tls->pair[0]) == 0)
			return true;
		tls_abandon(h->tls, "dup2");
	}
	event_tls_fault(h->log, h->tls);
	return false;
}

const char *
house_hear_tls(struct house *h)
{
	enum { DAY = 24 * 60 * 60 };
	const struct report *r = &h->tls->report;
	const char *fault = tls_hear(h->tls);

	if (fault != NULL)
		return fault;
	if (h->tls->state != TLS_UP) {
		event_notls(h);
		return NULL;
	}
	h->trace.version = (struct span){ r->version, r->version_len };
	h->trace.cipher = (struct span){ r->cipher, r->cipher_len };
	event_tls(h);
	if (r->expires < clock_date().tv_sec + EXPIRY_DAYS * DAY)
		event_expiry(h);
	return NULL;
}

static enum reply
accept_tls(struct house *h)
{
	if (client_speaks(h->client, 0))
		return reply_plain_behind;
	return house_begin_tls(h) ? reply_tls_ready : reply_tls_trouble;
}

/* Nothing that was said before counts after it: RFC 3207 section 4.2. */
const char *
house_tls(struct house *h, const struct ask *ask, struct answer *answer)
{
	(void)ask;
	if (h->tls->state != TLS_OFFERED && h->tls->state != TLS_BROKEN)
		return "tls: not offered, or twice";
	answer->verdict.reply = accept_tls(h);
	if (answer->verdict.reply == reply_tls_ready)
		h->state = HOUSE_FRESH;
	else
		refuse(h, "STARTTLS", (struct span){ 0 },
		    answer->verdict.reply, "");
	const char *fault = count_refusals(h);
	return fault != NULL ? fault : count_command(h);
}

const char *
house_note(struct house *h, const struct ask *ask, struct answer *answer)
{
	enum reply reply = (enum reply)ask->note_reply;

	(void)answer;
	if (reply_code(reply) < 400 || is_ours(reply))
		return "note: a reply that is not the session's";
	count_refusal(h, reply);
	event_noted(h, ask);
	return count_refusals(h);
}

/* The map is looked at once for each mail: one that changes in between is
 * not half the old and half the new. */
static void
open_map(struct house *h)
{
	if (h->map_open)
		return;
	struct timespec now = clock_date();
	if (usermap_open(&h->map, &now) && h->map.stale &&
	    ++h->map_faults <= MAX_MAP_FAULTS)
		event_stale(h);
	h->map_open = true;
	h->finding.account_count = 0;
}

/* The map's answer, and the mailboxes'. */
static enum reply
accept_rcpt(struct house *h, struct span to, char text[MAX_REASON + 1])
{
	struct finding *f = &h->finding;

	open_map(h);
	h->accounts.start = h->now;
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
		refuse(h, "RCPT", to, v->reply, v->text);
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
	h->trace.time = clock_date().tv_sec;
	return NULL;
}

/* A mail that was not taken is undone at once: its room may be needed. */
static void
refuse_body(struct house *h, enum reply reply)
{
	refuse(h, "DATA", (struct span){ 0 }, reply, "");
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
	h->commit_start = h->now;
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
			event_stored(h, &h->deliver.mailboxes[i], ms);
		deliver_end(&h->deliver);
	} else
		deliver_undo(&h->deliver);
	end_mail(h);
}

const char *
house_quit(struct house *h, const struct ask *ask, struct answer *answer)
{
	const char *how = event_ending(ask->ending);

	(void)answer;
	if (how == NULL)
		return "quit: an ending that is none";
	deliver_undo(&h->deliver);
	end_mail(h);
	h->state = HOUSE_CLOSED;
	h->how = how;
	h->commands = ask->commands;
	h->octets = ask->octets;
	return NULL;
}

void
house_close(struct house *h)
{
	deliver_undo(&h->deliver);
	h->log->mail = 0;
	if (h->tls->state == TLS_BEGUN)
		event_notls(h);
	event_closed(h);
}
