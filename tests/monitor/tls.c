/* tls.c - the session asks for TLS. */

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "helper.h"
#include "parts.h"

#define TWICE "tls: not offered, or twice"

static void
ck_answer(enum reply reply)
{
	ck_assert_uint_eq(last_answer()->verdict.reply, reply);
}

START_TEST(without_a_certificate)
{
	lead_to(HOUSE_READY);
	say(ASK_TLS);
	play(WAIT);
	ck_attack(TWICE);
}
END_TEST

/* _i: while the handshake is pending, and behind it. */
START_TEST(twice)
{
	offer_tls(_i == 0 ? ready : up);
	lead_to(HOUSE_READY);
	ask(ASK_TLS);
	if (_i == 1)
		does(wait_until_up);
	say(ASK_HELO | ASK_TLS);
	play(WAIT);
	ck_attack(TWICE);
	ck_answer(reply_tls_ready);
}
END_TEST

/* What was said before is forgotten: RFC 3207 section 4.2. */
START_TEST(granted_it_wants_helo_again)
{
	offer_tls(ready);
	lead_to(HOUSE_READY);
	ask(ASK_TLS);
	say(ASK_MAIL);
	play(WAIT);
	ck_attack("a message out of turn");
	ck_answer(reply_tls_ready);
}
END_TEST

/* _i: TLS was not asked for, or has no hands shaken yet. */
START_TEST(tls_required)
{
	offer_tls(ready);
	stage.config.tls_required = true;
	lead_to(HOUSE_READY);
	if (_i == 1) {
		ask(ASK_TLS);
		say(ASK_HELO);
	}
	say(ASK_MAIL);
	play(WAIT);
	ck_attack("mail: without TLS");
}
END_TEST

/* The helper reports while the monitor sleeps; the message comes behind. */
static void
stop_the_monitor(void)
{
	kill(getppid(), SIGSTOP);
	raise_flag(GO);
	wait_for_flag(UP);
}

static void
wake_the_monitor(void)
{
	kill(getppid(), SIGCONT);
}

static void
up_later(void)
{
	say_kind(REPORT_READY);
	wait_for_flag(GO);
	say_kind(REPORT_UP);
	raise_flag(UP);
	pump();
}

START_TEST(a_report_is_heard_before_the_message_behind_it)
{
	offer_tls(up_later);
	stage.config.tls_required = true;
	lead_to(HOUSE_READY);
	ask(ASK_TLS);
	does(stop_the_monitor);
	say(ASK_HELO | ASK_MAIL);
	does(wake_the_monitor);
	say(ASK_QUIT);
	play(EXIT);
	ck_ended("quit", 0);
	ck_assert_int_eq(home_logged(&stage.home, "event=tls "), 1);
	ck_assert_int_eq(home_logged(&stage.home, "proto=ESMTPS"), 1);
}
END_TEST

START_TEST(a_mail_through_it)
{
	char path[PATH_MAX], text[1000] = "";

	offer_tls(up);
	if (_i == 1)
		stage.config.tls_implicit = true;
	else {
		lead_to(HOUSE_READY);
		ask(ASK_TLS);
	}
	does(wait_until_up);
	say(ASK_HELO);
	ask_mail("box0@example.org");
	say(ASK_QUIT);
	play(EXIT);
	ck_ended("quit", 1);
	ck_assert_int_eq(home_logged(&stage.home, "version=TLSv1.3 "
	    "cipher=TLS_AES_256_GCM_SHA384 name=mx.example.org"), 1);
	ck_assert_int_eq(home_logged(&stage.home, "event=certificate"), 0);
	FILE *f = fopen(home_message(&stage.home, 0, path), "r");
	ck_assert_ptr_nonnull(f);
	ck_assert_uint_gt(fread(text, 1, sizeof text - 1, f), 0);
	fclose(f);
	ck_assert_ptr_nonnull(strstr(text, " with ESMTPS id "));
	ck_assert_ptr_nonnull(strstr(text,
	    " tls TLS_AES_256_GCM_SHA384 (TLSv1.3);\n"));
}
END_TEST

/* _i: refusals or commands. */
START_TEST(questions_without_end)
{
	stage.tls.state = TLS_BROKEN;
	lead_to(HOUSE_READY);
	for (int i = _i; i < (_i == 0 ? HOUSE_REFUSALS : HOUSE_COMMANDS); i++)
		say(_i == 0 ? ASK_NOTE : ASK_HELO);
	say(ASK_TLS);
	play(WAIT);
	ck_attack(_i == 0 ? "more than MAX_REFUSED" : "more than MAX_IDLE");
}
END_TEST

void
add_tls(TCase *tc)
{
	tcase_add_test(tc, without_a_certificate);
	tcase_add_loop_test(tc, twice, 0, 2);
	tcase_add_test(tc, granted_it_wants_helo_again);
	tcase_add_loop_test(tc, tls_required, 0, 2);
	tcase_add_test(tc, a_report_is_heard_before_the_message_behind_it);
	tcase_add_loop_test(tc, a_mail_through_it, 0, 2);
	tcase_add_loop_test(tc, questions_without_end, 0, 2);
}
