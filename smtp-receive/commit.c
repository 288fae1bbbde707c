/* commit.c - what is done between the dot and 250, step by step. */

#include "commit.h"

#include <errno.h>

enum { FEW = 4 };	/* mailboxes that are synced one by one */

static int
push(struct deliver *d, struct mailbox *m, uint64_t crlf)
{
	(void)crlf;
	return maildir_push(&m->delivery, d->config->sync_strict);
}

static int
settle(struct deliver *d, struct mailbox *m, uint64_t crlf)
{
	(void)crlf;
	return maildir_settle(&m->delivery, d->config->sync_strict);
}

static int
publish(struct deliver *d, struct mailbox *m, uint64_t crlf)
{
	return maildir_publish(&m->delivery, m->size + d->size,
	    m->crlf + crlf);
}

static bool
is_first_on_device(const struct deliver *d, const struct mailbox *m)
{
	for (const struct mailbox *o = d->mailboxes; o < m; o++)
		if (o->dir.dev == m->dir.dev && o->delivery.fd != -1)
			return false;
	return m->delivery.fd != -1;
}

/* Many mailboxes: one syncfs for all that lie on one file system. */
static int
sync_mailbox(struct deliver *d, struct mailbox *m, uint64_t crlf)
{
	(void)crlf;
	if (d->mailbox_count <= FEW)
		return maildir_sync(&m->delivery);
	if (!is_first_on_device(d, m))
		return 0;
	return maildir_syncfs(&m->delivery);
}

static int
sync_each(struct deliver *d, struct mailbox *m, uint64_t crlf)
{
	(void)d;
	(void)crlf;
	return maildir_sync(&m->delivery);
}

static int
journal(struct deliver *d, struct mailbox *m, uint64_t crlf)
{
	(void)crlf;
	return is_first_on_device(d, m) ? maildir_journal(&m->delivery) : 0;
}

/* All bytes have left memory before the first name is visible, and all names
 * are on the disk before the answer. */
static const struct commit_step steps[] = {
	{ push,		"sync_file_range", "to start writing a message" },
	{ settle,	"sync_file_range", "to write a message to the disk" },
	{ publish,	"renameat2", "to move a message from tmp/ to new/" },
	{ sync_mailbox,	"fsync", "to write a message's name to the disk" },
	{ journal,	"fremovexattr", "to see whether ext4 has its journal" },
};

static const struct commit_step slow_sync = {
	sync_each,	"fsync", "to write a message's name to the disk",
};

static int
take_step(struct deliver *d, const struct commit_step *step, uint64_t crlf,
    const struct mailbox **at)
{
	for (size_t i = 0; i < d->mailbox_count; i++) {
		*at = &d->mailboxes[i];
		if (step->take(d, &d->mailboxes[i], crlf) == -1)
			return -1;
	}
	return 0;
}

const struct commit_step *
commit_take(struct deliver *d, uint64_t crlf, const struct mailbox **at)
{
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		const struct commit_step *step = &steps[i];

		if (take_step(d, step, crlf, at) == 0)
			continue;
		/* Before Linux 5.8 syncfs reported no errors. */
		if (step->take != sync_mailbox || errno != ENOSYS)
			return step;
		if (take_step(d, &slow_sync, crlf, at) == -1)
			return &slow_sync;
	}
	return NULL;
}
