/* smtp.c - the dialogue with one client, from 220 to the end: RFC 5321. */

#include "smtp.h"

#include <stdio.h>
#include <string.h>

#include "span.h"
#include "transaction.h"

enum {
	ANY	= FRESH | READY | IN_MAIL,
	EVER	= ANY | TURNED_AWAY,
};

enum argument {
	NONE,
	SOME,
	MAYBE,
};

/* EHLO and HELO take any name (section 4.1.4); its first word counts. */
static void
greet(struct session *s, struct span name, bool extended)
{
	size_t len = 0;

	session_reset(s);
	while (len < name.len && len < MAX_DOMAIN && span_graphic(name.at[len]))
		len++;
	s->backend->helo(s->house, (struct span){ name.at, len }, extended);
}

static enum reply
do_helo(struct session *s, struct span argument)
{
	greet(s, argument, false);
	return reply_hello;
}

static int
tell_size(const struct rules *r, char *at, size_t size)
{
	return snprintf(at, size, "SIZE %llu",
	    (unsigned long long)r->max_message_size);
}

/* What a client may do without a refusal for having done too much.  RFC 9422
 * counts each RCPT and MAIL, ours only those that were accepted. */
static int
tell_limits(const struct rules *r, char *at, size_t size)
{
	return snprintf(at, size, "LIMITS RCPTMAX=%u MAILMAX=%u",
	    r->max_recipients, r->max_messages);
}

static bool
offers_tls(const struct session *s)
{
	return s->rules->tls_offered && !s->secure;
}

static bool
is_secure(const struct session *s)
{
	return s->secure;
}

/* What EHLO announces: what works, no more. */
static const struct extension {
	const char *text;
	/* Writes it where it has parameters, as snprintf does; else NULL. */
	int (*tell)(const struct rules *, char *at, size_t size);
	bool (*when)(const struct session *);	/* NULL: always */
} extensions[] = {
	{ "PIPELINING",			NULL,		NULL },
	{ "8BITMIME",			NULL,		NULL },
	{ "CHUNKING",			NULL,		NULL },	/* RFC 3030 */
	{ "ENHANCEDSTATUSCODES",	NULL,		NULL },
	{ "STARTTLS",			NULL,		offers_tls },
	{ "REQUIRETLS",			NULL,		is_secure },
	{ "LIMITS",			tell_limits,	NULL },	/* RFC 9422 */
	{ "SIZE",			tell_size,	NULL },	/* RFC 1870 */
};

static void
say_more(struct session *s, const char *text)
{
	wire_say(&s->wire, "250-", 4);
	wire_say(&s->wire, text, strlen(text));
	wire_say(&s->wire, "\r\n", 2);
}

/* Into the text of the next reply. */
static void
write_extension(struct session *s, const struct extension *e)
{
	size_t size = sizeof s->text;
	int len = e->tell != NULL ? e->tell(s->rules, s->text, size)
	    : snprintf(s->text, size, "%s", e->text);

	if (len < 0 || (size_t)len >= size)
		s->text[0] = '\0';
}

/* All lines but the last, which is the reply. */
static enum reply
do_ehlo(struct session *s, struct span argument)
{
	const char *line = s->rules->hostname;

	greet(s, argument, true);
	for (size_t i = 0; i < countof(extensions); i++) {
		if (extensions[i].when != NULL && !extensions[i].when(s))
			continue;
		say_more(s, line);
		write_extension(s, &extensions[i]);
		line = s->text;
	}
	return reply_hello;
}

static enum reply
do_rset(struct session *s, struct span argument)
{
	(void)argument;
	if (s->state != FRESH)
		session_reset(s);
	return reply_reset;
}

static enum reply
do_noop(struct session *s, struct span argument)
{
	(void)s;
	(void)argument;
	return reply_noop;
}

static enum reply
do_help(struct session *s, struct span argument)
{
	(void)s;
	(void)argument;
	return reply_help;
}

static enum reply
do_vrfy(struct session *s, struct span argument)
{
	(void)s;
	(void)argument;
	return reply_vrfy;
}

static enum reply
refuse_plain(struct session *s)
{
	session_end(s, ENDING_PLAIN);
	return reply_plain_behind;
}

/* Octets that came behind it in plain text could be anybody's, and would be
 * taken for the client's: section 4.2 of RFC 3207, and CVE-2011-0411. */
static enum reply
do_starttls(struct session *s, struct span argument)
{
	struct verdict verdict = { 0 };

	(void)argument;
	if (!s->rules->tls)
		return session_refuse(s, reply_not_implemented);
	if (s->secure)
		return session_refuse(s, reply_tls_already);
	if (line_waiting(&s->line))
		return session_refuse(s, refuse_plain(s));
	s->backend->tls(s->house, &verdict);
	return verdict.reply != reply_plain_behind ? verdict.reply
	    : refuse_plain(s);
}

static enum reply
do_quit(struct session *s, struct span argument)
{
	(void)argument;
	session_end(s, ENDING_QUIT);
	return reply_bye;
}

static enum reply
do_not_implemented(struct session *s, struct span argument)
{
	(void)argument;
	return session_refuse(s, reply_not_implemented);
}

/* RFC 5321 section 4.1.4, as a table.  A handler is called only in a state
 * its row names and with an argument its row wants: it checks neither. */
static const struct command {
	const char *verb;
	unsigned when;
	enum argument argument;
	enum reply wrong;	/* where the argument is not what it wants */
	enum reply (*handle)(struct session *, struct span argument);
	/* Not obeyed, and why; NULL: the line is all there is of it. */
	enum reply (*refuse)(struct session *, struct span argument,
	    enum reply why);
} commands[] = {
	{ "EHLO",	ANY,		SOME,	reply_hello_wants_name,	do_ehlo, NULL },
	{ "HELO",	ANY,		SOME,	reply_hello_wants_name,	do_helo, NULL },
	{ "STARTTLS",	READY,		NONE,	reply_no_argument,	do_starttls, NULL },
	{ "MAIL",	READY,		SOME,	reply_mail_syntax,	transaction_mail, NULL },
	{ "RCPT",	SENDER | RCPTS,	SOME,	reply_rcpt_syntax,	transaction_rcpt, NULL },
	{ "DATA",	RCPTS,		NONE,	reply_no_argument,	transaction_data, NULL },
	{ "BDAT",	RCPTS | CHUNKS,	SOME,	reply_chunk_syntax,	transaction_bdat, transaction_no_bdat },
	{ "RSET",	ANY,		NONE,	reply_no_argument,	do_rset, NULL },
	{ "NOOP",	ANY,		MAYBE,	reply_no_argument,	do_noop, NULL },
	{ "HELP",	ANY,		MAYBE,	reply_no_argument,	do_help, NULL },
	{ "VRFY",	ANY,		SOME,	reply_wants_argument,	do_vrfy, NULL },
	{ "QUIT",	EVER,		NONE,	reply_no_argument,	do_quit, NULL },
	{ "EXPN",	ANY,		MAYBE,	reply_no_argument,	do_not_implemented, NULL },
	{ "ETRN",	ANY,		MAYBE,	reply_no_argument,	do_not_implemented, NULL },
	{ "TURN",	ANY,		MAYBE,	reply_no_argument,	do_not_implemented, NULL },
};

static const struct command *
find_command(struct span verb)
{
	for (size_t i = 0; i < countof(commands); i++)
		if (span_is(verb, commands[i].verb))
			return &commands[i];
	return NULL;
}

/* What must come first, or came already.  A client may take what DATA hears
 * as the word on the mail: no 5xx where one recipient was to come later. */
static enum reply
out_of_order(const struct session *s, unsigned when)
{
	if (s->state > when)
		return reply_mail_already;
	if (s->state == FRESH)
		return reply_hello_first;
	if (s->state == READY)
		return reply_mail_first;
	return s->later ? reply_no_rcpts_now : reply_no_valid_rcpts;
}

static enum reply
refuse(struct session *s, const struct command *c, struct span argument,
    enum reply why)
{
	return c != NULL && c->refuse != NULL ? c->refuse(s, argument, why)
	    : session_refuse(s, why);
}

static enum reply
perform(struct session *s, const struct command *c, struct span argument)
{
	s->verb = span_of(c->verb);
	if ((s->state & c->when) == 0)
		return refuse(s, c, argument, out_of_order(s, c->when));
	if (argument.len == 0 ? c->argument == SOME : c->argument == NONE)
		return refuse(s, c, argument, c->wrong);
	return c->handle(s, argument);
}

/* A tab is printable enough: people type it. */
static bool
is_printable(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.at[i] != ' ' && s.at[i] != '\t' && !span_graphic(s.at[i]))
			return false;
	return true;
}

/* Why a line is refused, whatever its command is; or REPLY_COUNT.  A client
 * that spoke too early may do one thing. */
static enum reply
find_fault(const struct session *s, enum line_kind kind, struct span line)
{
	if (s->state == TURNED_AWAY && kind == LINE_GOOD &&
	    span_is(line, "QUIT"))
		return REPLY_COUNT;
	if (s->state == TURNED_AWAY)
		return reply_turned_away;
	if (kind == LINE_BARE_LF)
		return reply_bare_lf;
	if (kind == LINE_TOO_LONG)
		return reply_line_too_long;
	return is_printable(line) ? REPLY_COUNT : reply_bad_bytes;
}

static enum reply
take_line(struct session *s, enum line_kind kind, struct span line)
{
	s->commands += kind != LINE_TIMEOUT;
	s->said = line;
	s->verb.len = 0;
	if (kind == LINE_EOF || kind == LINE_TIMEOUT)
		return session_gone(s, kind);
	enum reply fault = find_fault(s, kind, line);
	const struct command *c = find_command(span_word(&line));
	struct span argument = span_trim(line);
	if (fault != REPLY_COUNT)
		return refuse(s, c, argument, fault);
	return c != NULL ? perform(s, c, argument)
	    : session_refuse(s, reply_unknown_command);
}

/* Replies to wrong commands: 500 to 504 and 555. */
static bool
is_error(enum reply reply)
{
	unsigned code = reply_code(reply);

	return (code >= 500 && code <= 504) || code == 555;
}

/* What to say in the place of a reply that was one too many. */
static enum reply
count(struct session *s, enum reply reply)
{
	if (reply == reply_stored)
		s->idle = 0;
	/* A large mail may have more chunks than MAX_IDLE. */
	if (reply == reply_chunk_taken)
		return reply;
	/* A client that is refused for ever costs a log line each time. */
	if (reply_code(reply) >= 400 && s->refused++ == MAX_REFUSED) {
		session_end(s, ENDING_REFUSED);
		return reply_refused_end;
	}
	if (s->idle++ == MAX_IDLE) {
		session_end(s, ENDING_COMMANDS);
		return reply_commands_end;
	}
	if (is_error(reply) && s->errors++ == s->rules->max_errors) {
		session_end(s, ENDING_ERRORS);
		return reply_errors_end;
	}
	return reply;
}

static void
answer(struct session *s, enum reply reply)
{
	enum reply last = count(s, reply);

	if (last != reply) {
		s->text[0] = '\0';
		session_refuse(s, last);
	}
	session_say(s, last);
	session_number(s);
	/* What is stored is said at once: this process may be ended. */
	if (last == reply_stored)
		wire_flush(&s->wire);
	if (last == reply_tls_ready)
		session_secure(s);
}

void
smtp_run(struct session *s)
{
	struct span line = { 0 };

	s->line.wire = &s->wire;
	s->state = s->rules->early ? TURNED_AWAY : FRESH;
	if (s->rules->tls_implicit)
		session_secure(s);
	session_number(s);
	if (s->rules->early)
		session_say(s, session_refuse(s, reply_early_talker));
	else if (!s->rules->greeted)
		session_say(s, reply_greeting);
	while (!s->over) {
		enum line_kind kind = line_read(&s->line, &line);

		if (kind == LINE_EOF)	/* between commands that is no fault */
			session_end(s, s->wire.deaf ? ENDING_DEAF : ENDING_EOF);
		else
			answer(s, take_line(s, kind, line));
	}
	wire_flush(&s->wire);
	s->backend->quit(s->house, &(struct closing){ s->how, s->commands,
	    s->line.octets });
}
