/* deliver.h - one mail, from its first RCPT to its last mailbox.
 *
 *	begin -> rcpt ... -> (write ... -> commit -> end)
 *
 * or undo after any of them, and after each that fails: nothing of the mail
 * is left then.  end is what may wait until the answer is out.  Each fault of
 * ours is logged where it is met; the replies say whose fault it was.
 *
 * What is done to a Maildir is done with its owner's rights; whoever calls
 * these has his own again when they return. */

#ifndef DELIVER_H
#define DELIVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "config.h"
#include "limit.h"
#include "log.h"
#include "mailbox.h"
#include "reply.h"
#include "rights.h"
#include "span.h"
#include "trace.h"

enum { DELIVER_CHAINS = 256 };	/* of mailboxes, by their inodes */

struct recipient {
	size_t len;
	char address[MAX_PATH];		/* as given in RCPT */
};

struct deliver {
	/* The caller's, before the first begin. */
	const struct config *config;
	const struct log *log;
	struct rights *rights;

	/* The mail in hand; its counts are 0 between mails. */
	uint64_t declared;		/* SIZE=, or 0 */
	uint64_t size;			/* of the message so far */
	bool started;			/* the blocks above it are written */
	size_t recipient_count;
	size_t mailbox_count;
	uint16_t chains[DELIVER_CHAINS];	/* the last's number, from 1 */
	struct recipient recipients[MAX_RECIPIENTS];
	struct mailbox mailboxes[MAX_MAILBOXES + 1];	/* 1: being looked at */
};

void deliver_begin(struct deliver *, uint64_t declared);

/* Opens all of this recipient's mailboxes, or none: reply_rcpt_ok, or why
 * not. */
enum reply deliver_rcpt(struct deliver *, struct span recipient,
    const struct target *, size_t count);

/* The next piece of the message to every mailbox; before the first, each
 * mailbox's block of trace lines.  trace's recipient is filled in here.
 * reply_stored, or why not. */
enum reply deliver_write(struct deliver *, struct trace *, const void *bytes,
    size_t len);

/* All that must be done before 250: "What is done before 250" in
 * smtp-receive(8).  crlf is the message's size with line ends of two octets.
 * Any other answer than reply_stored: undo. */
enum reply deliver_commit(struct deliver *, uint64_t crlf);

void deliver_end(struct deliver *);
void deliver_undo(struct deliver *);

#endif
