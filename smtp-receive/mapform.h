/* mapform.h - the user map in the one of its two forms that is open. */

#ifndef MAPFORM_H
#define MAPFORM_H

#include <stdbool.h>
#include <time.h>

#include "mapcdb.h"
#include "usermap.h"

/* Opens the compiled form, if it was made of the text as this is now, else
 * the text; tells the faults of what it reads.  The map must be closed. */
void mapform_open(struct usermap *, const struct timespec *now);
void mapform_close(struct usermap *);

/* Is what was opened still what is to be opened? */
bool mapform_same(const struct usermap *);

/* What an open map has for a normal key; what is damaged is told once.
 * MAPCDB_LINE: *line is writable, ends with a line end, and stays until
 * mapform_forget. */
enum mapcdb_entry mapform_find(struct usermap *, struct span key,
    char **line);

/* A new search begins. */
void mapform_forget(struct usermap *);

/* Are both one line of the text? */
bool mapform_same_line(const struct usermap *, const char *, const char *);

/* Such a line says what no line can say. */
void mapform_spoiled(struct usermap *);

/* The number of such a line in the text. */
unsigned long mapform_number(const struct usermap *, const char *line);

#endif
