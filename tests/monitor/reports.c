/* reports.c - what the helper of TLS says, or does not. */

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "helper.h"
#include "parts.h"

static void
wait_for_input(void)
{
	atomic_store(&stage.shared->waiting, true);
}

static void
signal_the_monitor(void)
{
	kill(getppid(), SIGTERM);
}

static void
ck_answer(enum reply reply)
{
	ck_assert_uint_eq(last_answer()->verdict.reply, reply);
}

/* The helper breaks its contract behind READY. */
static void
bad_cipher(void)
{
	struct report r = report(REPORT_UP);

	r.cipher[0] = ';';
	say_kind(REPORT_READY);
	say_report(&r);
	pump();
}

static void
half_a_report(void)
{
	say_kind(REPORT_READY);
	if (write(4, "half", 4) == 4)
		pump();
}

static void
ready_twice(void)
{
	say_kind(REPORT_READY);
	ready();
}

static const struct {
	void (*helper)(void);
	const char *what;
} broken[] = {
	{ bad_cipher, "a report with a version or a cipher that is no word" },
	{ half_a_report, "a report of another size" },
	{ ready_twice, "a report out of turn" },
};

START_TEST(a_broken_report_is_an_attack)
{
	offer_tls(broken[_i].helper);
	lead_to(HOUSE_READY);
	ask(ASK_TLS);
	play(WAIT);
	ck_attack(broken[_i].what);
}
END_TEST

static void
fails(void)
{
	say_kind(REPORT_READY);
	say_kind(REPORT_FAILED);
	raise_flag(UP);
	pump();
}

static void
goes(void)
{
	say_kind(REPORT_READY);
	raise_flag(UP);
}

START_TEST(no_handshake)
{
	offer_tls(_i == 0 ? fails : goes);
	lead_to(HOUSE_READY);
	ask(ASK_TLS);
	does(wait_until_up);
	say_changed(ASK_QUIT)->ending = ENDING_EOF;
	play(EXIT);
	ck_ended("eof", 0);
	ck_assert_int_eq(home_logged(&stage.home, "event=notls "), 1);
	ck_assert_int_eq(home_logged(&stage.home, _i == 0
	    ? "why=\"no shared cipher\"" : "why=\"the TLS process is gone\""),
	    1);
	ck_assert(!stage.house.fault);
}
END_TEST

/* Somebody may have put it there: CVE-2011-0411. */
START_TEST(plain_text_waits_for_the_helper)
{
	offer_tls(up);
	ck_assert_int_eq(write(stage.peer, "x", 1), 1);
	lead_to(HOUSE_READY);
	ask(ASK_TLS);
	say_changed(ASK_QUIT)->ending = ENDING_PLAIN;
	play(EXIT);
	ck_ended("plain", 0);
	ck_answer(reply_plain_behind);
	ck_assert_int_eq(home_logged(&stage.home,
	    "reply=554 command=STARTTLS"), 1);
	ck_assert_int_eq(home_logged(&stage.home, "event=tls"), 0);
	ck_assert_int_eq(stage.tls.state, TLS_OFFERED);
}
END_TEST

static void
unfit(void)
{
	struct report r = report(REPORT_UNFIT);

	r.error = 13;
	say_report(&r);
}

static const struct {
	void (*helper)(void);
	const char *logged;
} unfits[] = {
	{ NULL, "call=execve path=/nonexistent/smtp-receive-tls "
	  "errno=\"ENOENT" },
	{ unfit, "/cert errno=\"EACCES" },
};

/* Logged once; the client may go on without, as often as it asks. */
START_TEST(a_start_that_fails)
{
	offer_tls(unfits[_i].helper);
	lead_to(HOUSE_READY);
	ask(ASK_TLS);
	ask(ASK_TLS);
	ask_mail("box0@example.org");
	say(ASK_QUIT);
	play(EXIT);
	ck_ended("quit", 1);
	ck_assert_uint_eq(stage.answers[1].verdict.reply, reply_tls_trouble);
	ck_assert_uint_eq(stage.answers[2].verdict.reply, reply_tls_trouble);
	ck_assert_int_eq(home_logged(&stage.home, unfits[_i].logged), 1);
	ck_assert_int_eq(home_logged(&stage.home, "event=failed"), 1);
	ck_assert_int_eq(home_logged(&stage.home,
	    "reply=454 command=STARTTLS"), 2);
	ck_assert(stage.house.fault);
}
END_TEST

START_TEST(from_the_start_a_start_that_fails)
{
	offer_tls(unfits[_i].helper);
	stage.config.tls_implicit = true;
	play(WAIT);
	ck_ended("fault", 0);
	ck_assert_int_eq(strncmp(stage.heard, "421 4.3.2 ", 10), 0);
	ck_assert_int_eq(home_logged(&stage.home, unfits[_i].logged), 1);
	ck_assert(stage.house.fault);
}
END_TEST

static void
pending(void)
{
	say_kind(REPORT_READY);
	pause();
}

/* What is said then goes to the helper; never in plain text to the client. */
START_TEST(an_end_while_the_handshake_is_pending)
{
	offer_tls(pending);
	lead_to(HOUSE_READY);
	ask(ASK_TLS);
	does(wait_for_input);
	if (_i == 0)
		does(signal_the_monitor);
	else
		stage.config.session_timeout = 1;
	play(WAIT);
	ck_ended(_i == 0 ? "signal" : "session-timeout", 0);
	ck_assert_str_eq(stage.heard, "");
	ck_assert_int_lt(stage.took, 2500);
}
END_TEST

START_TEST(the_last_word_goes_through_it)
{
	struct pollfd p = { .fd = stage.peer, .events = POLLIN };

	offer_tls(up);
	lead_to(HOUSE_READY);
	ask(ASK_TLS);
	does(wait_until_up);
	does(wait_for_input);
	does(signal_the_monitor);
	play(WAIT);
	ck_ended("signal", 0);
	if (stage.heard[0] == '\0') {
		ck_assert_int_eq(poll(&p, 1, 5000), 1);
		recv(stage.peer, stage.heard, sizeof stage.heard - 1, 0);
	}
	ck_assert_int_eq(strncmp(stage.heard, "421 4.3.2 ", 10), 0);
}
END_TEST

/* Days from now, and whether it is warned of. */
static const struct {
	int64_t days;
	int warned;
} expiries[] = {
	{ EXPIRY_DAYS + 1, 0 },
	{ EXPIRY_DAYS - 1, 1 },
	{ 0, 1 },
	{ -400, 1 },
	{ INT64_MIN / (24 * 60 * 60), 1 },
};

static int row;

static void
expires(void)
{
	struct report r = report(REPORT_UP);

	r.expires = expiries[row].days * 24 * 60 * 60;
	if (expiries[row].days > -1000)
		r.expires += time(NULL);
	say_kind(REPORT_READY);
	say_report(&r);
	raise_flag(UP);
	pump();
}

START_TEST(a_certificate_that_expires)
{
	row = _i;
	offer_tls(expires);
	lead_to(HOUSE_READY);
	ask(ASK_TLS);
	does(wait_until_up);
	say(ASK_QUIT);
	play(EXIT);
	ck_ended("quit", 0);
	ck_assert_int_eq(home_logged(&stage.home, "event=certificate "),
	    expiries[_i].warned);
	ck_assert_int_eq(home_logged(&stage.home, "/cert expires="),
	    expiries[_i].warned);
}
END_TEST

void
add_reports(TCase *tc)
{
	tcase_add_loop_test(tc, a_broken_report_is_an_attack, 0,
	    countof(broken));
	tcase_add_loop_test(tc, no_handshake, 0, 2);
	tcase_add_test(tc, plain_text_waits_for_the_helper);
	tcase_add_loop_test(tc, a_start_that_fails, 0, countof(unfits));
	tcase_add_loop_test(tc, from_the_start_a_start_that_fails, 0,
	    countof(unfits));
	tcase_add_loop_test(tc, an_end_while_the_handshake_is_pending, 0, 2);
	tcase_add_test(tc, the_last_word_goes_through_it);
	tcase_add_loop_test(tc, a_certificate_that_expires, 0,
	    countof(expiries));
}
