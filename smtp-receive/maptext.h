/* maptext.h - the text form of the user map, read and indexed.
 *
 *	open -> enter -> close
 *
 * What is found in it points into its memory, until it is closed. */

#ifndef MAPTEXT_H
#define MAPTEXT_H

#include <stdbool.h>

#include "mapfault.h"
#include "mapfile.h"
#include "mapindex.h"

enum { MAPTEXT_SPARE = 8192 };

struct maptext {
	struct mapfile file;
	struct mapindex index;
	unsigned long faults;	/* that its lines have */
	bool cut;		/* the last line has no line end */

	/* For a small text and its index: two calls less, and no page tables
	 * of their own. */
	_Alignas(uint32_t) char spare[MAPTEXT_SPARE];
};

/* Reads the file: NULL, or what went wrong, with errno, and nothing is
 * open. */
const char *maptext_open(struct maptext *, const char *path);

/* Takes its lines, in normal form, into the index, those with a good key all.
 * The first most of their faults are told one by one, the others counted. */
void maptext_enter(struct maptext *, const char *path,
    const struct mapfaults *, unsigned long most);

void maptext_close(struct maptext *);

#endif
