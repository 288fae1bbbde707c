/* compile.h - the text of a user map, made a compiled one. */

#ifndef COMPILE_H
#define COMPILE_H

#include "../maptext.h"

/* Writes it to fd, an empty file open for reading and writing: the cdb of
 * mapcdb.h and the trailer of maptrailer.h.  The text has been entered, and
 * has no fault.  0, or -1 with errno. */
int compile_text(struct maptext *, int fd);

#endif
