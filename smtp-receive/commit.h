/* commit.h - what is done between the dot and 250, step by step.
 *
 * The table in commit.c is the order that smtp-receive(8) promises; the
 * crash tests are about it. */

#ifndef COMMIT_H
#define COMMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mailbox.h"

/* The mailboxes that take each step together. */
struct batch {
	struct mailbox *mailboxes;
	size_t count;
	uint64_t size, crlf;	/* of it, a line end as 1 octet, as 2 */
	bool strict;		/* sync = strict */
	bool shared;		/* some of them have one file */
	struct rights *rights;	/* each owner's are taken, and kept */

	struct mailbox *at;	/* after a failure: the one it failed for */
};

/* Takes all steps for all mailboxes.  NULL: each has its complete copy, on
 * stable storage.  Else what the step that failed was for, with errno; the
 * delivery of at says which system call it was.  Nothing is undone yet. */
const char *commit_take(struct batch *);

#endif
