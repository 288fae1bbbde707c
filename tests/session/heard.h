/* heard.h - the replies, as the client hears them. */

#ifndef HEARD_H
#define HEARD_H

#include <stdbool.h>

#include "../../smtp-receive/span.h"

/* NULL, or what no reply may be: a line without CR LF or over 512 octets, a
 * code without enhanced status where RFC 2034 wants one or with a wrong one,
 * a refusal without the id. */
const char *heard_wrong(struct span heard);

/* Are these the replies?  Codes with a space between, "550" or with the
 * status "550:5.6.0"; a 220 as the first goes without saying. */
bool heard_is(struct span heard, struct span codes);

/* How many mails were acknowledged. */
unsigned heard_stored(struct span heard);

bool heard_has(struct span heard, struct span text);

#endif
