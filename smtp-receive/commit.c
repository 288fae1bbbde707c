/* commit.c - what is done between the dot and 250, step by step. */

#include "commit.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

enum { FEW = 4 };	/* mailboxes that are synced one by one */

/* Of a single one settling is starting and waiting in one. */
static int
push(const struct batch *b, struct mailbox *m)
{
	return b->count == 1 ? 0 : maildir_push(&m->delivery, b->strict);
}

static int
settle_each(const struct batch *b, struct mailbox *m)
{
	return maildir_settle(&m->delivery, b->strict);
}

/* Many mailboxes: one syncfs for all that lie on one file system. */
static int
sync_all(const struct batch *b, struct mailbox *m)
{
	return mailbox_is_first(b->mailboxes, m)
	    ? maildir_syncfs(&m->delivery) : 0;
}

/* Without sync_file_range the bytes are brought to the disk as the names will
 * be. */
static int
settle_together(const struct batch *b, struct mailbox *m)
{
	if (b->count <= FEW || b->strict || m->dir.has_range)
		return settle_each(b, m);
	return sync_all(b, m);
}

static int
publish(const struct batch *b, struct mailbox *m)
{
	return maildir_publish(&m->delivery, m->size + b->size,
	    m->crlf + b->crlf);
}

static int
sync_each(const struct batch *b, struct mailbox *m)
{
	(void)b;
	return maildir_sync(&m->delivery);
}

/* A file that several mailboxes share has several names, and without a journal
 * its fsync brings one of them to the disk; a reader may just have moved
 * another to cur/, which nobody syncs. */
static int
sync_together(const struct batch *b, struct mailbox *m)
{
	return b->count <= FEW && !b->shared ? sync_each(b, m)
	    : sync_all(b, m);
}

static int
journal(const struct batch *b, struct mailbox *m)
{
	return mailbox_is_first(b->mailboxes, m)
	    ? maildir_journal(&m->delivery) : 0;
}

struct step {
	int (*take)(const struct batch *, struct mailbox *);
	const char *what;	/* for the log, where it failed */
	int (*otherwise)(const struct batch *, struct mailbox *);
};

/* All bytes have left memory before the first name is visible, and all names
 * are on the disk before the answer. */
static const struct step steps[] = {
	{ push,		   "to start writing a message", NULL },
	/* Otherwise: syncfs is not to be trusted here; nothing was synced. */
	{ settle_together, "to write a message to the disk", settle_each },
	{ publish,	   "to move a message from tmp/ to new/", NULL },
	{ sync_together,   "to write a message's name to the disk", sync_each },
	{ journal,	   "to see whether ext4 has its journal", NULL },
};

static int
take_step(struct batch *b, int (*take)(const struct batch *,
    struct mailbox *))
{
	for (size_t i = 0; i < b->count; i++) {
		b->at = &b->mailboxes[i];
		if (mailbox_take_rights(b->at, b->rights) == -1 ||
		    take(b, b->at) == -1)
			return -1;
	}
	return 0;
}

/* Only syncfs has done nothing then.  An fsync is never repeated, whatever it
 * said: the second one would say 0. */
static bool
lacks_call(const struct batch *b)
{
	return errno == ENOSYS && strcmp(b->at->delivery.call, "syncfs") == 0;
}

const char *
commit_take(struct batch *b)
{
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		const struct step *step = &steps[i];
		int result = take_step(b, step->take);

		if (result == -1 && step->otherwise != NULL && lacks_call(b))
			result = take_step(b, step->otherwise);
		if (result == -1)
			return step->what;
	}
	return NULL;
}
