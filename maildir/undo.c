/* undo.c - the way of a message back out of a Maildir.
 *
 * The client hears that nothing was stored, and it has to be so, even where a
 * mail reader has taken the message into cur/ in the meantime. */

#include "maildir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	TRIES	= 10,	/* against a reader who keeps changing the flags */
};

/* Entries of a directory as getdents64(2) writes them: each as long as its
 * d_reclen says.  opendir(3) would allocate. */
union entries {
	struct dirent64 first;
	char bytes[16 * 1024];
};

/* A reader keeps the name and may add flags: "final:2,S".  On FUSE an entry
 * can be longer than NAME_MAX; such a one no reader has made. */
static bool
is_ours(const char *entry, const char *final)
{
	size_t len = strlen(final);

	return strncmp(entry, final, len) == 0
	    && (entry[len] == '\0' || entry[len] == ':')
	    && strlen(entry) < MAILDIR_NAME;
}

static const struct dirent64 *
pick(const union entries *list, size_t len, const char *final)
{
	for (size_t at = 0; at < len;) {
		const struct dirent64 *entry =
		    (const void *)(list->bytes + at);

		if (is_ours(entry->d_name, final))
			return entry;
		at += entry->d_reclen;
	}
	return NULL;
}

/* -1 with ENOENT: it is not in the directory cur. */
static int
find(int cur, const char *final, char name[MAILDIR_NAME])
{
	union entries list;
	long len;

	if (lseek(cur, 0, SEEK_SET) == -1)
		return -1;
	while ((len = getdents64(cur, &list.first, sizeof list)) > 0) {
		const struct dirent64 *entry = pick(&list, (size_t)len, final);

		if (entry != NULL) {
			memcpy(name, entry->d_name, strlen(entry->d_name) + 1);
			return 0;
		}
	}
	if (len == 0)
		errno = ENOENT;
	return -1;
}

/* fsync: so that a power cut does not bring it back.  If that fails, too, it
 * is not withdrawn. */
static int
take(struct delivery *d, int from, const char *name)
{
	if (unlinkat(from, name, 0) != 0)
		return -1;
	if (fsync(from) == 0)
		return 0;
	d->call = "fsync";
	return -1;
}

/* Can we see how many names our file has?  Network file systems keep one for
 * what is open. */
static bool
is_countable(const struct delivery *d)
{
	return d->fd != -1 && d->into->is_local;
}

/* It has no name any more, anywhere. */
static bool
is_gone(const struct delivery *d)
{
	struct stat st;

	return is_countable(d) && fstat(d->fd, &st) == 0 && st.st_nlink == 0;
}

/* A name is somewhere that we have not found, as far as we can tell: where
 * names cannot be counted, it was in new/ for sure. */
static bool
is_missed(const struct delivery *d)
{
	return is_countable(d) ? !is_gone(d) : (d->place & MAILDIR_NEW) != 0;
}

/* A name that is changed while the directory is being read may be seen
 * neither before nor after: what has one is looked for again. */
static int
take_from_cur(struct delivery *d, int cur)
{
	char name[MAILDIR_NAME];
	bool seen = true;

	for (int i = 0; i < TRIES && (seen || is_missed(d)); i++) {
		if (is_gone(d))
			return 0;
		seen = find(cur, d->final, name) == 0;
		if (seen && take(d, cur, name) == 0)
			return 0;
		if (errno != ENOENT)
			return -1;
	}
	errno = seen ? EBUSY : ENOENT;
	return -1;
}

/* cur may be a symbolic link: the readers follow it, too. */
static int
take_from_readers(struct delivery *d)
{
	if (is_gone(d))
		return 0;

	int cur = openat(d->into->new, "../cur",
	    O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (cur == -1)
		return -1;

	int result = take_from_cur(d, cur);
	int error = errno;

	close(cur);
	errno = error;
	return result;
}

/* From everywhere, first where a reader could see it.  A publish that failed
 * may have come through: who has tried is sought in new/ and cur/, and in
 * none of the places is where it should be.  The name in tmp/ goes before
 * cur/ is read: mostly it was the last one.  Returns what failed where: a set
 * of places, with errno of the first failure. */
static unsigned
withdraw(struct delivery *d)
{
	unsigned left = MAILDIR_NOWHERE;
	bool moved = false;
	int error = 0;

	if (d->final[0] != '\0' && take(d, d->into->new, d->final) != 0) {
		error = errno;
		moved = error == ENOENT;
		left = moved ? left : MAILDIR_NEW;
	}
	if (unlinkat(d->into->tmp, d->name, 0) != 0 && errno != ENOENT) {
		error = left == MAILDIR_NOWHERE ? errno : error;
		left |= MAILDIR_TMP;
	}
	if (moved && take_from_readers(d) != 0 &&
	    (errno != ENOENT || is_missed(d))) {
		if (left == MAILDIR_NOWHERE)
			error = errno == ENOENT ? EBUSY : errno;
		left |= MAILDIR_NEW;
	}
	errno = error;
	return left;
}

int
maildir_undo(struct delivery *d)
{
	int before = errno;

	if (d->place == MAILDIR_NOWHERE)
		return 0;
	d->call = "unlinkat";
	d->place = withdraw(d);
	int error = d->place == MAILDIR_NOWHERE ? before : errno;
	/* A reader may have moved it to another folder. */
	if (d->place == MAILDIR_NOWHERE && is_countable(d) && !is_gone(d)) {
		d->place = MAILDIR_NEW;
		error = EBUSY;
	}
	if (d->fd != -1)
		close(d->fd);
	d->fd = -1;
	errno = error;
	return d->place == MAILDIR_NOWHERE ? 0 : -1;
}
