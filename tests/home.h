/* home.h - Maildirs, a user map and a log, in a directory of their own below
 * $TMPDIR.
 *
 * The map: box0@example.org to box5@example.org, each to the Maildir of its
 * number; two@ and all@ to the first two, and to all of them; gone@ to a
 * Maildir that is not there; no@ is rejected.  What cannot be made aborts. */

#ifndef HOME_H
#define HOME_H

#include <limits.h>

#include "../smtp-receive/log.h"
#include "../smtp-receive/rights.h"

enum { HOME_BOXES = 6 };

struct home {
	char base[PATH_MAX / 4];
	char users[PATH_MAX / 2];		/* the map */
	char box[HOME_BOXES][PATH_MAX / 2];
	struct log log;				/* into memory */
	struct rights rights;	/* whoever we are, as an ordinary user */
	char text[1 << 21];			/* of home_log */
};

void home_make(struct home *);
void home_remove(const struct home *);

/* The number of files in one folder of one Maildir; of "new", "tmp" or "cur"
 * in all of them; in all folders. */
int home_entries(const struct home *, int box, const char *folder);
int home_files(const struct home *, const char *folder);
int home_all(const struct home *);

/* The path of the only file in new/ of this Maildir, or "". */
const char *home_message(const struct home *, int box,
    char path[PATH_MAX]);

/* All that was logged; how many of its lines have this text in them. */
const char *home_log(struct home *);
int home_logged(struct home *, const char *text);

/* Forgets what was logged and stored so far. */
void home_empty(struct home *);


#endif
