/* written.c - maps that somebody is writing, or seems to be. */

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../suite.h"
#include "calls.h"
#include "map.h"
#include "parts.h"

static void
open_at(time_t seconds, long nanoseconds)
{
	struct timespec now = { seconds, nanoseconds };

	usermap_open(&map, &now);
}

/* How many are read to see that a compiled map is not of the text. */
static int
trailers(void)
{
	return compiled ? 1 : 0;
}

static void
set_mtime(time_t seconds, long nanoseconds)
{
	struct timespec times[2] = { { seconds, nanoseconds },
	    { seconds, nanoseconds } };

	ck_assert_int_eq(utimensat(AT_FDCWD, map.file, times, 0), 0);
}

START_TEST(an_empty_map_is_one_being_written)
{
	write_map("");
	open_map();
	ck_assert_str_eq(said, "0: empty: is somebody writing it?\n");
	ck_assert_str_eq(find("a@b"), "broken");
}
END_TEST

START_TEST(a_last_line_without_its_end_does_not_count)
{
	write_map("a@b /m\n\n@b /all\nc@b /n");
	open_map();
	ck_assert(said_only("4: the last line has no line end"));
	ck_assert_str_eq(find("a@b"), "ok /m");
	ck_assert_str_eq(find("c@b"), "broken");
	ck_assert_str_eq(find("c@d"), "broken");
}
END_TEST

START_TEST(only_a_line_end_is_missing)
{
	write_map("a@b /m");
	open_map();
	ck_assert(said_only("1: the last line has no line end"));
	ck_assert_str_eq(find("a@b"), "broken");
}
END_TEST

/* Where lines may be missing, a line for many is not taken for one that
 * might have had its own. */
START_TEST(a_map_being_written_misdelivers_nothing)
{
	write_map("a@b /m\n@b /all\npostmaster /p\nx");
	open_map();
	ck_assert_str_eq(find("a@b"), "ok /m");
	ck_assert_str_eq(find("a+x@b"), "broken");
	ck_assert_str_eq(find("c@b"), "broken");
	ck_assert_str_eq(find("postmaster@b"), "broken");
	ck_assert_str_eq(find("postmaster"), "ok /p");
}
END_TEST

#define QUICK "0: changed less than 2 seconds ago: is somebody writing it?"
#define AHEAD "0: changed in the future, says its time; if the clock is right"

static const struct age {
	const char *title;
	time_t seconds;
	long nanoseconds;
	const char *fault;
} ages[] = {
	{ "just now", 1000, 500, QUICK },
	{ "less than 2 seconds ago", 1002, 499, QUICK },
	{ "2 seconds ago", 1002, 500, NULL },
	{ "long ago", 9000, 0, NULL },
	{ "in a moment: a clock may go back", 998, 0, QUICK },
	{ "in an hour: the clocks differ, so nothing is sure", 0, 0, AHEAD },
};

START_TEST(age)
{
	const struct age *a = &ages[_i];
	bool whole = a->fault == NULL;

	write_map("a@b /m\n");
	set_mtime(1000, 500);
	open_at(a->seconds, a->nanoseconds);
	ck_assert_msg(map.whole == whole, "%s", a->title);
	ck_assert_msg(said_only(a->fault), "%s: %s", a->title, said);
	ck_assert_str_eq(find("a@b"), "ok /m");
	ck_assert_str_eq(find("a+x@b"), whole ? "ok /m" : "broken");
	ck_assert_str_eq(find("c@b"), whole ? "no such user" : "broken");
}
END_TEST

START_TEST(a_map_that_did_not_change_is_read_once)
{
	write_map("a@b /m\n");
	open_map();
	open_map();
	ck_assert_int_eq(calls.opens, 1);
	write_map("a@b /n\n");
	open_map();
	ck_assert_str_eq(find("a@b"), "ok /n");
}
END_TEST

START_TEST(a_map_with_a_fault_is_read_each_time)
{
	write_map("a@b /m,\n");
	open_map();
	open_map();
	ck_assert_int_eq(calls.opens, 2 + 2 * trailers());
	ck_assert_str_eq(find("a@b"), "broken");
}
END_TEST

START_TEST(a_change_of_the_same_size_and_time_is_seen)
{
	write_map("a@b /m\n");
	set_mtime(1000, 0);
	open_map();
	write_map("a@b /n\n");
	set_mtime(1000, 0);		/* but not the time of that */
	open_map();
	ck_assert_str_eq(find("a@b"), "ok /n");
}
END_TEST

static void
write_longer(void)
{
	calls.meanwhile = NULL;
	write_map("a@b /m\nc@b /n\n");
}

START_TEST(a_change_while_it_is_read_is_read_again)
{
	write_map("a@b /m\n");
	calls.meanwhile = write_longer;
	open_map();
	ck_assert(said_only(NULL));
	ck_assert_str_eq(find("c@b"), "ok /n");
	ck_assert_int_eq(calls.reads, 2);	/* compiled: the trailer's */
}
END_TEST

static void
write_more(void)
{
	add_text("a@b /m\n");
	for (int i = 0; i < calls.reads; i++)
		add_text("c%d@b /n\n", i);
	write_text();
}

START_TEST(changes_without_end_are_a_fault)
{
	write_map("a@b /m\n");
	calls.meanwhile = write_more;
	open_map();
	ck_assert(said_only("0: changed while it was read"));
	ck_assert_int_eq(calls.reads, 3 + trailers());
	ck_assert_str_eq(find("a@b"), "ok /m");
	ck_assert_str_eq(find("d@b"), "broken");
}
END_TEST

static void
empty(void)
{
	ck_assert_int_eq(truncate(map.file, 0), 0);
}

START_TEST(a_map_that_shrinks_while_it_is_read)
{
	write_map("a@b /m\n");
	calls.meanwhile = empty;
	open_map();
	ck_assert(said_only("0: empty: is somebody writing it?"));
	ck_assert_str_eq(find("a@b"), "broken");
}
END_TEST

/* As an editor does it: cut to nothing, then in pieces. */
static void
rewrite_for_ever(void)
{
	static const char text[] = "@c /c\nann@b /m\nbob@b /n\neve@b /o\n";
	int fd = open(map.file, O_WRONLY);

	for (;;) {
		(void)!ftruncate(fd, 0);
		for (off_t i = 0; i < (off_t)sizeof text - 1; i += 9)
			(void)!pwrite(fd, text + i, (size_t)i + 9 <
			    sizeof text ? 9 : sizeof text - 1 - (size_t)i, i);
		usleep(300);
	}
}

/* bob@b: in the part that is not there for a while. */
static bool
look_at_it_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	usermap_open(&map, &now);
	said[0] = '\0';
	ck_assert_str_eq(find("nobody@b"), "broken");
	const char *answer = find("bob@b");
	if (strcmp(answer, "ok /n") == 0)
		return true;
	ck_assert_str_eq(answer, "broken");
	return false;
}

START_TEST(while_it_is_rewritten_nobody_is_refused)
{
	int found = 0, missed = 0;

	write_map("@c /c\n");
	pid_t writer = fork();
	if (writer == 0)
		rewrite_for_ever();
	while (found < 500 || missed < 100) {
		bool is = look_at_it_now();

		found += is;
		missed += !is && found > 0;
	}
	kill(writer, SIGKILL);
	waitpid(writer, NULL, 0);
}
END_TEST

void
add_written(TCase *tc)
{
	tcase_add_test(tc, an_empty_map_is_one_being_written);
	tcase_add_test(tc, a_last_line_without_its_end_does_not_count);
	tcase_add_test(tc, only_a_line_end_is_missing);
	tcase_add_test(tc, a_map_being_written_misdelivers_nothing);
	tcase_add_loop_test(tc, age, 0, countof(ages));
	tcase_add_test(tc, a_map_that_did_not_change_is_read_once);
	tcase_add_test(tc, a_map_with_a_fault_is_read_each_time);
	tcase_add_test(tc, a_change_of_the_same_size_and_time_is_seen);
	tcase_add_test(tc, a_change_while_it_is_read_is_read_again);
	tcase_add_test(tc, changes_without_end_are_a_fault);
	tcase_add_test(tc, a_map_that_shrinks_while_it_is_read);
	tcase_add_test(tc, while_it_is_rewritten_nobody_is_refused);
}
