/* chunk.h - a message in chunks on its way from the wire to the file.
 *
 * RFC 3030: the client counts a chunk's octets, so no octet in it is an end,
 * and dots are text.  A line ends in CR LF or in LF alone, and becomes LF;
 * the two may stand in two chunks.  A CR without LF is text, as everything
 * else is, NUL too. */

#ifndef CHUNK_H
#define CHUNK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "span.h"

struct chunk {			/* all zero is a fresh message */
	bool cr;		/* the last octet was CR: it has not gone out */
	uint64_t size;		/* so far, each line end being CR LF */
};

/* Takes from the front of in, puts to out + *len up to out + size, and moves
 * *len.  False: out has no room for the next octet; else all of in is
 * taken. */
bool chunk_take(struct chunk *, struct span *in, unsigned char *out,
    size_t *len, size_t size);

/* Behind the last chunk: what waited for an LF is text.  There is room for
 * it, since there was when it came. */
void chunk_end(struct chunk *, unsigned char *out, size_t *len);

#endif
