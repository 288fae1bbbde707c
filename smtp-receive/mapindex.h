/* mapindex.h - where in the user map's text a key stands.
 *
 * The keys are those of its lines, and the @domain of each: so it is one
 * question whether a domain is ours, and what its line of all addresses
 * says.  The text is in normal form (mapline.h), ends in a line end, and must
 * stay where it is. */

#ifndef MAPINDEX_H
#define MAPINDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "span.h"

struct mapindex {
	char *text;
	size_t size;
	uint32_t *slots;	/* a place in the text + 1, 0: free */
	size_t count;		/* of the slots, a power of two; 0: no index */
	bool spared;		/* they are the caller's memory */
};

/* Room for the keys of as many lines as the text has: 0, or -1 with errno.
 * spare: the caller's memory for so many slots, which are taken if they are
 * enough. */
int mapindex_open(struct mapindex *, char *text, size_t size, uint32_t *spare,
    size_t most);
void mapindex_close(struct mapindex *);

/* Where the key is or belongs. */
uint32_t *mapindex_slot(const struct mapindex *, struct span key);

/* The line that begins with this slot's key; NULL where no line does, though
 * the key may stand in one as its domain. */
char *mapindex_line(const struct mapindex *, const uint32_t *slot);

/* Enters a line by its key and the @domain at that one's end, which stand in
 * the text: false where a line has the key already. */
bool mapindex_enter(struct mapindex *, struct span key, struct span domain);

#endif
