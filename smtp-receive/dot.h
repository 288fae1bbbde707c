/* dot.h - a message on its way from the wire to the file.
 *
 * RFC 5321 section 4.5.2: CR LF becomes LF, the first dot of a line goes,
 * and CR LF dot CR LF is the end.  Nothing else is an end (SMTP smuggling):
 * a CR or LF that stands alone makes the message wrong, and it is read on to
 * its true end.  All other octets, NUL too, stay as they are. */

#ifndef DOT_H
#define DOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "span.h"

struct dot {
	enum {
		DOT_START,	/* of a line; all zero is a fresh message */
		DOT_TEXT,
		DOT_CR,		/* CR came, and must be followed by LF */
		DOT_DOT,	/* a dot came first in a line */
		DOT_DOT_CR,
	} state;
	bool bare;		/* a CR or LF stood alone: do not store */
	uint64_t lines;		/* line ends that went out */
	uint64_t octets;	/* that went out, a line end being one */
};

enum dot_result {
	DOT_HUNGRY,		/* all of in is taken */
	DOT_FULL,		/* out has no room for the next octet */
	DOT_END,		/* in starts behind the message's end */
};

/* Takes from the front of in, puts to out + *len up to out + size, and moves
 * *len. */
enum dot_result dot_take(struct dot *, struct span *in, unsigned char *out,
    size_t *len, size_t size);

#endif
