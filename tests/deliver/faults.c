/* faults.c - each system call of a delivery failing in its turn. */

#include <errno.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>

#include "../descriptors.h"
#include "post.h"

static const struct way {
	int boxes;
	bool delivered_to;
} ways[] = {
	{ 1, true }, { 3, true }, { 3, false }, { 6, true }, { 6, false },
};

static const struct kind {
	int error;
	enum reply reply;
} kinds[] = {
	{ ENOSPC, reply_no_room },
	{ EDQUOT, reply_over_quota },
	{ EIO, reply_trouble },
	{ EROFS, reply_trouble },
};

/* What a delivery survives: the kernel's version is asked to choose the quick
 * way, and who cannot share a file has one of his own. */
static bool
survives(const struct way *way, const char *call)
{
	if (strcmp(call, "uname") == 0)
		return way->boxes > 4 || !way->delivered_to;
	return !way->delivered_to && (strcmp(call, "linkat") == 0 ||
	    strcmp(call, "getrandom") == 0 ||
	    strcmp(call, "clock_gettime") == 0);
}

/* RCPTs, each by itself: those that fail cost no other. */
static int
accept_all(const struct way *way, enum reply wanted)
{
	int accepted = 0;

	for (int i = 0; i < way->boxes; i++) {
		enum reply reply = rcpt("ann@example.org", i, i);

		if (reply == reply_rcpt_ok)
			accepted++;
		else
			ck_assert_int_eq(reply, wanted);
	}
	ck_assert_int_ge(accepted, way->boxes - 1);
	return accepted;
}

/* The n-th call fails; false if there is no n-th. */
static bool
fail_at(const struct way *way, const struct kind *kind, int n)
{
	int before = descriptors();
	bool good = false;

	home_empty(&post.home);
	deliver_begin(&post.deliver, 100);
	fault_at(n, kind->error);

	int accepted = accept_all(way, kind->reply);
	enum reply reply = accepted > 0 ? finish() : kind->reply;
	const char *call = fault_clear();

	good = reply == reply_stored;
	if (good)
		deliver_end(&post.deliver);
	else
		deliver_undo(&post.deliver);
	if (!good)
		ck_assert_int_eq(reply, kind->reply);
	ck_assert_msg(home_all(&post.home) == (good ? accepted : 0),
	    "call %d, %s: %d files", n, call, home_all(&post.home));
	ck_assert_int_eq(home_files(&post.home, "new"), good ? accepted : 0);
	ck_assert_int_eq(descriptors(), before);
	if (call == NULL)
		return false;
	if (good && accepted == way->boxes)
		ck_assert_msg(survives(way, call), "%s failed, unseen", call);
	else
		ck_assert_int_eq(home_logged(&post.home, "event=failed"), 1);
	return true;
}

START_TEST(a_failing_call_costs_one_recipient_or_all_of_it)
{
	const struct way *way = &ways[_i];

	post.config.delivered_to = way->delivered_to;
	for (size_t k = 0; k < countof(kinds); k++) {
		int n = 0;

		while (fail_at(way, &kinds[k], n))
			n++;
		ck_assert_int_gt(n, 10);
		fprintf(stderr, "# %d boxes: %d calls\n", way->boxes, n);
	}
}
END_TEST

/* The bytes of all before the name of one. */
START_TEST(nothing_is_visible_before_all_is_on_the_disk)
{
	const char *call = _i == 0 ? "sync_file_range" : "fsync";

	post.config.sync_strict = _i == 1;
	ck_assert_int_eq(rcpt("ann@example.org", 0, 5), reply_rcpt_ok);
	fault_at_of(call, _i == 0 ? 11 : 5, 1, EIO);
	ck_assert_int_eq(finish(), reply_trouble);
	ck_assert_str_eq(fault_clear(), call);
	ck_assert_int_eq(home_files(&post.home, "new"), 0);
	ck_assert_int_eq(fault_calls("renameat2"), 0);
	deliver_undo(&post.deliver);
	ck_assert_int_eq(home_all(&post.home), 0);
}
END_TEST

/* ENOSYS is what syncfs says where there is none; of fsync it is an error. */
START_TEST(an_fsync_that_failed_is_never_repeated)
{
	static const int errors[] = { EIO, ENOSYS, EINTR };

	for (size_t i = 0; i < countof(errors); i++) {
		int before = fault_calls("fsync");

		ck_assert_int_eq(rcpt("ann@example.org", 0, _i == 0 ? 0 : 5),
		    reply_rcpt_ok);
		fault_at_of("fsync", 0, 1, errors[i]);
		ck_assert_int_eq(finish(), reply_trouble);
		ck_assert_int_eq(fault_calls("fsync"), before + 1);
		fault_clear();
		deliver_undo(&post.deliver);
		ck_assert_int_eq(home_all(&post.home), 0);
		deliver_begin(&post.deliver, 100);
	}
}
END_TEST

START_TEST(names_of_all_go_when_the_last_cannot_be_given)
{
	ck_assert_int_eq(rcpt("ann@example.org", 0, 5), reply_rcpt_ok);
	fault_at_of("renameat2", 5, 1, ENOSPC);
	ck_assert_int_eq(finish(), reply_no_room);
	ck_assert_int_eq(home_files(&post.home, "new"), 5);
	fault_clear();
	deliver_undo(&post.deliver);
	ck_assert_int_eq(home_all(&post.home), 0);
}
END_TEST

/* How the names of so many mailboxes reach the disk. */
START_TEST(syncs)
{
	static const struct {
		int boxes, lacks;	/* errno of syncfs */
		bool shared, strict;
		int ranges, fsyncs, syncfs;
	} rows[] = {
		{ 1, 0, false, false, 1, 2, 0 },
		{ 4, 0, false, false, 8, 8, 0 },
		{ 5, 0, false, false, 10, 1, 1 },
		{ 6, 0, false, false, 12, 1, 1 },
		{ 6, 0, true, false, 2, 1, 1 },
		{ 4, 0, true, false, 2, 1, 1 },
		{ 1, 0, true, false, 1, 2, 0 },
		{ 4, ENOSYS, true, false, 2, 5, 1 },
		{ 3, 0, true, true, 0, 2, 1 },
		{ 6, ENOSYS, false, false, 12, 12, 1 },
		{ 6, ENOSYS, true, false, 2, 7, 1 },
		{ 1, 0, false, true, 0, 3, 0 },
		{ 6, 0, false, true, 0, 7, 1 },
	};

	post.config.delivered_to = !rows[_i].shared;
	post.config.sync_strict = rows[_i].strict;
	if (rows[_i].lacks != 0)
		fault_lack("syncfs", rows[_i].lacks);
	fault_lack("sync_file_range", 0);	/* for any file system */
	ck_stored(rows[_i].boxes);
	ck_assert_int_eq(fault_calls("sync_file_range"), rows[_i].ranges);
	ck_assert_int_eq(fault_calls("fsync"), rows[_i].fsyncs);
	ck_assert_int_eq(fault_calls("syncfs"), rows[_i].syncfs);
	ck_assert_int_eq(fault_calls("fremovexattr"), 1);
}
END_TEST

/* Its bytes by what tells btrfs of them, before the rename: see
 * maildir_settle. */
START_TEST(syncs_of_btrfs)
{
	static const struct statfs btrfs = { .f_type = BTRFS_SUPER_MAGIC };
	static const struct {
		int boxes, lacks;	/* errno of syncfs */
		bool shared, strict;
		int fsyncs, syncfs;
	} rows[] = {
		{ 1, 0, false, false, 3, 0 },
		{ 4, 0, false, false, 12, 0 },
		{ 5, 0, false, false, 2, 2 },
		{ 5, 0, true, false, 2, 2 },
		{ 5, 0, false, true, 6, 1 },
		{ 5, ENOSYS, false, false, 15, 2 },
	};

	post.config.delivered_to = !rows[_i].shared;
	post.config.sync_strict = rows[_i].strict;
	fault_trick.statfs = &btrfs;
	if (rows[_i].lacks != 0)
		fault_lack("syncfs", rows[_i].lacks);
	ck_stored(rows[_i].boxes);
	ck_assert_int_eq(fault_calls("sync_file_range"), 0);
	ck_assert_int_eq(fault_calls("fsync"), rows[_i].fsyncs);
	ck_assert_int_eq(fault_calls("syncfs"), rows[_i].syncfs);
}
END_TEST

/* A rename that failed may have come through: it is not known in which of the
 * two places the file is. */
START_TEST(what_cannot_be_undone_is_logged_with_its_paths)
{
	char name[MAILDIR_NAME], tmp[MAILDIR_NAME + 8], new[MAILDIR_NAME + 8];

	ck_assert_int_eq(rcpt("ann@example.org", 0, 0), reply_rcpt_ok);
	fault_at_of("renameat2", 0, 1, EIO);
	ck_assert_int_eq(finish(), reply_trouble);
	memcpy(name, post.deliver.mailboxes[0].delivery.name, sizeof name);
	snprintf(tmp, sizeof tmp, "/tmp/%s ", name);
	snprintf(new, sizeof new, "/new/%s,S=", name);
	fault_lack("unlinkat", EROFS);
	deliver_undo(&post.deliver);
	ck_assert_int_eq(home_logged(&post.home, "call=unlinkat"), 2);
	ck_assert_int_eq(home_logged(&post.home, post.home.box[0]), 3);
	ck_assert_int_eq(home_logged(&post.home, tmp), 1);
	ck_assert_int_eq(home_logged(&post.home, new), 1);
	ck_assert_uint_eq(post.deliver.mailbox_count, 0);
}
END_TEST

/* The name in tmp/ of a message that came to new/ by a link. */
START_TEST(what_stays_in_tmp_of_a_stored_mail_is_logged)
{
	char name[MAILDIR_NAME];

	fault_lack("renameat2", EINVAL);
	ck_assert_int_eq(rcpt("ann@example.org", 0, 0), reply_rcpt_ok);
	ck_assert_int_eq(finish(), reply_stored);
	memcpy(name, post.deliver.mailboxes[0].delivery.name, sizeof name);
	fault_lack("unlinkat", EIO);
	deliver_end(&post.deliver);
	ck_assert_int_eq(home_logged(&post.home, "call=unlinkat"), 1);
	ck_assert_int_eq(home_logged(&post.home, "/tmp/"), 1);
	ck_assert_int_eq(home_logged(&post.home, name), 1);
	ck_assert_int_eq(home_files(&post.home, "new"), 1);
}
END_TEST

START_TEST(what_may_come_back_is_logged_with_its_path)
{
	ck_assert_int_eq(rcpt("ann@example.org", 0, 0), reply_rcpt_ok);
	ck_assert_int_eq(finish(), reply_stored);
	fault_at_of("fsync", 0, 1, EIO);
	deliver_undo(&post.deliver);
	ck_assert_int_eq(home_all(&post.home), 0);
	ck_assert_int_eq(home_logged(&post.home, "call=fsync"), 1);
	ck_assert_int_eq(home_logged(&post.home, "/new/"), 1);
	ck_assert_int_eq(home_logged(&post.home, "after a power cut"), 1);
}
END_TEST

void
add_faults(TCase *tc)
{
	tcase_add_loop_test(tc,
	    a_failing_call_costs_one_recipient_or_all_of_it, 0, countof(ways));
	tcase_add_loop_test(tc, nothing_is_visible_before_all_is_on_the_disk,
	    0, 2);
	tcase_add_loop_test(tc, an_fsync_that_failed_is_never_repeated, 0, 2);
	tcase_add_test(tc, names_of_all_go_when_the_last_cannot_be_given);
	tcase_add_loop_test(tc, syncs, 0, 13);
	tcase_add_loop_test(tc, syncs_of_btrfs, 0, 6);
	tcase_add_test(tc, what_cannot_be_undone_is_logged_with_its_paths);
	tcase_add_test(tc, what_stays_in_tmp_of_a_stored_mail_is_logged);
	tcase_add_test(tc, what_may_come_back_is_logged_with_its_path);
}
