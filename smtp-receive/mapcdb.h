/* mapcdb.h - the compiled form of the user map: a cdb beside the text.
 *
 * Made by smtp-receive-map(8).  A key in normal form (address.h) has for its
 * data what follows it in the text's line, in normal form, too (mapline.h),
 * beginning with white space; then a line end, the number of that line, and
 * one more line end.  A key and its data stand side by side in the file, so
 * together they are the line.  The @domain of a key has no data where the text
 * has no line for it. */

#ifndef MAPCDB_H
#define MAPCDB_H

#include "mapblock.h"
#include "span.h"

struct mapcdb {
	struct mapblock blocks;
	size_t used;		/* of their room, by what was found */
};

enum mapcdb_state {
	MAPCDB_OPEN,
	MAPCDB_ABSENT,		/* or one of both cannot be opened: errno */
	MAPCDB_STALE,		/* not made of the text as it is now */
	MAPCDB_BAD,		/* but newer than the text: what, and errno */
};

/* text: the path of that.  *what: MAPCDB_BAD's words.  Close it only if it is
 * open. */
enum mapcdb_state mapcdb_open(struct mapcdb *, const char *path,
    const char *text, const char **what);
void mapcdb_close(struct mapcdb *);

/* Are both files, at these paths, still those of mapcdb_open? */
bool mapcdb_same(const struct mapcdb *, const char *path, const char *text);

enum mapcdb_entry {
	MAPCDB_NONE,
	MAPCDB_DOMAIN,		/* some line's key has it for its @domain */
	MAPCDB_LINE,
	MAPCDB_DAMAGED,		/* says errno, if that is not 0 */
};

/* What to tell of that: what is wrong, and what mends it. */
extern const char mapcdb_damaged[];

/* MAPCDB_LINE: *line is a writable copy.  It begins with the key, and ends with
 * a line end that the number and another line end follow. */
enum mapcdb_entry mapcdb_find(struct mapcdb *, struct span key, char **line);

/* Are both, of mapcdb_find, copies of one line? */
bool mapcdb_same_line(const char *, const char *);

/* What was found so far is not needed any more. */
void mapcdb_forget(struct mapcdb *);

#endif
