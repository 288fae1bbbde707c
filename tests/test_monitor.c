/* test_monitor.c - the monitor against a session that has been taken over:
 * every message that is malformed, mistimed or over a limit ends the
 * connection, is logged as an attack, and leaves nothing. */

#include "monitor/parts.h"

static void
add(Suite *s, const char *name, void (*add_tests)(TCase *))
{
	TCase *tc = tcase_create(name);

	tcase_add_checked_fixture(tc, set_stage, clear_stage);
	tcase_set_timeout(tc, 15);
	add_tests(tc);
	suite_add_tcase(s, tc);
}

Suite *
suite(void)
{
	Suite *s = suite_create("monitor");

	add(s, "malformed", add_malformed);
	add(s, "limits", add_limits);
	add(s, "turns", add_turns);
	add(s, "mails", add_mails);
	add(s, "ends", add_ends);
	add(s, "faults", add_faults);
	add(s, "tls", add_tls);
	add(s, "reports", add_reports);
	return s;
}
