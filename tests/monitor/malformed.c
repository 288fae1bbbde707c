/* malformed.c - messages that are none. */

#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "parts.h"

#define FIELD(name) offsetof(struct ask, name), sizeof ((struct ask *)0)->name
#define STRINGS	offsetof(struct ask, helo)
#define PARTS	"a message without parts, or with unknown ones"
#define TWO	"two questions in one message"
#define STRING	"a string too long or not printable"

/* A good message in which one number is another. */
static const struct row {
	const char *title;
	enum house_state state;
	unsigned parts;
	size_t at, size;
	uint64_t value;
	const char *what;
} rows[] = {
	{ "no parts", HOUSE_READY, 0, FIELD(parts), 0, PARTS },
	{ "an unknown part", HOUSE_READY, 0,
	  FIELD(parts), ASK_QUIT << 1, PARTS },
	{ "an unknown part beside a good one", HOUSE_READY, 0,
	  FIELD(parts), 1u << 31 | ASK_MAIL, PARTS },
	{ "tls and rcpt", HOUSE_READY, ASK_TLS | ASK_RCPT,
	  FIELD(more), 1, TWO },
	{ "rcpt and body", HOUSE_RCPTS, ASK_RCPT | ASK_BODY,
	  FIELD(more), 1, TWO },
	{ "body and commit", HOUSE_DATA, ASK_BODY | ASK_COMMIT,
	  FIELD(more), 1, TWO },
	{ "rcpt and commit", HOUSE_RCPTS, ASK_RCPT | ASK_DATA | ASK_COMMIT,
	  FIELD(more), 1, TWO },
	{ "commit and quit", HOUSE_DATA, ASK_COMMIT | ASK_QUIT,
	  FIELD(more), 1, TWO },
	{ "all parts", HOUSE_DATA, ASK_ALL, FIELD(more), 1, TWO },

	{ "an abort with a mail behind it", HOUSE_RCPTS,
	  ASK_ABORT | ASK_MAIL, FIELD(more), 1, "an abort that is not alone" },
	{ "a note of what is no refusal", HOUSE_READY, ASK_NOTE,
	  FIELD(note_reply), reply_stored,
	  "note: a reply that is not the session's" },
	{ "a note of a fault that is ours", HOUSE_READY, ASK_NOTE,
	  FIELD(note_reply), reply_trouble,
	  "note: a reply that is not the session's" },

	{ "helo too long", HOUSE_FRESH, ASK_HELO,
	  FIELD(helo_len), MAX_DOMAIN + 1, STRING },
	{ "sender too long", HOUSE_READY, ASK_MAIL,
	  FIELD(sender_len), MAX_PATH + 1, STRING },
	{ "recipient too long", HOUSE_RCPTS, ASK_RCPT,
	  FIELD(recipient_len), MAX_PATH + 1, STRING },
	{ "verb too long", HOUSE_READY, ASK_NOTE,
	  FIELD(verb_len), ASK_VERB + 1, STRING },
	{ "said too long", HOUSE_READY, ASK_NOTE,
	  FIELD(said_len), MAX_SAID + 1, STRING },
	{ "message-id too long", HOUSE_DATA, ASK_COMMIT,
	  FIELD(message_id_len), MAX_MESSAGE_ID + 1, STRING },
	{ "the longest of lengths", HOUSE_READY, ASK_MAIL,
	  FIELD(sender_len), UINT32_MAX, STRING },
	{ "a length of a part that is not there", HOUSE_READY, ASK_MAIL,
	  FIELD(message_id_len), MAX_MESSAGE_ID + 1, STRING },

	{ "LF in helo", HOUSE_FRESH, ASK_HELO,
	  offsetof(struct ask, helo), 1, '\n', STRING },
	{ "NUL in sender", HOUSE_READY, ASK_MAIL,
	  offsetof(struct ask, sender), 1, '\0', STRING },
	{ "DEL in recipient", HOUSE_RCPTS, ASK_RCPT,
	  offsetof(struct ask, recipient) + 15, 1, 0x7f, STRING },
	{ "a tab in verb", HOUSE_READY, ASK_NOTE,
	  offsetof(struct ask, verb) + 3, 1, '\t', STRING },
	{ "8 bits in said", HOUSE_READY, ASK_NOTE,
	  offsetof(struct ask, said), 1, 0xe4, STRING },
	{ "CR in message-id", HOUSE_DATA, ASK_COMMIT,
	  offsetof(struct ask, message_id) + 14, 1, '\r', STRING },
	{ "LF in a part that is not there", HOUSE_READY, ASK_MAIL,
	  offsetof(struct ask, said), 1, '\n', STRING },

	{ "a note of no reply", HOUSE_READY, ASK_NOTE,
	  FIELD(note_reply), REPLY_COUNT, "a reply that is none" },
	{ "a note of a reply below zero", HOUSE_READY, ASK_NOTE,
	  FIELD(note_reply), UINT32_MAX, "a reply that is none" },
	{ "no reply without a note", HOUSE_READY, ASK_MAIL,
	  FIELD(note_reply), REPLY_COUNT, "a reply that is none" },
	{ "an ending that is none", HOUSE_RCPTS, ASK_QUIT,
	  FIELD(ending), ENDING_CHUNK + 1, "quit: an ending that is none" },
	{ "an ending below zero", HOUSE_FRESH, ASK_QUIT,
	  FIELD(ending), UINT32_MAX, "quit: an ending that is none" },
};

START_TEST(a_message_with_a_bad_field_is_an_attack)
{
	const struct row *row = &rows[_i];

	fprintf(stderr, "# %s\n", row->title);
	lead_to(row->state);

	char *m = (char *)say_changed(row->parts);

	/* So that it is the length that is wrong, and nothing else. */
	if (row->at < STRINGS)
		memset(m + STRINGS, 'x', sizeof (struct ask) - STRINGS);
	memcpy(m + row->at, &row->value, row->size);
	play(WAIT);
	ck_attack(row->what);
}
END_TEST

/* The same field at its limit is none. */
START_TEST(the_longest_strings_are_no_attack)
{
	struct ask *m = say_changed(ASK_HELO | ASK_MAIL | ASK_NOTE | ASK_QUIT);

	memset(m->helo, 'h', m->helo_len = MAX_DOMAIN);
	memset(m->sender, 's', m->sender_len = MAX_PATH);
	memset(m->verb, 'v', m->verb_len = ASK_VERB);
	memset(m->said, ' ', m->said_len = MAX_SAID);
	m->recipient_len = m->message_id_len = 0;
	m->note_reply = REPLY_COUNT - 1;
	m->ending = ENDING_DEAF;
	play(EXIT);
	ck_ended("deaf", 0);
}
END_TEST

START_TEST(a_message_of_another_size_is_an_attack)
{
	static const size_t sizes[] = { 1, 4, sizeof (struct ask) - 1,
	    sizeof (struct ask) + 1, 2 * sizeof (struct ask) };
	static const enum house_state states[] = { HOUSE_FRESH, HOUSE_RCPTS,
	    HOUSE_DATA };

	lead_to(states[_i % 3]);
	say_size(ASK_NOTE, sizes[_i / 3]);
	say(ASK_ABORT);		/* so that there is something behind it */
	play(WAIT);
	ck_attack("a message of another size");
}
END_TEST

/* To the monitor an empty message looks like the session's end, so the
 * session must not be waited for while it lives. */
START_TEST(an_empty_message_is_an_attack)
{
	static const enum house_state states[] = { HOUSE_FRESH, HOUSE_READY,
	    HOUSE_RCPTS, HOUSE_DATA };

	lead_to(states[_i]);
	say_size(ASK_HELO, 0);
	play(WAIT);
	ck_attack("the session was killed by a signal");
}
END_TEST

START_TEST(a_session_that_reads_no_answers_does_not_stop_the_monitor)
{
	lead_to(HOUSE_RCPTS);
	for (int i = 0; i < 90; i++)
		say(ASK_RCPT);
	play(WAIT);
	ck_attack("an answer is not taken");
}
END_TEST

void
add_malformed(TCase *tc)
{
	tcase_add_loop_test(tc, a_message_with_a_bad_field_is_an_attack, 0,
	    countof(rows));
	tcase_add_test(tc, the_longest_strings_are_no_attack);
	tcase_add_loop_test(tc, a_message_of_another_size_is_an_attack, 0, 15);
	tcase_add_loop_test(tc, an_empty_message_is_an_attack, 0, 4);
	tcase_add_test(tc,
	    a_session_that_reads_no_answers_does_not_stop_the_monitor);
}
