/* clock.h - how long something has taken, by a clock that nobody sets. */

#ifndef CLOCK_H
#define CLOCK_H

#include <time.h>

struct timespec clock_now(void);
long long clock_milliseconds(const struct timespec *since);

#endif
