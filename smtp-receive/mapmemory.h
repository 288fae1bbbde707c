/* mapmemory.h - memory for the text form of the user map, all of which will be
 * written. */

#ifndef MAPMEMORY_H
#define MAPMEMORY_H

#include <stddef.h>

/* Zeros; NULL with errno.  munmap(2) gives it back. */
void *mapmemory_take(size_t size);

#endif
