/* test_span.c - views of bytes. */

#include <limits.h>
#include <string.h>

#include "../smtp-receive/span.h"
#include "suite.h"

static const struct {
	const char *a, *b;
	bool equal;
} pairs[] = {
	{ "", "", true },
	{ "Ann", "aNN", true },
	{ "ann", "ann ", false },
	{ "ann", "anm", false },
	{ "@", "`", false },		/* 0x20 apart, but no letters */
	{ "[", "{", false },
	{ "\xc4", "\xe4", false },	/* Latin-1 letters, not ASCII's */
};

START_TEST(case_of_ascii_letters_does_not_count)
{
	struct span a = span_of(pairs[_i].a), b = span_of(pairs[_i].b);

	ck_assert_int_eq(span_equal(a, b), pairs[_i].equal);
	ck_assert_int_eq(span_equal(b, a), pairs[_i].equal);
	ck_assert_int_eq(span_is(a, pairs[_i].b), pairs[_i].equal);
}
END_TEST

START_TEST(the_same_bytes)
{
	struct span ann = { "annAnn", 3 }, upper = span_of("Ann");
	char other[] = { 'a', 'n', 'n' };

	ck_assert(span_same(ann, (struct span){ other, 3 }));
	ck_assert(!span_same(ann, upper));
	ck_assert(!span_same(ann, span_of("anna")));
	ck_assert(!span_same(ann, span_of("an")));
	ck_assert(span_same((struct span){ NULL, 0 }, span_of("")));
	ck_assert(!span_same((struct span){ "a\0b", 3 },
	    (struct span){ "a\0c", 3 }));
}
END_TEST

static const struct {
	const char *text, *field, *rest;
} fields[] = {
	{ "a:b:c", "a", "b:c" },
	{ "a", "a", "" },
	{ "a:", "a", "" },
	{ ":a", "", "a" },
	{ "::", "", ":" },
	{ ":", "", "" },
	{ "", "", "" },
};

START_TEST(a_field_ends_before_its_stop)
{
	struct span s = span_of(fields[_i].text);
	struct span field = span_field(&s, ':');

	ck_assert(span_same(field, span_of(fields[_i].field)));
	ck_assert(span_same(s, span_of(fields[_i].rest)));
}
END_TEST

START_TEST(a_field_does_not_look_behind_the_end)
{
	struct span s = { "ab:c", 2 }, none = { NULL, 0 };

	ck_assert_uint_eq(span_field(&s, ':').len, 2);
	ck_assert_uint_eq(s.len, 0);
	ck_assert_uint_eq(span_field(&none, ':').len, 0);
	ck_assert_uint_eq(none.len, 0);
}
END_TEST

static const struct {
	const char *text, *word, *rest;
} words[] = {
	{ "a b", "a", " b" },
	{ "ab\tc d", "ab", "\tc d" },
	{ "ab", "ab", "" },
	{ " a", "", " a" },
	{ "", "", "" },
};

START_TEST(a_word_ends_before_a_space_or_tab)
{
	struct span s = span_of(words[_i].text);
	struct span word = span_word(&s), cut = { "ab", 1 };

	ck_assert(span_same(word, span_of(words[_i].word)));
	ck_assert(span_same(s, span_of(words[_i].rest)));
	ck_assert_uint_eq(span_word(&cut).len, 1);
}
END_TEST

static const struct {
	const char *text, *prefix, *left;	/* NULL: it is not there */
} prefixes[] = {
	{ "FROM:<>", "from:", "<>" },
	{ "FROM:", "FROM:", "" },
	{ "FROM", "FROM:", NULL },
	{ "", "FROM:", NULL },
	{ "TO:<>", "FROM:", NULL },
	{ "x", "", "x" },
};

START_TEST(skip_takes_all_of_the_prefix_or_nothing)
{
	struct span s = span_of(prefixes[_i].text);
	const char *left = prefixes[_i].left;

	ck_assert_int_eq(span_skip(&s, prefixes[_i].prefix), left != NULL);
	ck_assert(span_is(s, left != NULL ? left : prefixes[_i].text));
}
END_TEST

START_TEST(skip_does_not_look_behind_the_end)
{
	struct span s = { "FROM:<>", 4 };

	ck_assert(!span_skip(&s, "FROM:"));
	ck_assert(span_skip(&s, "FROM"));
	ck_assert_uint_eq(s.len, 0);
}
END_TEST

static const struct {
	const char *text;
	bool good;
	unsigned long long value;
} numbers[] = {
	{ "0", true, 0 },
	{ "007", true, 7 },
	{ "18446744073709551614", true, ULLONG_MAX - 1 },
	{ "18446744073709551615", true, ULLONG_MAX },
	{ "18446744073709551616", true, ULLONG_MAX },
	{ "18446744073709551620", true, ULLONG_MAX },
	{ "184467440737095516150", true, ULLONG_MAX },
	{ "99999999999999999999999999999999999999", true, ULLONG_MAX },
	{ "", false, 0 },
	{ "-1", false, 0 },
	{ "+1", false, 0 },
	{ " 1", false, 0 },
	{ "1 ", false, 0 },
	{ "0x1", false, 0 },
	{ "1/", false, 0 },		/* the characters beside the digits */
	{ "1:", false, 0 },
	{ "1\xb2", false, 0 },
};

START_TEST(a_number_is_digits_and_never_wraps)
{
	unsigned long long value = 42;

	ck_assert_int_eq(span_number(span_of(numbers[_i].text), &value),
	    numbers[_i].good);
	ck_assert_uint_eq(value, numbers[_i].good ? numbers[_i].value : 42);
}
END_TEST

static const struct {
	const char *text, *trimmed;
} trims[] = {
	{ "", "" },
	{ " \t ", "" },
	{ "\t a b\t", "a b" },
	{ "a", "a" },
	{ "\ra\n", "\ra\n" },
};

START_TEST(trim_takes_spaces_and_tabs)
{
	ck_assert(span_is(span_trim(span_of(trims[_i].text)),
	    trims[_i].trimmed));
}
END_TEST

START_TEST(cut_gives_the_front_and_leaves_the_rest)
{
	struct span s = span_of("front rest");
	struct span front = span_cut(&s, 6);

	ck_assert(span_is(front, "front "));
	ck_assert(span_is(s, "rest"));
	ck_assert_uint_eq(span_cut(&s, 4).len, 4);
	ck_assert_uint_eq(s.len, 0);
}
END_TEST

START_TEST(copy_needs_room_for_the_nul)
{
	char at[4] = "...";

	ck_assert(!span_copy(span_of("abcd"), at, sizeof at));
	ck_assert_str_eq(at, "...");
	ck_assert(span_copy(span_of("abc"), at, sizeof at));
	ck_assert_str_eq(at, "abc");
	ck_assert(span_copy((struct span){ NULL, 0 }, at, 1));
	ck_assert_str_eq(at, "");
	ck_assert(!span_copy((struct span){ NULL, 0 }, at, 0));
}
END_TEST

START_TEST(graphic_is_0x21_to_0x7e)
{
	for (int c = 0; c < 256; c++)
		ck_assert_int_eq(span_graphic((char)c), c >= 0x21 && c <= 0x7e);
}
END_TEST

START_TEST(printable_is_0x20_to_0x7e_throughout)
{
	for (int c = 0; c < 256; c++) {
		char text[3] = { 'a', 'b', 'c' };

		for (int i = 0; i < 3; i++) {
			text[i] = (char)c;
			ck_assert_int_eq(span_printable((struct span){ text,
			    3 }), c >= 0x20 && c <= 0x7e);
			text[i] = 'x';
		}
	}
	ck_assert(span_printable((struct span){ NULL, 0 }));
	ck_assert(span_printable((struct span){ "a\n", 1 }));
}
END_TEST

/* CR or LF, whichever is first, wherever it stands among eight. */
START_TEST(run_ends_at_a_line_end)
{
	static const struct {
		size_t cr, lf, len, run;	/* where they stand */
	} rows[] = {
		{ 9, 9, 0, 0 }, { 9, 9, 3, 3 }, { 0, 1, 9, 0 }, { 1, 0, 9, 0 },
		{ 5, 6, 9, 5 }, { 6, 5, 9, 5 }, { 8, 9, 9, 8 }, { 9, 8, 9, 8 },
		{ 7, 9, 8, 7 }, { 9, 7, 8, 7 }, { 8, 9, 8, 8 }, { 9, 8, 8, 8 },
		{ 2999, 3000, 3000, 2999 }, { 3000, 2999, 3000, 2999 },
		{ 3000, 3000, 3000, 3000 },
	};
	static char text[3001], to[3001];

	memset(text, 'x', sizeof text);
	text[rows[_i].lf] = '\n';
	text[rows[_i].cr] = rows[_i].cr == rows[_i].lf ? 'x' : '\r';
	ck_assert_uint_eq(span_copy_run((struct span){ text, rows[_i].len },
	    to, sizeof to), rows[_i].run);
	ck_assert_int_eq(memcmp(to, text, rows[_i].run), 0);
	ck_assert_uint_eq(span_copy_run((struct span){ text, rows[_i].len },
	    to, 5), rows[_i].run < 5 ? rows[_i].run : 5);
}
END_TEST

/* None of the other 254 is taken for one, nor hides one that follows. */
START_TEST(run_goes_on_over_all_other_octets)
{
	for (int c = 0; c < 256; c++) {
		char text[17], to[17];
		bool ends = c == '\n' || c == '\r';

		for (size_t i = 0; i < 16; i++) {
			memset(text, 'x', sizeof text);
			text[i] = (char)c;
			text[i + 1] = '\n';
			size_t len = span_copy_run((struct span){ text,
			    sizeof text }, to, sizeof to);
			ck_assert_uint_eq(len, ends ? i : i + 1);
			ck_assert_int_eq(memcmp(to, text, len), 0);
		}
	}
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("span");
	TCase *tc = tcase_create("span");

	tcase_add_loop_test(tc, case_of_ascii_letters_does_not_count, 0,
	    countof(pairs));
	tcase_add_test(tc, the_same_bytes);
	tcase_add_loop_test(tc, a_field_ends_before_its_stop, 0,
	    countof(fields));
	tcase_add_test(tc, a_field_does_not_look_behind_the_end);
	tcase_add_loop_test(tc, a_word_ends_before_a_space_or_tab, 0,
	    countof(words));
	tcase_add_loop_test(tc, skip_takes_all_of_the_prefix_or_nothing, 0,
	    countof(prefixes));
	tcase_add_test(tc, skip_does_not_look_behind_the_end);
	tcase_add_loop_test(tc, a_number_is_digits_and_never_wraps, 0,
	    countof(numbers));
	tcase_add_loop_test(tc, trim_takes_spaces_and_tabs, 0, countof(trims));
	tcase_add_test(tc, cut_gives_the_front_and_leaves_the_rest);
	tcase_add_test(tc, copy_needs_room_for_the_nul);
	tcase_add_test(tc, printable_is_0x20_to_0x7e_throughout);
	tcase_add_test(tc, graphic_is_0x21_to_0x7e);
	tcase_add_loop_test(tc,
	    run_ends_at_a_line_end, 0, 15);
	tcase_add_test(tc, run_goes_on_over_all_other_octets);
	suite_add_tcase(s, tc);
	return s;
}
