/* open.c - what is a Maildir, and what a file is made like. */

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "box.h"
#include "fault.h"
#include "parts.h"

START_TEST(open_takes_few_calls_and_says_what_it_found)
{
	struct stat st;
	int before = fault_all_calls();

	ck_assert_int_eq(open_box(0), 0);
	ck_assert_int_eq(fault_all_calls() - before, 6);
	ck_assert_int_eq(stat(below("%d/%s", 0, "new"), &st), 0);
	ck_assert_uint_eq(box[0].dev, st.st_dev);
	ck_assert_uint_eq(box[0].ino, st.st_ino);
	ck_assert_uint_eq(box[0].owner, geteuid());
	ck_assert_uint_gt(box[0].room, 0);
	ck_assert(box[0].has_inodes);
	ck_assert_int_eq(fcntl(box[0].new, F_GETFD), FD_CLOEXEC);
	ck_assert_int_eq(fcntl(box[0].tmp, F_GETFD), FD_CLOEXEC);
	maildir_close(&box[0]);
	ck_assert_int_eq(box[0].tmp, -1);
	ck_assert_int_eq(box[0].new, -1);
}
END_TEST

/* Of two directories that are looked at it is the first one's. */
START_TEST(the_owner_is_the_base_directorys)
{
	fault_trick.owner = 4711;
	ck_assert_int_eq(open_box(0), 0);
	ck_assert_uint_eq(box[0].owner, 4711);
	ck_assert_uint_eq(fault_trick.owner, 4713);
}
END_TEST

/* What stands where a directory should, and what open says to that. */
static const struct wrong {
	const char *title, *folder;
	enum { ABSENT, REGULAR, FIFO, LINK } what;
	int error;
} wrongs[] = {
	{ "no Maildir", "", ABSENT, ENOENT },
	{ "no tmp", "/tmp", ABSENT, ENOENT },
	{ "no new", "/new", ABSENT, ENOENT },
	{ "a file", "", REGULAR, ENOTDIR },
	{ "a file as tmp", "/tmp", REGULAR, ENOTDIR },
	{ "a file as new", "/new", REGULAR, ENOTDIR },
	{ "a fifo as tmp", "/tmp", FIFO, ENOTDIR },
	{ "a fifo as new", "/new", FIFO, ENOTDIR },
	{ "a link to a Maildir", "", LINK, ELOOP },
	{ "a link as tmp", "/tmp", LINK, ELOOP },
	{ "a link as new", "/new", LINK, ELOOP },
};

START_TEST(open_refuses_what_is_no_maildir)
{
	const struct wrong *w = &wrongs[_i];
	const char *path = below("%d%s", 0, w->folder);
	const char *aside = below("%d%s", 9, "");
	int before = descriptors();

	ck_assert_int_eq(rename(path, aside), 0);
	if (w->what == REGULAR)
		touch(path);
	else if (w->what == FIFO)
		ck_assert_int_eq(mkfifo(path, 0600), 0);
	else if (w->what == LINK)
		ck_assert_int_eq(symlink(aside, path), 0);
	ck_assert_msg(open_box(0) == -1, "%s", w->title);
	ck_assert_msg(errno == w->error, "%s: %s", w->title, strerror(errno));
	ck_assert_int_eq(box[0].tmp, -1);
	ck_assert_int_eq(box[0].new, -1);
	ck_assert_int_eq(descriptors(), before);
}
END_TEST

START_TEST(open_refuses_a_link_anywhere_in_the_path)
{
	ck_assert_int_eq(symlink(base, below("%d%s", 9, "")), 0);
	ck_assert_int_eq(maildir_find(&box[0], -1, below("9/%d%s", 0, "")), -1);
	ck_assert_int_eq(errno, ELOOP);
}
END_TEST

START_TEST(what_is_beneath_a_home_stays_there)
{
	int home = open(below("%d%s", 0, ""), O_PATH | O_DIRECTORY);

	ck_assert_int_eq(symlink("new", below("%d/%s", 0, "link")), 0);
	ck_assert_int_eq(symlink("..", below("%d/%s", 0, "up")), 0);
	ck_assert_int_eq(maildir_find(&box[0], home, "link"), -1);
	ck_assert_int_eq(errno, ELOOP);
	ck_assert_int_eq(maildir_find(&box[0], home, "up/1"), -1);
	ck_assert_int_eq(errno, ELOOP);
	ck_assert_int_eq(maildir_find(&box[0], home, "../1"), -1);
	ck_assert_int_eq(errno, EXDEV);
	ck_assert_int_eq(maildir_find(&box[0], home, base), -1);
	ck_assert_int_eq(errno, EXDEV);
	ck_assert_int_eq(box[0].base, -1);
	ck_assert_int_eq(maildir_find(&box[0], home, "new/../cur"), 0);
	close(home);
}
END_TEST

START_TEST(open_wants_openat2)
{
	fault_lack("openat2", ENOSYS);
	ck_assert_int_eq(open_box(0), -1);
	ck_assert_int_eq(errno, ENOSYS);
}
END_TEST

START_TEST(room_is_what_the_file_system_says)
{
	static const struct {
		struct statfs fs;
		uint64_t room;
		bool has_inodes, has_range, is_local, has_journal;
	} rows[] = {
		{ { .f_type = 0xef53, .f_blocks = 9, .f_bavail = 3,
		    .f_bsize = 4096, .f_frsize = 512, .f_files = 5,
		    .f_ffree = 1 }, 1536, true, true, true, true },
		{ { .f_type = 0x58465342, .f_blocks = 9, .f_bavail = 3,
		    .f_bsize = 4096, .f_files = 5 },
		  12288, false, true, true, false },
		{ { .f_type = 0x9123683e, .f_blocks = 9, .f_bsize = 4096 },
		  0, true, false, true, false },
		{ { .f_type = 0x65735546, .f_blocks = UINT64_MAX,
		    .f_bavail = UINT64_MAX / 4096 + 1, .f_frsize = 4096 },
		  UINT64_MAX, true, false, false, false },
		{ { .f_type = 0x65735546, .f_bsize = 512 },
		  UINT64_MAX, true, false, false, false },
		{ { .f_type = 0x65735546, .f_blocks = 1, .f_bavail = 1 },
		  UINT64_MAX, true, false, false, false },
	};

	fault_trick.statfs = &rows[_i].fs;
	ck_assert_int_eq(open_box(0), 0);
	ck_assert_uint_eq(box[0].room, rows[_i].room);
	ck_assert_int_eq(box[0].has_inodes, rows[_i].has_inodes);
	ck_assert_int_eq(box[0].has_range, rows[_i].has_range);
	ck_assert_int_eq(box[0].is_local, rows[_i].is_local);
	ck_assert_int_eq(box[0].has_journal, rows[_i].has_journal);
}
END_TEST

START_TEST(begin_makes_a_file_for_its_owner_only)
{
	struct stat st;

	ready();
	ck_assert_int_eq(stat(below("%d/tmp/%s", 0, mail[0].name), &st), 0);
	ck_assert_uint_eq(st.st_mode, S_IFREG | 0600);
	ck_assert_int_eq(fcntl(mail[0].fd, F_GETFD), FD_CLOEXEC);
	undo_all();
}
END_TEST

/* The same clock and the same bits twice: an existing file is kept. */
START_TEST(begin_never_opens_an_existing_file)
{
	struct delivery second;

	fault_trick.same_time = fault_trick.same_bits = true;
	ready();
	ck_assert_int_eq(maildir_begin(&box[0], &second, "host.example"), -1);
	ck_assert_int_eq(errno, EEXIST);
	ck_assert_int_eq(second.place, MAILDIR_NOWHERE);
	ck_assert_int_eq(second.fd, -1);
	undo_all();
}
END_TEST

void
add_open(TCase *tc)
{
	tcase_add_test(tc, open_takes_few_calls_and_says_what_it_found);
	tcase_add_test(tc, the_owner_is_the_base_directorys);
	LOOP(tc, open_refuses_what_is_no_maildir, countof(wrongs));
	tcase_add_test(tc, open_refuses_a_link_anywhere_in_the_path);
	tcase_add_test(tc, what_is_beneath_a_home_stays_there);
	tcase_add_test(tc, open_wants_openat2);
	LOOP(tc, room_is_what_the_file_system_says, 6);
	tcase_add_test(tc, begin_makes_a_file_for_its_owner_only);
	tcase_add_test(tc, begin_never_opens_an_existing_file);
}
