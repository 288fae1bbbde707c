/* ends.c - signals, time, and sessions that end. */

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "parts.h"

static const enum house_state states[] = {
	HOUSE_FRESH, HOUSE_READY, HOUSE_SENDER, HOUSE_RCPTS, HOUSE_DATA,
	HOUSE_REFUSED,
};

static void
signal_the_monitor(void)
{
	kill(getppid(), SIGTERM);
}

static void
wait_for_input(void)
{
	atomic_store(&stage.shared->waiting, true);
}

static void
ck_heard(const char *start)
{
	ck_assert_msg(strncmp(stage.heard, start, strlen(start)) == 0,
	    "heard \"%s\"", stage.heard);
	ck_assert_ptr_nonnull(strstr(stage.heard, " [0123456789abc"));
}

START_TEST(a_signal_ends_the_session_in_any_state)
{
	lead_to(states[_i]);
	does(wait_for_input);
	does(signal_the_monitor);
	play(WAIT);
	ck_ended("signal", 0);
	ck_heard("421 4.3.2 ");
	ck_assert_int_lt(stage.took, 1500);
}
END_TEST

/* A session that is about to say something is given time for it; the client
 * hears nothing in the middle of a reply. */
START_TEST(a_signal_while_the_session_speaks)
{
	lead_to(HOUSE_RCPTS);
	does(signal_the_monitor);
	play(WAIT);
	ck_ended("signal", 0);
	ck_assert_str_eq(stage.heard, "");
	ck_assert_int_ge(stage.took, 3900);
	ck_assert_int_lt(stage.took, 6000);
}
END_TEST

START_TEST(a_question_that_waits_is_answered_before_a_signal)
{
	lead_to(HOUSE_READY);
	does(signal_the_monitor);
	ask_mail("box0@example.org");
	does(wait_for_input);
	play(WAIT);
	ck_ended("signal", 1);
	ck_assert_uint_eq(last_answer()->each[0], reply_stored);
	ck_heard("421 4.3.2 ");
}
END_TEST

START_TEST(an_attack_while_the_monitor_waits_for_a_reply)
{
	lead_to(HOUSE_RCPTS);
	does(signal_the_monitor);
	say(ASK_COMMIT);
	play(WAIT);
	ck_attack("a message out of turn");
}
END_TEST

/* Between mails the connection's start counts, in a mail the mail's. */
START_TEST(session_timeout_in_each_state)
{
	stage.config.session_timeout = 1;
	lead_to(states[_i]);
	does(wait_for_input);
	play(WAIT);
	ck_ended("session-timeout", 0);
	ck_heard("421 4.4.2 The connection lasted too long");
	ck_assert_int_ge(stage.took, 900);
	ck_assert_int_lt(stage.took, 2500);
}
END_TEST

START_TEST(session_timeout_waits_for_the_mail_in_hand)
{
	stage.config.session_timeout = 2;
	stage.house.start.tv_sec--;
	lead_to(HOUSE_RCPTS);
	does(wait_for_input);
	play(WAIT);
	ck_ended("session-timeout", 0);
	ck_assert_int_ge(stage.took, 1900);
}
END_TEST

START_TEST(session_timeout_is_looked_at_after_a_mail)
{
	lead_to(HOUSE_RCPTS);
	ask(ASK_DATA | ASK_COMMIT);
	does(wait_for_input);
	stage.config.session_timeout = 1;
	play(WAIT);
	ck_ended("session-timeout", 1);
	ck_assert_uint_eq(last_answer()->each[0], reply_stored);
	ck_assert_int_lt(stage.took, 2500);
}
END_TEST

/* Where 0 or 1 is no socket the kernel does not keep the time. */
START_TEST(silence_on_a_pipe)
{
	stage.client.socket[_i] = false;
	stage.config.command_timeout = 1;
	lead_to(HOUSE_RCPTS);
	does(wait_for_input);
	play(WAIT);
	ck_ended("timeout", 0);
	ck_heard("421 4.4.2 Nothing came for too long");
	ck_assert_int_ge(stage.took, 900);
	ck_assert_int_lt(stage.took, 2500);
}
END_TEST

static void
beat_for_a_while(void)
{
	const struct timespec step = { .tv_nsec = 300 * 1000 * 1000 };

	for (int i = 0; i < 6; i++) {
		nanosleep(&step, NULL);
		atomic_fetch_add(&stage.shared->beat, 1);
	}
}

START_TEST(what_comes_slowly_is_no_silence)
{
	stage.client.socket[0] = false;
	stage.config.command_timeout = 1;
	does(wait_for_input);
	does(beat_for_a_while);
	say(ASK_QUIT);
	play(EXIT);
	ck_ended("quit", 0);
	ck_assert_int_ge(stage.took, 1500);
}
END_TEST

START_TEST(on_a_socket_the_kernel_keeps_the_time)
{
	stage.config.command_timeout = 1;
	stage.config.session_timeout = 2;
	does(wait_for_input);
	play(WAIT);
	ck_ended("session-timeout", 0);
}
END_TEST

START_TEST(a_session_that_dies_is_an_attack_in_any_state)
{
	lead_to(states[_i]);
	play(DIE);
	ck_attack("the session was killed by a signal");
}
END_TEST

START_TEST(a_session_that_just_ends_is_an_attack_in_any_state)
{
	lead_to(states[_i]);
	play(EXIT);
	ck_attack("the session ended without a word");
}
END_TEST

static void
say_unfit(void)
{
	atomic_store(&stage.shared->unfit, EPERM);
}

/* One that could not be confined has read nothing; that is our fault, and
 * only before anything was said. */
START_TEST(a_session_that_cannot_be_confined)
{
	if (_i == 1)
		lead_to(HOUSE_READY);
	does(say_unfit);
	ck_assert_int_eq(play(EXIT), _i == 1);
	if (_i == 1)
		ck_attack("the session ended without a word");
	else
		ck_assert_int_eq(home_logged(&stage.home, "event=attack"), 0);
}
END_TEST

START_TEST(how_the_connection_ended)
{
	static const char *const words[] = { "quit", "eof", "timeout",
	    "errors", "unknown", "refused", "commands", "deaf" };

	lead_to(HOUSE_DATA);
	say_changed(ASK_QUIT)->ending = (uint32_t)_i;
	play(WAIT);
	ck_ended(words[_i], 0);
}
END_TEST

void
add_ends(TCase *tc)
{
	int all = countof(states);

	tcase_add_loop_test(tc, a_signal_ends_the_session_in_any_state, 0, all);
	tcase_add_test(tc, a_signal_while_the_session_speaks);
	tcase_add_test(tc, a_question_that_waits_is_answered_before_a_signal);
	tcase_add_test(tc, an_attack_while_the_monitor_waits_for_a_reply);
	tcase_add_loop_test(tc, session_timeout_in_each_state, 0, all);
	tcase_add_test(tc, session_timeout_waits_for_the_mail_in_hand);
	tcase_add_test(tc, session_timeout_is_looked_at_after_a_mail);
	tcase_add_loop_test(tc, silence_on_a_pipe, 0, 2);
	tcase_add_test(tc, what_comes_slowly_is_no_silence);
	tcase_add_test(tc, on_a_socket_the_kernel_keeps_the_time);
	tcase_add_loop_test(tc, a_session_that_dies_is_an_attack_in_any_state,
	    0, all);
	tcase_add_loop_test(tc,
	    a_session_that_just_ends_is_an_attack_in_any_state, 0, all);
	tcase_add_loop_test(tc, a_session_that_cannot_be_confined, 0, 2);
	tcase_add_loop_test(tc, how_the_connection_ended, 0, 8);
}
