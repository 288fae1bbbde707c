/* target.h - one Maildir, as the user map names it. */

#ifndef TARGET_H
#define TARGET_H

#include "account.h"
#include "span.h"

struct target {
	struct span path;		/* without a slash at its end */
	/* NULL: the path is absolute, and whose the Maildir is, his is the
	 * mail.  Else it is this user's, and the path is below his home. */
	const struct account *owner;
};

#endif
