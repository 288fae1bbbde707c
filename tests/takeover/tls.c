/* tls.c - the client's own socket, while TLS is on: the session has it still,
 * and TLS has a descriptor for what is bare. */

#include "attacker.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* What the client says, before smtp-receive-tls has it. */
static void
raw_read(const struct attacker *a)
{
	unsigned char octets[256];
	ssize_t n;

	(void)a;
	attacker_say("go on");
	do
		n = read(0, octets, sizeof octets);
	while (n == -1 && (errno == EAGAIN || errno == EINTR));
	if (n > 0)
		attacker_say("took %s text", memmem(octets, (size_t)n,
		    "swordfish", 9) == NULL ? "no" : "plain");
}

static void
raw_write(const struct attacker *a)
{
	ssize_t n = write(1, "250 2.0.0 Bare\r\n", 16);

	attacker_say("done: %s %zd", a->name, n);
}

/* Before TLS has begun: the client hears it then. */
static void
early(const struct attacker *a)
{
	ssize_t n = write(SANDBOX_TLS, "250 2.0.0 Early\r\n", 17);

	attacker_say("done: %s %zd", a->name, n);
}

/* More than fits: nobody reads yet. */
static void
early_flood(const struct attacker *a)
{
	char octets[4096] = "x";

	(void)a;
	for (;;) {
		ssize_t n = write(SANDBOX_TLS, octets, sizeof octets);
		(void)n;
	}
}

const struct attack tls_attacks[] = {
	{ .name = "raw-read", .run = raw_read },
	{ .name = "raw-write", .run = raw_write },
	{ .name = "early", .run = early },
	{ .name = "early-flood", .run = early_flood },
	{ 0 }
};
