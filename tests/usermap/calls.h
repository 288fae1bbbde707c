/* calls.h - the system calls of a map's reading, as a test wants them. */

#ifndef CALLS_H
#define CALLS_H

#include <stddef.h>

extern struct calls {
	void (*meanwhile)(void);	/* happens before each pread(2) */
	int read_errno;		/* if not 0 pread fails, after EINTR once */
	size_t read_at_most;	/* bytes per pread */
	int mmaps_until_failure;	/* -1: it does not fail */

	int reads;		/* preads so far */
	int opens;		/* of the map's files, by the program */
} calls;

extern const struct calls as_usual;

#endif
