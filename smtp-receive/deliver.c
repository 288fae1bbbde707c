/* deliver.c - one mail, from its first RCPT to its last mailbox. */

#include "deliver.h"

#include <errno.h>
#include <string.h>

#include "commit.h"
#include "leftover.h"

/* Logs with errno and returns what to say. */
static enum reply
failed(const struct deliver *d, const struct mailbox *m, const char *call,
    const char *what)
{
	return mailbox_failed(m, d->log, call, what);
}

/* The same where no system call failed. */
static enum reply
unfit(const struct deliver *d, const struct mailbox *m, const char *call,
    enum reply reply, const char *what)
{
	errno = 0;
	failed(d, m, call, what);
	return reply;
}

void
deliver_begin(struct deliver *d, uint64_t declared)
{
	d->declared = declared;
	d->size = 0;
	d->started = false;
	d->recipient_count = d->mailbox_count = 0;
	memset(d->chains, 0, sizeof d->chains);
}

/* How many files will be written to this file system.  Most mails go to one:
 * the last mailbox knows. */
static size_t
files_on(const struct deliver *d, dev_t dev)
{
	for (size_t i = d->mailbox_count; i > 0; i--)
		if (d->mailboxes[i - 1].dir.dev == dev)
			return d->mailboxes[i - 1].files;
	return 0;
}

static enum reply
check(const struct deliver *d, const struct mailbox *m)
{
	uint64_t need = d->config->min_free +
	    (files_on(d, m->dir.dev) + 1) * d->declared;

	if (!m->dir.has_inodes)
		return unfit(d, m, "fstatfs", reply_no_room,
		    "no inodes are left on the file system");
	if (m->dir.room < need)
		return unfit(d, m, "fstatfs", reply_no_room,
		    "less than SIZE and min-free is left on the file system");
	return reply_rcpt_ok;
}

static bool
is_same(const struct mailbox *a, const struct mailbox *b)
{
	return a->dir.dev == b->dir.dev && a->dir.ino == b->dir.ino;
}

/* A thousand mailboxes would else be compared half a million times. */
static uint16_t *
chain(struct deliver *d, const struct mailbox *m)
{
	const uint64_t golden = 0x9e3779b97f4a7c15;	/* 2^64 by the ratio */

	return &d->chains[(m->dir.ino * golden >> 32) % DELIVER_CHAINS];
}

static bool
is_known(struct deliver *d, const struct mailbox *m)
{
	for (size_t n = *chain(d, m); n != 0; n = d->mailboxes[n - 1].before)
		if (is_same(&d->mailboxes[n - 1], m))
			return true;
	return false;
}

/* The one that was looked at is one of the mail's. */
static void
enter(struct deliver *d, struct mailbox *m)
{
	uint16_t *last = chain(d, m);

	m->files = files_on(d, m->dir.dev) + (m->delivery.fd != -1);
	m->before = *last;
	*last = (uint16_t)++d->mailbox_count;
}

/* The last one no more. */
static struct mailbox *
leave(struct deliver *d)
{
	struct mailbox *m = &d->mailboxes[--d->mailbox_count];

	*chain(d, m) = (uint16_t)m->before;
	return m;
}

/* With delivered-to = no every copy is the same: one file for all mailboxes
 * of one owner on one file system. */
static bool
share(const struct deliver *d, struct mailbox *m)
{
	if (d->config->delivered_to)
		return false;
	for (size_t i = 0; i < d->mailbox_count; i++) {
		const struct mailbox *first = &d->mailboxes[i];

		if (first->delivery.fd != -1 &&
		    first->dir.dev == m->dir.dev &&
		    first->dir.owner == m->dir.owner)
			return maildir_share(&m->dir, &m->delivery,
			    d->config->hostname, &first->delivery) == 0;
	}
	return false;
}

static enum reply
prepare(struct deliver *d, struct mailbox *m)
{
	enum reply reply = check(d, m);

	if (reply != reply_rcpt_ok)
		return reply;
	if (d->mailbox_count == d->config->max_mailboxes)
		return reply_too_many_mailboxes;
	if (share(d, m))
		return reply_rcpt_ok;
	if (maildir_begin(&m->dir, &m->delivery, d->config->hostname) == -1)
		return failed(d, m, m->delivery.call,
		    "to make a file in tmp/");
	return reply_rcpt_ok;
}

static enum reply
add_mailbox(struct deliver *d, const struct target *target)
{
	struct mailbox *m = &d->mailboxes[d->mailbox_count];

	m->recipient = d->recipient_count;
	enum reply reply = mailbox_open(m, target, d->rights, d->log);
	if (reply != reply_rcpt_ok)
		return reply;
	bool known = is_known(d, m);
	if (!known)
		reply = prepare(d, m);
	if (known || reply != reply_rcpt_ok)
		maildir_close(&m->dir);
	else
		enter(d, m);
	return reply;
}

/* Takes back all mailboxes from the one with this number on. */
static void
undo_from(struct deliver *d, size_t first)
{
	while (d->mailbox_count > first) {
		struct mailbox *m = leave(d);

		/* Without them the file would be removed as root. */
		if (mailbox_take_rights(m, d->rights) == -1 ||
		    maildir_undo(&m->delivery) == -1)
			leftover_log(d->log, m);
		maildir_close(&m->dir);
	}
	rights_leave(d->rights);
}

enum reply
deliver_rcpt(struct deliver *d, struct span recipient,
    const struct target *targets, size_t count)
{
	struct recipient *r = &d->recipients[d->recipient_count];
	size_t before = d->mailbox_count;

	if (recipient.len > sizeof r->address)
		return reply_bad_recipient;
	memcpy(r->address, recipient.at, recipient.len);
	r->len = recipient.len;
	for (size_t i = 0; i < count; i++) {
		enum reply reply = add_mailbox(d, &targets[i]);

		if (reply != reply_rcpt_ok) {
			undo_from(d, before);
			return reply;
		}
	}
	rights_leave(d->rights);
	d->recipient_count++;
	return reply_rcpt_ok;
}

static struct span
address(const struct deliver *d, size_t recipient)
{
	const struct recipient *r = &d->recipients[recipient];

	return (struct span){ r->address, r->len };
}

/* The block of one mailbox.  A mailbox that shares another's file needs
 * its numbers only: the block is the same. */
static int
write_block(const struct deliver *d, struct mailbox *m, const struct trace *t)
{
	struct trace_block block;
	struct span delivered_to = { 0 };

	if (d->config->delivered_to)
		delivered_to = address(d, m->recipient);
	trace_write(t, delivered_to, &block);
	m->size = block.len;
	m->crlf = block.len + block.lines;
	if (m->delivery.fd == -1)
		return 0;
	if (mailbox_take_rights(m, d->rights) == -1)
		return -1;
	return maildir_write(&m->delivery, block.text, block.len);
}

static enum reply
write_blocks(struct deliver *d, struct trace *t)
{
	if (d->started)
		return reply_stored;
	d->started = true;
	if (d->recipient_count == 1)
		t->recipient = address(d, 0);
	for (size_t i = 0; i < d->mailbox_count; i++)
		if (write_block(d, &d->mailboxes[i], t) == -1)
			return failed(d, &d->mailboxes[i],
			    d->mailboxes[i].delivery.call,
			    "to write a message's header to tmp/");
	return reply_stored;
}

/* A client that gave no SIZE may fill the disk all the same.  Looked at for
 * each full buffer, once per file system. */
static enum reply
check_room(struct deliver *d, size_t len)
{
	for (size_t i = 0; len == BODY_SIZE && i < d->mailbox_count; i++) {
		struct mailbox *m = &d->mailboxes[i];

		if (!mailbox_is_first(d->mailboxes, m))
			continue;
		if (mailbox_take_rights(m, d->rights) == -1)
			return failed(d, m, m->delivery.call,
			    "to have the rights of the Maildir's owner");
		if (maildir_look(&m->dir) == -1)
			return failed(d, m, m->dir.call,
			    "to see how much room there is");
		if (m->dir.room < d->config->min_free)
			return unfit(d, m, "fstatfs", reply_no_room, "less "
			    "than min-free is left on the file system");
	}
	return reply_stored;
}

static enum reply
write_all(struct deliver *d, const void *bytes, size_t len)
{
	for (size_t i = 0; i < d->mailbox_count; i++) {
		struct mailbox *m = &d->mailboxes[i];

		if (m->delivery.fd == -1)
			continue;
		if (mailbox_take_rights(m, d->rights) == -1 ||
		    maildir_write(&m->delivery, bytes, len) == -1)
			return failed(d, m, m->delivery.call,
			    "to write a message to tmp/");
	}
	return reply_stored;
}

enum reply
deliver_write(struct deliver *d, struct trace *t, const void *bytes,
    size_t len)
{
	enum reply reply = write_blocks(d, t);

	if (reply == reply_stored)
		reply = check_room(d, len);
	if (reply == reply_stored)
		reply = write_all(d, bytes, len);
	rights_leave(d->rights);
	d->size += len;
	return reply;
}

static bool
is_shared(const struct deliver *d)
{
	for (size_t i = 0; i < d->mailbox_count; i++)
		if (d->mailboxes[i].delivery.first != NULL)
			return true;
	return false;
}

enum reply
deliver_commit(struct deliver *d, uint64_t crlf)
{
	struct batch batch = {
		.mailboxes = d->mailboxes,
		.count = d->mailbox_count,
		.size = d->size,
		.crlf = crlf,
		.strict = d->config->sync_strict,
		.shared = is_shared(d),
		.rights = d->rights,
	};
	const char *what = commit_take(&batch);

	rights_leave(d->rights);
	return what == NULL ? reply_stored
	    : failed(d, batch.at, batch.at->delivery.call, what);
}

/* Nothing but the closing is left to do where the name in tmp/ is gone. */
static int
end_one(const struct deliver *d, struct mailbox *m)
{
	if (m->delivery.place != MAILDIR_NEW &&
	    mailbox_take_rights(m, d->rights) == -1)
		return -1;
	return maildir_end(&m->delivery);
}

void
deliver_end(struct deliver *d)
{
	for (size_t i = 0; i < d->mailbox_count; i++) {
		struct mailbox *m = &d->mailboxes[i];

		if (end_one(d, m) == -1)
			leftover_log(d->log, m);
		maildir_close(&m->dir);
	}
	rights_leave(d->rights);
	deliver_begin(d, 0);
}

void
deliver_undo(struct deliver *d)
{
	undo_from(d, 0);
	deliver_begin(d, 0);
}
