/* ask.h - the questions of backend.h as messages to another process.
 *
 * One struct in each direction, of one size, on a SOCK_SEQPACKET pair.  What
 * belongs to a mail that goes well (helo, mail, data) waits in it for the
 * next question; so a small message wakes the monitor three times, and waits
 * for it twice.  The monitor takes
 * every field as hostile: see monitor.c. */

#ifndef ASK_H
#define ASK_H

#include <stdint.h>

#include "backend.h"
#include "limit.h"

/* What is in a message, in the order in which it is meant.  TLS, RCPT, BODY
 * and COMMIT are questions; QUIT is the last message. */
enum ask_part {
	ASK_ABORT	= 1 << 0,
	ASK_HELO	= 1 << 1,
	ASK_MAIL	= 1 << 2,
	ASK_DATA	= 1 << 3,
	ASK_NOTE	= 1 << 4,
	ASK_TLS		= 1 << 5,
	ASK_RCPT	= 1 << 6,
	ASK_BODY	= 1 << 7,
	ASK_COMMIT	= 1 << 8,
	ASK_QUIT	= 1 << 9,

	ASK_QUESTION	= ASK_TLS | ASK_RCPT | ASK_BODY | ASK_COMMIT,
	ASK_ALL		= (ASK_QUIT << 1) - 1,
};

enum { ASK_VERB = 8 };

struct ask {
	uint32_t parts;			/* enum ask_part */

	/* Lengths of the strings below: printable, without NUL. */
	uint32_t helo_len, sender_len, recipient_len;
	uint32_t verb_len, said_len, message_id_len;

	uint32_t extended;		/* HELO: 1 for EHLO */
	uint32_t note_reply;		/* NOTE: enum reply */
	uint32_t len;			/* BODY, COMMIT: octets in the buffer */
	uint32_t more;			/* COMMIT: 1 where input waits */
	uint32_t ending;		/* QUIT: enum ending */
	uint64_t size;			/* MAIL: SIZE=, 0 for none */
	uint64_t crlf;			/* COMMIT */
	uint64_t commands, octets;	/* QUIT: struct closing */

	char helo[MAX_DOMAIN + 1];	/* + 1: keeps the rest aligned */
	char sender[MAX_PATH];
	char recipient[MAX_PATH];
	char verb[ASK_VERB];
	char said[MAX_SAID];
	char message_id[MAX_MESSAGE_ID];
};

struct answer {
	struct verdict verdict;		/* TLS, RCPT, BODY */
	uint16_t each[MAX_RECIPIENTS];	/* COMMIT: enum reply */
};

/* The session's end of the pair. */
struct asker {
	int fd;
	void (*lost)(void);		/* no monitor; does not return */
	struct ask kept;		/* what waits for the next question */
};

/* The functions for a struct backend whose house is a struct asker; the
 * buffer is the caller's. */
struct backend ask_backend(unsigned char *buffer, size_t size);

#endif
