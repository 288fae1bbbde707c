/* parts.h - the parts of test_config.c. */

#ifndef PARTS_H
#define PARTS_H

#include <check.h>

void add_file(TCase *);		/* file.c: lines, right and wrong */
void add_values(TCase *);	/* values.c: what each key may be */
void add_rest(TCase *);		/* rest.c: defaults, -o, our own name, -h */

#endif
