/* sandbox.h - what the session may do from here on: read, write, exit.
 *
 * sandbox.c is the real one; sandbox-none.c is linked into instrumented
 * builds (sanitizers, coverage, valgrind), which need more. */

#ifndef SANDBOX_H
#define SANDBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum {				/* descriptors inside */
	SANDBOX_PAIR	= 3,
	SANDBOX_TLS	= 4,
};

struct sandbox {
	int pair;		/* the session's end; moved to SANDBOX_PAIR */
	int tls;		/* to SANDBOX_TLS; -1: there is none */
	pid_t monitor;		/* whose death is ours */
	bool socket;		/* 1 is one: no file will grow */
	size_t mapped;		/* bytes of memory that are mapped already */
	unsigned cpu_seconds;	/* of processor time that it may use */
	char **argv;		/* its strings and the environment's go */
	bool root;	/* started as root: the session becomes uid and gid */
	uid_t uid;
	gid_t gid;
};

/* To be called before the first octet from the client is read.  0, or -1
 * with errno and the call that failed; then the process must exit.  After 0
 * only descriptors 0, 1 and those above are open, and any system call but
 * read, write, exit and sigreturn kills. */
int sandbox_enter(const struct sandbox *, const char **call);

/* The only way out: libc's _exit makes a call that is not allowed. */
_Noreturn void sandbox_exit(int status);

#endif
