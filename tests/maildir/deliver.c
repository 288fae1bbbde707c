/* deliver.c - the whole way of a message, with each system call failing. */

#include <errno.h>
#include <string.h>

#include "box.h"
#include "fault.h"
#include "parts.h"

START_TEST(every_way_delivers)
{
	const struct way *way = &ways[_i];
	int before = descriptors();

	ck_assert_msg(deliver(way) == 0, "%s: %s", way->title, strerror(errno));
	end_all();
	for (int i = 0; i < way->recipients; i++)
		ck_delivered(i);
	ck_assert_int_eq(descriptors(), before);
}
END_TEST

START_TEST(every_way_can_be_undone)
{
	const struct way *way = &ways[_i];
	int before = descriptors();

	ck_assert_msg(deliver(way) == 0, "%s: %s", way->title, strerror(errno));
	undo_all();
	ck_assert_int_eq(all_entries(), 0);
	ck_assert_int_eq(descriptors(), before);
}
END_TEST

/* Failures that a delivery survives: what the kernel's version is, and what
 * maildir_share does before it is begun instead. */
static bool
survives(const struct way *way, const char *call)
{
	if (strcmp(call, "uname") == 0)
		return way->syncfs;
	return way->shared && (strcmp(call, "linkat") == 0
	    || strcmp(call, "getrandom") == 0
	    || strcmp(call, "clock_gettime") == 0);
}

/* The n-th system call of the delivery fails; false if it has no n-th. */
static bool
fail_at(const struct way *way, int n)
{
	int before = descriptors();

	make_boxes();
	fault_at(n, EIO);

	int result = deliver(way), error = errno;
	const char *call = fault_clear();

	if (result != 0) {
		ck_assert_ptr_nonnull(call);
		ck_assert_msg(error == EIO, "%s, %s: errno %d", way->title,
		    call, error);
	} else if (call != NULL) {
		ck_assert_msg(survives(way, call), "%s: %s failed, unseen",
		    way->title, call);
	}
	undo_all();
	ck_assert_msg(all_entries() == 0, "%s, call %d, %s: left behind",
	    way->title, n, call);
	ck_assert_int_eq(descriptors(), before);
	return call != NULL;
}

START_TEST(a_failing_call_leaves_nothing_behind)
{
	int n = 0;

	while (fail_at(&ways[_i], n))
		n++;
	ck_assert_int_ge(n, 11 * ways[_i].recipients);
}
END_TEST

START_TEST(write_goes_on_after_short_and_interrupted_ones)
{
	fault_trick.short_writes = true;
	ck_assert_int_eq(deliver(&ways[0]), 0);
	end_all();
	ck_delivered(0);
	ck_assert_int_gt(fault_calls("write"), 15);
}
END_TEST

/* ENOSPC told by sync_file_range is gone with it: an fsync would say 0. */
START_TEST(an_error_of_sync_file_range_is_no_reason_for_fsync)
{
	fault_lack("sync_file_range", ENOSPC);
	box[0] = (struct maildir){ .has_range = true };
	mail[0] = (struct delivery){ .into = &box[0], .fd = -1 };
	ck_assert_int_eq(maildir_push(&mail[0], false), -1);
	ck_assert_int_eq(errno, ENOSPC);
	ck_assert_int_eq(maildir_settle(&mail[0], false), -1);
	ck_assert_int_eq(errno, ENOSPC);
	ck_assert_int_eq(fault_calls("fsync"), 0);
}
END_TEST

START_TEST(settle_syncs_by_range_only_where_that_is_known_and_wanted)
{
	static const struct {
		bool range, strict;
		int ranges, fsyncs;
	} rows[] = {
		{ true, false, 2, 0 },
		{ true, true, 0, 1 },
		{ false, false, 0, 1 },
	};

	ck_assert_int_eq(start(&ways[0], 0), 0);
	fault_lack("sync_file_range", 0);
	box[0].has_range = rows[_i].range;
	ck_assert_int_eq(maildir_push(&mail[0], rows[_i].strict), 0);
	ck_assert_int_eq(maildir_settle(&mail[0], rows[_i].strict), 0);
	ck_assert_int_eq(fault_calls("sync_file_range"), rows[_i].ranges);
	ck_assert_int_eq(fault_calls("fsync"), rows[_i].fsyncs);
	undo_all();
}
END_TEST

START_TEST(both_syncs_count)
{
	ck_assert_int_eq(deliver(&ways[0]), 0);
	for (int n = 0; n < 2; n++) {
		fault_at(n, EIO);
		ck_assert_int_eq(maildir_sync(&mail[0]), -1);
		ck_assert_int_eq(errno, EIO);
		ck_assert_str_eq(fault_clear(), "fsync");
	}
	undo_all();
}
END_TEST

void
add_deliver(TCase *tc)
{
	LOOP(tc, every_way_delivers, number_of_ways);
	LOOP(tc, every_way_can_be_undone, number_of_ways);
	LOOP(tc, a_failing_call_leaves_nothing_behind, number_of_ways);
	tcase_add_test(tc, write_goes_on_after_short_and_interrupted_ones);
	tcase_add_test(tc, an_error_of_sync_file_range_is_no_reason_for_fsync);
	LOOP(tc, settle_syncs_by_range_only_where_that_is_known_and_wanted, 3);
	tcase_add_test(tc, both_syncs_count);
}
