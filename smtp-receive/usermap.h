/* usermap.h - whom the mail for an address goes to.
 *
 * The map of smtp-receive-users(5).  Its text is read whole into memory of its
 * own and indexed; 10,000 lines cost 1 to 3 ms.  Where the cdb beside it
 * was made of that text, it is looked up there, and a million lines cost a few
 * reads.  What is found points into memory that is good until the next
 * usermap_find, usermap_open or usermap_close.  Whose home "~" is, is asked of
 * somebody else. */

#ifndef USERMAP_H
#define USERMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "limit.h"
#include "mapcdb.h"
#include "mapfault.h"
#include "maptext.h"
#include "reply.h"
#include "span.h"
#include "target.h"

/* Asked for a system user, as account_find; find itself logs
 * ACCOUNT_TROUBLE. */
struct usermap_users {
	enum account_answer (*find)(void *arg, struct span name,
	    struct account *);
	void *arg;
	uid_t min_uid;		/* below it there are none for ~/ */
};

enum usermap_form {
	USERMAP_NONE,		/* it cannot be read */
	USERMAP_TEXT,
	USERMAP_CDB,
};

enum { USERMAP_PATH = 1024 + 4 };	/* with .cdb and NUL */

struct usermap {
	/* The caller's; set before the first usermap_open. */
	const char *file;		/* its path */
	const char *delimiters;		/* recipient-delimiter, "" for none */
	struct mapfaults faults;
	struct usermap_users users;

	/* mapform.c's own; all zero before the first usermap_open. */
	enum usermap_form form;
	struct maptext text;
	struct mapcdb cdb;
	char cdb_file[USERMAP_PATH];
	bool stale;		/* the text was read, though there is a cdb */
	bool whole;		/* no fault: who is not in it does not exist */
	bool partial;		/* being written: any line may be missing */
};

struct finding {
	/* reply_rcpt_ok, and the Maildirs, each path once; or why not:
	 * reply_no_such_user, reply_not_ours, reply_map_broken, reply_trouble
	 * (a loop, a missing target, told as a fault; the name service),
	 * reply_too_many_mailboxes, reply_reject_said and reply_later_said
	 * with their text. */
	enum reply reply;
	struct span text;
	size_t count;

	/* The owners that these have, and whom else the look-ups of this mail
	 * have found: nobody is asked for twice.  The caller's: 0 before the
	 * first. */
	size_t account_count;

	struct target targets[MAX_MAILBOXES];
	struct account accounts[MAX_MAILBOXES];
};

/* Opens the map, or keeps what it has where the file has not changed since
 * and had no fault; then it returns false.  Call it before the first look-up
 * of each mail; now is the time of day, because a map that changed less than
 * 2 seconds ago counts as one that somebody is writing.  Never fails: a map
 * that cannot be read tells so, and answers every look-up with
 * reply_map_broken. */
bool usermap_open(struct usermap *, const struct timespec *now);

/* address: as given in RCPT, without brackets and source route; any bytes
 * are safe.  A bare "postmaster" is the only one without a domain. */
void usermap_find(struct usermap *, struct span address, struct finding *);

void usermap_close(struct usermap *);

#endif
