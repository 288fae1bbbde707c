/* test_chunk.c - chunks off the wire: line ends, and all other octets. */

#include <string.h>

#include "../smtp-receive/chunk.h"
#include "suite.h"

enum { SIZE = 4096 };

struct taken {
	struct chunk chunk;
	size_t len;
	unsigned char out[SIZE];
};

static size_t
more_room(size_t size, size_t room)
{
	return size + room < SIZE ? size + room : SIZE;
}

/* Takes in in two pieces, the first of split octets, with room in out for
 * room at a time; then the end. */
static void
take(struct taken *t, struct span in, size_t split, size_t room)
{
	struct span pieces[] = { span_cut(&in, split), in };
	size_t size = room;

	memset(t, 0, sizeof *t);
	for (size_t i = 0; i < countof(pieces); i++)
		while (!chunk_take(&t->chunk, &pieces[i], t->out, &t->len,
		    size)) {
			ck_assert_uint_eq(t->len, size);
			size = more_room(size, room);
		}
	ck_assert_uint_eq(pieces[0].len + pieces[1].len, 0);
	chunk_end(&t->chunk, t->out, &t->len);
	ck_assert_uint_le(t->len, size);
}

static const struct {
	const char *in, *out;
	uint64_t size;
} rows[] = {
	{ "", "", 0 },
	{ "a", "a", 1 },
	{ "a\r\n", "a\n", 3 },
	{ "a\r\nb\r\n", "a\nb\n", 6 },
	{ "\r\n\r\n", "\n\n", 4 },

	/* LF alone is a line end, too, and counts as one. */
	{ "a\nb\n", "a\nb\n", 6 },
	{ "\n", "\n", 2 },
	{ "\r\n\n\r\n", "\n\n\n", 6 },
	{ "\n\r\n", "\n\n", 4 },

	/* CR alone is text. */
	{ "\r", "\r", 1 },
	{ "a\rb", "a\rb", 3 },
	{ "\r\r", "\r\r", 2 },
	{ "\r\r\n", "\r\n", 3 },
	{ "\n\r", "\n\r", 3 },
	{ "a\r\nb\r", "a\nb\r", 5 },
	{ "\ra\r\r\rb\r\n", "\ra\r\r\rb\n", 8 },

	/* Dots are text, and what DATA takes for an end. */
	{ ".\r\n", ".\n", 3 },
	{ "a\r\n.\r\nb", "a\n.\nb", 7 },
	{ "..a\r\n.\n.\r.", "..a\n.\n.\r.", 11 },
	{ "\x80\xff\t\x01 \r\n", "\x80\xff\t\x01 \n", 7 },
};

START_TEST(line_ends_become_lf_and_all_else_stays)
{
	struct span in = span_of(rows[_i].in);
	size_t len = strlen(rows[_i].out);
	struct taken t;

	for (size_t split = 0; split <= in.len; split++)
		for (size_t room = 1; room <= in.len + 1; room++) {
			take(&t, in, split, room);
			if (t.len != len || t.chunk.size != rows[_i].size ||
			    memcmp(t.out, rows[_i].out, len) != 0)
				ck_abort_msg("row %d, split at %zu, room %zu: "
				    "size %llu, out %.*s", _i, split, room,
				    (unsigned long long)t.chunk.size,
				    (int)t.len, (char *)t.out);
		}
}
END_TEST

START_TEST(every_octet_but_the_line_ends_is_text)
{
	char in[256];
	size_t len = 0;
	struct taken t;

	for (int c = 0; c < 256; c++)
		if (c != '\n')
			in[len++] = (char)c;
	take(&t, (struct span){ in, len }, 100, 7);
	ck_assert_uint_eq(t.len, len);
	ck_assert_mem_eq(t.out, in, len);
}
END_TEST

START_TEST(full_takes_nothing_more)
{
	struct chunk c = { 0 };
	struct span in = span_of("ab\r");
	unsigned char out[2];
	size_t len = 0;

	for (int i = 0; i < 2; i++) {
		ck_assert(!chunk_take(&c, &in, out, &len, sizeof out));
		ck_assert_uint_eq(in.len, 1);
	}
	len = 0;
	ck_assert(chunk_take(&c, &in, out, &len, sizeof out));
	ck_assert(c.cr);
}
END_TEST

/* A line longer than what is looked at together, with a CR and LF around
 * that place. */
START_TEST(long_lines)
{
	static char in[3000];
	size_t at = 1000 + (size_t)_i;
	struct taken t;

	memset(in, 'x', sizeof in);
	in[at] = '\r';
	in[at + 1] = '\n';
	take(&t, (struct span){ in, sizeof in }, 1024, SIZE);
	ck_assert_uint_eq(t.len, sizeof in - 1);
	ck_assert_uint_eq(t.chunk.size, sizeof in);
	ck_assert(t.out[at - 1] == 'x' && t.out[at] == '\n' &&
	    t.out[at + 1] == 'x');
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("chunk");
	TCase *tc = tcase_create("chunk");

	tcase_add_loop_test(tc, line_ends_become_lf_and_all_else_stays, 0,
	    countof(rows));
	tcase_add_test(tc, every_octet_but_the_line_ends_is_text);
	tcase_add_test(tc, full_takes_nothing_more);
	tcase_add_loop_test(tc, long_lines, 0, 50);
	suite_add_tcase(s, tc);
	return s;
}
