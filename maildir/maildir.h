/* maildir.h - put one message into one Maildir, whole or not at all.
 *
 * Format: https://cr.yp.to/proto/maildir.html, with S= and W= in the name as
 * Dovecot counts them.  Order of the calls, and of the system calls behind
 * them: "What is done before 250" in smtp-receive(8).
 *
 *	find -> open -> begin or share -> write ... -> push -> settle -> publish
 *	     -> sync or (syncfs once per file system), then journal -> end
 *
 * or undo after any of them from begin on.  The steps are apart so that
 * several recipients can take each step together: a full disk must not
 * leave half of them served.  Calls that return int return 0, or -1 with
 * errno set and nothing changed on the disk that undo does not take back;
 * call, in the struct, then names the system call that failed.
 * This directory knows nothing of SMTP, includes no header from outside
 * itself, and allocates no memory.  Linux 5.6 or later: ENOSYS from
 * maildir_find otherwise. */

#ifndef MAILDIR_H
#define MAILDIR_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum {
	MAILDIR_HOST	= 64,		/* octets of a host name, at most */
	MAILDIR_NAME	= NAME_MAX + 1,	/* of a file, with NUL */
};

struct maildir {
	int base;		/* itself, between find and open; else -1 */
	int tmp, new;		/* directory descriptors, -1 when closed */
	dev_t dev;		/* of new; with ino: is it the same mailbox? */
	ino_t ino;
	uid_t owner;		/* of the Maildir itself, from find on */
	gid_t group;
	bool has_range;		/* ext4, xfs: see maildir_settle */
	bool is_local;		/* and btrfs: syncfs and link counts tell */
	bool has_journal;	/* ext4: see maildir_journal */
	uint64_t room;		/* bytes free for this process when looked at */
	bool has_inodes;	/* false: not one file more can be made */
	const char *call;	/* after a failure: the system call */
};

/* Where the file's name stands: a set. */
enum maildir_place {
	MAILDIR_NOWHERE	= 0,	/* not begun, or undone */
	MAILDIR_TMP	= 1,
	MAILDIR_NEW	= 2,	/* or in cur/, if a reader moved it */
	MAILDIR_BOTH	= MAILDIR_TMP | MAILDIR_NEW,	/* until maildir_end */
};

struct delivery {
	const struct maildir *into;	/* must outlive the delivery */
	const struct delivery *first;	/* shared: whose file this is, too */
	int fd;				/* the file; -1: none, or the first's */
	enum maildir_place place;
	const char *call;		/* after a failure: the system call */
	char name[MAILDIR_NAME];	/* under tmp/ */
	char final[MAILDIR_NAME];	/* under new/, from publish on, or "" */
};

/* Finds the Maildir and says whose it is, so that the caller can take the
 * owner's rights before he opens it.  home is -1 and path absolute, or a
 * directory's descriptor and path leads to what is beneath it; either way
 * there is no symbolic link in path.  Directories are made by the admin, never
 * here.  ENOENT, ENOTDIR, EACCES as from open(2), ELOOP for a symbolic link,
 * EXDEV for a way out of home.  After -1 it is closed. */
int maildir_find(struct maildir *, int home, const char *path);

/* Opens tmp/ and new/ of what was found, no symbolic links either: the same
 * errors.  After -1 it is closed. */
int maildir_open(struct maildir *);
void maildir_close(struct maildir *);

/* Looks again how much room there is. */
int maildir_look(struct maildir *);

/* Makes the file under tmp/, empty, mode 0600, never an existing one.  host
 * is any string; its first 64 octets go into the name, '/' and ':' as
 * \057 and \072. */
int maildir_begin(const struct maildir *, struct delivery *, const char *host);

/* As begin, but the file is that of first, by a hard link: what is written
 * to first is here, too.  -1 where the file system has no hard links or the
 * two are not on one file system: begin instead.  first must outlive this
 * one's publish and syncfs. */
int maildir_share(const struct maildir *, struct delivery *, const char *host,
    const struct delivery *first);

/* Writes all len bytes or fails: ENOSPC, EDQUOT, EIO as from write(2).  Not
 * for a shared one: its bytes are the first's. */
int maildir_write(struct delivery *, const void *bytes, size_t len);

/* push starts the writing to the disk, settle waits for it: on 0 the bytes
 * have left memory, the name is not yet visible.  By sync_file_range on ext4
 * and xfs; by fsync where strict, and everywhere else, btrfs included: whoever
 * syncs new/ for a mail of his own writes our name with it, and of our file
 * only what an fsync has told btrfs of; else it would be empty after a power
 * cut.  Both do nothing for a shared one. */
int maildir_push(struct delivery *, bool strict);
int maildir_settle(struct delivery *, bool strict);

/* Visible in new/, nothing overwritten.  size is that of the file, crlf the
 * same with every line end counted as two octets. */
int maildir_publish(struct delivery *, uint64_t size, uint64_t crlf);

/* On 0 the message is still in new/ after a power cut; a shared one if the
 * sync of first says 0, too.  Never again after a -1: the kernel would say
 * 0. */
int maildir_sync(struct delivery *);

/* Instead of many syncs: all that was written to the file system that this
 * one is on, since its Maildir was opened; and then its file once more.
 * ENOSYS where syncfs reports no errors (before Linux 5.8) or may not reach
 * the disk (not ext4, xfs, btrfs: FUSE answers 0 and tells its server
 * nothing): use maildir_sync for each. */
int maildir_syncfs(struct delivery *);

/* Whether the file system still has its journal.  After it was aborted an
 * ext4 answers every sync with 0, and only an operation that needs the
 * journal with EROFS.  Nothing to do on others: 0.  Once per file system,
 * after the syncs. */
int maildir_journal(struct delivery *);

/* After the answer: the name under tmp/ goes if it is still there, the file
 * is closed.  -1: it cannot go, and place says so; the message is stored all
 * the same. */
int maildir_end(struct delivery *);

/* Takes everything back: the name in tmp/, in new/, and in cur/ where a
 * reader was quicker, flags behind it or not.  -1: something could not be
 * withdrawn, and place says where the file still is, or may be after a power
 * cut: then call is fsync.  errno is that of the first failure, EBUSY where
 * the file has a name that we do not find, in another folder.  The file is
 * closed in any case.  Of files that are shared the first must be undone
 * last. */
int maildir_undo(struct delivery *);

/* name.c: a name that is unique on all machines that share a file system:
 * SECONDS.M<usec>P<pid>R<128 random bits in hex>.<host>; -1 with errno as
 * from getrandom(2).  maildir_final: the same with ,S= and ,W=.  The host is
 * cut so that this fits NAME_MAX in any case, flags of the readers included. */
int maildir_name(char name[MAILDIR_NAME], const char *host);
void maildir_final(char final[MAILDIR_NAME], const char *name, uint64_t size,
    uint64_t crlf);

#endif
