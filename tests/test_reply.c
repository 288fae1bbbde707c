/* test_reply.c - every line that a client can hear. */

#include <stdlib.h>
#include <string.h>

#include "../smtp-receive/limit.h"
#include "../smtp-receive/reply.h"
#include "suite.h"

#define ID	"0123456789abc.123456789"	/* the longest: MAX_ID - 1 */

struct line {
	size_t len;
	char text[MAX_REPLY + 1];
};

static struct line
write_reply(enum reply reply, const char *words, const char *text)
{
	struct line line;

	line.len = reply_write(reply, words, text, ID, line.text, MAX_REPLY);
	ck_assert_uint_le(line.len, MAX_REPLY);
	line.text[line.len] = '\0';
	return line;
}

static bool
ends_in(const struct line *line, const char *end)
{
	size_t len = strlen(end);

	return line->len >= len &&
	    strcmp(line->text + line->len - len, end) == 0;
}

/* 220, 354 and the last line of EHLO's and HELO's have none: RFC 2034. */
START_TEST(the_status_is_of_the_codes_class)
{
	const char *status = reply_status((enum reply)_i);
	unsigned code = reply_code((enum reply)_i);
	/* RFC 2034: none in the greeting and in what EHLO and HELO hear. */
	bool none = _i == reply_greeting || _i == reply_hello ||
	    _i == reply_early_talker || _i == reply_hello_wants_name ||
	    code == 354;

	ck_assert_uint_ge(code, 214);
	ck_assert_uint_le(code, 555);
	ck_assert_int_eq(status[0] == '\0', none);
	if (!none)
		ck_assert_uint_eq((unsigned)(status[0] - '0'), code / 100);
}
END_TEST

START_TEST(a_line_has_code_status_text_id_and_end)
{
	enum reply reply = (enum reply)_i;
	struct line line = write_reply(reply, "mx.example.org", "");
	struct span s = { line.text, line.len };
	const char *status = reply_status(reply);

	ck_assert_uint_eq(strtoul(line.text, NULL, 10), reply_code(reply));
	span_cut(&s, 4);
	ck_assert(status[0] == '\0' ||
	    (span_skip(&s, status) && span_skip(&s, " ")));
	ck_assert_uint_gt(s.len, strlen("x\r\n"));
	ck_assert(ends_in(&line, reply_code(reply) >= 400 ? " [" ID "]\r\n"
	    : "\r\n"));
	ck_assert_int_eq(strstr(line.text, "[" ID) != NULL,
	    reply_code(reply) >= 400);
	ck_assert_ptr_null(strchr(line.text, '%'));
}
END_TEST

/* Some clients show no more than the last line, some cut it: what helps
 * comes whole, in printable ASCII, whatever the reply. */
START_TEST(our_own_texts_fit_a_line)
{
	char name[MAX_HOSTNAME + 1];

	memset(name, 'm', MAX_HOSTNAME);
	name[MAX_HOSTNAME] = '\0';
	struct line line = write_reply((enum reply)_i, name, NULL);
	const char *text = reply_text((enum reply)_i);
	const char *mark = strstr(text, "%s");
	size_t len = strlen(text) - (mark != NULL ? 2 : 0);

	for (size_t i = 0; i < line.len - 2; i++)
		ck_assert(line.text[i] == ' ' || span_graphic(line.text[i]));
	ck_assert_uint_ge(line.len,
	    4 + len + (mark != NULL ? MAX_HOSTNAME : 0));
	ck_assert_ptr_null(mark != NULL ? strstr(mark + 1, "%") : NULL);
}
END_TEST

START_TEST(a_text_from_the_map_replaces_the_own)
{
	struct line line = write_reply(reply_reject_said, "no",
	    "100%s %n gone");

	ck_assert_str_eq(line.text,
	    "550 5.2.1 100%s %n gone [" ID "]\r\n");
	line = write_reply(reply_hello, "no", "SIZE 5");
	ck_assert_str_eq(line.text, "250 SIZE 5\r\n");
	line = write_reply(reply_stored, ID, "");
	ck_assert_str_eq(line.text, "250 2.0.0 Stored as " ID "\r\n");
}
END_TEST

/* RFC 5321 section 4.5.3.1.5 */
START_TEST(a_large_place_does_not_make_it_longer)
{
	char at[2 * MAX_REPLY], text[2 * MAX_REPLY];

	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	ck_assert_uint_eq(reply_write(reply_reject_said, "", text, ID, at,
	    sizeof at), MAX_REPLY);
}
END_TEST

/* A text from the map has 256 octets at most, but who knows. */
START_TEST(a_long_text_is_cut_the_ends_stay)
{
	char text[2 * MAX_REPLY + 1];

	memset(text, 'x', sizeof text - 1);
	for (size_t len = MAX_REPLY - 60; len < sizeof text; len++) {
		text[len] = '\0';
		struct line line = write_reply(reply_reject_said, "", text);
		size_t whole = len + strlen("550 5.2.1  [" ID "]\r\n");

		ck_assert_uint_eq(line.len, whole < MAX_REPLY ? whole
		    : MAX_REPLY);
		ck_assert(ends_in(&line, "x [" ID "]\r\n"));
		text[len] = 'x';
	}
}
END_TEST

/* Nothing is written behind at[size]. */
START_TEST(a_small_place_is_kept_to)
{
	for (size_t size = 60; size < 200; size++) {
		char *at = malloc(size);

		ck_assert_ptr_nonnull(at);
		size_t len = reply_write(reply_map_broken, "", "", ID, at,
		    size);
		ck_assert_uint_le(len, size);
		ck_assert_mem_eq(at + len - strlen(ID "]\r\n"), ID "]\r\n",
		    strlen(ID "]\r\n"));
		free(at);
	}
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("reply");
	TCase *tc = tcase_create("reply");

	tcase_add_loop_test(tc, the_status_is_of_the_codes_class, 0,
	    REPLY_COUNT);
	tcase_add_loop_test(tc, a_line_has_code_status_text_id_and_end, 0,
	    REPLY_COUNT);
	tcase_add_loop_test(tc, our_own_texts_fit_a_line, 0, REPLY_COUNT);
	tcase_add_test(tc, a_text_from_the_map_replaces_the_own);
	tcase_add_test(tc, a_long_text_is_cut_the_ends_stay);
	tcase_add_test(tc, a_large_place_does_not_make_it_longer);
	tcase_add_test(tc, a_small_place_is_kept_to);
	suite_add_tcase(s, tc);
	return s;
}
