/* mailbox.h - one Maildir that the mail in hand goes to. */

#ifndef MAILBOX_H
#define MAILBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../maildir/maildir.h"
#include "limit.h"
#include "log.h"
#include "reply.h"
#include "rights.h"
#include "target.h"

struct mailbox {
	struct maildir dir;
	struct delivery delivery;
	size_t recipient;	/* number of the first that reached it */
	uint64_t size, crlf;	/* of our block above the message */

	/* deliver.c's, which finds it by them among the others. */
	size_t files;		/* on its file system, up to this one */
	size_t before;		/* number, from 1, of the last in its chain */
	char path[MAX_TARGET];
};

/* Finds the Maildir, takes its owner's rights, and opens it; it is closed by
 * maildir_close.  reply_rcpt_ok, or why not: it is logged then, and closed.
 * Either way his rights may be held: rights_leave is the caller's. */
enum reply mailbox_open(struct mailbox *, const struct target *,
    struct rights *, const struct log *);

/* All that is done to it from now on is done by its owner.  -1 with errno, and
 * delivery's call; then nothing may be done. */
int mailbox_take_rights(struct mailbox *, struct rights *);

/* Logs a call on this mailbox that failed with errno (0: none did), and what
 * it was for.  Returns what the client hears. */
enum reply mailbox_failed(const struct mailbox *, const struct log *,
    const char *call, const char *what);

/* Of all up to this one, is it the first with a file of its own on its file
 * system?  What is done once per file system is done for those. */
bool mailbox_is_first(const struct mailbox *all, const struct mailbox *);

#endif
