/* mapfault.h - the faults of the user map, in words. */

#ifndef MAPFAULT_H
#define MAPFAULT_H

#include "span.h"

/* Who is told of each: line 0 is the file as a whole.  error is an errno where
 * a system call failed, else 0. */
struct mapfaults {
	void (*tell)(void *arg, const char *file, unsigned long line,
	    const char *what, int error);
	void *arg;
};

void mapfault_tell(const struct mapfaults *, const char *file,
    unsigned long line, const char *what, int error);

/* what: "wrong", the latter cut and made printable. */
void mapfault_wrong(const struct mapfaults *, const char *file,
    unsigned long line, const char *what, struct span wrong);

#endif
