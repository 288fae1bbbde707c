/* mapreader.h - the lines of the user map, one after the other.
 *
 * Logical ones: a line that begins with white space belongs to the one
 * before, a comment to none.  They are put together in place, with as many
 * line ends behind as there were, so that counting line ends still numbers
 * the lines. */

#ifndef MAPREADER_H
#define MAPREADER_H

#include <stdbool.h>
#include <stddef.h>

struct mapreader {
	/* mapreader_next's answer. */
	char *at;
	size_t len;		/* without the line end behind; 0: nothing */
	unsigned long number;	/* of its first line */
	const char *what;	/* what is wrong with it; NULL: nothing yet */
	unsigned long where;	/* the line that is */

	char *next, *end;
	char *hash;		/* the next #, or end; NULL: not looked for */
	unsigned long line;	/* the number of the last line read */
	bool crlf;		/* told already */
};

/* The lines of the text that end; what is behind the last line end is none. */
void mapreader_open(struct mapreader *, char *text, size_t size);

/* False: there are no more. */
bool mapreader_next(struct mapreader *);

#endif
