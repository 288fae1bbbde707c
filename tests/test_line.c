/* test_line.c - lines out of packets of any size. */

#include <errno.h>
#include <string.h>

#include "../smtp-receive/line.h"
#include "suite.h"

enum { OCTETS = 256 * 1024 };

/* An assertion for each octet: libcheck's would write to a file each. */
static void
must(bool good, const char *what)
{
	if (!good)
		ck_abort_msg("not so: %s", what);
}

/* A client that sends octets in packets of one size, then ends. */
struct client {
	size_t len, sent, packet;
	int error;		/* at the end: an errno, 0 for the end */
	struct wire wire;
	struct line line;
	char octets[OCTETS];
};

static ssize_t
client_read(void *end, void *at, size_t size)
{
	struct client *c = end;
	size_t len = c->len - c->sent;

	must(size > 0, "a read of something");
	if (len == 0) {
		errno = c->error;
		return c->error != 0 ? -1 : 0;
	}
	len = len < c->packet ? len : c->packet;
	len = len < size ? len : size;
	memcpy(at, c->octets + c->sent, len);
	c->sent += len;
	return (ssize_t)len;
}

static struct line *
begin(struct client *c, size_t packet)
{
	memset(c, 0, sizeof *c);
	c->packet = packet;
	c->wire.read = client_read;
	c->wire.end = c;
	c->line.wire = &c->wire;
	return &c->line;
}

/* size octets, the last of them what is in end. */
static void
add_line(struct client *c, size_t size, const char *end)
{
	ck_assert_uint_le(c->len + size, sizeof c->octets);
	memset(c->octets + c->len, 'a' + (int)(c->len % 26), size);
	c->len += size;
	memcpy(c->octets + c->len - strlen(end), end, strlen(end));
}

static const size_t packets[] = { 1, 2, 3, 7, 255, 256, 257, 2046, 2047, 2048,
    2049, 4096, 65535, 65536, OCTETS };

/* Lines of every size around the limit, in packets of size packets[_i]. */
START_TEST(a_line_is_2048_octets_at_most)
{
	static const size_t sizes[] = { 2, 3, 2046, 2047, 2048, 2049, 2050,
	    4096, 5, 65535, 65536, 65537, 2, 2048 };
	struct client c;
	struct line *l = begin(&c, packets[_i]);
	struct span text;

	for (size_t i = 0; i < countof(sizes); i++)
		add_line(&c, sizes[i], "\r\n");
	for (size_t i = 0, at = 0; i < countof(sizes); at += sizes[i++]) {
		bool good = sizes[i] <= MAX_LINE;

		ck_assert_int_eq(line_read(l, &text),
		    good ? LINE_GOOD : LINE_TOO_LONG);
		ck_assert_uint_eq(text.len, good ? sizes[i] - 2 : MAX_SAID);
		if (text.len > 0)
			ck_assert_mem_eq(text.at, c.octets + at, text.len);
	}
	ck_assert_int_eq(line_read(l, &text), LINE_EOF);
	ck_assert_uint_eq(l->octets, c.len);
}
END_TEST

/* More than the buffer holds: lines are cut by its end. */
START_TEST(a_line_across_the_buffers_end_stays_whole)
{
	struct client c;
	struct line *l = begin(&c, packets[_i]);
	struct span text;

	for (int i = 0; i < 100; i++)
		add_line(&c, 1500, "\r\n");
	for (int i = 0; i < 100; i++) {
		ck_assert_int_eq(line_read(l, &text), LINE_GOOD);
		ck_assert_uint_eq(text.len, 1498);
		ck_assert_mem_eq(text.at, c.octets + 1500 * i, text.len);
	}
}
END_TEST

static const struct {
	const char *says;
	struct {
		enum line_kind kind;
		const char *text;
	} lines[4];
} kinds[] = {
	{ "a\r\nb\r\n", { { LINE_GOOD, "a" }, { LINE_GOOD, "b" } } },
	{ "\r\n\n", { { LINE_GOOD, "" }, { LINE_BARE_LF, "" } } },
	{ "a\nb\r\n", { { LINE_BARE_LF, "a" }, { LINE_GOOD, "b" } } },
	{ "a\rb\r\n", { { LINE_GOOD, "a\rb" } } },
	{ "a\r\r\n", { { LINE_GOOD, "a\r" } } },
	{ "a\n\rb\r\n", { { LINE_BARE_LF, "a" }, { LINE_GOOD, "\rb" } } },
};

START_TEST(a_line_ends_in_cr_lf)
{
	struct client c;
	struct span text;

	for (size_t packet = 1; packet < 9; packet++) {
		struct line *l = begin(&c, packet);

		add_line(&c, strlen(kinds[_i].says), kinds[_i].says);
		for (size_t i = 0; kinds[_i].lines[i].text != NULL; i++) {
			ck_assert_int_eq(line_read(l, &text),
			    kinds[_i].lines[i].kind);
			ck_assert(span_is(text, kinds[_i].lines[i].text));
		}
		ck_assert_int_eq(line_read(l, &text), LINE_EOF);
	}
}
END_TEST

static const struct {
	int error;
	enum line_kind kind;
} ends[] = {
	{ 0, LINE_EOF },
	{ EAGAIN, LINE_TIMEOUT },
	{ ECONNRESET, LINE_EOF },
	{ EIO, LINE_EOF },
};

/* After nothing, after part of a line, after part of one too long. */
START_TEST(what_came_last_is_no_line)
{
	static const size_t sizes[] = { 0, 1, 2047, 2048, 70000 };
	struct client c;
	struct span text;

	for (size_t i = 0; i < countof(sizes); i++) {
		struct line *l = begin(&c, 1000);

		c.error = ends[_i].error;
		add_line(&c, sizes[i], "");
		ck_assert_int_eq(line_read(l, &text), ends[_i].kind);
		l = begin(&c, 1000);
		c.error = ends[_i].error;
		ck_assert_int_eq(line_peek(l, &text), ends[_i].kind);
	}
}
END_TEST

/* A command, a message, a command: no octet is lost between the two ways to
 * read, and none read ahead. */
START_TEST(lines_and_pieces_share_the_octets)
{
	struct client c;
	struct line *l = begin(&c, packets[_i]);
	struct span text;
	size_t left = 100000;

	add_line(&c, 10, "\r\n");
	add_line(&c, left, "z");
	add_line(&c, 10, "\r\n");
	ck_assert_int_eq(line_read(l, &text), LINE_GOOD);
	while (left > 0) {
		must(line_peek(l, &text) == LINE_GOOD && text.len > 0,
		    "there is a piece");
		size_t len = text.len < left ? text.len : left;

		len = len > 3 ? len / 3 : len;
		must(memcmp(text.at, c.octets + 100010 - left, len) == 0,
		    "the octets are those that were sent");
		line_take(l, len);
		left -= len;
	}
	ck_assert_int_eq(line_read(l, &text), LINE_GOOD);
	ck_assert_mem_eq(text.at, c.octets + 100010, 8);
	ck_assert(!line_waiting(l));
}
END_TEST

START_TEST(octets_are_skipped_over_pieces)
{
	struct client c;
	struct line *l = begin(&c, packets[_i]);
	struct span text;

	add_line(&c, 10, "\r\n");
	add_line(&c, 100000, "z");
	add_line(&c, 10, "\r\n");
	ck_assert_int_eq(line_read(l, &text), LINE_GOOD);
	ck_assert_int_eq(line_skip(l, 0), LINE_GOOD);
	ck_assert_int_eq(line_skip(l, 100000), LINE_GOOD);
	ck_assert_int_eq(line_read(l, &text), LINE_GOOD);
	ck_assert_mem_eq(text.at, c.octets + 100010, 8);
	ck_assert_int_eq(line_skip(l, 1), LINE_EOF);
}
END_TEST

START_TEST(waiting_is_what_came_and_was_not_taken)
{
	struct client c;
	struct line *l = begin(&c, 100);
	struct span text;

	add_line(&c, 6, "a\r\nb\r\n");
	ck_assert(!line_waiting(l));
	ck_assert_int_eq(line_read(l, &text), LINE_GOOD);
	ck_assert(line_waiting(l));
	ck_assert_int_eq(line_read(l, &text), LINE_GOOD);
	ck_assert(!line_waiting(l));
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("line");
	TCase *tc = tcase_create("line");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, a_line_is_2048_octets_at_most, 0,
	    countof(packets));
	tcase_add_loop_test(tc, a_line_across_the_buffers_end_stays_whole, 0,
	    countof(packets));
	tcase_add_loop_test(tc, a_line_ends_in_cr_lf, 0, countof(kinds));
	tcase_add_loop_test(tc, what_came_last_is_no_line, 0, countof(ends));
	tcase_add_loop_test(tc, lines_and_pieces_share_the_octets, 0,
	    countof(packets));
	tcase_add_loop_test(tc, octets_are_skipped_over_pieces, 0,
	    countof(packets));
	tcase_add_test(tc, waiting_is_what_came_and_was_not_taken);
	suite_add_tcase(s, tc);
	return s;
}
