/* passwd.h - the users of /etc/passwd, and of no other source.
 *
 * For session-user alone, whom the host itself has: the name service, which
 * knows all others, is nothing that is asked once per connection. */

#ifndef PASSWD_H
#define PASSWD_H

#include <sys/types.h>

#include "span.h"

/* user: a name, or UID:GID as it is.  0, or -1 with errno: ESRCH where there is
 * no such user, or his ids are none; EPERM where either id is 0; as from
 * open(2), read(2) and mmap(2) where the file cannot be read, 0 where it is no
 * regular file or larger than 4 GiB. */
int passwd_find(struct span user, uid_t *, gid_t *);

#endif
