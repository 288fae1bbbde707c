/* test_usermap.c - user maps in files, and who is found in them.
 *
 * Linked from this and usermap/ beside it, with the options in
 * usermap/wrap.opts, and the rooms below usermap.c. */

#include "suite.h"
#include "usermap/map.h"
#include "usermap/parts.h"

static void
add(Suite *s, const char *name, void (*add_tests)(TCase *))
{
	TCase *tc = tcase_create(name);

	tcase_add_checked_fixture(tc, make_map, remove_map);
	tcase_set_timeout(tc, 60);
	add_tests(tc);
	suite_add_tcase(s, tc);
}

Suite *
suite(void)
{
	Suite *s = suite_create("usermap");

	add(s, "find", add_find);
	add(s, "lines", add_lines);
	add(s, "file", add_file);
	add(s, "written", add_written);
	return s;
}
