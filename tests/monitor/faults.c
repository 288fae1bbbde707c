/* faults.c - the pair to the session fails, and the session is not to blame. */

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "parts.h"

ssize_t __real_recv(int, void *, size_t, int);
ssize_t __wrap_recv(int, void *, size_t, int);
ssize_t __real_send(int, const void *, size_t, int);
ssize_t __wrap_send(int, const void *, size_t, int);

/* In each test's own process: zero at its start. */
static struct {
	int error, at, times, seen;
} recv_fault, send_fault;

static bool
fails(int fd, int *seen, int at, int times)
{
	if (fd != stage.monitor.pair || times == 0)
		return false;
	(*seen)++;
	return *seen >= at && *seen < at + times;
}

ssize_t
__wrap_recv(int fd, void *at, size_t size, int flags)
{
	if (!fails(fd, &recv_fault.seen, recv_fault.at, recv_fault.times))
		return __real_recv(fd, at, size, flags);
	errno = recv_fault.error;
	return -1;
}

ssize_t
__wrap_send(int fd, const void *at, size_t size, int flags)
{
	if (!fails(fd, &send_fault.seen, send_fault.at, send_fault.times))
		return __real_send(fd, at, size, flags);
	errno = send_fault.error;
	return -1;
}

static void
ck_told(void)
{
	ck_assert_msg(strncmp(stage.heard, "421 4.3.2 ", 10) == 0,
	    "heard \"%s\"", stage.heard);
	ck_assert_int_eq(home_logged(&stage.home, "errno=\"ENOMEM: "), 1);
	ck_assert(stage.house.fault);
}

/* _i: the answer to RCPT, or to a whole mail. */
START_TEST(an_answer_that_cannot_be_sent)
{
	send_fault.error = ENOMEM;
	send_fault.at = _i + 1;
	send_fault.times = 1;
	lead_to(HOUSE_READY);
	ask_mail("box0@example.org");
	play(WAIT);
	ck_ended("fault", 0);
	ck_told();
	ck_assert_int_lt(stage.took, 1500);
}
END_TEST

START_TEST(an_answer_that_a_signal_interrupts)
{
	send_fault.error = EINTR;
	send_fault.at = 1;
	send_fault.times = 3;
	lead_to(HOUSE_READY);
	ask_mail("box0@example.org");
	say(ASK_QUIT);
	play(EXIT);
	ck_ended("quit", 1);
}
END_TEST

START_TEST(an_answer_that_finds_no_room_is_an_attack)
{
	send_fault.error = EAGAIN;
	send_fault.at = 1;
	send_fault.times = 1;
	lead_to(HOUSE_READY);
	ask_mail("box0@example.org");
	play(WAIT);
	ck_attack("an answer is not taken");
}
END_TEST

static void
wait_for_input(void)
{
	atomic_store(&stage.shared->waiting, true);
}

/* Nothing was taken: the question is answered yet, and then it is over. */
START_TEST(a_question_that_cannot_be_received)
{
	recv_fault.error = ENOMEM;
	recv_fault.at = 1;
	recv_fault.times = 1;
	ask(ASK_HELO | ASK_MAIL | ASK_RCPT);
	does(wait_for_input);
	play(WAIT);
	ck_ended("fault", 0);
	ck_told();
	ck_assert_uint_eq(last_answer()->verdict.reply, reply_rcpt_ok);
}
END_TEST

START_TEST(no_question_can_be_received_any_more)
{
	recv_fault.error = ENOMEM;
	recv_fault.at = 2;
	recv_fault.times = 1 << 30;
	lead_to(HOUSE_RCPTS);
	ask(ASK_DATA | ASK_COMMIT);
	play(WAIT);
	ck_ended("fault", 0);
	ck_told();
	ck_assert_int_lt(stage.took, 3500);
}
END_TEST

START_TEST(a_question_that_a_signal_interrupts)
{
	recv_fault.error = EINTR;
	recv_fault.at = 1;
	recv_fault.times = 2;
	lead_to(HOUSE_READY);
	ask_mail("box0@example.org");
	say(ASK_QUIT);
	play(EXIT);
	ck_ended("quit", 1);
}
END_TEST

void
add_faults(TCase *tc)
{
	tcase_add_loop_test(tc, an_answer_that_cannot_be_sent, 0, 2);
	tcase_add_test(tc, an_answer_that_a_signal_interrupts);
	tcase_add_test(tc, an_answer_that_finds_no_room_is_an_attack);
	tcase_add_test(tc, a_question_that_cannot_be_received);
	tcase_add_test(tc, no_question_can_be_received_any_more);
	tcase_add_test(tc, a_question_that_a_signal_interrupts);
}
