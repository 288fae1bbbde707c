/* clock.c - what time it is, and how long something has taken. */

#include "clock.h"

static struct timespec
read_clock(clockid_t clock)
{
	struct timespec now = { 0 };

	clock_gettime(clock, &now);
	return now;
}

struct timespec
clock_date(void)
{
	return read_clock(CLOCK_REALTIME);
}

struct timespec
clock_now(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

long long
clock_milliseconds(const struct timespec *since)
{
	const struct timespec now = clock_now();

	return clock_between(since, &now);
}

long long
clock_between(const struct timespec *since, const struct timespec *then)
{
	return (long long)(then->tv_sec - since->tv_sec) * 1000 +
	    (then->tv_nsec - since->tv_nsec) / 1000000;
}
