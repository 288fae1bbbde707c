/* username.h - which words may be the name of a system user. */

#ifndef USERNAME_H
#define USERNAME_H

#include <stdbool.h>

#include "span.h"

/* Small letters, digits, '_', '-', '.'; neither '-' nor '.' first; not only
 * digits, which many programs take for a uid; at most MAX_ACCOUNT octets.  No
 * other name is asked of the name service. */
bool username_good(struct span);

#endif
