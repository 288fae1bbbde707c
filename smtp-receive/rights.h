/* rights.h - whose rights a process has.
 *
 * Started as root, the monitor works on each Maildir with the effective ids of
 * its owner: quota, reserved blocks and permissions are his.  The real and the
 * saved ids stay root's, and so do the permitted capabilities, so that he can
 * neither signal nor trace us meanwhile, nor slow us down.  Of these CAP_KILL
 * alone stays effective: the session, another user's, must die with us at any
 * time, and PR_SET_PDEATHSIG is sent with the rights that we die with.
 * Started as anybody else, it stays who it is, without capabilities.
 *
 *	open -> (take ... -> leave) ...
 */

#ifndef RIGHTS_H
#define RIGHTS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "log.h"

struct rights {
	const struct log *log;	/* the caller's, before rights_open */

	bool root;		/* started as root */
	uid_t session;		/* the caller's, too: who may own no Maildir */
	uint32_t permitted[2];	/* capabilities(7), as capset(2) wants them */
	uid_t own, uid;		/* at the start; effective now */
	gid_t own_group, group;	/* of root */
};

/* Root's supplementary groups go for good, or anybody else's capabilities.  -1
 * with errno and the call that failed: EPERM of capget where root has no
 * CAP_KILL, and could not end its session. */
int rights_open(struct rights *, const char **call);

/* May this user own a Maildir that we deliver to?  Never root, nor session. */
bool rights_may_own(const struct rights *, uid_t);

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
