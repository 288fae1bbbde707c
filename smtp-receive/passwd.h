/* passwd.h - the users of /etc/passwd, and of no other source.
 *
 * For session-user alone, whom the host itself has: the name service, which
 * knows all others, is nothing that is asked once per connection. */

#ifndef PASSWD_H
#define PASSWD_H

#include <sys/types.h>

#include "span.h"

/* user: a name, or UID:GID as it is.  0, or -1 with errno: ESRCH where there is
 * no such user, EPERM where it is root. */
int passwd_find(struct span user, uid_t *, gid_t *);

#endif
