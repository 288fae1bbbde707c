/* attacker.h - code of a stranger inside the session.
 *
 * Linked into one test build of the shipped program (see tests.mk): on
 * "NOOP attack NAME POINT ARGUMENT" the session runs the attack of that name,
 * at once or at a later point of the dialogue.  It is in the real cage, and
 * knows everything: the sources, the memory, the descriptors.
 *
 * What comes of it is seen from outside: an attack that is still alive says so
 * to the client, and one that returns leaves the session to go on. */

#ifndef ATTACKER_H
#define ATTACKER_H

#include <stddef.h>

#include "../../smtp-receive/confined.h"
#include "../../smtp-receive/sandbox.h"
#include "../../smtp-receive/session.h"
#include "../../smtp-receive/shared.h"

struct attack;

struct attacker {
	const struct attack *attack;
	struct session *session;
	struct shared *shared;
	const struct door *door;	/* to the client, as the session is */
	char name[32], point[16];
	char argument[1024];		/* a path or a number, as it wants */
	long number;			/* the argument as such, or 0 */
};

struct attack {
	const char *name;
	void (*run)(const struct attacker *);
	long number, arguments[6];	/* of one that is a system call */
};

/* The attacks of each file; a name of NULL ends them. */
extern const struct attack call_attacks[], alone_attacks[], entry_attacks[],
    frame_attacks[], shared_attacks[], tls_attacks[], puppet_attacks[];

/* A line to the client. */
void attacker_say(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/* The system call itself: the result, or -errno. */
long attacker_call(long number, const long arguments[6]);

#endif
