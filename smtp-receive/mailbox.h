/* mailbox.h - one Maildir that the mail in hand goes to. */

#ifndef MAILBOX_H
#define MAILBOX_H

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

#endif
