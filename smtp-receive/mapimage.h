/* mapimage.h - a compiled user map, of which only those parts are in memory
 * that somebody asked for.
 *
 * Its cdb lies at one place, block for block, but a block is there only from
 * the moment it was read and its sum found right (maptrailer.h).  The bytes
 * are copies of our own, not a mapping of the file: a file that is cut under a
 * mapping kills who looks at it. */

#ifndef MAPIMAGE_H
#define MAPIMAGE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "maptrailer.h"

struct mapimage {
	struct stat stamp;	/* of the file */
	struct maptrailer trailer;
	int fd;
	char *at;		/* the cdb, writable; NULL: nothing is open */
	unsigned char *there;	/* a bit for each of its blocks */
};

enum mapimage_answer {
	MAPIMAGE_OPEN,
	MAPIMAGE_NONE,		/* it cannot be opened, says errno */
	MAPIMAGE_NO_MEMORY,	/* says errno; the stamp is known */
	MAPIMAGE_DAMAGED,	/* the same */
};

/* Reads the trailer.  Close it only if it is open. */
enum mapimage_answer mapimage_open(struct mapimage *, const char *path);
void mapimage_close(struct mapimage *);

/* Brings len bytes from there on into memory.  False: there are not so many,
 * they cannot be read, or they are damaged; errno is 0 where no system call
 * failed. */
bool mapimage_need(struct mapimage *, uint64_t from, uint64_t len);

#endif
