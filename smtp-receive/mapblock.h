/* mapblock.h - the bytes of a compiled user map, none of which is believed
 * before the sum of its block (maptrailer.h) was found right.
 *
 * They are read when somebody asks for them, and copied: who maps a file is
 * killed when it is cut.  Two blocks at most are in memory, the first, where
 * each search begins, and one other, so that a large map costs no more pages
 * than a small one. */

#ifndef MAPBLOCK_H
#define MAPBLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "maptrailer.h"

struct mapblock {
	struct stat stamp;	/* of the file */
	struct maptrailer trailer;
	int fd;
	char *at;		/* the two; NULL: nothing is open */
	bool first;		/* that one is there */
	uint64_t other;		/* the number of that one; 0: none */
	/* The caller's, for what he copies: a page at first. */
	char *room;
	size_t size;
	bool large;
};

enum mapblock_answer {
	MAPBLOCK_OPEN,
	MAPBLOCK_NONE,		/* it cannot be opened, says errno */
	MAPBLOCK_NO_MEMORY,	/* says errno; the stamp is known */
	MAPBLOCK_DAMAGED,	/* the same */
};

/* Reads the trailer.  Close it only if it is open. */
enum mapblock_answer mapblock_open(struct mapblock *, const char *path);
void mapblock_close(struct mapblock *);

/* Once: another room, as large as the cdb and more.  What is in the first one
 * stays there.  False, with errno: there is no memory. */
bool mapblock_enlarge(struct mapblock *, size_t more);

/* Copies len bytes from there on.  False: there are not so many, they cannot
 * be read, or they are damaged; errno is 0 where no system call failed. */
bool mapblock_read(struct mapblock *, uint64_t from, void *to, size_t len);

#endif
