/* id.h - the name of a connection in the log and in the replies.
 *
 * 13 characters of [0-9a-z]: eight of the time in milliseconds, so that ids
 * sort as the connections came, and five random ones. */

#ifndef ID_H
#define ID_H

#include "limit.h"

enum { ID_LENGTH = 13 };

/* Writes it with a NUL.  Where the system has no random bytes yet the
 * process id takes their place: an id that repeats is no harm. */
void id_make(char id[ID_LENGTH + 1]);

/* A mail's: the connection's, a dot and the mail's number from 1; with number
 * 0, the connection's. */
void id_of_mail(const char *id, unsigned number, char at[MAX_ID]);

#endif
