/* forked.h - what a process does for itself when it was just forked. */

#ifndef FORKED_H
#define FORKED_H

#include <sys/types.h>

/* Closes this descriptor and all above it. */
void forked_close_from(unsigned first);

/* SIGKILL when parent dies.  To be called after the last change of ids, which
 * takes the signal back.  -1 with errno: ESRCH where parent is dead
 * already. */
int forked_follow(pid_t parent);

#endif
