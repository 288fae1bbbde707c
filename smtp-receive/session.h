/* session.h - what one client's dialogue has in hand.
 *
 * Octets come and go through a wire, questions about mail through a
 * backend; nothing else of the world is known here, so it runs in a process
 * that may only read, write and exit, and in a test without a socket.
 * smtp.h runs it, transaction.h is MAIL, RCPT, DATA and BDAT. */

#ifndef SESSION_H
#define SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "backend.h"
#include "body.h"
#include "limit.h"
#include "line.h"
#include "wire.h"

/* What the admin decided; hostname and id end in NUL and outlive it. */
struct rules {
	const char *hostname;
	const char *id;			/* of the connection */
	uint64_t max_message_size;
	unsigned max_messages;		/* MAILs that are accepted */
	unsigned max_recipients;	/* accepted ones, per message */
	unsigned max_errors;		/* replies 500 to 504 and 555 */
	unsigned max_unknown;		/* unknown recipients */
	bool tls;			/* there is a certificate */
	bool tls_offered;		/* and it can be read */
	bool tls_implicit;		/* TLS is on from the start */
	bool tls_required;		/* no mail without */
	bool early;			/* the client spoke before 220 */
	bool greeted;			/* 220 is out */
};

enum {				/* states, in the order of a mail */
	FRESH		= 1 << 0,	/* no EHLO or HELO yet */
	READY		= 1 << 1,	/* for a mail */
	SENDER		= 1 << 2,	/* MAIL was accepted, no RCPT yet */
	RCPTS		= 1 << 3,	/* a recipient was accepted */
	CHUNKS		= 1 << 4,	/* of the message, but not the last */
	TURNED_AWAY	= 1 << 5,	/* an early talker: no mail */

	IN_MAIL		= SENDER | RCPTS | CHUNKS,
};

struct session {
	/* The caller's. */
	const struct rules *rules;
	const struct backend *backend;
	void *house;

	/* All zero before smtp_run, but for the functions of wire. */
	unsigned state;
	bool over;		/* how says why */
	enum ending how;
	uint64_t commands;
	unsigned errors, unknown, refused;
	unsigned idle;		/* commands since the last stored mail */
	unsigned mails;		/* begun; the number of the one in hand */
	unsigned recipients;	/* accepted for the mail in hand */
	bool secure;		/* TLS is on */
	bool later;		/* a RCPT of it was answered with 4xx */
	struct body body;	/* of it */
	struct span verb, said;	/* of the line in hand, for a note */
	char id[MAX_ID];	/* for replies: the mail's, if one is in hand */
	char text[MAX_REASON + 1];	/* in place of the next reply's own */
	struct wire wire;
	struct line line;	/* large, so it comes last */
};

void session_say(struct session *, enum reply);

/* The log gets a note of a fault that the house was not asked about, with
 * the line as it came; returns the reply. */
enum reply session_refuse(struct session *, enum reply);

void session_end(struct session *, enum ending);

/* The client is gone or still: the end, and what to say to whom may yet
 * listen. */
enum reply session_gone(struct session *, enum line_kind);

/* From now on the octets go through TLS, and all that was said before is
 * forgotten: RFC 3207 section 4.2. */
void session_secure(struct session *);

/* Drops the mail in hand, if there is one. */
void session_reset(struct session *);

/* The id for the replies from now on. */
void session_number(struct session *);

#endif
