/* mapline.h - one line of the user map, taken apart.
 *
 * A line here is a logical one: without comments, joined with those that
 * continue it, and followed by a line end that is not counted.  Parsing puts
 * the key, the addresses and the paths into their normal form in place and
 * fills what remains with blanks; a line that was parsed can be parsed again,
 * with the same end. */

#ifndef MAPLINE_H
#define MAPLINE_H

#include <stdbool.h>
#include <stddef.h>

#include "span.h"

enum mapline_kind {
	MAPLINE_TARGETS,
	MAPLINE_REJECT,
	MAPLINE_LATER,
};

struct mapline {
	struct span key;	/* normal; empty where it is wrong */
	struct span domain;	/* the @domain at its end */
	enum mapline_kind kind;
	struct span rest;	/* targets for mapline_next, or the text */
	struct span wrong;	/* what the fault is about; may be empty */
};

/* NULL, or what is wrong and what would be right. */
const char *mapline_parse(char *at, size_t len, struct mapline *);

/* Cuts the next target from the front: an address, or a path, which begins with
 * '/' or '~' and does not end with '/'.  False after the last. */
bool mapline_next(struct span *rest, struct span *target);

bool mapline_white(char);	/* a space or a tab */
bool mapline_control(char);	/* ASCII's others below the space, and DEL */

#endif
