/* map.h - a user map in a file of its own, and what is said about it. */

#ifndef MAP_H
#define MAP_H

#include <stdbool.h>
#include <stddef.h>

#include "../../smtp-receive/usermap.h"

extern struct usermap map;	/* its file is there from make_map on */
extern char said[1 << 16];	/* "LINE: FAULT\n" for each one told */

extern unsigned asked;		/* times that the host was, for a user */

/* Fixtures: the file in a directory.  In a compiled map's, there is also the
 * compiled form of another map at first. */
void make_map(void);
void make_compiled_map(void);
void remove_map(void);

extern bool compiled;

/* Writes the file in place. */
void write_map(const char *text);
void write_bytes(const char *at, size_t len);

/* The same, put together piece by piece. */
void add_text(const char *format, ...) __attribute__((format(printf, 1, 2)));
void write_text(void);

/* Reads it, as if it were 10 seconds later: nobody is writing any more.  A
 * compiled map is compiled before, if it was changed and has no fault. */
void open_map(void);

/* The same from the beginning, and without compiling it.  Nothing was said so
 * far. */
void open_again(void);

/* Looks an address up: "ok /a /b" and the like, "no such user", "not ours",
 * "broken", "trouble", "too many", "reject TEXT", "later TEXT". */
const char *find(const char *address);

/* Is all that was said what a row wants?  NULL: nothing; else a fault that
 * begins so, and no other. */
bool said_only(const char *fault);

#endif
