/* leftover.c - files that could not be taken back, for the log. */

#include "leftover.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "limit.h"

static const char *
what_is_left(const struct mailbox *m, enum maildir_place place, int error)
{
	if (place == MAILDIR_TMP)
		return "a file that is not needed any more cannot be removed";
	if (strcmp(m->delivery.call, "fsync") == 0)
		return "a mail that was refused is removed, but may be there "
		    "again after a power cut; remove it then";
	if (error == EBUSY)
		return "a mail that was refused may still be there, in cur/ "
		    "or where a reader has moved it; remove it";
	return "a mail that was refused cannot be removed, from cur/ where a "
	    "reader was quicker; remove it";
}

static void
log_place(const struct log *log, const struct mailbox *m,
    enum maildir_place place, const char *part, const char *name)
{
	char path[MAX_TARGET + MAILDIR_NAME + 8];
	int error = errno;
	int len = snprintf(path, sizeof path, "%s/%s/%s", m->path, part,
	    name);

	if ((m->delivery.place & place) != 0 && len > 0 &&
	    (size_t)len < sizeof path)
		log_failed(log, m->delivery.call, path, error,
		    what_is_left(m, place, error));
	errno = error;
}

void
leftover_log(const struct log *log, const struct mailbox *m)
{
	log_place(log, m, MAILDIR_NEW, "new", m->delivery.final);
	log_place(log, m, MAILDIR_TMP, "tmp", m->delivery.name);
}
