/* test_dot.c - messages off the wire, and random ones there and back. */

#include <string.h>

#include "../smtp-receive/dot.h"
#include "suite.h"

enum { SIZE = 4096 };

struct taken {
	enum dot_result result;
	struct dot dot;
	size_t used, len;
	unsigned char out[SIZE];
};

/* Feeds in in two pieces, the first of split octets, with room in out for
 * room at a time. */
static void
take(struct taken *t, struct span in, size_t split, size_t room)
{
	struct span rest = { in.at, split };
	size_t size = room;

	memset(t, 0, sizeof *t);
	for (;;) {
		t->result = dot_take(&t->dot, &rest, t->out, &t->len, size);
		if (t->len > size || t->dot.octets != t->len)
			ck_abort_msg("%zu octets in room for %zu", t->len,
			    size);
		if (t->result == DOT_FULL)
			size = size + room < SIZE ? size + room : SIZE;
		else if (t->result == DOT_END || rest.at == in.at + in.len)
			break;
		else
			rest.len = in.len - split;
	}
	t->used = (size_t)(rest.at - in.at);
}

enum { CLEAN, BARE };

static const struct {
	const char *in, *out;
	const char *rest;	/* behind the end; NULL: it has not come */
	int bare;
} rows[] = {
	{ ".\r\n", "", "", CLEAN },
	{ "a\r\n.\r\nQUIT\r\n", "a\n", "QUIT\r\n", CLEAN },
	{ "\r\n.\r\n.\r\n", "\n", ".\r\n", CLEAN },
	{ "..\r\n...\r\n..a\r\n.\r\n", ".\n..\n.a\n", "", CLEAN },
	{ ".a\r\n.\r\n", "a\n", "", CLEAN },
	{ "a.\r\n.\r\n", "a.\n", "", CLEAN },
	{ "\x80\xff\t\x01\r\n.\r\n", "\x80\xff\t\x01\n", "", CLEAN },

	/* Not yet the end. */
	{ "", "", NULL, CLEAN },
	{ "a", "a", NULL, CLEAN },
	{ "a\r", "a", NULL, CLEAN },
	{ "a\r\n", "a\n", NULL, CLEAN },
	{ "a\r\n.", "a\n", NULL, CLEAN },
	{ "a\r\n.\r", "a\n", NULL, CLEAN },

	/* Bare ones; what they look like is no end. */
	{ "a\nb\r\n.\r\n", "a\nb\n", "", BARE },
	{ "\n", "\n", NULL, BARE },
	{ "a\rb\r\n.\r\n", "ab\n", "", BARE },
	{ "a\n.\n", "a\n.\n", NULL, BARE },
	{ "a\n.\r\n", "a\n.\n", NULL, BARE },
	{ "a\r\n.\n", "a\n\n", NULL, BARE },
	{ "a\r\n.\rb", "a\nb", NULL, BARE },
	{ "a\r\n.\r\r\n", "a\n\n", NULL, BARE },
	{ "a\r\n.\r.\r\n", "a\n.\n", NULL, BARE },
	{ "a\r.\r\n", "a.\n", NULL, BARE },
	{ "a\r.\r", "a.", NULL, BARE },
	{ "a\r\r\n.\r\n", "a\n", "", BARE },
	{ "a\n\r.\r\n", "a\n.\n", NULL, BARE },
	{ "a\n\r\n.\r\n", "a\n\n", "", BARE },
	{ "\n.\r\n.\r\nQUIT", "\n.\n", "QUIT", BARE },
};

START_TEST(only_cr_lf_dot_cr_lf_is_an_end)
{
	struct span in = span_of(rows[_i].in);
	const char *rest = rows[_i].rest != NULL ? rows[_i].rest : "";
	bool ends = rows[_i].rest != NULL;
	size_t len = strlen(rows[_i].out);
	struct taken t;

	for (size_t split = 0; split <= in.len; split++)
		for (size_t room = 1; room <= in.len + 1; room++) {
			take(&t, in, split, room);
			if (t.result != (ends ? DOT_END : DOT_HUNGRY) ||
			    t.dot.bare != rows[_i].bare || t.len != len ||
			    memcmp(t.out, rows[_i].out, len) != 0 ||
			    strcmp(in.at + t.used, rest) != 0)
				ck_abort_msg("row %d, split at %zu, room %zu: "
				    "%s %s, out %.*s, rest %s", _i, split,
				    room,
				    t.result == DOT_END ? "end" : "no end",
				    t.dot.bare ? "bare" : "clean", (int)t.len,
				    (char *)t.out, in.at + t.used);
		}
}
END_TEST

START_TEST(octets_and_lines_are_those_that_went_out)
{
	struct taken t;

	take(&t, span_of("..a\r\n\r\n..\r\n.\r\n"), 1, 1);
	ck_assert_uint_eq(t.dot.octets, 6);
	ck_assert_uint_eq(t.dot.lines, 3);
	ck_assert_uint_eq(t.dot.octets, t.len);
}
END_TEST

START_TEST(full_takes_nothing_more)
{
	struct dot d = { 0 };
	struct span in = span_of("abc");
	unsigned char out[2];
	size_t len = 0;

	ck_assert_int_eq(dot_take(&d, &in, out, &len, sizeof out), DOT_FULL);
	ck_assert(span_is(in, "c"));
	ck_assert_int_eq(dot_take(&d, &in, out, &len, sizeof out), DOT_FULL);
	ck_assert(span_is(in, "c"));
}
END_TEST

/* Numbers without a clock or a seed: the same each time. */
static unsigned
next(unsigned *state)
{
	*state = *state * 1103515245 + 12345;
	return *state >> 16;
}

/* A message as a file has it: any octets but CR, dots and line ends often,
 * LF at the end. */
static size_t
random_message(unsigned *state, unsigned char *at, size_t size)
{
	size_t len = 1 + next(state) % (unsigned)size;

	for (size_t i = 0; i < len; i++) {
		static const unsigned char often[] = ".\n.a";
		unsigned n = next(state);

		at[i] = n % 3 != 0 ? often[n / 3 % 4] : (unsigned char)(n / 3);
		if (at[i] == '\r')
			at[i] = '\0';
	}
	at[len - 1] = '\n';
	return len;
}

/* As a client sends it: RFC 5321 section 4.5.2. */
static size_t
encode(const unsigned char *message, size_t len, char *at)
{
	size_t used = 0;
	bool start = true;

	for (size_t i = 0; i < len; i++) {
		if (start && message[i] == '.')
			at[used++] = '.';
		if (message[i] == '\n')
			at[used++] = '\r';
		at[used++] = (char)message[i];
		start = message[i] == '\n';
	}
	memcpy(at + used, ".\r\n", 3);
	return used + 3;
}

/* _i is where the random numbers start. */
START_TEST(what_is_sent_comes_back)
{
	unsigned state = (unsigned)_i;
	unsigned char message[300];
	char sent[3 * sizeof message];
	struct taken t;

	for (int i = 0; i < 20; i++) {
		size_t len = random_message(&state, message, sizeof message);
		struct span in = { sent, encode(message, len, sent) };

		for (size_t split = 0; split <= in.len; split++) {
			take(&t, in, split, 1 + next(&state) % 100);
			if (t.result != DOT_END || t.used != in.len ||
			    t.dot.bare || t.len != len ||
			    memcmp(t.out, message, len) != 0)
				ck_abort_msg("split at %zu:\n%.*s", split,
				    (int)in.len, sent);
		}
	}
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("dot");
	TCase *tc = tcase_create("dot");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, only_cr_lf_dot_cr_lf_is_an_end, 0,
	    countof(rows));
	tcase_add_test(tc, octets_and_lines_are_those_that_went_out);
	tcase_add_test(tc, full_takes_nothing_more);
	tcase_add_loop_test(tc, what_is_sent_comes_back, 0, 20);
	suite_add_tcase(s, tc);
	return s;
}
