/* sync.c - what several deliveries do together: share, syncfs, journal. */

#include <errno.h>
#include <sys/stat.h>

#include "box.h"
#include "fault.h"
#include "parts.h"

START_TEST(shared_files_are_one)
{
	struct stat st;

	ck_assert_int_eq(deliver(&(struct way){ .recipients = 3,
	    .shared = true }), 0);
	end_all();
	for (int i = 0; i < MAX; i++)
		ck_delivered(i);
	ck_assert_int_eq(stat(below("%d/new/%s", 0, mail[0].final), &st), 0);
	ck_assert_uint_eq(st.st_nlink, 3);
	ck_assert_int_eq(fault_calls("write"), 2);
	ck_assert_str_ne(mail[0].final, mail[1].final);
}
END_TEST

START_TEST(shared_by_a_shared_one_is_the_first_ones)
{
	const struct way shared = { .recipients = 3, .shared = true };

	ready();
	ck_assert_int_eq(start(&shared, 1), 0);
	ck_assert_int_eq(open_box(2), 0);
	ck_assert_int_eq(maildir_share(&box[2], &mail[2], "h", &mail[1]), 0);
	ck_assert_ptr_eq(mail[2].first, &mail[0]);
	undo_all();
	ck_assert_int_eq(all_entries(), 0);
}
END_TEST

START_TEST(where_links_fail_share_changes_nothing)
{
	ready();
	fault_lack("linkat", EXDEV);
	ck_assert_int_eq(open_box(1), 0);
	ck_assert_int_eq(maildir_share(&box[1], &mail[1], "h", &mail[0]), -1);
	ck_assert_int_eq(errno, EXDEV);
	ck_assert_int_eq(mail[1].place, MAILDIR_NOWHERE);
	undo_all();
	ck_assert_int_eq(all_entries(), 0);
}
END_TEST

START_TEST(syncfs_wants_a_kernel_that_reports_errors)
{
	static const struct {
		const char *release;
		bool tells, of_btrfs;
	} rows[] = {
		{ "5.7.19", false, false }, { "5.8.0", true, false },
		{ "5.10.0-8-amd64", true, false }, { "5.16.20", true, false },
		{ "5.17.0", true, true }, { "6.1.0-13-amd64", true, true },
		{ "6.1", true, true }, { "5.8-rc1", true, false },
		{ "4.19.0", false, false }, { "10.0.0", true, true },
		{ "odd", false, false }, { "", false, false },
	};
	bool btrfs = _i % 2 != 0, tells = btrfs ? rows[_i / 2].of_btrfs
	    : rows[_i / 2].tells;

	ck_assert_int_eq(deliver(&ways[0]), 0);
	box[0].is_local = true;
	box[0].has_range = !btrfs;
	fault_trick.release = rows[_i / 2].release;
	ck_assert_int_eq(maildir_syncfs(&mail[0]), tells ? 0 : -1);
	if (!tells)
		ck_assert_int_eq(errno, ENOSYS);
	ck_assert_int_eq(fault_calls("syncfs"), tells);
	undo_all();
}
END_TEST

START_TEST(syncfs_is_for_file_systems_whose_it_is_known)
{
	ck_assert_int_eq(deliver(&ways[0]), 0);
	box[0].is_local = false;
	ck_assert_int_eq(maildir_syncfs(&mail[0]), -1);
	ck_assert_int_eq(errno, ENOSYS);
	ck_assert_int_eq(fault_calls("syncfs"), 0);
	undo_all();
}
END_TEST

START_TEST(the_file_is_synced_after_syncfs)
{
	ck_assert_int_eq(deliver(&ways[0]), 0);
	box[0].is_local = true;
	fault_at_of("fsync", 0, 1, EIO);
	ck_assert_int_eq(maildir_syncfs(&mail[0]), -1);
	ck_assert_int_eq(errno, EIO);
	undo_all();
}
END_TEST

START_TEST(journal_asks_ext4_only)
{
	ready();
	ck_assert_int_eq(publish(), 0);
	box[0].has_journal = _i != 0;
	ck_assert_int_eq(maildir_journal(&mail[0]), 0);
	ck_assert_int_eq(fault_calls("fremovexattr"), _i);
	end_all();
	ck_delivered(0);
}
END_TEST

START_TEST(without_attributes_journal_makes_a_file)
{
	ready();
	ck_assert_int_eq(publish(), 0);
	box[0].has_journal = true;
	fault_lack("fremovexattr", _i == 0 ? EOPNOTSUPP : EACCES);
	ck_assert_int_eq(maildir_journal(&mail[0]), 0);
	ck_assert_int_eq(fault_calls("mknodat"), 1);
	ck_assert_int_eq(fault_calls("unlinkat"), 1);
	end_all();
	ck_delivered(0);
}
END_TEST

START_TEST(an_aborted_journal_is_a_failure)
{
	static const char *const calls[] = {
		"fremovexattr", "mknodat", "unlinkat",
	};

	ready();
	ck_assert_int_eq(publish(), 0);
	box[0].has_journal = true;
	if (_i > 0)
		fault_lack("fremovexattr", EOPNOTSUPP);
	fault_at_of(calls[_i], 0, 1, EROFS);
	ck_assert_int_eq(maildir_journal(&mail[0]), -1);
	ck_assert_int_eq(errno, EROFS);
	undo_all();
	ck_assert_int_eq(all_entries(), 0);
}
END_TEST

START_TEST(journal_works_beside_a_name_in_tmp)
{
	fault_lack("renameat2", EINVAL);
	ready();
	ck_assert_int_eq(publish(), 0);
	box[0].has_journal = true;
	fault_lack("fremovexattr", EOPNOTSUPP);
	ck_assert_int_eq(maildir_journal(&mail[0]), 0);
	end_all();
	ck_delivered(0);
}
END_TEST

void
add_sync(TCase *tc)
{
	tcase_add_test(tc, shared_files_are_one);
	tcase_add_test(tc, shared_by_a_shared_one_is_the_first_ones);
	tcase_add_test(tc, where_links_fail_share_changes_nothing);
	LOOP(tc, syncfs_wants_a_kernel_that_reports_errors, 24);
	tcase_add_test(tc, syncfs_is_for_file_systems_whose_it_is_known);
	tcase_add_test(tc, the_file_is_synced_after_syncfs);
	LOOP(tc, journal_asks_ext4_only, 2);
	tcase_add_loop_test(tc, without_attributes_journal_makes_a_file, 0, 2);
	LOOP(tc, an_aborted_journal_is_a_failure, 3);
	tcase_add_test(tc, journal_works_beside_a_name_in_tmp);
}
