/* wire.h - the octets from and to the client.
 *
 * Replies wait in out until a read may block or out is full: that is all of
 * PIPELINING (RFC 2920 section 3.2).  The two functions are read(2) and
 * write(2) of the connection in production, memory in tests. */

#ifndef WIRE_H
#define WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "limit.h"

struct wire {
	/* As read(2): 0 is the end, -1 with EAGAIN the command-timeout. */
	ssize_t (*read)(void *end, void *at, size_t size);
	/* All len octets, or -1. */
	int (*write)(void *end, const void *at, size_t len);
	/* From now on both go through TLS. */
	void (*turn)(void *end);
	void *end;

	bool deaf;		/* a write failed: the client hears no more */
	size_t used;
	char out[OUTPUT_SIZE];
};

/* Writes what waits, then reads. */
ssize_t wire_read(struct wire *, void *at, size_t size);

/* len is at most OUTPUT_SIZE. */
void wire_say(struct wire *, const char *octets, size_t len);
void wire_flush(struct wire *);

#endif
