/* mapfault.h - the faults of the user map, in words. */

#ifndef MAPFAULT_H
#define MAPFAULT_H

#include "usermap.h"

/* Tells map's faults.tell.  line 0 is the file as a whole; error an errno, or
 * 0. */
void mapfault_tell(const struct usermap *map, unsigned long line,
    const char *what, int error);

/* what: "wrong", the latter cut and made printable. */
void mapfault_wrong(const struct usermap *map, unsigned long line,
    const char *what, struct span wrong);

#endif
