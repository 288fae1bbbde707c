/* mapmemory.c - all pages at once, for all will be written. */

#include "mapmemory.h"

#include <sys/mman.h>

enum {
	LARGE		= 2 << 20,	/* a huge page, on most machines */
	POPULATE_WRITE	= 23,	/* of Linux 5.14; musl 1.2.3 has no name */
};

/* In small pages a million addresses take almost twice the time: each line's
 * key is looked for in another page, which no table of the processor has, and
 * nineteen thousand pages have to be made.  Where huge ones cannot be had, or
 * are not made at once, it only takes longer. */
void *
mapmemory_take(size_t size)
{
	int populate = size < LARGE ? MAP_POPULATE : 0;
	void *at = mmap(NULL, size, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | populate, -1, 0);

	if (at == MAP_FAILED)
		return NULL;
	if (populate == 0) {
		madvise(at, size, MADV_HUGEPAGE);
		madvise(at, size, POPULATE_WRITE);
	}
	return at;
}
