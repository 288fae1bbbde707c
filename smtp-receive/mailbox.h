/* mailbox.h - one Maildir that the mail in hand goes to. */

#ifndef MAILBOX_H
#define MAILBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../maildir/maildir.h"
#include "span.h"

struct mailbox {
	struct maildir dir;
	struct delivery delivery;
	struct span path;	/* into the user map's text */
	size_t recipient;	/* number of the first that reached it */
	uint64_t size, crlf;	/* of our block above the message */
};

/* Of all up to this one, is it the first with a file of its own on its file
 * system?  What is done once per file system is done for those. */
bool mailbox_is_first(const struct mailbox *all, const struct mailbox *);

#endif
