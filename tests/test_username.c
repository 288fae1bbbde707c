/* test_username.c - which words may be the name of a system user. */

#include "../smtp-receive/username.h"

#include <stdlib.h>
#include <string.h>

#include "suite.h"

#define X30 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

static const struct {
	const char *name;
	bool good;
} rows[] = {
	{ "a", true },
	{ "_apt", true },
	{ "ann.b-c_2", true },
	{ "0x", true },
	{ "7zip", true },
	{ X30 "xx", true },
	{ X30 "xxx", false },
	{ "", false },
	{ "0", false },
	{ "1000", false },
	{ "-ann", false },
	{ ".ann", false },
	{ "..", false },
	{ "Ann", false },
	{ "ann ", false },
	{ "ann+x", false },
	{ "ann/x", false },
	{ "ann:x", false },
	{ "\"ann\"", false },
	{ "ann\n", false },
	{ "\xc3\xa4", false },
};

/* From memory that ends where the name does, for the sanitizer. */
START_TEST(a_name)
{
	size_t len = strlen(rows[_i].name);
	char *octets = malloc(len > 0 ? len : 1);

	ck_assert_ptr_nonnull(octets);
	memcpy(octets, rows[_i].name, len);
	ck_assert_int_eq(username_good((struct span){ octets, len }),
	    rows[_i].good);
	free(octets);
}
END_TEST

START_TEST(nul_is_in_no_name)
{
	ck_assert(!username_good((struct span){ "ann\0x", 5 }));
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("username");
	TCase *tc = tcase_create("username");

	tcase_add_loop_test(tc, a_name, 0, countof(rows));
	tcase_add_test(tc, nul_is_in_no_name);
	suite_add_tcase(s, tc);
	return s;
}
