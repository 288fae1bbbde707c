/* clock.h - what time it is, and how long something has taken. */

#ifndef CLOCK_H
#define CLOCK_H

#include <time.h>

/* The time of day. */
struct timespec clock_date(void);

/* By a clock that nobody sets. */
struct timespec clock_now(void);
long long clock_milliseconds(const struct timespec *since);

/* The same until then. */
long long clock_between(const struct timespec *since,
    const struct timespec *then);

#endif
