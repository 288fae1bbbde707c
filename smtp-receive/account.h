/* account.h - the host's users, as the name service knows them.
 *
 * A program asks it, smtp-receive-user(8): modules of the name service are
 * other people's code, and wait for other people's servers.  What the program
 * says is taken as hostile, and nobody waits for it longer than
 * ACCOUNT_SECONDS.  Nothing is allocated. */

#ifndef ACCOUNT_H
#define ACCOUNT_H

#include <stdbool.h>
#include <sys/types.h>
#include <time.h>

#include "limit.h"
#include "span.h"

struct accounts {
	/* The caller's. */
	const char *program;		/* absolute path of smtp-receive-user */
	bool root;			/* we are: it runs as these */
	uid_t uid;
	gid_t gid;
	/* When ACCOUNT_SECONDS began, which several questions can share:
	 * CLOCK_MONOTONIC; 0: with each. */
	struct timespec start;

	/* After ACCOUNT_TROUBLE: what failed, with errno, 0 where there is
	 * none; and what it was for, or what would be right. */
	const char *call;
	const char *what;
};

struct account {
	uid_t uid;
	gid_t gid;
	char name[MAX_ACCOUNT + 1];
	char home[MAX_HOME];	/* absolute, no control bytes, "/" at its end
				 * only where it is all */
};

enum account_answer {
	ACCOUNT_FOUND,
	ACCOUNT_NONE,		/* for sure */
	ACCOUNT_TROUBLE,	/* nobody knows: try again later */
};

/* The user of that name; ACCOUNT_NONE, and nobody is asked, where
 * username_good says no.  The uid may be any, 0 included. */
enum account_answer account_find(struct accounts *, struct span name,
    struct account *);

#endif
