/* test_tls.c - the files and the pair of TLS, the helper's start, what it may
 * report when, and its end. */

#include "tls/stage.h"

static void
add(Suite *s, const char *name, void (*add_tests)(TCase *))
{
	TCase *tc = tcase_create(name);

	tcase_add_checked_fixture(tc, set_stage, clear_stage);
	tcase_set_timeout(tc, 30);
	add_tests(tc);
	suite_add_tcase(s, tc);
}

Suite *
suite(void)
{
	Suite *s = suite_create("tls");

	add(s, "open", add_open);
	add(s, "start", add_start);
	add(s, "reports", add_reports);
	return s;
}
