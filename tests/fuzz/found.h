/* found.h - what the fuzzers of the user map share: the files of a map, and
 * what may be found in it, whatever it is. */

#ifndef FOUND_H
#define FOUND_H

#include "../../smtp-receive/usermap.h"

void check(bool good);		/* or the end */

/* The path of one of two files, in a directory that goes at exit. */
const char *found_file(const char *name);
void found_write(const char *name, const void *at, size_t len);

/* For struct usermap: faults, and users; names with an x are nobody's. */
void found_hear(void *arg, const char *file, unsigned long line,
    const char *what, int error);
enum account_answer found_user(void *arg, struct span name,
    struct account *found);

void found_check(const struct usermap *, const struct finding *);

#endif
