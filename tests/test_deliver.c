/* test_deliver.c - one mail to several mailboxes: the right ones, all or
 * nothing, with every system call failing in its turn. */

#include "deliver/post.h"

static void
add(Suite *s, const char *name, void (*add_tests)(TCase *))
{
	TCase *tc = tcase_create(name);

	tcase_add_checked_fixture(tc, set_post, clear_post);
	tcase_set_timeout(tc, 60);
	add_tests(tc);
	suite_add_tcase(s, tc);
}

Suite *
suite(void)
{
	Suite *s = suite_create("deliver");

	add(s, "mailboxes", add_mailboxes);
	add(s, "faults", add_faults);
	return s;
}
