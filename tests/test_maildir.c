/* test_maildir.c - messages into real directories, and back out of them,
 * with every system call of the library failing in turn.
 *
 * Linked from this, maildir/ beside it, with the options in maildir/wrap.opts
 * (cc @FILE), and maildir/ of the program. */

#include "maildir/box.h"
#include "maildir/parts.h"
#include "suite.h"

static void
add(Suite *s, const char *name, void (*add_tests)(TCase *))
{
	TCase *tc = tcase_create(name);

	tcase_add_unchecked_fixture(tc, make_base, remove_all);
	tcase_add_checked_fixture(tc, make_boxes, NULL);
	tcase_set_timeout(tc, 120);
	add_tests(tc);
	suite_add_tcase(s, tc);
}

Suite *
suite(void)
{
	Suite *s = suite_create("maildir");

	add(s, "open", add_open);
	add(s, "name", add_name);
	add(s, "deliver", add_deliver);
	add(s, "publish", add_publish);
	add(s, "sync", add_sync);
	add(s, "undo", add_undo);
	return s;
}
