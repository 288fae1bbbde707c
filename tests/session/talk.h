/* talk.h - a client in memory, who talks to a whole session. */

#ifndef TALK_H
#define TALK_H

#include "../../smtp-receive/session.h"
#include "fake.h"

#define ID "0123456789abc"
#define HOST "mx.example.org"

enum { TALK_HEARD = 512 * 1024 };

struct talk {
	/* The caller's; fake's answers, too. */
	struct rules rules;
	struct span says;
	size_t first, step;	/* octets of its first packet, and of others */
	bool hasty;		/* it waits for no answer to STARTTLS */
	bool still;		/* at its end it waits for ever: a timeout */
	unsigned deaf_after;	/* writes; 0: it hears all */
	struct fake fake;

	const char *wrong;	/* what the session did, and must not do */
	size_t said;
	bool ended;		/* the session was told of the end */
	unsigned writes, turns;	/* to TLS */
	size_t heard_len;
	struct session session;
	char heard[TALK_HEARD];
};

/* Limits of the defaults; as one packet.  The memory may be of any content. */
void talk_set(struct talk *, struct span says);

/* The same in new memory, which the caller frees. */
struct talk *talk_new(struct span says);

/* NULL, or what the session did wrong, whatever was said. */
const char *talk_run(struct talk *);

/* Repeats, so that limits can be written down: "x{3}" is xxx, and "(ab){2}"
 * is abab.  The length, at most size. */
size_t talk_expand(const char *text, char *at, size_t size);

#endif
