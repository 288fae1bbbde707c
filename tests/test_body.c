/* test_body.c - what of a message goes to the house, and what does not. */

#include <string.h>

#include "../smtp-receive/body.h"
#include "suite.h"

enum { BUFFER = 10 };

/* A client with packets of a size (0: with one), and a house that says no at
 * call refuse_at. */
struct world {
	struct span says;
	size_t packet;
	unsigned calls, refuse_at;
	size_t len;
	struct wire wire;
	struct line line;
	struct body body;
	struct backend backend;
	unsigned char buffer[BUFFER];
	char got[1000];
};

static ssize_t
world_read(void *end, void *at, size_t size)
{
	struct world *w = end;
	size_t len = w->says.len < size ? w->says.len : size;

	if (w->packet != 0 && len > w->packet)
		len = w->packet;
	memcpy(at, span_cut(&w->says, len).at, len);
	return (ssize_t)len;
}

static void
world_body(void *house, size_t len, struct verdict *v)
{
	struct world *w = house;

	ck_assert_uint_eq(len, BUFFER);
	ck_assert(w->refuse_at == 0 || w->calls < w->refuse_at);
	memcpy(w->got + w->len, w->buffer, len);
	w->len += len;
	w->calls++;
	v->reply = w->calls == w->refuse_at ? reply_no_room : reply_stored;
}

static void
open_world(struct world *w, const char *says, uint64_t max_size)
{
	w->says = span_of(says);
	w->wire.read = world_read;
	w->wire.end = w;
	w->line.wire = &w->wire;
	w->backend.buffer = w->buffer;
	w->backend.size = BUFFER;
	w->backend.body = world_body;
	w->body.backend = &w->backend;
	w->body.house = w;
	w->body.max_size = max_size;
}

static enum line_kind
read_body(struct world *w, const char *says, uint64_t max_size)
{
	open_world(w, says, max_size);
	return body_read(&w->body, &w->line);
}

#define LINE	"1234567\r\n"		/* 9 octets, 8 of them stored */

static const struct {
	const char *title, *says;
	uint64_t max_size;
	unsigned refuse_at, calls;
	uint64_t size;
	size_t waits;			/* in the buffer, at the end */
} rows[] = {
	{ "an empty message", ".\r\n", 100, 0, 0, 0, 0 },
	{ "less than the buffer stays in it", LINE ".\r\n", 100, 0, 0, 9, 8 },
	{ "a full buffer waits for the next octet",
	  "12345678\r\n.\r\n", 100, 0, 0, 10, 9 },
	{ "and goes before it", "123456789\r\n.\r\n", 100, 0, 1, 11, 0 },
	{ "several", LINE LINE LINE ".\r\n", 100, 0, 2, 27, 4 },
	{ "up to the limit", LINE LINE LINE LINE LINE ".\r\n", 22, 0, 2, 45,
	  0 },
	{ "nothing goes above the limit",
	  LINE LINE LINE LINE LINE ".\r\n", 21, 0, 1, 45, 0 },
	{ "nothing goes after a bare LF",
	  LINE "1\n" LINE LINE LINE ".\r\n", 100, 0, 0, 9 + 3 + 27, 4 },
	{ "nothing goes after the house has refused",
	  LINE LINE LINE LINE LINE ".\r\n", 100, 1, 1, 45, 0 },
	{ "nor after its second answer",
	  LINE LINE LINE LINE LINE ".\r\n", 100, 2, 2, 45, 0 },
};

START_TEST(a_message)
{
	struct world w = { .refuse_at = rows[_i].refuse_at };

	ck_assert_int_eq(read_body(&w, rows[_i].says, rows[_i].max_size),
	    LINE_GOOD);
	ck_assert_msg(w.calls == rows[_i].calls &&
	    body_size(&w.body) == rows[_i].size,
	    "%s: %u calls, size %llu", rows[_i].title, w.calls,
	    (unsigned long long)body_size(&w.body));
	ck_assert_int_eq(w.body.refused, rows[_i].refuse_at != 0);
	if (w.calls == rows[_i].calls && !w.body.refused && rows[_i].waits > 0)
		ck_assert_uint_eq(w.body.len, rows[_i].waits);
	if (w.body.refused)
		ck_assert_int_eq(w.body.why.reply, reply_no_room);
}
END_TEST

START_TEST(what_is_behind_the_end_waits)
{
	struct world w = { 0 };
	struct span next;

	ck_assert_int_eq(read_body(&w, LINE LINE ".\r\nQUIT\r\n", 100),
	    LINE_GOOD);
	ck_assert(line_waiting(&w.line));
	ck_assert_int_eq(line_read(&w.line, &next), LINE_GOOD);
	ck_assert(span_is(next, "QUIT"));
}
END_TEST

START_TEST(the_house_gets_the_octets)
{
	struct world w = { 0 };
	static const char stored[] = "1234567\n1234567\n.\n";

	ck_assert_int_eq(read_body(&w, LINE LINE "..\r\n.\r\n", 100),
	    LINE_GOOD);
	memcpy(w.got + w.len, w.buffer, w.body.len);
	ck_assert_uint_eq(w.len + w.body.len, sizeof stored - 1);
	ck_assert_mem_eq(w.got, stored, sizeof stored - 1);
}
END_TEST

START_TEST(without_its_end_it_is_none)
{
	struct world w = { 0 };

	ck_assert_int_eq(read_body(&w, LINE LINE ".\r", 100), LINE_EOF);
}
END_TEST

START_TEST(the_header_is_read_across_buffers_and_packets)
{
	struct world w = { .packet = (size_t)_i };

	ck_assert_int_eq(read_body(&w, "Received: a\r\nMessage-ID: <b@c>\r\n"
	    "received: d\r\n\r\nReceived: e\r\n.\r\n", 1000), LINE_GOOD);
	ck_assert_uint_eq(w.body.head.received, 2);
	ck_assert_uint_eq(w.body.head.id_len, 5);
	ck_assert_mem_eq(w.body.head.id, "<b@c>", 5);
}
END_TEST

static const struct {
	const char *title, *says, *stored;
	uint64_t size, max_size;
	unsigned refuse_at, calls;
} chunks[] = {
	{ "an empty message", "", "", 0, 100, 0, 0 },
	{ "less than the buffer stays in it", LINE, "1234567\n", 9, 100, 0,
	  0 },
	{ "a full buffer waits for the next octet", "123456789\r\n",
	  "123456789\n", 11, 100, 0, 0 },
	{ "and goes before it", "123456789\r\n1", "123456789\n1", 12, 100, 0,
	  1 },
	{ "a CR that waits goes at the end", "123456789\r", "123456789\r", 10,
	  100, 0, 0 },
	{ "into the next buffer", "1234567890\r", "1234567890\r", 11, 100, 0,
	  1 },
	{ "LF counts as CR LF", "1\n2\n", "1\n2\n", 6, 100, 0, 0 },
	{ "and does not keep the message from the house", "1\n" LINE LINE,
	  "1\n1234567\n1234567\n", 21, 100, 0, 1 },
	{ "nothing goes above the limit", LINE LINE LINE, NULL, 27, 10, 0, 0 },
	{ "nothing goes after the house has refused", LINE LINE LINE LINE LINE,
	  NULL, 45, 100, 1, 1 },
};

/* In two chunks, split at every place. */
START_TEST(a_message_in_chunks)
{
	for (size_t split = 0; split <= strlen(chunks[_i].says); split++) {
		struct world w = { .refuse_at = chunks[_i].refuse_at };

		open_world(&w, chunks[_i].says, chunks[_i].max_size);
		ck_assert_int_eq(body_chunk(&w.body, &w.line, split),
		    LINE_GOOD);
		ck_assert_int_eq(body_chunk(&w.body, &w.line,
		    strlen(chunks[_i].says) - split), LINE_GOOD);
		body_end(&w.body);
		ck_assert_msg(w.calls == chunks[_i].calls &&
		    body_size(&w.body) == chunks[_i].size,
		    "%s, split at %zu: %u calls, size %llu", chunks[_i].title,
		    split, w.calls, (unsigned long long)body_size(&w.body));
		if (chunks[_i].stored == NULL)
			continue;
		memcpy(w.got + w.len, w.buffer, w.body.len);
		ck_assert_str_eq(w.got, chunks[_i].stored);
	}
}
END_TEST

START_TEST(what_is_behind_a_chunk_waits)
{
	struct world w = { 0 };
	struct span next;

	open_world(&w, LINE "QUIT\r\n", 100);
	ck_assert_int_eq(body_chunk(&w.body, &w.line, 9), LINE_GOOD);
	ck_assert_int_eq(line_read(&w.line, &next), LINE_GOOD);
	ck_assert(span_is(next, "QUIT"));
}
END_TEST

START_TEST(an_empty_chunk_reads_nothing)
{
	struct world w = { 0 };

	open_world(&w, "", 100);
	ck_assert_int_eq(body_chunk(&w.body, &w.line, 0), LINE_GOOD);
}
END_TEST

START_TEST(half_a_chunk_is_none)
{
	struct world w = { 0 };

	open_world(&w, LINE, 100);
	ck_assert_int_eq(body_chunk(&w.body, &w.line, 10), LINE_EOF);
}
END_TEST

START_TEST(the_header_is_read_across_chunks)
{
	static const char says[] = "Received: a\nMessage-ID: <b@c>\r\n"
	    "received: d\r\n\nReceived: e\r\n";
	struct world w = { .packet = 7 };

	open_world(&w, says, 1000);
	for (size_t i = 0; i < sizeof says - 1; i++)
		ck_assert_int_eq(body_chunk(&w.body, &w.line, 1), LINE_GOOD);
	ck_assert_uint_eq(w.body.head.received, 2);
	ck_assert_uint_eq(w.body.head.id_len, 5);
	ck_assert_mem_eq(w.body.head.id, "<b@c>", 5);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("body");
	TCase *tc = tcase_create("body");

	tcase_add_loop_test(tc, a_message, 0, countof(rows));
	tcase_add_test(tc, what_is_behind_the_end_waits);
	tcase_add_test(tc, the_house_gets_the_octets);
	tcase_add_test(tc, without_its_end_it_is_none);
	tcase_add_loop_test(tc, the_header_is_read_across_buffers_and_packets,
	    0, 20);
	tcase_add_loop_test(tc, a_message_in_chunks, 0, countof(chunks));
	tcase_add_test(tc, what_is_behind_a_chunk_waits);
	tcase_add_test(tc, an_empty_chunk_reads_nothing);
	tcase_add_test(tc, half_a_chunk_is_none);
	tcase_add_test(tc, the_header_is_read_across_chunks);
	suite_add_tcase(s, tc);
	return s;
}
