/* mailboxes.c - which mailboxes a mail goes to, and as which file. */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "post.h"

static struct stat
look(int box)
{
	char path[PATH_MAX];
	struct stat st;

	ck_assert_int_eq(stat(home_message(&post.home, box, path), &st), 0);
	return st;
}

START_TEST(without_delivered_to_all_share_one_file)
{
	post.config.delivered_to = false;
	ck_stored(HOME_BOXES);
	for (int i = 0; i < HOME_BOXES; i++) {
		ck_assert_uint_eq(look(i).st_nlink, HOME_BOXES);
		ck_assert_uint_eq(look(i).st_ino, look(0).st_ino);
		ck_assert_ptr_null(strstr(stored(i), "Delivered-To"));
	}
}
END_TEST

START_TEST(with_delivered_to_each_has_his_own)
{
	ck_assert_int_eq(rcpt("ann@example.org", 0, 0), reply_rcpt_ok);
	ck_assert_int_eq(rcpt("bob@example.org", 1, 2), reply_rcpt_ok);
	ck_assert_int_eq(finish(), reply_stored);
	deliver_end(&post.deliver);
	for (int i = 0; i < 3; i++) {
		ck_assert_uint_eq(look(i).st_nlink, 1);
		ck_assert_ptr_nonnull(strstr(stored(i), i == 0
		    ? "\nDelivered-To: ann@example.org\n"
		    : "\nDelivered-To: bob@example.org\n"));
	}
}
END_TEST

START_TEST(no_hard_links_no_sharing)
{
	post.config.delivered_to = false;
	fault_lack("linkat", _i == 0 ? EPERM : EXDEV);
	ck_stored(3);
	for (int i = 0; i < 3; i++)
		ck_assert_uint_eq(look(i).st_nlink, 1);
}
END_TEST

START_TEST(a_mailbox_reached_twice_has_one_copy)
{
	char other[PATH_MAX + 8];
	int len = snprintf(other, sizeof other, "%s/../0/", post.home.box[0]);

	ck_assert(len > 0 && (size_t)len < sizeof other);
	ck_assert_int_eq(rcpt("ann@example.org", 0, 0), reply_rcpt_ok);
	ck_assert_int_eq(rcpt("bob@example.org", 0, 1), reply_rcpt_ok);
	ck_assert_int_eq(rcpt_path("eve@example.org", other), reply_rcpt_ok);
	ck_assert_uint_eq(post.deliver.mailbox_count, 2);
	ck_assert_uint_eq(post.deliver.recipient_count, 3);
	ck_assert_int_eq(finish(), reply_stored);
	deliver_end(&post.deliver);
	ck_assert_int_eq(home_all(&post.home), 2);
	ck_assert_ptr_nonnull(strstr(stored(0), "To: ann@example.org\n"));
	ck_assert_ptr_nonnull(strstr(stored(1), "To: bob@example.org\n"));
}
END_TEST

START_TEST(a_recipient_has_all_his_mailboxes_or_none)
{
	const struct target targets[] = {
		{ .path = span_of(post.home.box[0]) },
		{ .path = span_of(post.home.box[1]) },
		{ .path = span_of("/none/of/these") },
	};

	ck_assert_int_eq(rcpt("ann@example.org", 0, 0), reply_rcpt_ok);
	ck_assert_int_eq(deliver_rcpt(&post.deliver,
	    span_of("bob@example.org"), targets, 3), reply_trouble);
	ck_assert_uint_eq(post.deliver.mailbox_count, 1);
	ck_assert_uint_eq(post.deliver.recipient_count, 1);
	ck_assert_int_eq(home_all(&post.home), 1);
	ck_assert_int_eq(home_logged(&post.home, "path=/none/of/these "
	    "errno=\"ENOENT: "), 1);
	ck_assert_int_eq(finish(), reply_stored);
	deliver_end(&post.deliver);
	ck_assert_int_eq(home_all(&post.home), 1);
	ck_assert_int_eq(home_entries(&post.home, 0, "new"), 1);
	ck_assert_ptr_nonnull(strstr(stored(0), "\tfor <ann@example.org>;"));
}
END_TEST

START_TEST(a_for_clause_for_one_recipient_only)
{
	ck_assert_int_eq(rcpt("ann@example.org", 0, 1), reply_rcpt_ok);
	if (_i > 0)
		ck_assert_int_eq(rcpt("bob@example.org", 1, 2), reply_rcpt_ok);
	ck_assert_int_eq(finish(), reply_stored);
	deliver_end(&post.deliver);
	for (int i = 0; i < 2; i++)
		ck_assert_int_eq(strstr(stored(i), "\tfor <ann@example.org>;")
		    != NULL, _i == 0);
}
END_TEST

START_TEST(the_name_tells_the_size)
{
	char path[PATH_MAX], end[64];
	size_t lines = 0;

	ck_stored(1);
	for (const char *at = stored(0); *at != '\0'; at++)
		lines += *at == '\n';
	int len = snprintf(end, sizeof end, ",S=%zu,W=%zu",
	    strlen(stored(0)), strlen(stored(0)) + lines);
	ck_assert(len > 0 && (size_t)len < sizeof end);
	home_message(&post.home, 0, path);
	ck_assert_str_eq(path + strlen(path) - len, end);
	ck_assert_int_eq(look(0).st_size, (off_t)strlen(stored(0)));
	ck_assert_str_eq(stored(0) + strlen(stored(0)) - strlen(MAIL), MAIL);
}
END_TEST

/* min-free and SIZE for each file that this mail has on the file system. */
START_TEST(room)
{
	static const struct {
		uint64_t min_free, declared, room, inodes;
		int boxes;
		enum reply reply;
	} rows[] = {
		{ 1000, 0, 1000, 9, 1, reply_rcpt_ok },
		{ 1000, 0, 999, 9, 1, reply_no_room },
		{ 1000, 50, 1050, 9, 1, reply_rcpt_ok },
		{ 1000, 50, 1049, 9, 1, reply_no_room },
		{ 1000, 50, 1150, 9, 3, reply_rcpt_ok },
		{ 1000, 50, 1149, 9, 3, reply_no_room },
		{ 1000, 50, 1150, 0, 1, reply_no_room },
		{ 1ull << 62, 0, 1u << 30, 9, 1, reply_no_room },
	};
	const struct statfs fs = { .f_bsize = 1, .f_frsize = 1, .f_files = 10,
	    .f_blocks = 1u << 31, .f_bavail = rows[_i].room,
	    .f_ffree = rows[_i].inodes };

	fault_trick.statfs = &fs;
	post.config.min_free = rows[_i].min_free;
	deliver_begin(&post.deliver, rows[_i].declared);
	for (int i = 0; i < rows[_i].boxes; i++)
		ck_assert_int_eq(rcpt("ann@example.org", i, i),
		    i < rows[_i].boxes - 1 ? reply_rcpt_ok : rows[_i].reply);
	ck_assert_int_eq(home_logged(&post.home, "call=fstatfs path="),
	    rows[_i].reply == reply_no_room);
	deliver_undo(&post.deliver);
	ck_assert_int_eq(home_all(&post.home), 0);
}
END_TEST

/* A client that gave no SIZE: the room is looked at for each full buffer.
 * _i: it goes in the middle, or stays. */
START_TEST(room_in_the_middle)
{
	static unsigned char full[BODY_SIZE];
	struct trace t = { .client = "unknown", .hostname = "h", .id = "i" };
	struct statfs fs = { .f_bsize = 1, .f_frsize = 1, .f_blocks = 1u << 31,
	    .f_bavail = 1000 };

	fault_trick.statfs = &fs;
	post.config.min_free = 1000;
	deliver_begin(&post.deliver, 0);
	ck_assert_int_eq(rcpt("ann@example.org", 0, 1), reply_rcpt_ok);
	ck_assert_int_eq(deliver_write(&post.deliver, &t, full, BODY_SIZE),
	    reply_stored);
	fs.f_bavail -= (unsigned)_i;
	ck_assert_int_eq(deliver_write(&post.deliver, &t, full, BODY_SIZE),
	    _i == 0 ? reply_stored : reply_no_room);
	ck_assert_int_eq(home_logged(&post.home, "call=fstatfs path="), _i);
	deliver_undo(&post.deliver);
	ck_assert_int_eq(home_all(&post.home), 0);
}
END_TEST

START_TEST(too_many_mailboxes)
{
	post.config.max_mailboxes = 3;
	ck_assert_int_eq(rcpt("ann@example.org", 0, 1), reply_rcpt_ok);
	ck_assert_int_eq(rcpt("bob@example.org", 2, 3),
	    reply_too_many_mailboxes);
	ck_assert_int_eq(rcpt("eve@example.org", 4, 4), reply_rcpt_ok);
	ck_assert_int_eq(finish(), reply_stored);
	deliver_end(&post.deliver);
	ck_assert_int_eq(home_all(&post.home), 3);
	ck_assert_int_eq(home_entries(&post.home, 2, "new"), 0);
}
END_TEST

START_TEST(what_one_may_not_have_another_may)
{
	post.config.max_mailboxes = 3;
	ck_assert_int_eq(rcpt("ann@example.org", 0, 1), reply_rcpt_ok);
	ck_assert_int_eq(rcpt("bob@example.org", 2, 3),
	    reply_too_many_mailboxes);
	ck_assert_int_eq(rcpt("eve@example.org", 2, 2), reply_rcpt_ok);
	ck_assert_int_eq(finish(), reply_stored);
	deliver_end(&post.deliver);
	ck_assert_int_eq(home_all(&post.home), 3);
	ck_assert_int_eq(home_entries(&post.home, 2, "new"), 1);
}
END_TEST

/* He has his copy already: that is none more. */
START_TEST(a_mailbox_more_that_is_none)
{
	post.config.max_mailboxes = 1;
	ck_assert_int_eq(rcpt("ann@example.org", 0, 0), reply_rcpt_ok);
	ck_assert_int_eq(rcpt("bob@example.org", 0, 0), reply_rcpt_ok);
	ck_assert_int_eq(rcpt("eve@example.org", 1, 1),
	    reply_too_many_mailboxes);
	deliver_undo(&post.deliver);
	ck_assert_int_eq(home_all(&post.home), 0);
}
END_TEST

/* The most that can be configured, and one more. */
START_TEST(as_many_mailboxes_as_there_is_room_for)
{
	const struct trace before = post.trace;	/* it lies behind them */

	post.config.max_mailboxes = MAX_MAILBOXES;
	for (size_t i = 0; i < MAX_MAILBOXES; i++)
		post.deliver.mailboxes[i] = (struct mailbox){ .dir = {
		    .tmp = -1, .new = -1, .ino = i }, .delivery.fd = -1 };
	post.deliver.mailbox_count = MAX_MAILBOXES;
	ck_assert_int_eq(rcpt("ann@example.org", 0, 0),
	    reply_too_many_mailboxes);
	ck_assert_mem_eq(&post.trace, &before, sizeof before);
	deliver_undo(&post.deliver);
	ck_assert_int_eq(home_all(&post.home), 0);
}
END_TEST

START_TEST(another_owners_maildir)
{
	post.home.rights.own = ++post.home.rights.uid;
	ck_assert_int_eq(rcpt("ann@example.org", 0, 0), reply_trouble);
	ck_assert_int_eq(home_logged(&post.home, "has another owner"), 1);
	ck_assert_int_eq(home_all(&post.home), 0);
}
END_TEST

START_TEST(a_symbolic_link_and_what_to_write_instead)
{
	char link[PATH_MAX], want[PATH_MAX + 32];
	int len = snprintf(link, sizeof link, "%s/link", post.home.base);

	ck_assert(len > 0 && (size_t)len < sizeof link);
	len = snprintf(want, sizeof want, "instead: %s\"", post.home.box[2]);
	ck_assert(len > 0 && (size_t)len < sizeof want);
	ck_assert_int_eq(symlink(post.home.box[2], link), 0);
	ck_assert_int_eq(rcpt_path("ann@example.org", link), reply_trouble);
	ck_assert_int_eq(home_logged(&post.home, want), 1);
}
END_TEST

START_TEST(an_old_kernel)
{
	fault_lack("openat2", ENOSYS);
	ck_assert_int_eq(rcpt("ann@example.org", 0, 0), reply_trouble);
	ck_assert_int_eq(home_logged(&post.home, "needs Linux 5.6"), 1);
}
END_TEST

/* Nothing of one mail is in the next. */
START_TEST(mail_after_mail)
{
	ck_stored(2);
	home_empty(&post.home);
	deliver_begin(&post.deliver, 0);
	ck_assert_int_eq(rcpt("eve@example.org", 3, 3), reply_rcpt_ok);
	deliver_undo(&post.deliver);
	ck_assert_int_eq(home_all(&post.home), 0);
	ck_stored(1);
	ck_assert_ptr_nonnull(strstr(stored(0), "for <ann@example.org>"));
	ck_assert_ptr_nonnull(strstr(stored(0), MAIL));
}
END_TEST

void
add_mailboxes(TCase *tc)
{
	tcase_add_test(tc, without_delivered_to_all_share_one_file);
	tcase_add_test(tc, with_delivered_to_each_has_his_own);
	tcase_add_loop_test(tc, no_hard_links_no_sharing, 0, 2);
	tcase_add_test(tc, a_mailbox_reached_twice_has_one_copy);
	tcase_add_test(tc, a_recipient_has_all_his_mailboxes_or_none);
	tcase_add_loop_test(tc, a_for_clause_for_one_recipient_only, 0, 2);
	tcase_add_test(tc, the_name_tells_the_size);
	tcase_add_loop_test(tc, room, 0, 8);
	tcase_add_loop_test(tc, room_in_the_middle, 0, 2);
	tcase_add_test(tc, too_many_mailboxes);
	tcase_add_test(tc, what_one_may_not_have_another_may);
	tcase_add_test(tc, a_mailbox_more_that_is_none);
	tcase_add_test(tc, as_many_mailboxes_as_there_is_room_for);
	tcase_add_test(tc, another_owners_maildir);
	tcase_add_test(tc, a_symbolic_link_and_what_to_write_instead);
	tcase_add_test(tc, an_old_kernel);
	tcase_add_test(tc, mail_after_mail);
}
