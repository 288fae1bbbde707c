/* emptyroot.h - a root directory that has nothing.
 *
 * For a process that was started as root and is about to be somebody else. */

#ifndef EMPTYROOT_H
#define EMPTYROOT_H

/* The root is an empty directory from here on, for good once the ids are
 * changed: that of tmpfiles.d, /var/empty, or one that is made and removed.
 * -1 with errno and the call that failed. */
int emptyroot_enter(const char **call);

#endif
