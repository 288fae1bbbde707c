/* confine.c - what this process may do once it has the key. */

#include "confine.h"

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../emptyroot.h"
#include "../forked.h"
#include "../rights.h"

enum {
	MEMORY	= 4 << 20,	/* octets above what is mapped: a connection
				 * wants a tenth of it */
	POLLED	= 3,		/* poll(2) takes no more than NOFILE, and 0, 1
				 * and 2 are in use: there is no fourth */
};

int
confine_start(void)
{
	const struct rlimit none = { 0, 0 };

	return prctl(PR_SET_DUMPABLE, 0) == -1 ? -1
	    : setrlimit(RLIMIT_CORE, &none);
}

/* Octets of address space, or 0. */
static rlim_t
mapped(void)
{
	char text[64];
	int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd == -1 ? -1 : read(fd, text, sizeof text - 1);

	if (fd != -1)
		close(fd);
	text[n > 0 ? n : 0] = '\0';
	return strtoul(text, NULL, 10) * (rlim_t)sysconf(_SC_PAGESIZE);
}

static bool
is_socket(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISSOCK(st.st_mode);
}

static int
set(__rlimit_resource_t what, rlim_t most)
{
	const struct rlimit limit = { most, most };

	return setrlimit(what, &limit);
}

/* Without /proc nobody knows what is mapped, and memory has no limit. */
static int
limit(const struct confine *c, rlim_t memory)
{
	if (set(RLIMIT_NOFILE, POLLED) == -1 ||
	    set(RLIMIT_NPROC, 0) == -1 ||
	    set(RLIMIT_CPU, c->cpu) == -1 ||
	    (memory != 0 && set(RLIMIT_AS, memory + MEMORY) == -1))
		return -1;
	return is_socket(c->out) ? set(RLIMIT_FSIZE, 0) : 0;
}

/* What OpenSSL and malloc make once the handshake begins; getpid before each
 * random number, in case of a fork. */
static const int calls[] = {
	SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(poll), SCMP_SYS(ppoll),
	SCMP_SYS(shutdown), SCMP_SYS(exit), SCMP_SYS(exit_group),
	SCMP_SYS(rt_sigreturn), SCMP_SYS(brk), SCMP_SYS(munmap),
	SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(futex),
	SCMP_SYS(getrandom), SCMP_SYS(getpid), SCMP_SYS(clock_gettime),
	SCMP_SYS(gettimeofday), SCMP_SYS(time),
};

/* No code, no file. */
static int
allow_memory(scmp_filter_ctx filter)
{
	return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 2,
	    SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0),
	    SCMP_A3(SCMP_CMP_MASKED_EQ, MAP_ANONYMOUS, MAP_ANONYMOUS));
}

/* O_NONBLOCK for the client's descriptors: handshake.h. */
static int
allow_flags(scmp_filter_ctx filter)
{
	int result = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(fcntl),
	    1, SCMP_A1(SCMP_CMP_EQ, F_GETFL, 0));

	return result != 0 ? result : seccomp_rule_add(filter, SCMP_ACT_ALLOW,
	    SCMP_SYS(fcntl), 1, SCMP_A1(SCMP_CMP_EQ, F_SETFL, 0));
}

/* libseccomp returns -errno. */
static int
build(scmp_filter_ctx filter)
{
	int result = allow_memory(filter);

	if (result == 0)
		result = allow_flags(filter);
	for (size_t i = 0; result == 0 && i < sizeof calls / sizeof *calls;)
		result = seccomp_rule_add(filter, SCMP_ACT_ALLOW,
		    calls[i++], 0);
	return result == 0 ? seccomp_load(filter) : result;
}

/* We are one thread, and die with it.  libseccomp does not believe in
 * KILL_PROCESS where seccomp(2) is forbidden, as by systemd's @system-service;
 * for this it takes prctl(2). */
static int
filter_calls(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_THREAD);
	int result = filter == NULL ? -ENOMEM : build(filter);

	seccomp_release(filter);
	errno = -result;
	return result == 0 ? 0 : -1;
}

int
confine_enter(const struct confine *c, const char **call)
{
	rlim_t memory = mapped();

	if (c->root && emptyroot_enter(call) == -1)
		return -1;
	*call = "setresuid";
	if (c->root && rights_drop(c->uid, c->gid) == -1)
		return -1;
	forked_close_from(c->used);
	*call = "setrlimit";
	if (limit(c, memory) == -1)
		return -1;
	*call = "getppid";
	if (forked_follow(c->parent) == -1)
		return -1;
	*call = "prctl";
	/* Once more: the change of ids may have made it dumpable. */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
	    prctl(PR_SET_DUMPABLE, 0) == -1)
		return -1;
	*call = "seccomp";
	return filter_calls();
}
