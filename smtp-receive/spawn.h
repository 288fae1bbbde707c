/* spawn.h - a program of ours in a process of its own.
 *
 * It has an empty environment and no descriptor but those that it is given,
 * and dies with us.  Nothing is allocated. */

#ifndef SPAWN_H
#define SPAWN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { SPAWN_DESCRIPTORS = 32 };	/* it can be given */

struct spawn {
	/* The caller's. */
	const char *program;		/* absolute path */
	char *const *argv;		/* ends in NULL */
	const int *descriptors;		/* its 0, 1 ...; -1: /dev/null */
	size_t count;
	size_t tell;		/* which of them hears a struct spawn_failure */
	bool drop;		/* we are root: it runs as these */
	uid_t uid;
	gid_t gid;

	/* All zero before spawn_start. */
	pid_t pid;
	int end;		/* readable when it has exited: pidfd_open(2) */
};

/* Why the process could not become the program: it writes this and exits. */
struct spawn_failure {
	int step;
	int error;		/* errno */
};

/* 0, or -1 with errno and the call that failed; spawn_reap is due in both
 * cases. */
int spawn_start(struct spawn *, const char **call);

/* Waits so long for its end, then ends it, with all in its process group.  Its
 * status as of waitpid(2), and 0 where it has ended by itself in that time, 1
 * where that is not certain; -1 with errno where the status is not known:
 * ECHILD where it was never started, ETIMEDOUT where it does not even die of
 * SIGKILL. */
int spawn_reap(struct spawn *, int milliseconds, int *status);

/* Has it become the program?  text is all that it has told.  -1 with errno, the
 * call that failed and what it was for. */
int spawn_check(int status, const void *text, size_t len, const char **call,
    const char **what);

#endif
