/* mailbox.c - one Maildir that the mail in hand goes to. */

#include "mailbox.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

/* What the client hears for an errno of ours. */
static enum reply
reply_for(int error)
{
	switch (error) {
	case ENOSPC:
		return reply_no_room;
	case EDQUOT:
		return reply_over_quota;
	default:
		return reply_trouble;
	}
}

enum reply
mailbox_failed(const struct mailbox *m, const struct log *log,
    const char *call, const char *what)
{
	int error = errno;

	log_failed(log, call, m->path, error, what);
	return reply_for(error);
}

/* A symbolic link: the admin should write the path that it leads to.
 * noinline: these buffers are not to be in the stack of every mail. */
static __attribute__((noinline)) void
log_link(const struct mailbox *m, const struct log *log)
{
	char real[PATH_MAX], what[PATH_MAX + 64];
	int len = snprintf(what, sizeof what,
	    "a symbolic link in the path; write in the user map instead: %s",
	    realpath(m->path, real) != NULL ? real
	    : "the path that it leads to");

	if (len > 0)
		log_failed(log, "openat2", m->path, ELOOP, what);
}

static enum reply
open_failed(const struct mailbox *m, const struct log *log)
{
	if (errno == ENOSYS)
		return mailbox_failed(m, log, m->dir.call,
		    "smtp-receive needs Linux 5.6 or later");
	if (errno != ELOOP)
		return mailbox_failed(m, log, m->dir.call, "to open tmp/ and "
		    "new/ of a Maildir; the admin or its owner makes it, with "
		    "tmp, new and cur");
	log_link(m, log);
	return reply_trouble;
}

static enum reply
wrong_owner(const struct mailbox *m, const struct rights *r,
    const struct log *log)
{
	errno = 0;
	return mailbox_failed(m, log, "fstat", r->root
	    ? "the Maildir belongs to root, who gets no mail; give it to the "
	    "user whose mail it is"
	    : "the Maildir has another owner than the user that smtp-receive "
	    "runs as");
}

int
mailbox_take_rights(struct mailbox *m, struct rights *r)
{
	if (rights_take(r, m->dir.owner, m->dir.group) == 0)
		return 0;
	m->delivery.call = "setresuid";
	return -1;
}

/* What was found: whose it is decides who opens it. */
static enum reply
open_found(struct mailbox *m, struct rights *r, const struct log *log)
{
	if (!rights_may(r, m->dir.owner))
		return wrong_owner(m, r, log);
	if (mailbox_take_rights(m, r) == -1)
		return mailbox_failed(m, log, m->delivery.call,
		    "to have the rights of the Maildir's owner");
	return maildir_open(&m->dir) == 0 ? reply_rcpt_ok
	    : open_failed(m, log);
}

enum reply
mailbox_open(struct mailbox *m, struct span path, struct rights *r,
    const struct log *log)
{
	m->delivery = (struct delivery){ .fd = -1 };
	if (!span_copy(path, m->path, sizeof m->path)) {
		m->path[0] = '\0';
		errno = ENAMETOOLONG;
		return mailbox_failed(m, log, "openat2", "to open a Maildir");
	}
	rights_leave(r);
	if (maildir_find(&m->dir, -1, m->path) == -1)
		return open_failed(m, log);
	enum reply reply = open_found(m, r, log);
	if (reply != reply_rcpt_ok)
		maildir_close(&m->dir);
	return reply;
}

bool
mailbox_is_first(const struct mailbox *all, const struct mailbox *m)
{
	for (const struct mailbox *o = all; o < m; o++)
		if (o->dir.dev == m->dir.dev && o->delivery.fd != -1)
			return false;
	return m->delivery.fd != -1;
}
