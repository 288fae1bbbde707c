/* test_config.c - what smtp-receive.conf(5) and -o may say, and what is said
 * about it when they may not.
 *
 * Linked from this and config/ beside it, with the options in
 * config/wrap.opts, and config.c, setting.c and span.c. */

#include "config/parts.h"
#include "config/stage.h"
#include "suite.h"

static void
add(Suite *s, const char *name, void (*add_tests)(TCase *))
{
	TCase *tc = tcase_create(name);

	tcase_add_checked_fixture(tc, make_file, remove_file);
	add_tests(tc);
	suite_add_tcase(s, tc);
}

Suite *
suite(void)
{
	Suite *s = suite_create("config");

	add(s, "file", add_file);
	add(s, "values", add_values);
	add(s, "rest", add_rest);
	return s;
}
