/* test_id.c - the names of connections. */

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "../smtp-receive/id.h"
#include "suite.h"

static bool no_bits;			/* the system has no random bytes yet */
static long long ahead;			/* ms */

ssize_t __real_getrandom(void *, size_t, unsigned);
ssize_t __wrap_getrandom(void *, size_t, unsigned);
int __real_clock_gettime(clockid_t, struct timespec *);
int __wrap_clock_gettime(clockid_t, struct timespec *);

ssize_t
__wrap_getrandom(void *at, size_t len, unsigned flags)
{
	ck_assert_uint_eq(flags, GRND_NONBLOCK);
	if (!no_bits)
		return __real_getrandom(at, len, flags);
	errno = EAGAIN;
	return -1;
}

int
__wrap_clock_gettime(clockid_t clock, struct timespec *now)
{
	int result = __real_clock_gettime(clock, now);

	if (clock == CLOCK_REALTIME)	/* the test library has another */
		now->tv_sec += ahead / 1000;
	return result;
}

START_TEST(thirteen_characters)
{
	char id[ID_LENGTH + 1];

	no_bits = _i == 1;
	id_make(id);
	ck_assert_uint_eq(strlen(id), 13);
	ck_assert_uint_eq(strspn(id, "0123456789abcdefghijklmnopqrstuvwxyz"),
	    13);
}
END_TEST

START_TEST(ids_sort_as_time_goes)
{
	static const long long steps[] = { 1000, 36 * 1000, 86400 * 1000ll,
	    365 * 86400 * 1000ll, 30ll * 365 * 86400 * 1000 };
	char before[ID_LENGTH + 1], after[ID_LENGTH + 1];

	id_make(before);
	ahead = steps[_i];
	id_make(after);
	ck_assert_str_lt(before, after);
}
END_TEST

/* 36^5 are 60 million: 100 of them all differ but once in 10,000 runs. */
START_TEST(connections_of_one_moment_differ)
{
	char ids[100][ID_LENGTH + 1];

	for (size_t i = 0; i < countof(ids); i++) {
		id_make(ids[i]);
		for (size_t j = 0; j < i; j++)
			ck_assert_str_ne(ids[i], ids[j]);
	}
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("id");
	TCase *tc = tcase_create("id");

	tcase_add_loop_test(tc, thirteen_characters, 0, 2);
	tcase_add_loop_test(tc, ids_sort_as_time_goes, 0, 5);
	tcase_add_test(tc, connections_of_one_moment_differ);
	suite_add_tcase(s, tc);
	return s;
}
