/* rights.c - whose rights a process has.
 *
 * The system calls are made raw: libc's wrappers would make them in threads,
 * which we have not, and musl's for the effective ids make five each. */

#include "rights.h"

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
	SAME	= -1,	/* setresuid(2): leave this one as it is */
	TRIES	= 10,	/* it may want memory */
	TROUBLE	= 75,	/* exit status: EX_TEMPFAIL */
};

static int
set_effective(long call, unsigned id)
{
	for (int i = 0; i < TRIES; i++)
		if (syscall(call, SAME, id, SAME) == 0)
			return 0;
	return -1;
}

int
rights_open(struct rights *r)
{
	r->own = r->uid = geteuid();
	r->own_group = r->group = getegid();
	r->root = r->own == 0;
	return r->root ? (int)syscall(SYS_setgroups, 0, NULL) : 0;
}

bool
rights_may(const struct rights *r, uid_t uid)
{
	return r->root ? uid != 0 : uid == r->own;
}

int
rights_take(struct rights *r, uid_t uid, gid_t group)
{
	if (!rights_may(r, uid)) {
		errno = EPERM;
		return -1;
	}
	if (!r->root || (r->uid == uid && r->group == group))
		return 0;
	rights_leave(r);
	/* The group first: a user may not choose his. */
	if (set_effective(SYS_setresgid, group) == -1)
		return -1;
	r->group = group;
	if (set_effective(SYS_setresuid, uid) == -1) {
		rights_leave(r);
		return -1;
	}
	r->uid = uid;
	return 0;
}

void
rights_leave(struct rights *r)
{
	int error = errno;

	if ((r->uid != r->own &&
	    set_effective(SYS_setresuid, r->own) == -1) ||
	    (r->group != r->own_group &&
	    set_effective(SYS_setresgid, r->own_group) == -1)) {
		log_failed(r->log, "setresuid", NULL, errno, "to be root "
		    "again; this process has to end");
		_exit(TROUBLE);
	}
	r->uid = r->own;
	r->group = r->own_group;
	errno = error;
}

int
rights_drop(uid_t uid, gid_t group)
{
	if (syscall(SYS_setgroups, 0, NULL) == -1 ||
	    syscall(SYS_setresgid, group, group, group) == -1)
		return -1;
	return (int)syscall(SYS_setresuid, uid, uid, uid);
}
