/* mailbox.c - one Maildir that the mail in hand goes to. */

#include "mailbox.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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
open_failed(const struct mailbox *m, const struct target *t,
    const struct log *log)
{
	if (errno == ENOSYS)
		return mailbox_failed(m, log, m->dir.call,
		    "smtp-receive needs Linux 5.6 or later");
	if (errno != ELOOP)
		return mailbox_failed(m, log, m->dir.call, "to open tmp/ and "
		    "new/ of a Maildir; the admin or its owner makes it, with "
		    "tmp, new and cur");
	if (t->owner != NULL)
		return mailbox_failed(m, log, m->dir.call, "a symbolic link "
		    "below the home; its user has to make a directory of it");
	log_link(m, log);
	return reply_trouble;
}

static enum reply
wrong_owner(const struct mailbox *m, const struct rights *r,
    const struct log *log)
{
	errno = 0;
	return mailbox_failed(m, log, "fstat", r->root
	    ? "root and session-user get no mail, and below a home only the "
	    "user himself; give it to the user whose mail it is"
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

static bool
join(struct mailbox *m, const struct target *t)
{
	const char *home = t->owner != NULL ? t->owner->home : "";
	int len = snprintf(m->path, sizeof m->path, "%s%s%.*s", home,
	    t->owner != NULL ? "/" : "", (int)t->path.len, t->path.at);

	return len > 0 && (size_t)len < sizeof m->path;
}

/* The home as the name service gives it, links or not; what is below it is the
 * user's to change, so it must stay below.  As himself: the home may be on a
 * server that root has no rights on. */
static enum reply
find_below_home(struct mailbox *m, const struct target *t, struct rights *r,
    const struct log *log)
{
	if (rights_take(r, t->owner->uid, t->owner->gid) == -1)
		return mailbox_failed(m, log, "setresuid",
		    "to have the rights of a system user");
	int home = open(t->owner->home, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (home == -1)
		return mailbox_failed(m, log, "open",
		    "to open the home of a system user");
	int result = maildir_find(&m->dir, home, m->path + strlen(
	    t->owner->home) + 1);
	int error = errno;
	close(home);
	errno = error;
	return result == 0 ? reply_rcpt_ok : open_failed(m, t, log);
}

static enum reply
find(struct mailbox *m, const struct target *t, struct rights *r,
    const struct log *log)
{
	if (t->owner != NULL)
		return find_below_home(m, t, r, log);
	rights_leave(r);
	return maildir_find(&m->dir, -1, m->path) == 0 ? reply_rcpt_ok
	    : open_failed(m, t, log);
}

/* Whose may it be? */
static bool
is_owner(const struct mailbox *m, const struct target *t,
    const struct rights *r)
{
	return rights_may_own(r, m->dir.owner) &&
	    (t->owner == NULL || t->owner->uid == m->dir.owner);
}

/* What was found: whose it is decides who opens it. */
static enum reply
open_found(struct mailbox *m, const struct target *t, struct rights *r,
    const struct log *log)
{
	if (!is_owner(m, t, r))
		return wrong_owner(m, r, log);
	if (mailbox_take_rights(m, r) == -1)
		return mailbox_failed(m, log, m->delivery.call,
		    "to have the rights of the Maildir's owner");
	return maildir_open(&m->dir) == 0 ? reply_rcpt_ok
	    : open_failed(m, t, log);
}

enum reply
mailbox_open(struct mailbox *m, const struct target *t, struct rights *r,
    const struct log *log)
{
	m->delivery = (struct delivery){ .fd = -1 };
	if (!join(m, t)) {
		errno = ENAMETOOLONG;
		return mailbox_failed(m, log, "openat2", "to open a Maildir");
	}
	if (t->owner != NULL && !rights_may_own(r, t->owner->uid))
		return wrong_owner(m, r, log);
	enum reply reply = find(m, t, r, log);
	if (reply != reply_rcpt_ok)
		return reply;
	reply = open_found(m, t, r, log);
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
