/* large.c - what a look-up in a compiled map costs: reads, counted.
 *
 * Each block that is looked at is two of them: its sum, and itself. */

#include <stdio.h>

#include "../suite.h"
#include "calls.h"
#include "map.h"
#include "parts.h"

static const struct size {
	int lines;
	int hit, miss;		/* blocks at most */
} sizes[] = {
	/* All is in one block. */
	{ 10, 1, 1 },
	/* Found: the header; slots, which may reach into the next block; and a
	 * line, which may, too.  Not found: other slots for the domain, and
	 * its line. */
	{ 1000, 5, 8 },
	{ 100000, 5, 8 },
};

static int
blocks_for(const char *address, const char *wanted)
{
	open_again();
	calls.reads = 0;
	ck_assert_str_eq(find(address), wanted);
	ck_assert_int_eq(calls.reads % 2, 0);
	return calls.reads / 2;
}

START_TEST(a_handful_of_blocks_however_large)
{
	const struct size *s = &sizes[_i];
	char address[64], wanted[64];
	int lines = s->lines;

	for (int i = 0; i < lines; i++)
		add_text("user%d@d%d.example /var/mail/%d/\n", i, i % 300, i);
	write_text();
	open_map();
	for (int i = 0; i < lines; i += 1 + lines / 100) {
		snprintf(address, sizeof address, "user%d@d%d.example", i,
		    i % 300);
		snprintf(wanted, sizeof wanted, "ok /var/mail/%d", i);
		ck_assert_int_le(blocks_for(address, wanted), s->hit);
		snprintf(address, sizeof address, "no%d@d%d.example", i,
		    i % 300);
		ck_assert_int_le(blocks_for(address, "no such user"),
		    s->miss);
	}
}
END_TEST

void
add_large(TCase *tc)
{
	tcase_add_loop_test(tc, a_handful_of_blocks_however_large, 0,
	    countof(sizes));
}
