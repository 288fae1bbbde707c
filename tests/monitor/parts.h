/* parts.h - the parts of the suite, one file each. */

#ifndef PARTS_H
#define PARTS_H

#include "stage.h"

void add_malformed(TCase *);
void add_limits(TCase *);
void add_turns(TCase *);
void add_mails(TCase *);
void add_ends(TCase *);
void add_faults(TCase *);
void add_tls(TCase *);
void add_reports(TCase *);

#endif
