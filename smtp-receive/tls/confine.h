/* confine.h - what this process may do once it has the key.
 *
 *	start -> (the key is read) -> enter
 *
 * confine.c is the real one; confine-none.c is linked into instrumented
 * builds, which need more. */

#ifndef TLS_CONFINE_H
#define TLS_CONFINE_H

#include <stdbool.h>
#include <sys/types.h>

struct confine {
	pid_t parent;		/* whose death is ours */
	unsigned used;		/* descriptors from here on are closed */
	int out;		/* if it is a socket, no file will grow */
	unsigned cpu;		/* seconds */
	bool root;		/* started as root: we become uid and gid */
	uid_t uid;
	gid_t gid;
};

/* Nobody can look into this memory, and no core will be left of it. */
int confine_start(void);

/* From here on: descriptors 0 to used - 1 and no new ones; read, write, poll,
 * shutdown, memory without code, time and random numbers.  Any other system
 * call kills.  Both: 0, or -1 with errno; here *call is what failed, and the
 * process must exit. */
int confine_enter(const struct confine *, const char **call);

#endif
