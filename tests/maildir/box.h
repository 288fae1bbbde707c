/* box.h - Maildirs to deliver to, and a delivery as the monitor makes it.
 *
 * All is below $TMPDIR, so that loopfs.sh can put it on other file systems. */

#ifndef BOX_H
#define BOX_H

#include <limits.h>
#include <stdbool.h>

#include "../../maildir/maildir.h"
#include "../descriptors.h"

#define HEADER	"Subject: hi\n\n"
#define BODY	"there\n"

enum {
	MAX	= 3,
	SIZE	= sizeof HEADER BODY - 1,
	CRLF	= SIZE + 3,		/* with three line ends of two octets */
};

extern char base[PATH_MAX];		/* a directory of our own */
extern struct maildir box[MAX];		/* of base/0, base/1, base/2 */
extern struct delivery mail[MAX];

/* How to deliver, on what kind of file system. */
extern const struct way {
	const char *title;
	int recipients;
	bool strict, shared, syncfs, no_range;
	struct { const char *call; int error; } lacks[2];
} ways[];
extern const int number_of_ways;

/* Fixtures: base's name; base with three empty Maildirs, and nothing open;
 * base is gone. */
void make_base(void);
void make_boxes(void);
void remove_all(void);

/* A path below base, good until the fourth call from now. */
const char *below(const char *format, int i, const char *name);

int entries(int i, const char *folder);
int all_entries(void);			/* of all folders of all three */
void touch(const char *path);

/* open and begin or share the i-th; ready: the first one whole, until it can
 * be published; deliver: everything up to maildir_end. */
int open_box(int i);	/* finds and opens Maildir i, without rights */
int start(const struct way *, int i);
void ready(void);
int publish(void);
int deliver(const struct way *);

/* Those that are begun, and close the Maildirs. */
void end_all(void);
void undo_all(void);

/* Exactly one message, whole, under its final name; nothing else. */
void ck_delivered(int i);

#endif
