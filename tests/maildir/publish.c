/* publish.c - from tmp/ to new/. */

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "box.h"
#include "fault.h"
#include "parts.h"

/* The call comes through, its answer does not (NFS). */
START_TEST(a_lost_answer_is_no_failure)
{
	static const struct { const char *call; int error; } rows[] = {
		{ "renameat2", ENOENT },
		{ "renameat2", EEXIST },
		{ "linkat", EEXIST },
		{ "renameat", ENOENT },
	};

	ready();
	if (_i >= 2)
		fault_lack("renameat2", EINVAL);
	if (_i >= 3)
		fault_lack("linkat", EPERM);
	fault_lost(rows[_i].call, rows[_i].error);
	ck_assert_int_eq(publish(), 0);
	ck_assert_int_eq(maildir_sync(&mail[0]), 0);
	end_all();
	ck_delivered(0);
}
END_TEST

START_TEST(a_lost_answer_for_a_shared_file_is_no_failure)
{
	ready();
	ck_assert_int_eq(start(&(struct way){ .shared = true }, 1), 0);
	ck_assert_ptr_eq(mail[1].first, &mail[0]);
	fault_lost("renameat2", ENOENT);
	ck_assert_int_eq(maildir_publish(&mail[1], SIZE, CRLF),
	    0);
	ck_assert_int_eq(publish(), 0);
	end_all();
	ck_delivered(0);
	ck_delivered(1);
}
END_TEST

START_TEST(what_came_through_with_another_error_is_undone)
{
	fault_lack("renameat2", EINVAL);
	if (_i > 0)
		fault_lack("linkat", EPERM);
	fault_lost(_i > 0 ? "renameat" : "linkat", ETIMEDOUT);
	ready();
	ck_assert_int_eq(publish(), -1);
	ck_assert_int_eq(errno, ETIMEDOUT);
	ck_assert_int_eq(entries(0, "new"), 1);
	undo_all();
	ck_assert_int_eq(all_entries(), 0);
}
END_TEST

START_TEST(a_message_of_that_name_is_neither_replaced_nor_undone)
{
	char final[MAILDIR_NAME];

	ready();
	maildir_final(final, mail[0].name, SIZE, CRLF);
	touch(below("%d/new/%s", 0, final));
	if (_i > 0)
		fault_lack("renameat2", EINVAL);
	ck_assert_int_eq(publish(), -1);
	ck_assert_int_eq(errno, EEXIST);
	ck_assert_int_eq(mail[0].place, MAILDIR_TMP);
	undo_all();
	ck_assert_int_eq(entries(0, "tmp"), 0);
	ck_assert_int_eq(entries(0, "new"), 1);
}
END_TEST

START_TEST(a_file_cleaned_out_of_tmp_is_a_failure)
{
	ready();
	ck_assert_int_eq(unlink(below("%d/tmp/%s", 0, mail[0].name)), 0);
	ck_assert_int_eq(publish(), -1);
	ck_assert_int_eq(errno, ENOENT);
	undo_all();
	ck_assert_int_eq(all_entries(), 0);
}
END_TEST

START_TEST(links_leave_the_name_in_tmp_to_the_end)
{
	fault_lack("renameat2", EINVAL);
	ready();
	ck_assert_int_eq(publish(), 0);
	ck_assert_int_eq(mail[0].place, MAILDIR_BOTH);
	ck_assert_int_eq(entries(0, "tmp"), 1);
	maildir_end(&mail[0]);
	ck_assert_int_eq(mail[0].place, MAILDIR_NEW);
	ck_delivered(0);
}
END_TEST

START_TEST(every_other_error_of_publish_is_told)
{
	static const char *const calls[] = { "renameat2", "linkat",
	    "renameat" };

	ready();
	for (int i = 0; i < _i; i++)
		fault_lack(calls[i], i == 0 ? EINVAL : EPERM);
	fault_lack(calls[_i], ENOSPC);
	ck_assert_int_eq(publish(), -1);
	ck_assert_int_eq(errno, ENOSPC);
	ck_assert_int_eq(mail[0].place, MAILDIR_TMP);
	ck_assert_int_eq(fault_calls(calls[_i]), 1);
	undo_all();
	ck_assert_int_eq(all_entries(), 0);
}
END_TEST

void
add_publish(TCase *tc)
{
	LOOP(tc, a_lost_answer_is_no_failure, 4);
	tcase_add_test(tc, a_lost_answer_for_a_shared_file_is_no_failure);
	LOOP(tc, what_came_through_with_another_error_is_undone, 2);
	LOOP(tc, a_message_of_that_name_is_neither_replaced_nor_undone, 2);
	tcase_add_test(tc, a_file_cleaned_out_of_tmp_is_a_failure);
	tcase_add_test(tc, links_leave_the_name_in_tmp_to_the_end);
	LOOP(tc, every_other_error_of_publish_is_told, 3);
}
