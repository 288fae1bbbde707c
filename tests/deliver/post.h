/* post.h - mails to the Maildirs of a home. */

#ifndef POST_H
#define POST_H

#include "../../smtp-receive/deliver.h"
#include "../home.h"
#include "../maildir/fault.h"
#include "../suite.h"

#define MAIL	"Subject: hi\n\nthere\n"

struct post {
	struct home home;
	struct config config;
	struct deliver deliver;
	struct trace trace;
};

extern struct post post;

/* Fixtures.  The file system says that it is ext4, with room enough. */
void set_post(void);
void clear_post(void);

/* The mailboxes of box first to last are one recipient's. */
enum reply rcpt(const char *recipient, int first, int last);
enum reply rcpt_path(const char *recipient, const char *path);

/* MAIL, written and committed; neither ended nor undone yet. */
enum reply finish(void);

/* Until stored, each box its own recipient; ck_ that all is well. */
void ck_stored(int boxes);

/* The message of this box. */
const char *stored(int box);

void add_faults(TCase *);
void add_mailboxes(TCase *);

#endif
