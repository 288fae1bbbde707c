/* rights.c - whose rights a process has.
 *
 * The system calls are made raw: libc's wrappers would make them in threads,
 * which we have not, and musl's for the effective ids make five each. */

#include "rights.h"

#include <errno.h>
#include <linux/capability.h>
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

/* These are effective; all that were permitted stay so.  Both NULL: none
 * are any more, nor will be in what is executed. */
static int
set_capabilities(const uint32_t permitted[2], const uint32_t effective[2])
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2] = { 0 };

	for (int i = 0; i < 2 && permitted != NULL; i++) {
		data[i].permitted = permitted[i];
		data[i].effective = permitted[i] & effective[i];
	}
	return (int)syscall(SYS_capset, &head, data);
}

/* CAP_KILL in the first of two words. */
static const uint32_t kill_alone[2] = { 1U << CAP_KILL, 0 };

static int
look_at_capabilities(struct rights *r)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &head, data) == -1)
		return -1;
	r->permitted[0] = data[0].permitted;
	r->permitted[1] = data[1].permitted;
	errno = EPERM;
	return (data[0].effective & kill_alone[0]) != 0 ? 0 : -1;
}

int
rights_open(struct rights *r, const char **call)
{
	r->own = r->uid = geteuid();
	r->root = r->own == 0;
	if (!r->root) {
		/* A filter may forbid it; then we keep what we were given. */
		set_capabilities(NULL, NULL);
		return 0;
	}
	r->own_group = r->group = getegid();
	*call = "capget";
	if (look_at_capabilities(r) == -1)
		return -1;
	*call = "setgroups";
	return (int)syscall(SYS_setgroups, 0, NULL);
}

bool
rights_may_own(const struct rights *r, uid_t uid)
{
	return r->root ? uid != 0 && uid != r->session : uid == r->own;
}

int
rights_take(struct rights *r, uid_t uid, gid_t group)
{
	if (!rights_may_own(r, uid)) {
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
	if (set_effective(SYS_setresuid, uid) == 0) {
		r->uid = uid;
		if (set_capabilities(r->permitted, kill_alone) == 0)
			return 0;
	}
	rights_leave(r);
	return -1;
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
