/* path.h - the argument of MAIL and RCPT: RFC 5321 section 4.1.2.
 *
 *	Path = "<" [ A-d-l ":" ] Mailbox ">"
 *	Mailbox = Local-part "@" ( Domain / address-literal )
 *
 * More is taken than the grammar has where senders are known to need it:
 * dots anywhere in a local part, '_' in a domain. */

#ifndef PATH_H
#define PATH_H

#include "span.h"

enum path_kind {
	PATH_MAILBOX,		/* local-part@domain */
	PATH_NULL,		/* <> */
	PATH_LOCAL,		/* a local part without a domain */
	PATH_BAD,		/* malformed, or over MAX_PATH or MAX_DOMAIN */
	PATH_NONE,		/* it does not even begin with < */
};

/* Takes a path from the front of in, spaces before it included; what is
 * left is empty or begins with a space.  address is what stands between the
 * brackets, without a source route (which RFC 5321 appendix C says to
 * ignore).  After PATH_BAD and PATH_NONE neither is meant. */
enum path_kind path_take(struct span *in, struct span *address);

#endif
