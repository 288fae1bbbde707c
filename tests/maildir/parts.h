/* parts.h - the parts of the suite, one file each. */

#ifndef PARTS_H
#define PARTS_H

#include "../suite.h"

#define LOOP(tc, test, rows) tcase_add_loop_test(tc, test, 0, rows)

void add_deliver(TCase *);
void add_publish(TCase *);
void add_sync(TCase *);
void add_undo(TCase *);
void add_open(TCase *);
void add_name(TCase *);

#endif
