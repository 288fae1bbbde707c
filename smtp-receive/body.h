/* body.h - the message behind DATA or BDAT, from the wire through to the
 * house.
 *
 * It is read to its true end whatever is wrong with it, so that no part of
 * it is ever taken for commands; from the first fault on nothing more goes
 * to the house. */

#ifndef BODY_H
#define BODY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "backend.h"
#include "chunk.h"
#include "dot.h"
#include "head.h"
#include "line.h"

struct body {			/* but for the first three, zero at first */
	const struct backend *backend;
	void *house;
	uint64_t max_size;
	struct dot dot;		/* of a message behind DATA, */
	struct chunk chunk;	/* or of one behind BDAT */
	struct head head;
	size_t len;		/* of what waits in the backend's buffer */
	bool refused;		/* by the house; why says what to answer */
	struct verdict why;
};

/* To the dot.  LINE_GOOD: the end has come, and body says the rest.
 * LINE_EOF, LINE_TIMEOUT: the client is gone or still. */
enum line_kind body_read(struct body *, struct line *);

/* A chunk of so many octets, in the same way; and what is due behind the
 * last. */
enum line_kind body_chunk(struct body *, struct line *, uint64_t octets);
void body_end(struct body *);

/* Its size as RFC 1870 counts it: with CR LF, without the stuffed dots. */
uint64_t body_size(const struct body *);

#endif
