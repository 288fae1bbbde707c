/* commit.h - what is done between the dot and 250, step by step.
 *
 * The table in commit.c is the order that smtp-receive(8) promises; the
 * crash tests are about it. */

#ifndef COMMIT_H
#define COMMIT_H

#include <stdint.h>

#include "deliver.h"

struct commit_step {
	int (*take)(struct deliver *, struct mailbox *, uint64_t crlf);
	const char *call, *what;	/* for the log, where it failed */
};

/* Takes all steps for all mailboxes; crlf as in deliver_commit.  NULL: every
 * mailbox has its complete copy, on stable storage.  Else the step that
 * failed, with errno, and *at is the mailbox that it failed for; nothing is
 * undone yet. */
const struct commit_step *commit_take(struct deliver *, uint64_t crlf,
    const struct mailbox **at);

#endif
