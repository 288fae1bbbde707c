/* fake.h - a house in memory: the other side of backend.h.
 *
 * It says yes to every recipient but those of its table, keeps what was
 * committed, writes down every call, and checks what backend.h promises: the
 * order of the calls, printable strings, the limits, the sums. */

#ifndef FAKE_H
#define FAKE_H

#include "../../smtp-receive/backend.h"

enum {
	FAKE_BUFFER	= 16,		/* so small that body is called */
	FAKE_STORE	= 512 * 1024,
	FAKE_TRACE	= 512 * 1024,
};

struct fake {
	struct backend backend;

	/* What it permits; 0 is no limit. */
	uint64_t max_size;
	unsigned max_messages, max_recipients, max_unknown;
	bool tls_required;

	/* What it answers; reply_greeting, which is 0: it takes all. */
	enum reply body, commit, tls;

	const char *wrong;	/* the first promise that was broken */
	unsigned state, recipients, unknown;
	unsigned begun, mails;	/* begun and stored */
	uint64_t bytes;		/* of the closing */
	bool more;		/* of the last commit */
	bool secure;		/* TLS was granted, or was on from the start */

	size_t stored_len;	/* of the mails that were stored */
	size_t len;		/* and of the one in hand */
	size_t trace_len;
	unsigned char buffer[FAKE_BUFFER];
	char stored[FAKE_STORE];
	char trace[FAKE_TRACE];	/* a line for each call */
};

/* Everything but the answers and limits, which the caller has set. */
void fake_open(struct fake *);

/* The verbs of the calls, with a space between two; body and note only
 * once in a row. */
void fake_calls(const struct fake *, char *at, size_t size);

#endif
