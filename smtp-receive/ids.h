/* ids.h - UID:GID, as files of users and programs write them. */

#ifndef IDS_H
#define IDS_H

#include <stdbool.h>
#include <sys/types.h>

#include "span.h"

/* Cuts UID:GID from the front of s, both in decimal digits; what stands behind
 * is the caller's to look at.  False where that is not there, or one of them is
 * too large or -1, which is no id; then s is anywhere. */
bool ids_cut(struct span *s, uid_t *, gid_t *);

enum { IDS_TEXT = 2 * SPAN_DECIMAL + 2 };

/* The same to at, with NUL. */
void ids_write(uid_t, gid_t, char at[IDS_TEXT]);

#endif
