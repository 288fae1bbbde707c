/* shared.h - the memory that session and monitor share.
 *
 * The session writes it, the monitor reads it, and trusts nothing in it:
 * the body is only written on, and the two marks decide no more than whether
 * the client hears a last line and when silence is over. */

#ifndef SHARED_H
#define SHARED_H

#include <stdatomic.h>

#include "limit.h"

struct shared {
	/* The session waits for input, and has written all its replies. */
	atomic_bool waiting;
	/* Counts what came and went: while it stands still, so does the client.
	 * For connections that are no sockets, which have no timeout. */
	atomic_uint beat;
	/* Why the session could not be confined: an errno, and the call. */
	atomic_int unfit;
	char unfit_call[32];

	unsigned char body[BODY_SIZE];
};

#endif
