/* backend.h - the seam: what the session may ask, and nothing more.
 *
 * In production the house is the monitor, another process (ask.c); in unit
 * tests and fuzzers it is a struct in memory.  Nothing given here is kept
 * by the other side as a pointer: it copies what it needs before it
 * returns.
 *
 * Order of the calls; anything else is an attack:
 *
 *	helo -> (mail -> rcpt ... -> data -> body ... -> commit) ... -> quit
 *
 * tls may stand behind helo, once, and if it is granted, helo comes again.
 * abort ends a mail anywhere between mail and commit; commit ends it, too,
 * whatever its answer.  note may come at any time.  Nothing comes after
 * quit. */

#ifndef BACKEND_H
#define BACKEND_H

#include <stdbool.h>
#include <stdint.h>

#include "limit.h"
#include "reply.h"
#include "span.h"

/* An answer about mail.  The reply says it to the client; text, if not
 * empty, is said in the place of the reply's own (a map's reject, later). */
struct verdict {
	enum reply reply;
	char text[MAX_REASON + 1];
};

/* What the session refused by itself, for the log. */
struct note {
	enum reply reply;
	struct span verb;	/* of the table of commands, or empty */
	struct span said;	/* at most MAX_SAID printable bytes */
};

struct commit {
	size_t len;		/* so many bytes wait in the buffer */
	uint64_t crlf;		/* octets of the whole body as SMTP counts it */
	struct span message_id;	/* at most MAX_MESSAGE_ID printable bytes */
	bool more;		/* input waits behind the dot: he is there */
};

/* How a connection came to its end. */
enum ending {
	ENDING_QUIT,		/* the client said so */
	ENDING_EOF,		/* it hung up, or the network did */
	ENDING_TIMEOUT,		/* it said nothing for command-timeout */
	ENDING_ERRORS,		/* more wrong commands than max-errors */
	ENDING_UNKNOWN,		/* more unknown recipients than max-unknown */
	ENDING_REFUSED,		/* more refusals than MAX_REFUSED */
	ENDING_COMMANDS,	/* more than MAX_IDLE without a stored mail */
	ENDING_DEAF,		/* it did not take our replies */
	ENDING_PLAIN,		/* it sent plain text behind STARTTLS */
	ENDING_MESSAGES,	/* it began more mails than max-messages */
	ENDING_CHUNK,		/* it told no size of what follows BDAT */
};

struct closing {
	enum ending how;
	uint64_t commands, bytes;	/* lines and octets that came */
};

struct backend {
	/* The body's bytes go here, line ends as LF, dots unstuffed; body and
	 * commit say how many there are. */
	unsigned char *buffer;
	size_t size;

	/* Notices: no answer, so the session does not wait. */
	void (*helo)(void *house, struct span name, bool extended);
	void (*mail)(void *house, struct span sender, uint64_t size);
	void (*data)(void *house);
	void (*abort)(void *house);
	void (*note)(void *house, const struct note *);
	void (*quit)(void *house, const struct closing *);

	/* Questions.  tls: may the octets go through TLS from here on?  rcpt:
	 * is it accepted?  body: has the full buffer been taken?  After a
	 * refusal the mail must end with abort. */
	void (*tls)(void *house, struct verdict *);
	void (*rcpt)(void *house, struct span recipient, struct verdict *);
	void (*body)(void *house, size_t len, struct verdict *);

	/* One reply for each accepted recipient, in the order of their RCPT.
	 * SMTP's are all the same. */
	void (*commit)(void *house, const struct commit *,
	    enum reply each[MAX_RECIPIENTS]);
};

#endif
