/* session.c - what one client's dialogue has in hand. */

#include "session.h"

#include "id.h"

void
session_say(struct session *s, enum reply reply)
{
	char octets[MAX_REPLY];
	const char *words = reply == reply_stored ? s->id : s->rules->hostname;
	size_t len = reply_write(reply, words, s->text, s->id, octets,
	    sizeof octets);

	s->text[0] = '\0';
	wire_say(&s->wire, octets, len);
}

enum reply
session_refuse(struct session *s, enum reply reply)
{
	char said[MAX_SAID];
	size_t len = s->said.len < sizeof said ? s->said.len : sizeof said;
	struct note note = { reply, s->verb, { said, len } };

	for (size_t i = 0; i < len; i++) {
		char c = s->said.at[i];

		said[i] = c == ' ' || span_graphic(c) ? c : '?';
	}
	s->backend->note(s->house, &note);
	return reply;
}

void
session_end(struct session *s, enum ending how)
{
	s->over = true;
	s->how = how;
}

enum reply
session_gone(struct session *s, enum line_kind kind)
{
	s->said.len = 0;	/* nothing was said, that is the fault */
	if (kind == LINE_TIMEOUT) {
		session_end(s, ENDING_TIMEOUT);
		return session_refuse(s, reply_timeout);
	}
	session_end(s, s->wire.deaf ? ENDING_DEAF : ENDING_EOF);
	return session_refuse(s, reply_hung_up);
}

void
session_secure(struct session *s)
{
	wire_flush(&s->wire);
	s->wire.turn(s->wire.end);
	s->secure = true;
	s->state = FRESH;
}

void
session_reset(struct session *s)
{
	if (s->state & IN_MAIL)
		s->backend->abort(s->house);
	s->state = READY;
	s->recipients = 0;
	s->later = false;
}

void
session_number(struct session *s)
{
	id_of_mail(s->rules->id, s->state & IN_MAIL ? s->mails : 0,
	    s->id);
}
