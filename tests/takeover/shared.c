/* shared.c - the memory that the monitor reads, while it reads it. */

#include "attacker.h"

#include <errno.h>
#include <string.h>

/* As long as the monitor may have the buffer in hand, line ends come and go
 * in it; then the session reads the answer as ever. */
static void
flip(const struct attacker *a)
{
	volatile unsigned char *body = a->shared->body;
	long rounds = a->number > 0 ? a->number : 200;

	for (long round = 0; round < rounds; round++)
		for (size_t i = 0; i < BODY_SIZE; i += 7)
			body[i] = (unsigned char)(round % 2 == 0 ? '\n' : 'y');
}

/* For ever, so that the monitor must end it. */
static void
flip_on(const struct attacker *a)
{
	for (;;)
		flip(a);
}

/* Both marks that the monitor looks at, at all times. */
static void
forge(const struct attacker *a)
{
	for (unsigned n = 0;; n++) {
		atomic_store(&a->shared->waiting, n % 2 == 0);
		atomic_store(&a->shared->beat, n);
	}
}

/* "I wait, and have said all", in the middle of a line. */
static void
pretend(const struct attacker *a)
{
	attacker_say("x");
	atomic_store(&a->shared->waiting, true);
	for (;;)
		atomic_fetch_add(&a->shared->beat, 1);
}

/* As if it had never been confined. */
static void
unfit(const struct attacker *a)
{
	memset(a->shared->unfit_call, 'A', sizeof a->shared->unfit_call);
	atomic_store(&a->shared->unfit, ENOMEM);
	sandbox_exit(1);
}

/* From one end to the other. */
static void
scribble(const struct attacker *a)
{
	memset((void *)a->shared, 0xff, sizeof *a->shared);
}

const struct attack shared_attacks[] = {
	{ .name = "flip", .run = flip },
	{ .name = "flip-on", .run = flip_on },
	{ .name = "forge", .run = forge },
	{ .name = "pretend", .run = pretend },
	{ .name = "unfit", .run = unfit },
	{ .name = "scribble", .run = scribble },
	{ 0 }
};
