/* maptrailer.h - what a compiled user map has behind its cdb.
 *
 * The file begins with a cdb, https://cr.yp.to/cdb/cdb.txt, whose readers do
 * not look behind its tables.  There it goes on, in words of 8 bytes, the
 * lowest first:
 *
 *	the sum of each block of the cdb, of which the last may be short
 *	"smtpmap1"
 *	how large the cdb is
 *	the seed of the sums
 *	of the text that was compiled: size; last change, of its content and
 *	of its inode, each in seconds and nanoseconds
 *	the sum of the words from "smtpmap1" on
 *
 * No part of the file is believed before its sum was found right: a damaged
 * slot of a table would turn an address into one that does not exist.  The
 * seed is another one each time, so that blocks of two files do not pass for
 * one. */

#ifndef MAPTRAILER_H
#define MAPTRAILER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

enum {
	MAPTRAILER_BLOCK = 4096,	/* bytes */
	MAPTRAILER_SUM	 = 8,
	MAPTRAILER_SIZE	 = 9 * 8,	/* without the sums of the blocks */
};

struct maptrailer {
	uint64_t size;		/* of the cdb */
	uint64_t seed;
	uint64_t text[5];	/* the stamp of the text */
};

/* Fits it to that text; and is it of that text, as it is? */
void maptrailer_set(struct maptrailer *, const struct stat *text);
bool maptrailer_fits(const struct maptrailer *, const struct stat *text);

void maptrailer_put(const struct maptrailer *,
    unsigned char at[MAPTRAILER_SIZE]);

/* False: it is none, or damaged. */
bool maptrailer_get(struct maptrailer *,
    const unsigned char at[MAPTRAILER_SIZE]);

/* How many blocks the cdb has. */
uint64_t maptrailer_blocks(const struct maptrailer *);

/* The sum of that block, which has len bytes.  Any change of up to 8 bytes in
 * a row that are aligned gives another one for sure. */
uint64_t maptrailer_sum(const struct maptrailer *, uint64_t block,
    const void *at, size_t len);

void maptrailer_put_word(uint64_t, unsigned char at[8]);
uint64_t maptrailer_get_word(const unsigned char at[8]);

#endif
