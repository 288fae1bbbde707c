/* delivery.c - the way of a message into one Maildir; back out: undo.c.
 *
 * Every step is as few system calls as it can be: all this runs once per
 * message and mailbox, while a client waits. */

#include "maildir.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/xattr.h>
#include <unistd.h>

/* renameat2(2), which musl 1.2.3 does not wrap.  NOREPLACE: a plain rename
 * would silently replace a message of this name. */
static int
rename_noreplace(int from, const char *name, int to, const char *final)
{
	return (int)syscall(SYS_renameat2, from, name, to, final,
	    RENAME_NOREPLACE);
}

static int
failed(struct delivery *d, const char *call)
{
	d->call = call;
	return -1;
}

/* The descriptor of the file, whosoever it is. */
static int
file(const struct delivery *d)
{
	return d->first == NULL ? d->fd : d->first->fd;
}

int
maildir_begin(const struct maildir *m, struct delivery *d, const char *host)
{
	*d = (struct delivery){ .into = m, .fd = -1 };
	if (maildir_name(d->name, host) != 0)
		return failed(d, "getrandom");
	d->fd = openat(m->tmp, d->name,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (d->fd == -1)
		return failed(d, "openat");
	d->place = MAILDIR_TMP;
	return 0;
}

int
maildir_share(const struct maildir *m, struct delivery *d, const char *host,
    const struct delivery *first)
{
	*d = (struct delivery){ .into = m, .fd = -1 };
	if (maildir_name(d->name, host) != 0)
		return failed(d, "getrandom");
	if (linkat(first->into->tmp, first->name, m->tmp, d->name, 0) != 0)
		return failed(d, "linkat");
	d->first = first->first == NULL ? first : first->first;
	d->place = MAILDIR_TMP;
	return 0;
}

int
maildir_write(struct delivery *d, const void *bytes, size_t len)
{
	const char *at = bytes;

	while (len > 0) {
		ssize_t n = write(d->fd, at, len);

		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return failed(d, "write");
		at += n;
		len -= (size_t)n;
	}
	return 0;
}

/* Says this errno of sync_file_range that there is no such call here?  Any
 * other is of a write that failed, told this one time only: an fsync after it
 * would say 0. */
static bool
lacks_range(int error)
{
	return error == ENOSYS || error == EINVAL || error == ESPIPE
	    || error == EOPNOTSUPP;
}

int
maildir_push(struct delivery *d, bool strict)
{
	if (d->first != NULL || strict || !d->into->has_range)
		return 0;
	if (sync_file_range(d->fd, 0, 0, SYNC_FILE_RANGE_WRITE) != 0
	    && !lacks_range(errno))
		return failed(d, "sync_file_range");
	return 0;
}

static int
sync_fd(struct delivery *d, int fd)
{
	return fsync(fd) == 0 ? 0 : failed(d, "fsync");
}

int
maildir_settle(struct delivery *d, bool strict)
{
	const unsigned all = SYNC_FILE_RANGE_WAIT_BEFORE
	    | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER;

	if (d->first != NULL)
		return 0;
	if (strict || !d->into->has_range)
		return sync_fd(d, d->fd);
	if (sync_file_range(d->fd, 0, 0, all) == 0)
		return 0;
	return lacks_range(errno) ? sync_fd(d, d->fd)
	    : failed(d, "sync_file_range");
}

/* EMLINK: no more links to this file, for the same remedy. */
static bool
lacks_links(int error)
{
	return error == EPERM || error == EOPNOTSUPP || error == ENOSYS
	    || error == EMLINK;
}

/* From tmp/ to new/ by the best call that the file system has.  Returns where
 * the name is then: MAILDIR_TMP with errno when all failed. */
static enum maildir_place
move(struct delivery *d)
{
	int tmp = d->into->tmp, new = d->into->new;

	d->call = "renameat2";
	if (rename_noreplace(tmp, d->name, new, d->final) == 0)
		return MAILDIR_NEW;
	/* EINVAL: the flag is unknown to the file system (FUSE, NFS). */
	if (errno != EINVAL && errno != ENOSYS)
		return MAILDIR_TMP;
	d->call = "linkat";
	if (linkat(tmp, d->name, new, d->final, 0) == 0)
		return MAILDIR_BOTH;
	if (!lacks_links(errno))
		return MAILDIR_TMP;
	/* Could overwrite; what keeps it from that are 128 random bits. */
	d->call = "renameat";
	if (renameat(tmp, d->name, new, d->final) == 0)
		return MAILDIR_NEW;
	return MAILDIR_TMP;
}

/* Is it in new/ after all?  Over NFS an answer can get lost: the call is sent
 * again, and fails because it had come through.  If the file there is
 * another's, it must not be ours to undo. */
static bool
arrived(struct delivery *d)
{
	struct stat there, ours;
	int error = errno;
	bool seen = fstatat(d->into->new, d->final, &there,
	    AT_SYMLINK_NOFOLLOW) == 0 && fstat(file(d), &ours) == 0;

	errno = error;
	if (!seen)
		return false;
	if (there.st_dev == ours.st_dev && there.st_ino == ours.st_ino)
		return true;
	d->final[0] = '\0';
	return false;
}

int
maildir_publish(struct delivery *d, uint64_t size, uint64_t crlf)
{
	maildir_final(d->final, d->name, size, crlf);
	d->place = move(d);
	if (d->place != MAILDIR_TMP)
		return 0;
	if ((errno != EEXIST && errno != ENOENT) || !arrived(d))
		return -1;
	/* By which call is not known: maildir_end looks into tmp/. */
	d->place = MAILDIR_BOTH;
	return 0;
}

int
maildir_sync(struct delivery *d)
{
	if (d->first == NULL && sync_fd(d, d->fd) != 0)
		return -1;
	return sync_fd(d, d->into->new);
}

/* Does syncfs tell of writes that failed?  Since Linux 5.8; of what is the
 * file system's own, as it is on btrfs, since 5.17. */
static bool
syncfs_tells(const struct maildir *m)
{
	const unsigned long since = m->has_range ? 8 : 17;
	struct utsname system;
	char *end;

	if (uname(&system) != 0)
		return false;

	unsigned long major = strtoul(system.release, &end, 10);
	unsigned long minor = *end == '.' ? strtoul(end + 1, NULL, 10) : 0;

	return major > 5 || (major == 5 && minor >= since);
}

/* new was opened before the first write: a failure is told only to the
 * descriptors that were open when it happened. */
int
maildir_syncfs(struct delivery *d)
{
	if (!d->into->is_local || !syncfs_tells(d->into)) {
		errno = ENOSYS;
		return failed(d, "syncfs");
	}
	if (syncfs(d->into->new) != 0)
		return failed(d, "syncfs");
	return sync_fd(d, file(d));
}

/* Makes a file and removes it.  The name under tmp/ is free since publish, or
 * (MAILDIR_BOTH) to be removed anyway; and undo looks there, should the
 * unlink fail. */
static int
touch_journal(struct delivery *d)
{
	int tmp = d->into->tmp;

	if (mknodat(tmp, d->name, S_IFREG | 0600, 0) != 0 && errno != EEXIST)
		return failed(d, "mknodat");
	return unlinkat(tmp, d->name, 0) == 0 ? 0 : failed(d, "unlinkat");
}

/* Removing an attribute that is not there needs the journal, too, and changes
 * nothing; a file made and removed costs some 30 us more, and 4 KiB on the
 * disk.  EOPNOTSUPP: there are no attributes; EACCES: the owner has just made
 * his file read-only. */
int
maildir_journal(struct delivery *d)
{
	if (!d->into->has_journal)
		return 0;
	if (fremovexattr(file(d), "user.maildir") == 0 || errno == ENODATA)
		return 0;
	return errno == EOPNOTSUPP || errno == EACCES ? touch_journal(d)
	    : failed(d, "fremovexattr");
}

int
maildir_end(struct delivery *d)
{
	int error = errno, result = 0;

	if (d->place == MAILDIR_NOWHERE)
		return 0;
	if (d->place != MAILDIR_NEW
	    && unlinkat(d->into->tmp, d->name, 0) != 0 && errno != ENOENT) {
		d->call = "unlinkat";
		error = errno;
		result = -1;
	}
	d->place = result == 0 ? d->place & MAILDIR_NEW : MAILDIR_TMP;
	if (d->fd != -1)
		close(d->fd);
	d->fd = -1;
	errno = error;
	return result;
}
