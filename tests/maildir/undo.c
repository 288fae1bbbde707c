/* undo.c - a message is taken back, whoever has it. */

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "box.h"
#include "fault.h"
#include "parts.h"

START_TEST(undo_finds_what_a_reader_moved)
{
	static const char *const flags[] = { "", ":2,", ":2,FS" };
	char cur[2 * PATH_MAX];

	fault_trick.short_lists = true;
	ck_assert_int_eq(deliver(&ways[0]), 0);
	snprintf(cur, sizeof cur, "%s%s", below("%d/cur/%s", 0, mail[0].final),
	    flags[_i]);
	ck_assert_int_eq(rename(below("%d/new/%s", 0, mail[0].final), cur), 0);
	/* Its name is in others', and there are more than one list holds. */
	touch(below("%d/cur/%s1:2,S", 0, mail[0].final));
	for (int i = 0; i < 100; i++)
		touch(below("0/cur/%d.%s", i, mail[0].final));
	undo_all();
	ck_assert_int_eq(access(cur, F_OK), -1);
	ck_assert_int_eq(entries(0, "cur"), 101);
	ck_assert_int_eq(entries(0, "new") + entries(0, "tmp"), 0);
}
END_TEST

/* A filter may have moved it to a folder that is none of ours; 1: and it
 * cannot be seen whether the file has a name. */
START_TEST(undo_tells_of_a_file_in_another_folder)
{
	ck_assert_int_eq(deliver(&ways[0]), 0);
	box[0].is_local = true;
	if (_i == 1)
		fault_at_of("fstat", 0, 1, EIO);
	ck_assert_int_eq(rename(below("%d/new/%s", 0, mail[0].final),
	    below("%d/%s", 0, "moved")), 0);
	ck_assert_int_eq(maildir_undo(&mail[0]), -1);
	ck_assert_int_eq(errno, EBUSY);
	ck_assert_int_eq(mail[0].place, MAILDIR_NEW);
	unlink(below("%d/%s", 0, "moved"));
}
END_TEST

/* Between our look into cur/ and our unlink the reader sets a flag. */
static void
set_flag(const char *name)
{
	char flagged[MAILDIR_NAME + 1];

	snprintf(flagged, sizeof flagged, "%sS", name);
	rename(below("%d/cur/%s", 0, name), below("%d/cur/%s", 0, flagged));
}

static void
move_to_cur(void)
{
	char name[MAILDIR_NAME + 3];

	snprintf(name, sizeof name, "%s:2,", mail[0].final);
	rename(below("%d/new/%s", 0, mail[0].final),
	    below("%d/cur/%s", 0, name));
}

START_TEST(undo_runs_after_a_reader)
{
	ck_assert_int_eq(deliver(&ways[0]), 0);
	move_to_cur();
	fault_trick.race = set_flag;
	fault_trick.races = 3;
	undo_all();
	ck_assert_int_eq(all_entries(), 0);
}
END_TEST

START_TEST(undo_does_not_run_after_a_reader_for_ever)
{
	ck_assert_int_eq(deliver(&ways[0]), 0);
	move_to_cur();
	fault_trick.race = set_flag;
	fault_trick.races = 1000;
	ck_assert_int_eq(maildir_undo(&mail[0]), -1);
	ck_assert_int_eq(errno, EBUSY);
	ck_assert_int_eq(mail[0].place, MAILDIR_NEW);
}
END_TEST

/* FUSE may not know how many names a file has that is open. */
static bool
is_fuse(void)
{
	struct statfs fs;

	ck_assert_int_eq(statfs(below("%d%s", 0, ""), &fs), 0);
	return fs.f_type == FUSE_SUPER_MAGIC;
}

/* The reader sets a flag while we read cur/: neither of the two names is in
 * what we get. */
START_TEST(undo_looks_again_for_a_name_that_was_changed)
{
	if (is_fuse())
		return;
	ck_assert_int_eq(deliver(&ways[0]), 0);
	box[0].is_local = true;
	move_to_cur();
	fault_at_of("getdents64", 0, 3, 0);
	undo_all();
	ck_assert_int_eq(all_entries(), 0);
}
END_TEST

START_TEST(undo_does_not_look_again_for_ever)
{
	ck_assert_int_eq(deliver(&ways[0]), 0);
	box[0].is_local = true;
	move_to_cur();
	fault_lack("getdents64", 0);
	ck_assert_int_eq(maildir_undo(&mail[0]), -1);
	ck_assert_int_eq(errno, EBUSY);
	ck_assert_int_eq(mail[0].place, MAILDIR_NEW);
	ck_assert_int_eq(fault_calls("getdents64"), 10);
}
END_TEST

/* _i: 0 where the file's names can be counted; 1 where cur/ must be read. */
START_TEST(undo_of_a_failed_rename_does_not_read_cur_in_vain)
{
	fault_lack("renameat2", ENOSPC);
	ck_assert_int_eq(deliver(&ways[0]), -1);
	box[0].is_local = _i == 0;
	undo_all();
	ck_assert_int_eq(all_entries(), 0);
	/* With the end. */
	ck_assert_int_eq(fault_calls("getdents64"), _i * 2);
}
END_TEST

/* In new/ it was for sure, and now it may be in any folder. */
START_TEST(undo_tells_of_what_it_can_neither_find_nor_count)
{
	ck_assert_int_eq(deliver(&ways[0]), 0);
	box[0].is_local = false;
	ck_assert_int_eq(rename(below("%d/new/%s", 0, mail[0].final),
	    below("%d%s", 0, "/elsewhere")), 0);
	ck_assert_int_eq(maildir_undo(&mail[0]), -1);
	ck_assert_int_eq(errno, EBUSY);
	ck_assert_int_eq(mail[0].place, MAILDIR_NEW);
}
END_TEST

START_TEST(undo_is_content_with_what_a_reader_deleted)
{
	if (is_fuse())
		return;
	ck_assert_int_eq(deliver(&ways[0]), 0);
	box[0].is_local = true;
	ck_assert_int_eq(unlink(below("%d/new/%s", 0, mail[0].final)), 0);
	if (_i > 0)
		ck_assert_int_eq(rmdir(below("%d/%s", 0, "cur")), 0);
	ck_assert_int_eq(maildir_undo(&mail[0]), 0);
	ck_assert_int_eq(mail[0].place, MAILDIR_NOWHERE);
}
END_TEST

START_TEST(undo_syncs_the_directory_it_took_from)
{
	ck_assert_int_eq(deliver(&ways[0]), 0);
	if (_i > 0)
		move_to_cur();

	int before = fault_calls("fsync");

	undo_all();
	ck_assert_int_eq(fault_calls("fsync"), before + 1);
	ck_assert_int_eq(all_entries(), 0);
}
END_TEST

/* The name is gone for us, and may come back with the next power cut. */
START_TEST(undo_says_that_it_could_not_sync)
{
	ck_assert_int_eq(deliver(&ways[0]), 0);
	if (_i > 0)
		move_to_cur();
	fault_at_of("fsync", 0, 1, EIO);
	ck_assert_int_eq(maildir_undo(&mail[0]), -1);
	ck_assert_int_eq(errno, EIO);
	ck_assert_str_eq(mail[0].call, "fsync");
	ck_assert_int_eq(mail[0].place, MAILDIR_NEW);
	ck_assert_int_eq(all_entries(), 0);
}
END_TEST

START_TEST(undo_before_publish_looks_into_tmp_only)
{
	ready();
	undo_all();
	ck_assert_int_eq(all_entries(), 0);
	ck_assert_int_eq(fault_calls("unlinkat"), 1);
	ck_assert_int_eq(fault_calls("fsync"), 0);
}
END_TEST

START_TEST(undo_says_what_it_could_not_withdraw)
{
	static const struct {
		bool link;
		int at, fails;	/* which unlinkat is the first to fail */
		enum maildir_place left;
	} rows[] = {
		{ false, 0, 1, MAILDIR_NEW },
		{ true, 0, 1, MAILDIR_NEW },
		{ true, 1, 1, MAILDIR_TMP },
		{ true, 0, 2, MAILDIR_BOTH },
	};

	if (rows[_i].link)
		fault_lack("renameat2", EINVAL);
	ready();
	ck_assert_int_eq(publish(), 0);
	fault_at_of("unlinkat", rows[_i].at, rows[_i].fails, EROFS);
	ck_assert_int_eq(maildir_undo(&mail[0]), -1);
	ck_assert_int_eq(errno, EROFS);
	ck_assert_int_eq(mail[0].place, rows[_i].left);
	ck_assert_int_eq(mail[0].fd, -1);
	fault_clear();
	ck_assert_int_eq(maildir_undo(&mail[0]), 0);
	ck_assert_int_eq(all_entries(), 0);
}
END_TEST

START_TEST(undo_says_that_it_cannot_look_into_cur)
{
	static const char *const calls[] = { "openat", "lseek", "getdents64" };

	ck_assert_int_eq(deliver(&ways[0]), 0);
	move_to_cur();
	fault_at_of(calls[_i], 0, 1, EACCES);
	ck_assert_int_eq(maildir_undo(&mail[0]), -1);
	ck_assert_int_eq(errno, EACCES);
	ck_assert_int_eq(mail[0].place, MAILDIR_NEW);
	ck_assert_int_eq(entries(0, "cur"), 1);
}
END_TEST

START_TEST(undo_says_that_it_cannot_unlink_in_cur)
{
	ck_assert_int_eq(deliver(&ways[0]), 0);
	move_to_cur();
	fault_at_of("unlinkat", 2, 1, EACCES);
	ck_assert_int_eq(maildir_undo(&mail[0]), -1);
	ck_assert_int_eq(errno, EACCES);
	ck_assert_int_eq(mail[0].place, MAILDIR_NEW);
	ck_assert_int_eq(entries(0, "cur"), 1);
}
END_TEST

START_TEST(undo_keeps_errno_when_it_succeeds)
{
	ck_assert_int_eq(deliver(&ways[0]), 0);
	move_to_cur();
	errno = EDQUOT;
	undo_all();
	ck_assert_int_eq(errno, EDQUOT);
}
END_TEST

START_TEST(an_undone_delivery_may_be_undone_and_ended)
{
	struct delivery none = { 0 };

	ready();
	undo_all();
	undo_all();
	end_all();
	/* Nor does one that was never begun close descriptor 0. */
	ck_assert_int_eq(maildir_undo(&none), 0);
	maildir_end(&none);
	ck_assert_int_ne(fcntl(0, F_GETFD), -1);
}
END_TEST

/* FUSE: names up to 1,024 bytes. */
START_TEST(undo_is_safe_from_names_that_are_too_long)
{
	ck_assert_int_eq(deliver(&ways[0]), 0);
	box[0].is_local = false;
	ck_assert_int_eq(unlink(below("%d/new/%s", 0, mail[0].final)), 0);
	fault_trick.long_entry = mail[0].final;
	ck_assert_int_eq(maildir_undo(&mail[0]), -1);
	ck_assert_ptr_null(fault_trick.long_entry);
}
END_TEST

void
add_undo(TCase *tc)
{
	LOOP(tc, undo_finds_what_a_reader_moved, 3);
	tcase_add_test(tc, undo_runs_after_a_reader);
	tcase_add_test(tc, undo_does_not_run_after_a_reader_for_ever);
	tcase_add_test(tc, undo_looks_again_for_a_name_that_was_changed);
	tcase_add_test(tc, undo_does_not_look_again_for_ever);
	tcase_add_loop_test(tc,
	    undo_of_a_failed_rename_does_not_read_cur_in_vain, 0, 2);
	tcase_add_test(tc, undo_tells_of_what_it_can_neither_find_nor_count);
	LOOP(tc, undo_is_content_with_what_a_reader_deleted, 2);
	LOOP(tc, undo_syncs_the_directory_it_took_from, 2);
	LOOP(tc, undo_says_that_it_could_not_sync, 2);
	tcase_add_test(tc, undo_before_publish_looks_into_tmp_only);
	LOOP(tc, undo_says_what_it_could_not_withdraw, 4);
	LOOP(tc, undo_says_that_it_cannot_look_into_cur, 3);
	tcase_add_test(tc, undo_says_that_it_cannot_unlink_in_cur);
	tcase_add_loop_test(tc, undo_tells_of_a_file_in_another_folder, 0, 2);
	tcase_add_test(tc, undo_keeps_errno_when_it_succeeds);
	tcase_add_test(tc, an_undone_delivery_may_be_undone_and_ended);
	tcase_add_test(tc, undo_is_safe_from_names_that_are_too_long);
}
