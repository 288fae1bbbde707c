/* parts.h - the parts of test_usermap.c. */

#ifndef PARTS_H
#define PARTS_H

#include <check.h>

void add_find(TCase *);		/* find.c: who gets what */
void add_lines(TCase *);	/* lines.c: lines that are wrong */
void add_file(TCase *);		/* file.c: files that cannot be read */
void add_damaged(TCase *);	/* damaged.c: compiled maps that are wrong */
void add_large(TCase *);	/* large.c: compiled maps, reads counted */
void add_written(TCase *);	/* written.c: files that somebody writes */

#endif
