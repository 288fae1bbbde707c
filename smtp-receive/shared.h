/* shared.h - the memory that session and monitor share.
 *
 * The session writes it, the monitor reads it, and trusts nothing in it:
 * the body is only written on, and the two marks decide no more than whether
 * the client hears a last line and when silence is over. */

#ifndef SHARED_H
#define SHARED_H

#include <stdatomic.h>

#include "limit.h"

enum { SHARED_PAGE = 64 * 1024 };	/* bytes; no machine has larger pages */

struct shared {
	/* Why the session could not be confined: an errno, and the call.  In
	 * pages of its own, which a confined session cannot write any more:
	 * one that is taken over must not pass for a fault of ours.  First,
	 * because mmap(2) gives whole pages. */
	union {
		struct {
			atomic_int unfit;
			char unfit_call[32];
		};
		char unfit_pages[SHARED_PAGE];
	};

	/* The session waits for input, and has written all its replies. */
	atomic_bool waiting;
	/* Counts what came and went: while it stands still, so does the client.
	 * For connections that are no sockets, which have no timeout. */
	atomic_uint beat;

	/* Next to these: a small message needs no page of its own. */
	unsigned char body[BODY_SIZE];
};

#endif
