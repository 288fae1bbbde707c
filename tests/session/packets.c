/* packets.c - when the replies leave, RFC 2920; and what no table can say. */

#include <stdlib.h>
#include <string.h>

#include "heard.h"
#include "parts.h"

static struct talk *
begin(const char *says, char *octets, size_t size)
{
	return talk_new((struct span){ octets,
	    talk_expand(says, octets, size) });
}

static struct span
heard(const struct talk *t)
{
	return (struct span){ t->heard, t->heard_len };
}

/* One packet: the greeting, then all replies before the read for more. */
START_TEST(replies_wait_for_the_read)
{
	char says[1000];
	struct talk *t = begin(TO_ANN "NOOP\r\n", says, sizeof says);

	ck_assert_ptr_null(talk_run(t));
	ck_assert_uint_eq(t->writes, 2);
	free(t);
}
END_TEST

START_TEST(a_message_in_the_same_packet_waits_for_nothing)
{
	char says[1000];
	struct talk *t = begin(DATA "hi\r\n.\r\nQUIT\r\n", says, sizeof says);

	ck_assert_ptr_null(talk_run(t));
	/* What was stored is said at once, all else with the next read. */
	ck_assert_uint_eq(t->writes, 3);
	ck_assert(heard_is(heard(t), span_of("250 250 250 354 250 221")));
	free(t);
}
END_TEST

/* As many replies as fit go in one write, one more goes in the next. */
START_TEST(a_full_buffer_does_not_wait)
{
	char says[8000];
	unsigned fit = OUTPUT_SIZE / (sizeof "250 2.0.0 Nothing done\r\n" - 1);
	struct talk *t = begin("(NOOP\r\n){300}", says, sizeof says);

	t->first = t->says.len = fit * (sizeof "NOOP\r\n" - 1);
	ck_assert_ptr_null(talk_run(t));
	ck_assert_uint_eq(t->writes, 2);
	t->first = t->says.len += sizeof "NOOP\r\n" - 1;
	ck_assert_ptr_null(talk_run(t));
	ck_assert_uint_eq(t->writes, 3);
	free(t);
}
END_TEST

START_TEST(nul_and_all_other_octets_are_text)
{
	static const char start[] = DATA, end[] = "\r\n.\r\n";
	char says[1000], wanted[1000];
	size_t len = sizeof start - 1, stored = 0;

	memcpy(says, start, len);
	for (int c = 0; c < 256; c++)
		if (c != '\r' && c != '\n')
			says[len++] = wanted[stored++] = (char)c;
	memcpy(says + len, end, sizeof end - 1);
	wanted[stored++] = '\n';
	for (size_t step = 1; step <= len + 5; step++) {
		struct talk *t = talk_new((struct span){ says,
		    len + sizeof end - 1 });

		t->step = step;
		ck_assert_ptr_null(talk_run(t));
		ck_assert_uint_eq(t->fake.stored_len, stored);
		ck_assert_mem_eq(t->fake.stored, wanted, stored);
		free(t);
	}
}
END_TEST

/* No end with a NUL in it, and no command. */
START_TEST(nul_ends_nothing)
{
	static const char says[] = "NO\0OP\r\nNOOP\0\r\n" DATA
	    "hi\r\n.\0\r\n\0.\r\n.\r\nQUIT\r\n";
	static const char stored[] = "hi\n\0\n\0.\n";
	struct talk *t = talk_new((struct span){ says, sizeof says - 1 });

	ck_assert_ptr_null(talk_run(t));
	ck_assert(heard_is(heard(t),
	    span_of("500:5.5.2 500 250 250 250 354 250 221")));
	ck_assert_uint_eq(t->fake.stored_len, sizeof stored - 1);
	ck_assert_mem_eq(t->fake.stored, stored, sizeof stored - 1);
	free(t);
}
END_TEST

/* The house looks at the connection only where nothing waits. */
START_TEST(commit_knows_whether_more_waits)
{
	char says[1000];
	struct talk *t = begin(DATA "hi\r\n.\r\nQUIT\r\n", says, sizeof says);

	ck_assert_ptr_null(talk_run(t));
	ck_assert(t->fake.more);
	t->first = t->says.len - strlen("QUIT\r\n");
	ck_assert_ptr_null(talk_run(t));
	ck_assert(!t->fake.more);
	t->says.len = t->first;
	ck_assert_ptr_null(talk_run(t));
	ck_assert(!t->fake.more);
	free(t);
}
END_TEST

/* _i is how many writes the client takes before it is gone. */
START_TEST(who_does_not_take_replies_is_gone)
{
	char says[1000];
	struct talk *t = begin(DATA "hi\r\n", says, sizeof says);

	t->deaf_after = (unsigned)_i;
	t->first = t->step = 20;
	ck_assert_ptr_null(talk_run(t));
	ck_assert(strstr(t->fake.trace, "quit deaf ") != NULL);
	ck_assert_uint_eq(t->writes, (unsigned)_i + 1);
	free(t);
}
END_TEST

/* A name of 255 octets is ours, and every line still holds its end. */
START_TEST(a_long_name_of_our_own)
{
	char says[100], name[MAX_HOSTNAME + 1];
	struct talk *t = begin(EHLO "QUIT\r\n", says, sizeof says);

	memset(name, 'm', MAX_HOSTNAME);
	name[MAX_HOSTNAME] = '\0';
	t->rules.hostname = name;
	talk_run(t);
	ck_assert(heard_has(heard(t),
	    span_of("mmm closes the connection\r\n")));
	ck_assert_uint_eq(t->heard_len, strlen("220  ESMTP\r\n250-\r\n"
	    "250-PIPELINING\r\n250-8BITMIME\r\n250-CHUNKING\r\n"
	    "250-ENHANCEDSTATUSCODES\r\n250-LIMITS RCPTMAX=100 MAILMAX=1000\r\n"
	    "250 SIZE 52428800\r\n221 2.0.0  closes the connection\r\n") +
	    3 * MAX_HOSTNAME);
	free(t);
}
END_TEST

START_TEST(a_greeting_that_is_out_is_not_said_again)
{
	char says[100];
	struct talk *t = begin("QUIT\r\n", says, sizeof says);

	t->rules.greeted = true;
	talk_run(t);
	struct span all = heard(t);
	ck_assert(span_skip(&all, "221 2.0.0 "));
	free(t);
}
END_TEST

void
add_packets(TCase *tc)
{
	tcase_add_test(tc, a_greeting_that_is_out_is_not_said_again);
	tcase_add_test(tc, replies_wait_for_the_read);
	tcase_add_test(tc, a_message_in_the_same_packet_waits_for_nothing);
	tcase_add_test(tc, a_full_buffer_does_not_wait);
	tcase_add_test(tc, nul_and_all_other_octets_are_text);
	tcase_add_test(tc, nul_ends_nothing);
	tcase_add_test(tc, commit_knows_whether_more_waits);
	tcase_add_loop_test(tc, who_does_not_take_replies_is_gone, 1, 4);
	tcase_add_test(tc, a_long_name_of_our_own);
}
