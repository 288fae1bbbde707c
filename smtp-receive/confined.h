/* confined.h - the session as a process: all its life is in here. */

#ifndef CONFINED_H
#define CONFINED_H

#include "sandbox.h"
#include "session.h"
#include "shared.h"

/* The end of the wire that is the client: the session's wire.end. */
struct door {
	struct shared *shared;
	int in, out;
};

/* Confines this process and runs the dialogue on descriptors 0 and 1.
 * session is all zero.  Where it cannot be confined shared->unfit says why,
 * and nothing has been read. */
_Noreturn void confined_run(const struct sandbox *, const struct rules *,
    struct shared *, struct session *session);

#endif
