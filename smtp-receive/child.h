/* child.h - a program that is run for what it prints.
 *
 * It is asked with one argument, in an empty environment, with no descriptor
 * but its own three, and does not outlive the call; nor does what it forks, if
 * that stays in its process group.  It may print what it likes, for ever or
 * never.  Nothing is allocated. */

#ifndef CHILD_H
#define CHILD_H

#include <stddef.h>
#include <time.h>

#include "spawn.h"

enum { CHILD_TEXT = 512 };	/* bytes that it prints, and one more */

struct child {
	/* The caller's. */
	char *argument;
	unsigned seconds;		/* for all of it, from start on */
	struct timespec start;		/* CLOCK_MONOTONIC */
	struct spawn spawn;		/* program, and as whom it runs */

	/* After 0. */
	int status;			/* as of waitpid(2) */
	size_t len;
	char text[CHILD_TEXT];		/* what it printed */

	/* After -1: what failed, NULL where it was the program itself; and
	 * what it was for. */
	const char *call;
	const char *what;

	/* child.c's own. */
	int out;		/* what it prints, -1 when that has ended */
};

/* 0 when it has ended by itself, or by a signal.  -1 with errno where it could
 * not be run, or was killed because it printed too much (EMSGSIZE) or took too
 * long (ETIMEDOUT). */
int child_run(struct child *);

#endif
