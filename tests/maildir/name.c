/* name.c - names of files. */

#include <regex.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "box.h"
#include "fault.h"
#include "parts.h"

static int
compare(const void *a, const void *b)
{
	return memcmp(a, b, MAILDIR_NAME);
}

START_TEST(a_hundred_thousand_names_differ)
{
	enum { MANY = 100000 };
	char (*names)[MAILDIR_NAME] = calloc(MANY, sizeof *names);

	ck_assert_ptr_nonnull(names);
	/* The clock stands still. */
	fault_trick.same_time = true;
	for (int i = 0; i < MANY; i++)
		ck_assert_int_eq(maildir_name(names[i], "h"), 0);
	qsort(names, MANY, sizeof *names, compare);
	for (int i = 1; i < MANY; i++)
		ck_assert_str_ne(names[i - 1], names[i]);
	free(names);
}
END_TEST

#define FRONT "^[0-9]+\\.M[0-9]+P[0-9]+R[0-9a-f]{32}\\."
#define TEN "abcdefghij"
#define SIXTY TEN TEN TEN TEN TEN TEN

START_TEST(a_name_looks_like_this)
{
	static const struct { const char *host, *pattern; } rows[] = {
		{ "mx.example.org", FRONT "mx\\.example\\.org$" },
		{ "", FRONT "$" },
		{ "a/b:c", FRONT "a\\\\057b\\\\072c$" },
		{ SIXTY "wxyz", FRONT SIXTY "wxyz$" },
		{ SIXTY "wxyz!", FRONT SIXTY "wxyz$" },
		{ SIXTY "wxy/", FRONT SIXTY "wxy\\\\057$" },
		{ SIXTY "wxyz/", FRONT SIXTY "wxyz$" },
	};
	char name[MAILDIR_NAME];
	regex_t re;

	ck_assert_int_eq(regcomp(&re, rows[_i].pattern, REG_EXTENDED), 0);
	ck_assert_int_eq(maildir_name(name, rows[_i].host), 0);
	ck_assert_msg(regexec(&re, name, 0, NULL, 0) == 0, "%s", name);
	regfree(&re);
}
END_TEST

/* The latest time, the highest pid and 64 octets to be escaped: still room
 * for the largest sizes and 35 octets of flags, and no escape in halves. */
START_TEST(a_name_fits_in_the_worst_case)
{
	static const char *const hosts[] = {
		"////////////////////////////////"
		"::::::::::::::::::::::::::::::::",
		"a///////////////////////////////"
		"::::::::::::::::::::::::::::::::",
		"ab//////////////////////////////"
		"::::::::::::::::::::::::::::::::",
		"abc/////////////////////////////"
		"::::::::::::::::::::::::::::::::",
		SIXTY "wxyz",
	};
	char name[MAILDIR_NAME], final[MAILDIR_NAME];

	fault_trick.worst_name = true;
	ck_assert_int_eq(maildir_name(name, hosts[_i]), 0);
	maildir_final(final, name, UINT64_MAX, UINT64_MAX);
	ck_assert_str_ne(final, "");
	ck_assert_uint_le(strlen(final) + strlen(":2,DFPRST") + 26, NAME_MAX);
	ck_assert_uint_ge(strlen(final), 120 + 60);
	ck_assert_ptr_null(strpbrk(final, "/:"));
	ck_assert_ptr_nonnull(strstr(final, "M999999P2147483647R"));

	/* Behind the last backslash stand three digits and no less. */
	const char *escape = strrchr(final, '\\');

	ck_assert(escape == NULL || strncmp(escape, "\\057,S=", 7) == 0
	    || strncmp(escape, "\\072,S=", 7) == 0);
	ck_assert_ptr_nonnull(strstr(final,
	    ",S=18446744073709551615,W=18446744073709551615"));
}
END_TEST

START_TEST(a_name_that_cannot_fit_is_none)
{
	char name[MAILDIR_NAME], final[MAILDIR_NAME];

	memset(name, 'x', NAME_MAX);
	name[NAME_MAX] = '\0';
	maildir_final(final, name, 1, 1);
	ck_assert_str_eq(final, "");
}
END_TEST

void
add_name(TCase *tc)
{
	tcase_add_test(tc, a_hundred_thousand_names_differ);
	LOOP(tc, a_name_looks_like_this, 7);
	LOOP(tc, a_name_fits_in_the_worst_case, 5);
	tcase_add_test(tc, a_name_that_cannot_fit_is_none);
}
