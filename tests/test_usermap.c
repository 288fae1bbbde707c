/* test_usermap.c - user maps in files, and who is found in them.
 *
 * Linked from this and usermap/ beside it, with the options in
 * usermap/wrap.opts, and the rooms below usermap.c. */

#include "suite.h"
#include "usermap/map.h"
#include "usermap/parts.h"

static void
add(Suite *s, const char *name, void (*make)(void), void (*add_tests)(TCase *))
{
	TCase *tc = tcase_create(name);

	tcase_add_checked_fixture(tc, make, remove_map);
	tcase_set_timeout(tc, 60);
	add_tests(tc);
	suite_add_tcase(s, tc);
}

/* What holds for the text holds for its compiled form. */
Suite *
suite(void)
{
	Suite *s = suite_create("usermap");

	add(s, "find", make_map, add_find);
	add(s, "find, compiled", make_compiled_map, add_find);
	add(s, "lines", make_map, add_lines);
	add(s, "lines, compiled", make_compiled_map, add_lines);
	add(s, "file", make_map, add_file);
	add(s, "file, compiled", make_compiled_map, add_file);
	add(s, "written", make_map, add_written);
	add(s, "written, compiled", make_compiled_map, add_written);
	add(s, "damaged", make_compiled_map, add_damaged);
	add(s, "large", make_compiled_map, add_large);
	return s;
}
