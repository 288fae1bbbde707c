/* test_param.c - what may stand behind a path. */

#include <stdlib.h>
#include <string.h>

#include "../smtp-receive/param.h"
#include "suite.h"

static const struct {
	const char *in;
	enum param_kind kind;	/* of the first */
	const char *keyword, *value, *rest;
} rows[] = {
	{ "", PARAM_END, NULL, NULL, "" },
	{ " \t ", PARAM_END, NULL, NULL, "" },
	{ " SIZE=1", PARAM_GOOD, "SIZE", "1", "" },
	{ "  SIZE=1  BODY=7BIT ", PARAM_GOOD, "SIZE", "1", "  BODY=7BIT" },
	{ "SMTPUTF8", PARAM_GOOD, "SMTPUTF8", "", "" },
	{ "8BIT-x=!~", PARAM_GOOD, "8BIT-x", "!~", "" },
	{ "X=<>@[]\"", PARAM_GOOD, "X", "<>@[]\"", "" },
	{ "=", PARAM_BAD, NULL, NULL, NULL },
	{ "=1", PARAM_BAD, NULL, NULL, NULL },
	{ "SIZE=", PARAM_BAD, NULL, NULL, NULL },
	{ "SIZE==1", PARAM_BAD, NULL, NULL, NULL },
	{ "SIZE=1=", PARAM_BAD, NULL, NULL, NULL },
	{ "-SIZE=1", PARAM_BAD, NULL, NULL, NULL },
	{ "SI_ZE=1", PARAM_BAD, NULL, NULL, NULL },
	{ "SIZE=1\tBODY=7BIT", PARAM_BAD, NULL, NULL, NULL },
	{ "X=\x7f", PARAM_BAD, NULL, NULL, NULL },
	{ "X=\xc3\xa9", PARAM_BAD, NULL, NULL, NULL },
	{ "\xc3\xa9=1", PARAM_BAD, NULL, NULL, NULL },
};

/* From memory that ends where the text does, for the sanitizer. */
START_TEST(keyword_and_value)
{
	size_t len = strlen(rows[_i].in);
	char *octets = malloc(len > 0 ? len : 1);
	struct span in = { octets, len };
	struct param p;

	ck_assert_ptr_nonnull(octets);
	memcpy(octets, rows[_i].in, len);
	ck_assert_int_eq(param_take(&in, &p), rows[_i].kind);
	if (rows[_i].rest != NULL)
		ck_assert(span_is(in, rows[_i].rest));
	if (rows[_i].keyword != NULL) {
		ck_assert(span_is(p.keyword, rows[_i].keyword));
		ck_assert(span_is(p.value, rows[_i].value));
	}
	free(octets);
}
END_TEST

START_TEST(nul_is_no_character_of_either)
{
	struct param p;

	ck_assert_int_eq(param_take(&(struct span){ "A\0=1", 4 }, &p),
	    PARAM_BAD);
	ck_assert_int_eq(param_take(&(struct span){ "A=1\0", 4 }, &p),
	    PARAM_BAD);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("param");
	TCase *tc = tcase_create("param");

	tcase_add_loop_test(tc, keyword_and_value, 0, countof(rows));
	tcase_add_test(tc, nul_is_no_character_of_either);
	suite_add_tcase(s, tc);
	return s;
}
