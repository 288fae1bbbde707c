/* open.c - linked into one test build of the program: on "NOOP open" the
 * session calls open(2), as one that was taken over would.  See
 * test_open.py. */

#include <fcntl.h>

#include "../../smtp-receive/session.h"

void __real_session_say(struct session *, enum reply);
void __wrap_session_say(struct session *, enum reply);

void
__wrap_session_say(struct session *s, enum reply reply)
{
	if (span_is(s->said, "NOOP open"))
		open("/dev/null", O_RDONLY);
	__real_session_say(s, reply);
}
