/* test_ask.c - the session's end of the pair: what is sent together, what
 * waits, and in which order it arrives. */

#include <errno.h>
#include <setjmp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../smtp-receive/ask.h"
#include "suite.h"

static unsigned char buffer[BODY_SIZE];
static struct asker asker;
static struct backend backend;
static int monitor;			/* the other end */
static struct ask got;
static jmp_buf at_lost;

static _Noreturn void
lost(void)
{
	longjmp(at_lost, 1);
}

static void
set_up(void)
{
	int pair[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	asker = (struct asker){ .fd = pair[0], .lost = lost };
	monitor = pair[1];
	backend = ask_backend(buffer, sizeof buffer);
}

static struct span
span(const char *text)
{
	return (struct span){ text, strlen(text) };
}

/* The next message, or its parts 0 where none came. */
static unsigned
arrived(void)
{
	ssize_t n = recv(monitor, &got, sizeof got, MSG_DONTWAIT);

	if (n == -1 && errno == EAGAIN)
		return 0;
	ck_assert_int_eq(n, sizeof got);
	return got.parts;
}

/* The answer waits before the question is asked. */
static void
will_answer(enum reply reply, const char *text)
{
	struct answer a = { .verdict.reply = reply };

	memcpy(a.verdict.text, text, strlen(text));
	for (size_t i = 0; i < MAX_RECIPIENTS; i++)
		a.each[i] = (uint16_t)(reply_stored + i % 3);
	ck_assert_int_eq(write(monitor, &a, sizeof a), sizeof a);
}

static void
note(enum reply reply)
{
	backend.note(&asker, &(struct note){ reply, span("NOOP"),
	    span("NOOP x y") });
}

START_TEST(notices_wait_for_the_question)
{
	struct verdict v = { 0 };

	backend.helo(&asker, span("client.example"), true);
	backend.mail(&asker, span("eve@example.net"), 1234567890123);
	ck_assert_uint_eq(arrived(), 0);
	will_answer(reply_no_such_user, "why");
	backend.rcpt(&asker, span("ann@example.org"), &v);
	ck_assert_uint_eq(arrived(), ASK_HELO | ASK_MAIL | ASK_RCPT);
	ck_assert_uint_eq(got.helo_len, 14);
	ck_assert_mem_eq(got.helo, "client.example", 14);
	ck_assert_uint_eq(got.extended, 1);
	ck_assert_uint_eq(got.sender_len, 15);
	ck_assert_mem_eq(got.sender, "eve@example.net", 15);
	ck_assert_uint_eq(got.size, 1234567890123);
	ck_assert_uint_eq(got.recipient_len, 15);
	ck_assert_mem_eq(got.recipient, "ann@example.org", 15);
	ck_assert_uint_eq(v.reply, reply_no_such_user);
	ck_assert_str_eq(v.text, "why");
	ck_assert_uint_eq(arrived(), 0);
}
END_TEST

/* What would have to come before a part that is kept goes in a message of
 * its own. */
START_TEST(the_order_is_kept)
{
	struct verdict v = { 0 };

	backend.mail(&asker, span(""), 0);
	backend.abort(&asker);
	ck_assert_uint_eq(arrived(), ASK_MAIL);
	ck_assert_uint_eq(arrived(), ASK_ABORT);	/* at once */
	backend.helo(&asker, span("a"), false);
	backend.helo(&asker, span("bc"), true);
	ck_assert_uint_eq(arrived(), ASK_HELO);
	ck_assert_uint_eq(got.helo_len, 1);
	ck_assert_uint_eq(got.extended, 0);
	note(reply_noop);
	note(reply_bad_param);
	ck_assert_uint_eq(arrived(), ASK_HELO | ASK_NOTE);
	ck_assert_uint_eq(got.note_reply, reply_noop);
	ck_assert_uint_eq(arrived(), ASK_NOTE);	/* at once, too */
	ck_assert_uint_eq(got.note_reply, reply_bad_param);
	note(reply_help);
	ck_assert_uint_eq(arrived(), ASK_NOTE);
	backend.mail(&asker, span("x@y"), 0);
	ck_assert_uint_eq(got.note_reply, reply_help);
	ck_assert_mem_eq(got.verb, "NOOP", got.verb_len);
	ck_assert_uint_eq(got.said_len, 8);
	ck_assert_mem_eq(got.said, "NOOP x y", 8);
	will_answer(reply_rcpt_ok, "");
	backend.rcpt(&asker, span("ann"), &v);
	ck_assert_uint_eq(arrived(), ASK_MAIL | ASK_RCPT);
	ck_assert_uint_eq(arrived(), 0);
}
END_TEST

START_TEST(a_question_leaves_nothing_behind)
{
	struct verdict v = { 0 };

	will_answer(reply_rcpt_ok, "");
	backend.rcpt(&asker, span("ann"), &v);
	will_answer(reply_rcpt_ok, "");
	backend.rcpt(&asker, span("bob"), &v);
	backend.data(&asker);
	will_answer(reply_stored, "");
	backend.body(&asker, BODY_SIZE, &v);
	ck_assert_uint_eq(arrived(), ASK_RCPT);
	ck_assert_uint_eq(arrived(), ASK_RCPT);
	ck_assert_mem_eq(got.recipient, "bob", 3);
	ck_assert_uint_eq(arrived(), ASK_DATA | ASK_BODY);
	ck_assert_uint_eq(got.len, BODY_SIZE);
	ck_assert_uint_eq(v.reply, reply_stored);
}
END_TEST

START_TEST(tls_is_a_question_with_what_waits)
{
	struct verdict v = { 0 };

	backend.helo(&asker, span("a"), true);
	will_answer(reply_tls_trouble, "");
	backend.tls(&asker, &v);
	ck_assert_uint_eq(arrived(), ASK_HELO | ASK_TLS);
	ck_assert_uint_eq(v.reply, reply_tls_trouble);
	will_answer(reply_tls_ready, "");
	backend.tls(&asker, &v);
	ck_assert_uint_eq(arrived(), ASK_TLS);
	ck_assert_uint_eq(v.reply, reply_tls_ready);
	ck_assert_uint_eq(arrived(), 0);
}
END_TEST

START_TEST(commit_has_an_answer_for_each)
{
	const struct commit c = { 17, 23, span("<1@x>"), true };
	enum reply each[MAX_RECIPIENTS];

	will_answer(reply_stored, "");
	backend.commit(&asker, &c, each);
	ck_assert_uint_eq(arrived(), ASK_COMMIT);
	ck_assert_uint_eq(got.len, 17);
	ck_assert_uint_eq(got.crlf, 23);
	ck_assert_uint_eq(got.more, 1);
	ck_assert_uint_eq(got.message_id_len, 5);
	ck_assert_mem_eq(got.message_id, "<1@x>", 5);
	for (size_t i = 0; i < MAX_RECIPIENTS; i++)
		ck_assert_uint_eq(each[i], reply_stored + i % 3);
}
END_TEST

START_TEST(quit_is_sent_at_once_with_what_waits)
{
	backend.helo(&asker, span("a"), true);
	backend.quit(&asker, &(struct closing){ ENDING_TIMEOUT, 7,
	    1ull << 40 });
	ck_assert_uint_eq(arrived(), ASK_HELO | ASK_QUIT);
	ck_assert_uint_eq(got.ending, ENDING_TIMEOUT);
	ck_assert_uint_eq(got.commands, 7);
	ck_assert_uint_eq(got.octets, 1ull << 40);
}
END_TEST

START_TEST(what_is_too_long_is_cut)
{
	static char text[5000];
	const struct span all = { memset(text, 'x', sizeof text), sizeof text };
	const struct commit c = { .message_id = all };
	enum reply each[MAX_RECIPIENTS];
	struct verdict v;

	backend.helo(&asker, all, false);
	backend.mail(&asker, all, 0);
	backend.note(&asker, &(struct note){ reply_noop, all, all });
	will_answer(reply_stored, "");
	backend.rcpt(&asker, all, &v);
	will_answer(reply_stored, "");
	backend.commit(&asker, &c, each);
	ck_assert_uint_ne(arrived(), 0);
	ck_assert_uint_eq(got.helo_len, MAX_DOMAIN);
	ck_assert_uint_eq(got.sender_len, MAX_PATH);
	ck_assert_uint_eq(got.verb_len, ASK_VERB);
	ck_assert_uint_eq(got.said_len, MAX_SAID);
	ck_assert_uint_eq(arrived(), ASK_RCPT);
	ck_assert_uint_eq(got.recipient_len, MAX_PATH);
	ck_assert_uint_eq(arrived(), ASK_COMMIT);
	ck_assert_uint_eq(got.message_id_len, MAX_MESSAGE_ID);
}
END_TEST

/* _i: 0 a question, 1 quit, 2 an answer of another size. */
START_TEST(without_the_monitor_the_session_is_lost)
{
	struct verdict v;

	if (_i == 2)
		ck_assert_int_eq(write(monitor, "x", 1), 1);
	else
		close(monitor);
	if (setjmp(at_lost) != 0)
		return;
	if (_i == 1)
		backend.quit(&asker, &(struct closing){ .how = ENDING_EOF });
	else
		backend.rcpt(&asker, span("ann"), &v);
	ck_abort_msg("not lost");
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("ask");
	TCase *tc = tcase_create("ask");

	tcase_add_checked_fixture(tc, set_up, NULL);
	tcase_add_test(tc, notices_wait_for_the_question);
	tcase_add_test(tc, the_order_is_kept);
	tcase_add_test(tc, a_question_leaves_nothing_behind);
	tcase_add_test(tc, tls_is_a_question_with_what_waits);
	tcase_add_test(tc, commit_has_an_answer_for_each);
	tcase_add_test(tc, quit_is_sent_at_once_with_what_waits);
	tcase_add_test(tc, what_is_too_long_is_cut);
	tcase_add_loop_test(tc, without_the_monitor_the_session_is_lost, 0, 3);
	suite_add_tcase(s, tc);
	return s;
}
