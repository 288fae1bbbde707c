/* damaged.c - compiled maps that are not as they were written, or not of the
 * text that is there. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../suite.h"
#include "calls.h"
#include "map.h"
#include "parts.h"

#define TOLD "0: damaged: run smtp-receive-map, or remove it"

/* Every way through the map, and how many of them are enough where there is
 * much to try. */
enum { FEW = 3 };
static const struct known {
	const char *address, *found;
} known[] = {
	{ "two@a.example", "ok /m/ann /m/bob" },
	{ "eve@a.example", "no such user" },
	{ "ann@d.example", "not ours" },
	{ "ann@a.example", "ok /m/ann" },
	{ "ann+x@a.example", "ok /m/ann" },
	{ "eve@b.example", "ok /m/all" },
	{ "no@b.example", "reject No such user" },
	{ "no+x@b.example", "reject No such user" },
	{ "ann@c.example", "ok HOME/ann/m" },
	{ "postmaster@a.example", "ok /m/ann" },
	{ "postmaster", "ok /m/ann" },
};

/* The line of no@b.example is in another block than that which would count
 * without it, and than all tables. */
static void
write_known(size_t fillers, const char *filler)
{
	add_text("ann@a.example /m/ann\n"
	    "bob@a.example /m/bob\n"
	    "two@a.example ann@a.example, bob@a.example\n"
	    "@b.example /m/all\n"
	    "@c.example ~/m\n"
	    "postmaster ann@a.example\n");
	for (size_t i = 0; i < fillers; i++) {
		if (i == fillers / 2)
			add_text("no@b.example reject No such user\n");
		add_text("filler%zu@a.example %s\n", i, filler);
	}
	if (fillers == 0)
		add_text("no@b.example reject No such user\n");
	write_text();
	open_map();
	ck_assert(said_only(NULL));
}

static void
make_known(size_t fillers)
{
	write_known(fillers, "/m/filler");
}

/* The answers are right, or it is said once that the map is damaged.  How many
 * are not. */
static unsigned
ask(size_t count, const char *title, long where)
{
	unsigned broken = 0;

	for (size_t i = 0; i < count; i++) {
		const char *found = find(known[i].address);

		if (strcmp(found, known[i].found) == 0)
			continue;
		broken++;
		ck_assert_msg(strcmp(found, "broken") == 0, "%s %ld: %s: %s",
		    title, where, known[i].address, found);
	}
	ck_assert_msg(broken == 0 || said_only(TOLD), "%s %ld: told %s", title,
	    where, said);
	return broken;
}

static unsigned
ask_all(const char *title, long where)
{
	return ask(countof(known), title, where);
}

static int
open_cdb(void)
{
	int fd = open(map.cdb_file, O_RDWR);

	ck_assert_int_ne(fd, -1);
	return fd;
}

static off_t
size_of(int fd)
{
	struct stat st;

	ck_assert_int_eq(fstat(fd, &st), 0);
	return st.st_size;
}

static unsigned
flip(int fd, off_t at, int bit, size_t count)
{
	unsigned char was, is;

	ck_assert_int_eq(pread(fd, &was, 1, at), 1);
	is = (unsigned char)(was ^ 1 << bit);
	ck_assert_int_eq(pwrite(fd, &is, 1, at), 1);
	open_again();
	unsigned broken = ask(count, "bit", (long)at * 8 + bit);
	ck_assert_int_eq(pwrite(fd, &was, 1, at), 1);
	return broken;
}

/* One block: whatever bit it is, nothing is believed any more. */
START_TEST(each_bit_of_a_small_one)
{
	make_known(0);
	int fd = open_cdb();
	for (off_t i = 0; i < size_of(fd); i++)
		for (int bit = 0; bit < 8; bit++)
			ck_assert_uint_eq(flip(fd, i, bit, FEW), FEW);
	open_again();
	ck_assert_uint_eq(ask_all("mended", 0), 0);
	close(fd);
}
END_TEST

/* Several blocks: who needs none of the damaged one is still found.  Each
 * address of ours needs some. */
START_TEST(a_bit_of_each_byte_of_a_larger_one)
{
	unsigned some = 0, all = 0;

	make_known(200);
	int fd = open_cdb();
	for (off_t i = 0; i < size_of(fd); i += 7) {
		unsigned broken = flip(fd, i, (int)(i / 7 % 8),
		    countof(known));

		some += broken > 0 && broken < countof(known);
		all += broken == countof(known);
	}
	ck_assert_uint_gt(some, 0);
	ck_assert_uint_gt(all, 0);
	close(fd);
}
END_TEST

START_TEST(cut_at_every_length_and_a_byte_too_long)
{
	make_known(0);
	int fd = open_cdb();
	off_t size = size_of(fd);
	for (off_t i = size + 1; i >= 0; i -= i == size + 1 ? 2 : 1) {
		ck_assert_int_eq(ftruncate(fd, i), 0);
		open_again();
		ck_assert_uint_eq(ask(FEW, "length", (long)i), FEW);
	}
	close(fd);
}
END_TEST

/* Where the map is whole, what it does not have is refused; where some of it
 * turned out to be damaged, no longer. */
START_TEST(after_damage_nobody_is_refused)
{
	make_known(2000);
	ck_assert_str_eq(find("ann@d.example"), "not ours");
	calls.read_errno = EIO;
	ck_assert_str_eq(find("filler1500@a.example"), "broken");
	calls.read_errno = 0;
	ck_assert(said_only(TOLD ": Input/output error"));
	ck_assert_str_eq(find("ann@d.example"), "broken");
	open_map();
	ck_assert_str_eq(find("ann@d.example"), "not ours");
	ck_assert_str_eq(find("filler1500@a.example"), "ok /m/filler");
}
END_TEST

/* Another compiled map, of the same shape as make_known's, and its place. */
static void
make_other(char *path, size_t size)
{
	ck_assert_uint_lt((size_t)snprintf(path, size, "%s.other", map.file),
	    size);
	write_known(200, "/x/wrongs");
	ck_assert_int_eq(rename(map.cdb_file, path), 0);
	usermap_close(&map);
}

START_TEST(renamed_over_in_the_middle_of_a_mail)
{
	char other[128];

	make_other(other, sizeof other);
	make_known(200);
	ck_assert_int_eq(rename(other, map.cdb_file), 0);
	ck_assert_uint_eq(ask_all("renamed", 0), 0);
	ck_assert_str_eq(find("filler9@a.example"), "ok /m/filler");
	open_again();
	ck_assert(map.stale);
	ck_assert_uint_eq(ask_all("stale", 0), 0);
}
END_TEST

static void
copy_over(const char *from)
{
	static char bytes[1 << 16];
	int in = open(from, O_RDONLY), out = open_cdb();
	ssize_t n = read(in, bytes, sizeof bytes);

	ck_assert(n > 0 && (size_t)n < sizeof bytes);
	ck_assert_int_eq(ftruncate(out, n), 0);
	ck_assert_int_eq(pwrite(out, bytes, (size_t)n, 0), n);
	close(in);
	close(out);
	unlink(from);
}

/* What was read is of the old one, what is read now of the new: the two are
 * not taken for one. */
START_TEST(written_over_in_the_middle_of_a_mail)
{
	char address[32], other[128];
	unsigned broken = 0;

	make_other(other, sizeof other);
	make_known(200);
	ck_assert_str_eq(find("ann@a.example"), "ok /m/ann");
	copy_over(other);
	for (int i = 0; i < 200; i++) {
		snprintf(address, sizeof address, "filler%d@a.example", i);
		const char *found = find(address);
		bool right = strcmp(found, "ok /m/filler") == 0;

		ck_assert_msg(right || strcmp(found, "broken") == 0, "%s: %s",
		    address, found);
		broken += !right;
	}
	ck_assert_uint_gt(broken, 0);
	ck_assert(said_only(TOLD));
}
END_TEST

/* A mapping of it would end the process. */
START_TEST(emptied_in_the_middle_of_a_mail)
{
	make_known(200);
	ck_assert_str_eq(find("ann@a.example"), "ok /m/ann");
	ck_assert_int_eq(truncate(map.cdb_file, 0), 0);
	ck_assert_str_eq(find("filler9@a.example"), "broken");
	ck_assert_str_eq(find("ann@d.example"), "broken");
	ck_assert(said_only(TOLD));
}
END_TEST

static void
make_pipe(void)
{
	ck_assert_int_eq(mkfifo(map.cdb_file, 0600), 0);
}

static void
make_directory(void)
{
	ck_assert_int_eq(mkdir(map.cdb_file, 0700), 0);
}

static void
make_empty(void)
{
	close(open(map.cdb_file, O_WRONLY | O_CREAT, 0600));
}

static void (*const others[])(void) = {
	make_pipe, make_directory, make_empty,
};

static void
set_time(const char *path, long seconds)
{
	struct timespec times[2] = { { 0 }, { 0 } };

	clock_gettime(CLOCK_REALTIME, &times[0]);
	times[0].tv_sec += seconds;
	times[1] = times[0];
	ck_assert_int_eq(utimensat(AT_FDCWD, path, times, 0), 0);
}

/* Newer than the text it is a damaged one, else none that counts. */
START_TEST(something_else_in_its_place)
{
	make_known(0);
	unlink(map.cdb_file);
	others[_i]();
	open_again();
	ck_assert_uint_eq(ask_all("newer", _i), countof(known));
	set_time(map.cdb_file, -100);
	open_again();
	ck_assert(map.stale && said_only(NULL));
	ck_assert_uint_eq(ask_all("older", _i), 0);
	ck_assert_int_eq(remove(map.cdb_file), 0);
}
END_TEST

START_TEST(one_that_cannot_be_opened_is_told_and_the_text_read)
{
	make_known(0);
	unlink(map.cdb_file);
	ck_assert_int_eq(symlink(map.cdb_file, map.cdb_file), 0);
	open_again();
	ck_assert(said_only("0: cannot be opened; the text is read: Too many"));
	ck_assert_str_eq(find("two@a.example"), "ok /m/ann /m/bob");
	ck_assert(map.whole && !map.stale);
}
END_TEST

START_TEST(a_text_edited_since_counts)
{
	make_known(0);
	ck_assert_int_eq(map.form, USERMAP_CDB);
	write_map("new@a.example /m/new\n");
	open_again();
	ck_assert(map.stale && map.form == USERMAP_TEXT);
	ck_assert_str_eq(find("new@a.example"), "ok /m/new");
	ck_assert_str_eq(find("ann@a.example"), "no such user");
	usermap_close(&map);
	open_map();
	ck_assert(!map.stale && map.form == USERMAP_CDB);
	ck_assert_str_eq(find("new@a.example"), "ok /m/new");
}
END_TEST

/* Of the same size and with its old time, or newer than the cdb: each alone is
 * enough. */
START_TEST(however_it_was_edited)
{
	write_map("a@b /m\n");
	set_time(map.file, -50);
	open_map();
	ck_assert_int_eq(map.form, USERMAP_CDB);
	write_map("a@b /n\n");
	set_time(map.file, _i == 0 ? -50 : 50);
	open_again();
	ck_assert(map.stale && map.form == USERMAP_TEXT);
	ck_assert_str_eq(find("a@b"), "ok /n");
}
END_TEST

START_TEST(kept_from_mail_to_mail_until_either_changes)
{
	make_known(0);
	int opens = calls.opens;
	open_map();
	open_map();
	ck_assert_int_eq(calls.opens, opens);
	unlink(map.cdb_file);
	open_map();
	ck_assert_int_eq(calls.opens, opens + 1);
	ck_assert_int_eq(rename(map.cdb_file, map.file), 0);
	open_map();
	ck_assert_int_eq(map.form, USERMAP_TEXT);
	ck_assert_str_eq(find("ann@a.example"), "broken");
}
END_TEST

void
add_damaged(TCase *tc)
{
	tcase_add_test(tc, each_bit_of_a_small_one);
	tcase_add_test(tc, a_bit_of_each_byte_of_a_larger_one);
	tcase_add_test(tc, cut_at_every_length_and_a_byte_too_long);
	tcase_add_test(tc, after_damage_nobody_is_refused);
	tcase_add_test(tc, renamed_over_in_the_middle_of_a_mail);
	tcase_add_test(tc, written_over_in_the_middle_of_a_mail);
	tcase_add_test(tc, emptied_in_the_middle_of_a_mail);
	tcase_add_loop_test(tc, something_else_in_its_place, 0,
	    countof(others));
	tcase_add_test(tc,
	    one_that_cannot_be_opened_is_told_and_the_text_read);
	tcase_add_test(tc, a_text_edited_since_counts);
	tcase_add_loop_test(tc, however_it_was_edited, 0, 2);
	tcase_add_test(tc, kept_from_mail_to_mail_until_either_changes);
}
