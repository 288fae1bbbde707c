/* rights.h - whose rights a process has.
 *
 * Started as root, the monitor works on each Maildir with the effective ids of
 * its owner: quota, reserved blocks and permissions are his.  The real and
 * the saved ids stay root's, so that he can neither signal nor trace us
 * meanwhile.  Started as anybody else, it stays who it is.
 *
 *	open -> (take ... -> leave) ...
 */

#ifndef RIGHTS_H
#define RIGHTS_H

#include <stdbool.h>
#include <sys/types.h>

#include "log.h"

struct rights {
	const struct log *log;	/* the caller's, before rights_open */

	bool root;		/* started as root */
	uid_t own, uid;		/* at the start; effective now */
	gid_t own_group, group;
};

/* Root's supplementary groups go for good.  -1 with errno as from
 * setgroups(2). */
int rights_open(struct rights *);

/* May this user own a Maildir that we deliver to?  Never root. */
bool rights_may(const struct rights *, uid_t);

/* From here on he is who opens, writes and removes; also straight from
 * another's.  -1 with errno: EPERM where he may not, else as from setresuid(2);
 * then nobody's rights are held. */
int rights_take(struct rights *, uid_t, gid_t);

/* Root again: what forks, kills, or reads root's files comes behind this.
 * If the kernel does not let us, the process ends, with a line in the log. */
void rights_leave(struct rights *);

/* This process is that user, without any group but this one, and can never be
 * anybody else.  -1 with errno: it must exit. */
int rights_drop(uid_t, gid_t);

#endif
