/* limits.c - sums and numbers that the monitor keeps for itself. */

#include <stdio.h>

#include <sys/socket.h>

#include "parts.h"

enum { SIZE = 600 * 1024 };	/* max-message-size on the stage */

START_TEST(size_over_the_limit)
{
	lead_to(HOUSE_READY);
	say_changed(ASK_MAIL)->size = SIZE + (uint64_t)(_i == 0);
	if (_i != 0) {
		say(ASK_QUIT);
		play(WAIT);
		ck_ended("quit", 0);
		return;
	}
	play(WAIT);
	ck_attack("mail: SIZE over max-message-size");
}
END_TEST

static const uint32_t lens[] = { 0, 1, BODY_SIZE - 1, BODY_SIZE + 1,
    UINT32_MAX };

START_TEST(a_body_that_is_not_a_full_buffer)
{
	lead_to(HOUSE_DATA);
	say_changed(ASK_BODY)->len = lens[_i];
	play(WAIT);
	ck_attack("body: the buffer is not full");
}
END_TEST

START_TEST(bodies_over_the_limit)
{
	lead_to(HOUSE_DATA);
	ask(ASK_BODY);
	ask(ASK_BODY);
	say(ASK_BODY);
	play(WAIT);
	ck_attack("body: over max-message-size");
}
END_TEST

static const struct commit_row {
	const char *title;
	int bodies;
	uint32_t len;
	uint64_t crlf;
	const char *what;		/* NULL: it is stored */
} commits[] = {
	{ "the whole limit", 2, SIZE - 2 * BODY_SIZE, SIZE, NULL },
	{ "one octet more", 2, SIZE - 2 * BODY_SIZE + 1, SIZE + 1,
	  "commit: over max-message-size" },
	{ "one octet more with CR LF only", 2, SIZE - 2 * BODY_SIZE, SIZE + 1,
	  "commit: over max-message-size" },
	{ "a full buffer", 0, BODY_SIZE, BODY_SIZE, NULL },
	{ "more than the buffer", 0, BODY_SIZE + 1, BODY_SIZE + 1,
	  "commit: over max-message-size" },
	{ "the most of lengths", 1, UINT32_MAX, BODY_SIZE,
	  "commit: over max-message-size" },
	{ "nothing", 0, 0, 0, NULL },
	{ "as many line ends as octets", 0, 9, 18, NULL },
	{ "more line ends than octets", 0, 9, 19,
	  "commit: a size with CR LF that cannot be" },
	{ "less with CR LF than without", 0, 9, 8,
	  "commit: a size with CR LF that cannot be" },
	{ "the most of sizes", 0, 9, UINT64_MAX,
	  "commit: over max-message-size" },
};

START_TEST(the_commits_sums)
{
	const struct commit_row *row = &commits[_i];

	fprintf(stderr, "# %s\n", row->title);
	lead_to(HOUSE_DATA);
	for (int i = 0; i < row->bodies; i++)
		ask(ASK_BODY);
	ask(ASK_COMMIT);

	struct ask *m = &stage.script[stage.lines - 1].ask;

	m->len = row->len;
	m->crlf = row->crlf;
	if (row->what == NULL)
		say(ASK_QUIT);
	play(WAIT);
	if (row->what == NULL)
		ck_ended("quit", 1);
	else
		ck_attack(row->what);
}
END_TEST

START_TEST(mail_over_max_messages)
{
	stage.config.max_messages = 2;
	lead_to(HOUSE_SENDER);
	say(ASK_ABORT);
	say(ASK_MAIL);
	say(ASK_ABORT);
	say(ASK_MAIL);
	play(WAIT);
	ck_attack("mail: over max-messages");
}
END_TEST

START_TEST(rcpt_over_max_recipients)
{
	stage.config.max_recipients = 3;
	lead_to(HOUSE_RCPTS);
	ask_rcpt("box1@example.org");
	ask_rcpt("box2@example.org");
	say(ASK_RCPT);
	play(WAIT);
	ck_attack("rcpt: over max-recipients");
	ck_assert_uint_eq(last_answer()->verdict.reply, reply_rcpt_ok);
}
END_TEST

/* max-unknown counts over the mails of a connection. */
START_TEST(rcpt_after_max_unknown)
{
	lead_to(HOUSE_SENDER);
	ask_rcpt("nobody@example.org");
	ask_rcpt("nobody@elsewhere.example");
	say(ASK_ABORT);
	say(ASK_MAIL);
	ask_rcpt("nobody@example.org");
	say(ASK_RCPT);
	play(WAIT);
	ck_attack("rcpt: after max-unknown");
	ck_assert_int_eq(home_logged(&stage.home, "event=refused"), 3);
}
END_TEST

/* A session that fills the log; a good one stops by itself before. */
START_TEST(notes_without_end)
{
	bool over = _i == 1;

	lead_to(HOUSE_RCPTS);
	for (int i = 0; i < HOUSE_REFUSALS + over; i++)
		say(ASK_NOTE);
	if (over) {
		play(WAIT);
		ck_attack("more than MAX_REFUSED");
		return;
	}
	say(ASK_QUIT);
	play(EXIT);
	ck_ended("quit", 0);
}
END_TEST

/* Those of RCPT count as well, and those of a mail whose client hung up.
 * _i: 0 by RCPT, 1 by the dot. */
START_TEST(refusals_without_end)
{
	lead_to(_i == 0 ? HOUSE_SENDER : HOUSE_DATA);
	for (int i = 0; i < HOUSE_REFUSALS; i++)
		say(ASK_NOTE);
	if (_i == 0)
		ask_rcpt("no@example.org");
	else {
		say_changed(ASK_COMMIT)->more = 0;
		shutdown(stage.peer, SHUT_WR);
	}
	play(WAIT);
	ck_attack("more than MAX_REFUSED");
}
END_TEST

/* A session that keeps the monitor busy; a good one stops by itself before. */
static const unsigned last[] = { ASK_QUIT, ASK_HELO, ASK_MAIL };

START_TEST(commands_without_end)
{
	for (int i = 0; i < HOUSE_COMMANDS; i++)
		say(ASK_HELO);
	say(last[_i]);
	play(last[_i] == ASK_QUIT ? EXIT : WAIT);
	if (last[_i] == ASK_QUIT)
		ck_ended("quit", 0);
	else
		ck_attack("more than MAX_IDLE");
}
END_TEST

/* From one stored mail to the next. */
START_TEST(a_stored_mail_is_a_new_start)
{
	for (int i = 0; i < MAX_IDLE - 10; i++)
		say(ASK_HELO);
	ask_mail("box0@example.org");
	for (int i = 0; i < MAX_IDLE - 10; i++)
		say(ASK_HELO);
	say(ASK_QUIT);
	play(EXIT);
	ck_ended("quit", 1);
}
END_TEST

void
add_limits(TCase *tc)
{
	tcase_add_loop_test(tc, size_over_the_limit, 0, 2);
	tcase_add_loop_test(tc, a_body_that_is_not_a_full_buffer, 0,
	    countof(lens));
	tcase_add_test(tc, bodies_over_the_limit);
	tcase_add_loop_test(tc, the_commits_sums, 0, countof(commits));
	tcase_add_test(tc, mail_over_max_messages);
	tcase_add_test(tc, rcpt_over_max_recipients);
	tcase_add_test(tc, rcpt_after_max_unknown);
	tcase_add_loop_test(tc, notes_without_end, 0, 2);
	tcase_add_loop_test(tc, refusals_without_end, 0, 2);
	tcase_add_loop_test(tc, commands_without_end, 0, countof(last));
	tcase_add_test(tc, a_stored_mail_is_a_new_start);
}
