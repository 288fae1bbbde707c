/* leftover.h - files that could not be taken back, for the log.
 *
 * Until somebody removes such a file, a mail is there that its sender will
 * send again, or a piece of one is in tmp/.  Nobody else knows its name. */

#ifndef LEFTOVER_H
#define LEFTOVER_H

#include "log.h"
#include "mailbox.h"

/* After a maildir_undo or maildir_end that said -1, with its errno: a line for
 * each place where the file may still be.  Keeps errno. */
void leftover_log(const struct log *, const struct mailbox *);

#endif
