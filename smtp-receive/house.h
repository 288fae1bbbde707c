/* house.h - the answers to the session's questions.
 *
 * The monitor's other half: monitor.c checks that a message is one that the
 * contract permits, and calls these in the order of its parts.  Each returns
 * NULL, or what in the message breaks the contract after all; the mail in
 * hand is then still to be undone by house_close.  Events are logged,
 * by event.h. */

#ifndef HOUSE_H
#define HOUSE_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "ask.h"
#include "client.h"
#include "config.h"
#include "deliver.h"
#include "limit.h"
#include "log.h"
#include "tls.h"
#include "trace.h"
#include "usermap.h"

/* More than a session that keeps its own limits can bring about: one mail may
 * be refused twice, by us in its middle and by the session at its dot. */
enum {
	HOUSE_REFUSALS	= 2 * MAX_REFUSED + 10,
	HOUSE_COMMANDS	= MAX_IDLE + 10,	/* between stored mails */
};

enum house_state {		/* in the order of a mail; a set, in a table */
	HOUSE_FRESH	= 1 << 0,	/* no helo yet */
	HOUSE_READY	= 1 << 1,
	HOUSE_SENDER	= 1 << 2,	/* mail came, no recipient accepted */
	HOUSE_RCPTS	= 1 << 3,
	HOUSE_DATA	= 1 << 4,
	HOUSE_REFUSED	= 1 << 5,	/* body not taken: abort must come */
	HOUSE_CLOSED	= 1 << 6,	/* quit came */
};

struct house {
	/* The caller's. */
	const struct config *config;
	struct log *log;
	struct client *client;
	struct tls *tls;		/* after tls_open */
	const unsigned char *body;	/* the shared buffer */
	struct timespec start;		/* CLOCK_MONOTONIC, as all here */
	struct timespec now;		/* when the message in hand came */
	struct usermap map;		/* file and delimiters */
	struct accounts accounts;	/* for system users: as whom to ask */

	/* All zero before house_open. */
	enum house_state state;
	bool map_open;			/* for the mail in hand */
	bool fault;			/* one of ours has refused something */
	const char *how;		/* the connection ended, for the log */
	unsigned helos, map_faults, unknown, refused, messages, mails;
	unsigned idle;			/* commands since a mail was stored */
	uint64_t commands, octets;	/* as the session counts them */
	struct timespec mail_start, commit_start;
	struct trace trace;		/* of the mail in hand; into these: */
	char id[MAX_ID];
	char helo[MAX_DOMAIN], sender[MAX_PATH];
	struct span message_id;		/* into the question in hand */
	/* Large, so these come last, and the largest at the end: what a small
	 * mail touches has one page table with the program's image. */
	struct finding finding;
	struct deliver deliver;		/* the caller's: config, log, rights */
};

/* Logs the connection. */
void house_open(struct house *);

/* One for each part of a message. */
const char *house_abort(struct house *, const struct ask *, struct answer *);
const char *house_helo(struct house *, const struct ask *, struct answer *);
const char *house_mail(struct house *, const struct ask *, struct answer *);
const char *house_data(struct house *, const struct ask *, struct answer *);
const char *house_note(struct house *, const struct ask *, struct answer *);
const char *house_tls(struct house *, const struct ask *, struct answer *);
const char *house_rcpt(struct house *, const struct ask *, struct answer *);
const char *house_body(struct house *, const struct ask *, struct answer *);
const char *house_commit(struct house *, const struct ask *, struct answer *);
const char *house_quit(struct house *, const struct ask *, struct answer *);

/* After the answer to a commit was handed over, or could not be: then the
 * mail is taken back. */
void house_answered(struct house *, bool handed_over);

/* What 0 and 1 bring goes through TLS from here on.  False: it cannot, for a
 * fault of ours, which is in the log. */
bool house_begin_tls(struct house *);

/* The TLS process has reported something, or is gone. */
const char *house_hear_tls(struct house *);

/* Is a mail in hand? */
bool house_busy(const struct house *);

/* Undoes what is in hand and logs the end. */
void house_close(struct house *);

#endif
