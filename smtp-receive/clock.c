/* clock.c - how long something has taken. */

#include "clock.h"

struct timespec
clock_now(void)
{
	struct timespec now = { 0 };

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now;
}

long long
clock_milliseconds(const struct timespec *since)
{
	struct timespec now = clock_now();

	return (long long)(now.tv_sec - since->tv_sec) * 1000 +
	    (now.tv_nsec - since->tv_nsec) / 1000000;
}
