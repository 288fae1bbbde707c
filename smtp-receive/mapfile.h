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
#include <time.h>

struct mapfile {
	struct stat stamp;	/* of the file, before it was read */
	char *text;		/* writable; NULL: nothing was read */
	size_t size;
	bool changed;		/* while it was read, each time */
};

/* NULL, or what went wrong, with errno; errno 0: no system call failed.
 * What was read before must be closed. */
const char *mapfile_read(struct mapfile *, const char *path);
void mapfile_close(struct mapfile *);

/* Is path still the file that was read, unchanged? */
bool mapfile_same(const struct mapfile *, const char *path);

/* NULL, or why it must be feared that somebody is writing it. */
const char *mapfile_unsure(const struct mapfile *, const struct timespec *now);

#endif
