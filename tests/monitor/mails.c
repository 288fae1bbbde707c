/* mails.c - good mails, their log lines, and what is undone. */

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "parts.h"

enum { THE_PAIR = 64 };		/* more than the stage has open */

START_TEST(a_mail_is_stored_and_logged)
{
	char path[PATH_MAX], text[1000] = "";
	struct home *h = &stage.home;

	lead_to(HOUSE_READY);
	ask_mail("box0@example.org");
	say(ASK_QUIT);
	play(EXIT);
	ck_ended("quit", 1);
	ck_assert_uint_eq(last_answer()->each[0], reply_stored);
	ck_assert_int_eq(home_logged(h, "event=connect id=0123456789abc "
	    "client=192.0.2.1 local=192.0.2.2 port=25"), 1);
	ck_assert_int_eq(home_logged(h, "event=helo id=0123456789abc "
	    "client=192.0.2.1 helo=client.example.net proto=ESMTP"), 1);
	ck_assert_int_eq(home_logged(h, "event=stored id=0123456789abc.1 "
	    "client=192.0.2.1 from=eve@example.net to=box0@example.org "
	    "mailbox="), 1);
	ck_assert_int_eq(home_logged(h, " message-id=<1@example.net> ms="), 1);
	ck_assert_int_eq(home_logged(h, "event=closed id=0123456789abc "
	    "client=192.0.2.1 commands=5 messages=1 refused=0 bytes=67"), 1);
	ck_assert_int_eq(home_logged(h, ""), 4);

	FILE *f = fopen(home_message(h, 0, path), "r");

	ck_assert_ptr_nonnull(f);
	ck_assert_uint_gt(fread(text, 1, sizeof text - 1, f), 0);
	fclose(f);
	ck_assert(strncmp(text, "Return-Path: <eve@example.net>\n"
	    "Delivered-To: box0@example.org\n"
	    "Received: from client.example.net ([192.0.2.1]) by "
	    "mx.example.org with ESMTP id 0123456789abc.1\n"
	    "\tfor <box0@example.org>; ", 165) == 0);
	ck_assert_str_eq(text + strlen(text) - 10, " +0000\nhi\n");
}
END_TEST

START_TEST(a_line_in_the_log_for_each_mailbox_and_an_id_for_each_mail)
{
	struct home *h = &stage.home;

	lead_to(HOUSE_READY);
	ask_mail("two@example.org");
	ask_mail("box2@example.org");
	say(ASK_QUIT);
	play(EXIT);
	ck_ended("quit", 3);
	ck_assert_int_eq(home_logged(h, "event=stored id=0123456789abc.1"), 2);
	ck_assert_int_eq(home_logged(h, "event=stored id=0123456789abc.2"), 1);
	ck_assert_int_eq(home_logged(h, "to=two@example.org"), 2);
	ck_assert_int_eq(home_logged(h, "messages=2 refused=0"), 1);
}
END_TEST

START_TEST(each_accepted_recipient_has_its_answer)
{
	lead_to(HOUSE_SENDER);
	ask_rcpt("box0@example.org");
	ask_rcpt("nobody@example.org");
	ask_rcpt("box1@example.org");
	ask(ASK_DATA | ASK_COMMIT);
	say(ASK_QUIT);
	play(EXIT);
	ck_ended("quit", 2);
	ck_assert_uint_eq(last_answer()->each[0], reply_stored);
	ck_assert_uint_eq(last_answer()->each[1], reply_stored);
	ck_assert_uint_eq(last_answer()->each[2], 0);
}
END_TEST

static const struct rcpt {
	const char *recipient;
	enum reply reply;
	const char *text, *logged;
	bool fault;
} rcpts[] = {
	{ "box0@example.org", reply_rcpt_ok, "", NULL, false },
	{ "BOX0+news@EXAMPLE.org", reply_rcpt_ok, "", NULL, false },
	{ "eve@example.org", reply_no_such_user, "", "reply=550 command=RCPT "
	  "from=eve@example.net to=eve@example.org why=\"No such", false },
	{ "a@b", reply_not_ours, "", "reply=550", false },
	{ "no@example.org", reply_reject_said, "Moved", "why=Moved", false },
	{ "gone@example.org", reply_trouble, "", "reply=451", true },
	{ "", reply_no_such_user, "", "reply=550", false },
};

START_TEST(a_recipients_answer)
{
	const struct rcpt *row = &rcpts[_i];

	fprintf(stderr, "# %s\n", row->recipient);
	lead_to(HOUSE_SENDER);
	ask_rcpt(row->recipient);
	stage.script[stage.lines - 1].ask.recipient_len =
	    (uint32_t)strlen(row->recipient);
	say(ASK_QUIT);
	play(EXIT);
	ck_ended("quit", 0);
	ck_assert_uint_eq(last_answer()->verdict.reply, row->reply);
	ck_assert_str_eq(last_answer()->verdict.text, row->text);
	ck_assert_int_eq(home_logged(&stage.home, "event=refused"),
	    row->logged != NULL);
	if (row->logged != NULL)
		ck_assert_int_eq(home_logged(&stage.home, row->logged), 1);
	ck_assert_int_eq(stage.house.fault, row->fault);
}
END_TEST

START_TEST(a_note_is_logged)
{
	lead_to(HOUSE_RCPTS);
	say(ASK_NOTE);
	say(ASK_QUIT);
	play(EXIT);
	ck_ended("quit", 0);
	ck_assert_int_eq(home_logged(&stage.home, "event=refused "
	    "id=0123456789abc.1 client=192.0.2.1 reply=503 command=MAIL "
	    "from=eve@example.net to=box0@example.org "
	    "why=\"EHLO or HELO must come first\" said=\"MAIL FROM:<>\""), 1);
	ck_assert_int_eq(home_logged(&stage.home, "refused=1 "), 1);
}
END_TEST

START_TEST(abort_takes_back_what_is_in_tmp)
{
	lead_to(HOUSE_DATA);
	ask(ASK_BODY);
	say(ASK_ABORT);
	ask_mail("box1@example.org");
	say(ASK_QUIT);
	play(EXIT);
	ck_ended("quit", 1);
	ck_assert_int_eq(home_entries(&stage.home, 1, "new"), 1);
}
END_TEST

/* The session's end takes no answers from here on. */
static void
deafen(void)
{
	for (int fd = 3; fd < THE_PAIR; fd++)
		shutdown(fd, SHUT_RD);
}

START_TEST(a_commit_whose_answer_nobody_takes_is_undone)
{
	lead_to(HOUSE_DATA);
	does(deafen);
	say(ASK_COMMIT);
	play(_i == 0 ? EXIT : WAIT);
	ck_attack("an answer is not taken");
	ck_assert_int_eq(home_logged(&stage.home, "event=stored"), 0);
	ck_assert_uint_eq(stage.house.messages, 0);
}
END_TEST

/* He will send it again, so it must not be here twice: RFC 1047. */
START_TEST(a_client_that_hung_up_before_the_commit)
{
	bool more = _i == 1;

	lead_to(HOUSE_DATA);
	ask(ASK_COMMIT);
	stage.script[stage.lines - 1].ask.more = more;
	does(see_nothing_in_tmp);
	say(ASK_QUIT);
	shutdown(stage.peer, SHUT_WR);
	play(EXIT);
	ck_ended("quit", more);
	ck_assert_uint_eq(last_answer()->each[0], more ? reply_stored
	    : reply_hung_up);
	ck_assert_int_eq(home_logged(&stage.home, "reply=451 command=DATA"),
	    !more);
	ck_assert(!stage.house.fault);
}
END_TEST

void
add_mails(TCase *tc)
{
	tcase_add_test(tc, a_mail_is_stored_and_logged);
	tcase_add_test(tc,
	    a_line_in_the_log_for_each_mailbox_and_an_id_for_each_mail);
	tcase_add_test(tc, each_accepted_recipient_has_its_answer);
	tcase_add_loop_test(tc, a_recipients_answer, 0, countof(rcpts));
	tcase_add_test(tc, a_note_is_logged);
	tcase_add_test(tc, abort_takes_back_what_is_in_tmp);
	tcase_add_loop_test(tc, a_commit_whose_answer_nobody_takes_is_undone,
	    0, 2);
	tcase_add_loop_test(tc, a_client_that_hung_up_before_the_commit, 0, 2);
}
