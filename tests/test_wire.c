/* test_wire.c - replies wait until a read, or until there is no room. */

#include <string.h>

#include "../smtp-receive/wire.h"
#include "suite.h"

struct client {
	struct wire wire;
	char log[64];		/* w: a write, r: a read, in their order */
	size_t written;
	int answer;		/* of a write */
};

static ssize_t
client_read(void *end, void *at, size_t size)
{
	struct client *c = end;

	strncat(c->log, "r", sizeof c->log - strlen(c->log) - 1);
	ck_assert_uint_gt(size, 0);
	*(char *)at = 'x';
	return 1;
}

static int
client_write(void *end, const void *at, size_t len)
{
	struct client *c = end;

	ck_assert_ptr_nonnull(at);
	strncat(c->log, "w", sizeof c->log - strlen(c->log) - 1);
	c->written += len;
	return c->answer;
}

static struct wire *
begin(struct client *c)
{
	memset(c, 0, sizeof *c);
	c->wire.read = client_read;
	c->wire.write = client_write;
	c->wire.end = c;
	return &c->wire;
}

START_TEST(a_read_writes_first)
{
	struct client c;
	struct wire *w = begin(&c);
	char at[8];

	ck_assert_int_eq(wire_read(w, at, sizeof at), 1);
	wire_say(w, "one\r\n", 5);
	wire_say(w, "two\r\n", 5);
	ck_assert_str_eq(c.log, "r");
	ck_assert_int_eq(wire_read(w, at, sizeof at), 1);
	ck_assert_int_eq(wire_read(w, at, sizeof at), 1);
	ck_assert_str_eq(c.log, "rwrr");
	ck_assert_uint_eq(c.written, 10);
}
END_TEST

START_TEST(what_does_not_fit_makes_room)
{
	struct client c;
	struct wire *w = begin(&c);
	char most[OUTPUT_SIZE] = { 0 };

	wire_say(w, most, sizeof most - 1);
	wire_say(w, "x", 1);
	ck_assert_str_eq(c.log, "");
	wire_say(w, "y", 1);
	ck_assert_str_eq(c.log, "w");
	ck_assert_uint_eq(c.written, OUTPUT_SIZE);
	ck_assert_uint_eq(w->used, 1);
	ck_assert_int_eq(w->out[0], 'y');
}
END_TEST

START_TEST(nothing_to_say_is_not_written)
{
	struct client c;

	wire_flush(begin(&c));
	ck_assert_str_eq(c.log, "");
}
END_TEST

/* Else it would be read from for ever, and never answered. */
START_TEST(after_a_failed_write_the_client_is_gone)
{
	struct client c;
	struct wire *w = begin(&c);
	char at[8];

	c.answer = -1;
	wire_say(w, "one\r\n", 5);
	ck_assert_int_eq(wire_read(w, at, sizeof at), 0);
	ck_assert(w->deaf);
	wire_say(w, "two\r\n", 5);
	wire_flush(w);
	ck_assert_int_eq(wire_read(w, at, sizeof at), 0);
	ck_assert_str_eq(c.log, "w");
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("wire");
	TCase *tc = tcase_create("wire");

	tcase_add_test(tc, a_read_writes_first);
	tcase_add_test(tc, what_does_not_fit_makes_room);
	tcase_add_test(tc, nothing_to_say_is_not_written);
	tcase_add_test(tc, after_a_failed_write_the_client_is_gone);
	suite_add_tcase(s, tc);
	return s;
}
