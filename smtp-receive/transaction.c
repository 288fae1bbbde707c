/* transaction.c - one mail: RFC 5321 section 3.3. */

#include "transaction.h"

#include <string.h>

#include "param.h"
#include "path.h"

/* The parameters of MAIL. */
struct mail {
	bool has_size, has_body, requires_tls;
	unsigned long long size;
};

/* RFC 1870 */
static enum reply
take_size(struct session *s, struct mail *m, struct span value)
{
	if (m->has_size || !span_number(value, &m->size))
		return reply_bad_param;
	m->has_size = true;
	return m->size > s->rules->max_message_size ? reply_too_big
	    : reply_mail_ok;
}

/* RFC 6152: the first two are stored as they come.  The third is of an
 * extension that is not announced (RFC 3030 section 3): we write LF for CR
 * LF. */
static const struct {
	const char *value;
	enum reply reply;
} bodies[] = {
	{ "7BIT",	reply_mail_ok },
	{ "8BITMIME",	reply_mail_ok },
	{ "BINARYMIME",	reply_unknown_param },
};

static enum reply
take_body(struct session *s, struct mail *m, struct span value)
{
	(void)s;
	if (m->has_body)
		return reply_bad_param;
	m->has_body = true;
	for (size_t i = 0; i < countof(bodies); i++)
		if (span_is(value, bodies[i].value))
			return bodies[i].reply;
	return reply_bad_param;
}

/* RFC 8689: who is the mail's last server has nothing left to require. */
static enum reply
take_requiretls(struct session *s, struct mail *m, struct span value)
{
	if (!s->secure)
		return reply_unknown_param;
	if (m->requires_tls || value.len > 0)
		return reply_bad_param;
	m->requires_tls = true;
	return reply_mail_ok;
}

static const struct mail_param {
	const char *keyword;
	enum reply (*take)(struct session *, struct mail *, struct span value);
} mail_params[] = {
	{ "SIZE",	take_size },
	{ "BODY",	take_body },
	{ "REQUIRETLS",	take_requiretls },
};

static enum reply
take_mail_param(struct session *s, struct mail *m, const struct param *p)
{
	for (size_t i = 0; i < countof(mail_params); i++)
		if (span_is(p->keyword, mail_params[i].keyword))
			return mail_params[i].take(s, m, p->value);
	return reply_unknown_param;
}

static enum reply
take_mail_params(struct session *s, struct mail *m, struct span rest)
{
	struct param p;
	enum param_kind kind;
	enum reply reply = reply_mail_ok;

	while ((kind = param_take(&rest, &p)) == PARAM_GOOD &&
	    reply == reply_mail_ok)
		reply = take_mail_param(s, m, &p);
	return kind == PARAM_BAD && reply == reply_mail_ok ? reply_bad_param
	    : reply;
}

enum reply
transaction_mail(struct session *s, struct span argument)
{
	struct mail m = { 0 };
	struct span sender;

	if (s->unknown >= s->rules->max_unknown) {
		session_end(s, ENDING_UNKNOWN);
		return session_refuse(s, reply_unknown_end);
	}
	if (s->rules->tls_required && !s->secure)
		return session_refuse(s, reply_tls_first);
	if (s->mails >= s->rules->max_messages) {
		session_end(s, ENDING_MESSAGES);
		return session_refuse(s, reply_messages_end);
	}
	if (!span_skip(&argument, "FROM:"))
		return session_refuse(s, reply_mail_syntax);
	enum path_kind kind = path_take(&argument, &sender);
	if (kind == PATH_NONE)
		return session_refuse(s, reply_mail_syntax);
	if (kind != PATH_MAILBOX && kind != PATH_NULL)
		return session_refuse(s, reply_bad_sender);
	enum reply reply = take_mail_params(s, &m, argument);
	if (reply != reply_mail_ok)
		return session_refuse(s, reply);

	s->backend->mail(s->house, sender, m.size);
	s->mails++;
	s->state = SENDER;
	return reply_mail_ok;
}

/* What is wrong with RCPT's argument, or reply_rcpt_ok. */
static enum reply
parse_rcpt(struct span argument, struct span *recipient)
{
	struct param p;

	if (!span_skip(&argument, "TO:"))
		return reply_rcpt_syntax;
	switch (path_take(&argument, recipient)) {
	case PATH_NONE:
		return reply_rcpt_syntax;
	case PATH_NULL:
	case PATH_BAD:
		return reply_bad_recipient;
	case PATH_LOCAL:	/* section 4.5.1 knows one without domain */
		if (!span_is(*recipient, "postmaster"))
			return reply_bad_recipient;
		break;
	case PATH_MAILBOX:
		break;
	}
	switch (param_take(&argument, &p)) {
	case PARAM_GOOD:
		return reply_unknown_param;
	case PARAM_BAD:
		return reply_bad_param;
	case PARAM_END:
		break;
	}
	return reply_rcpt_ok;
}

static enum reply
ask_rcpt(struct session *s, struct span argument)
{
	struct span recipient;
	struct verdict verdict = { 0 };

	enum reply reply = parse_rcpt(argument, &recipient);
	if (reply != reply_rcpt_ok)
		return session_refuse(s, reply);
	if (s->unknown >= s->rules->max_unknown)
		return session_refuse(s, reply_too_many_unknown);
	if (s->recipients == s->rules->max_recipients)
		return session_refuse(s, reply_too_many_rcpts);

	s->backend->rcpt(s->house, recipient, &verdict);
	memcpy(s->text, verdict.text, sizeof s->text);
	if (verdict.reply == reply_no_such_user ||
	    verdict.reply == reply_not_ours)
		s->unknown++;
	if (verdict.reply == reply_rcpt_ok) {
		s->recipients++;
		s->state = RCPTS;
	}
	return verdict.reply;
}

enum reply
transaction_rcpt(struct session *s, struct span argument)
{
	enum reply reply = ask_rcpt(s, argument);

	s->later |= reply_code(reply) / 100 == 4;
	return reply;
}

static enum reply
commit(struct session *s)
{
	const struct body *b = &s->body;
	enum reply each[MAX_RECIPIENTS];
	struct commit c = {
		.len = b->len,
		.crlf = body_size(b),
		.message_id = { b->head.id, b->head.id_len },
		.more = line_waiting(&s->line),
	};

	s->backend->commit(s->house, &c, each);
	s->state = READY;	/* the house has no mail in hand any more */
	return each[0];
}

/* What is wrong with the message, or reply_stored.  Where several faults
 * meet, the one that only the sender can mend is said first, and ours last. */
static enum reply
judge(struct session *s)
{
	const struct body *b = &s->body;

	if (b->dot.bare)
		return session_refuse(s, reply_bare_line_end);
	if (body_size(b) > s->rules->max_message_size)
		return session_refuse(s, reply_too_big);
	if (b->head.received >= MAX_RECEIVED)
		return session_refuse(s, reply_loop);
	if (!b->refused)
		return reply_stored;
	memcpy(s->text, b->why.text, sizeof s->text);
	return b->why.reply;
}

/* The message is here, whole. */
static enum reply
finish(struct session *s)
{
	enum reply reply = judge(s);

	if (reply == reply_stored)
		reply = commit(s);
	session_reset(s);
	return reply;
}

static void
begin_body(struct session *s)
{
	s->said.len = 0;	/* the line goes when the message comes */
	s->body = (struct body){
		.backend = s->backend,
		.house = s->house,
		.max_size = s->rules->max_message_size,
	};
	s->backend->data(s->house);
}

enum reply
transaction_data(struct session *s, struct span argument)
{
	(void)argument;
	begin_body(s);
	session_say(s, reply_go_ahead);
	enum line_kind kind = body_read(&s->body, &s->line);
	return kind == LINE_GOOD ? finish(s) : session_gone(s, kind);
}

/* bdat-cmd = "BDAT" SP chunk-size [ SP "LAST" ], RFC 3030 section 2. */
struct bdat {
	unsigned long long size;
	bool last;
};

/* The largest number stands for all that are larger, too: it is none. */
static bool
parse_bdat(struct span argument, struct bdat *b)
{
	struct span size = span_word(&argument);
	struct span rest = span_trim(argument);

	b->last = span_is(rest, "LAST");
	return (b->last || rest.len == 0) && span_number(size, &b->size) &&
	    b->size < UINT64_MAX;
}

/* What follows may be the message or a command: it must not be read. */
static enum reply
bad_bdat(struct session *s)
{
	session_end(s, ENDING_CHUNK);
	return session_refuse(s, reply_chunk_syntax);
}

static enum reply
skip(struct session *s, const struct bdat *b, enum reply why)
{
	enum line_kind kind = line_skip(&s->line, b->size);

	s->said.len = 0;	/* the line has gone */
	return kind == LINE_GOOD ? why : session_gone(s, kind);
}

enum reply
transaction_no_bdat(struct session *s, struct span argument, enum reply why)
{
	struct bdat b;

	if (!parse_bdat(argument, &b))
		return bad_bdat(s);
	return skip(s, &b, session_refuse(s, why));
}

static enum reply
take_chunk(struct session *s, const struct bdat *b)
{
	if (s->state != CHUNKS)
		begin_body(s);
	s->state = CHUNKS;
	s->said.len = 0;
	enum line_kind kind = body_chunk(&s->body, &s->line, b->size);
	if (kind != LINE_GOOD)
		return session_gone(s, kind);
	if (b->last) {
		body_end(&s->body);
		return finish(s);
	}
	enum reply reply = judge(s);
	if (reply != reply_stored) {
		session_reset(s);
		return reply;
	}
	return b->size > 0 ? reply_chunk_taken : reply_chunk_empty;
}

/* A mail that would become too large by this chunk ends here, so that the
 * client need not send the others: they are out of order then. */
enum reply
transaction_bdat(struct session *s, struct span argument)
{
	uint64_t size = s->state == CHUNKS ? body_size(&s->body) : 0;
	struct bdat b;

	if (!parse_bdat(argument, &b))
		return bad_bdat(s);
	if (b.size <= s->rules->max_message_size - size)
		return take_chunk(s, &b);
	session_refuse(s, reply_too_big);
	session_reset(s);
	return skip(s, &b, reply_too_big);
}
