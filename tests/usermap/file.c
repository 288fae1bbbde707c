/* file.c - maps that cannot be read, and one that is large. */

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../suite.h"
#include "calls.h"
#include "map.h"
#include "parts.h"

START_TEST(a_map_that_is_not_there)
{
	open_map();
	ck_assert_msg(said_only("0: cannot be opened: No such file"), "%s",
	    said);
	ck_assert_str_eq(find("a@b"), "broken");
	ck_assert_str_eq(find("postmaster"), "broken");
	write_map("a@b /m\n");
	open_map();
	ck_assert_str_eq(find("a@b"), "ok /m");
}
END_TEST

START_TEST(a_map_that_is_lost_later)
{
	write_map("a@b /m\n");
	open_map();
	unlink(map.file);
	open_map();
	ck_assert(said_only("0: cannot be opened: No such file"));
	ck_assert_str_eq(find("a@b"), "broken");
}
END_TEST

START_TEST(a_directory_is_no_map)
{
	ck_assert_int_eq(mkdir(map.file, 0700), 0);
	open_map();
	ck_assert_str_eq(said, "0: not a regular file\n");
	ck_assert_str_eq(find("a@b"), "broken");
}
END_TEST

START_TEST(a_pipe_is_no_map_and_nobody_waits_for_it)
{
	ck_assert_int_eq(mkfifo(map.file, 0600), 0);
	open_map();
	ck_assert_str_eq(said, "0: not a regular file\n");
}
END_TEST

START_TEST(four_gigabytes_are_too_many)
{
	write_map("a@b /m\n");
	ck_assert_int_eq(truncate(map.file, (off_t)1 << 32), 0);
	open_map();
	ck_assert_str_eq(said, "0: larger than 4 GiB\n");
	ck_assert_str_eq(find("a@b"), "broken");
}
END_TEST

START_TEST(an_error_of_the_disk)
{
	write_map("a@b /m\n");
	calls.read_errno = EIO;
	open_map();
	ck_assert(said_only(compiled ? "0: damaged: run smtp-receive-map, or "
	    "remove it: Input/output error" :
	    "0: cannot be read: Input/output error"));
	ck_assert_str_eq(find("a@b"), "broken");
}
END_TEST

START_TEST(a_read_may_be_short_or_interrupted)
{
	write_map("a@b /m\n");
	calls.read_errno = EINTR;
	calls.read_at_most = 2;
	open_map();
	ck_assert(said_only(NULL));
	ck_assert_str_eq(find("a@b"), "ok /m");
	ck_assert(compiled || calls.reads == 5);
}
END_TEST

/* More than MAPTEXT_SPARE: it needs memory of its own. */
static void
write_large(void)
{
	add_text("a@b /m\n");
	for (int i = 0; i < MAPTEXT_SPARE / 8; i++)
		add_text("user%d@c /mail\n", i);
	write_text();
}

START_TEST(no_memory)
{
	if (compiled && _i == 1)
		return;		/* it needs no index */
	write_large();
	calls.mmaps_until_failure = _i;
	open_map();
	ck_assert(said_only(_i == 0 ? "0: no memory to read it: " :
	    "0: no memory for its index: "));
	ck_assert_str_eq(find("a@b"), "broken");
	ck_assert_ptr_null(map.text.file.text);
	ck_assert_ptr_null(map.cdb.blocks.at);
	open_map();
	ck_assert_str_eq(find("a@b"), "ok /m");
}
END_TEST

/* A small map needs none: not even the call. */
START_TEST(no_memory_for_a_small_one)
{
	if (compiled)
		return;
	write_map("a@b /m\n");
	calls.mmaps_until_failure = 0;
	open_map();
	ck_assert_str_eq(find("a@b"), "ok /m");
	ck_assert_int_eq(calls.mmaps_until_failure, 0);
}
END_TEST

/* Text and index share the memory: around its end nothing may be lost. */
START_TEST(each_size_up_to_a_large_one)
{
	for (int lines = 1; lines < 600; lines += 7) {
		for (int i = 0; i < lines; i++)
			add_text("user%d@d%d /mail/%d\n", i, i, i);
		add_text("a@b /m\n");
		write_text();
		open_map();
		ck_assert_str_eq(find("a@b"), "ok /m");
		ck_assert_str_eq(find("user0@d0"), "ok /mail/0");
		ck_assert_str_eq(find("none@d0"), "no such user");
	}
}
END_TEST

START_TEST(ten_thousand_lines)
{
	char address[32], wanted[64];

	for (int i = 0; i < 10000; i++)
		add_text("user%d@d%d.example /var/mail/%d/\n", i, i % 3000, i);
	write_text();
	open_map();
	ck_assert_msg(said_only(NULL), "%s", said);
	for (int i = 0; i < 10000; i++) {
		snprintf(address, sizeof address, "USER%d@d%d.example", i,
		    i % 3000);
		snprintf(wanted, sizeof wanted, "ok /var/mail/%d", i);
		ck_assert_str_eq(find(address), wanted);
	}
	ck_assert_str_eq(find("user10000@d0.example"), "no such user");
	ck_assert_str_eq(find("user0@d3000.example"), "not ours");
}
END_TEST

void
add_file(TCase *tc)
{
	tcase_add_test(tc, a_map_that_is_not_there);
	tcase_add_test(tc, a_map_that_is_lost_later);
	tcase_add_test(tc, a_directory_is_no_map);
	tcase_add_test(tc, a_pipe_is_no_map_and_nobody_waits_for_it);
	tcase_add_test(tc, four_gigabytes_are_too_many);
	tcase_add_test(tc, an_error_of_the_disk);
	tcase_add_test(tc, a_read_may_be_short_or_interrupted);
	tcase_add_loop_test(tc, no_memory, 0, 2);
	tcase_add_test(tc, no_memory_for_a_small_one);
	tcase_add_test(tc, each_size_up_to_a_large_one);
	tcase_add_test(tc, ten_thousand_lines);
}
