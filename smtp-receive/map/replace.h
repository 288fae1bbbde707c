/* replace.h - a file that takes the place of another, whole or not at all.
 *
 *	begin -> write to fd -> settle -> publish -> end
 *
 * or end after any of them.  Until then TERM, INT, HUP and QUIT wait: they
 * must not leave a file of another name behind. */

#ifndef REPLACE_H
#define REPLACE_H

#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/stat.h>

struct replace {
	const char *path;	/* of the other: the caller's, it must stay */
	int fd;			/* open for reading and writing */
	char name[PATH_MAX];	/* beside it, for now; empty: published */
	sigset_t before;
};

/* Each 0, or -1 with errno. */
int replace_begin(struct replace *, const char *path);

/* Gives it the mode, owner and group of like, and brings it to the disk. */
int replace_settle(const struct replace *, const struct stat *like);

/* Has one of those signals come? */
bool replace_interrupted(void);

/* On 0 it has the other's name, also after a power cut; on -1 it may. */
int replace_publish(struct replace *);

/* What was not published is removed. */
void replace_end(struct replace *);

#endif
