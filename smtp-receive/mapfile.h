/* mapfile.h - a file read whole into memory, while others may write it.
 *
 * The user map first of all; but any file, as /etc/passwd for passwd.h.
 *
 * The bytes are a copy of our own, not a mapping of the file: a file that
 * shrinks under a mapping kills who looks at it. */

#ifndef MAPFILE_H
#define MAPFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>

struct mapfile {
	struct stat stamp;	/* of the file, before it was read */
	char *text;		/* writable; NULL: nothing was read */
	size_t size;
	bool changed;		/* while it was read, each time */
	bool spared;		/* text is the caller's memory */
};

/* NULL, or what went wrong, with errno; errno 0: no system call failed.
 * What was read before must be closed.  spare: the caller's memory, which a
 * file is read into that has fewer bytes; to others it is of no use. */
const char *mapfile_read(struct mapfile *, const char *path, char *spare,
    size_t size);
void mapfile_close(struct mapfile *);

/* Is path still the file that was read, unchanged?  And the one that had this
 * stamp? */
bool mapfile_same(const struct mapfile *, const char *path);
bool mapfile_still(const struct stat *stamp, const char *path);

/* Opens what may be no regular file: a descriptor, or -1 with errno. */
int mapfile_open(const char *path);

/* The number of bytes read, less than size at the file's end; -1 with
 * errno. */
ssize_t mapfile_pread(int fd, char *at, size_t size, off_t from);

/* NULL, or why it must be feared that somebody is writing it. */
const char *mapfile_unsure(const struct mapfile *, const struct timespec *now);

#endif
