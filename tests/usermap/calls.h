/* calls.h - the system calls of a map's reading, as a test wants them. */

#ifndef CALLS_H
#define CALLS_H

#include <stddef.h>

extern void (*meanwhile)(void);	/* happens before each pread(2) */
extern int read_errno;		/* if not 0 pread fails, after EINTR once */
extern size_t read_at_most;	/* bytes per pread */
extern int mmaps_until_failure;	/* -1: it does not fail */

extern int reads;		/* preads so far */
extern int opens;		/* of the map, by the program */

#endif
