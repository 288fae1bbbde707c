/* name.c - what a message's file is called.
 *
 * Time and process id are for people and for readers that sort; it is the
 * random bits that make the name unique, on all machines that share a file
 * system and in all their containers, where process ids repeat. */

#include "maildir.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

enum {
	/* The longest that can stand before and behind the host name. */
	FRONT		= sizeof "-9223372036854775808.M999999P2147483647"
	    "R0123456789abcdef0123456789abcdef." - 1,
	BACK		= sizeof ",S=18446744073709551615"
	    ",W=18446744073709551615" - 1,

	/* What readers append in cur/: ":2," with 6 flags and, from Dovecot,
	 * 26 keywords. */
	FLAGS		= sizeof ":2,DFPRST" - 1 + 26,

	/* In this the host name must fit, escapes included. */
	HOST		= NAME_MAX - FRONT - BACK - FLAGS,
};

_Static_assert(HOST >= (int)MAILDIR_HOST,
    "a host name without escapes must fit");

static const char *
escape(char c)
{
	switch (c) {
	case '/':
		return "\\057";
	case ':':
		return "\\072";
	}
	return NULL;
}

/* An escape that does not fit whole does not stand at all. */
static void
put_host(char at[HOST + 1], const char *host)
{
	size_t len = 0;

	for (size_t i = 0; i < MAILDIR_HOST && host[i] != '\0'; i++) {
		const char *octets = escape(host[i]);
		size_t n = octets == NULL ? 1 : strlen(octets);

		if (len + n > HOST)
			break;
		memcpy(at + len, octets == NULL ? host + i : octets, n);
		len += n;
	}
	at[len] = '\0';
}

int
maildir_name(char name[MAILDIR_NAME], const char *host)
{
	struct timespec now;
	uint64_t random[2];

	/* Up to 256 bytes come whole: getrandom(2). */
	if (getrandom(random, sizeof random, 0) < 0)
		return -1;
	if (clock_gettime(CLOCK_REALTIME, &now) != 0)
		return -1;

	int len = snprintf(name, MAILDIR_NAME,
	    "%lld.M%ldP%ldR%016" PRIx64 "%016" PRIx64 ".",
	    (long long)now.tv_sec, (long)(now.tv_nsec / 1000), (long)getpid(),
	    random[0], random[1]);
	if (len < 0 || len > FRONT) {
		errno = ENAMETOOLONG;
		return -1;
	}
	put_host(name + len, host);
	return 0;
}

void
maildir_final(char final[MAILDIR_NAME], const char *name, uint64_t size,
    uint64_t crlf)
{
	int len = snprintf(final, MAILDIR_NAME, "%s,S=%" PRIu64 ",W=%" PRIu64,
	    name, size, crlf);

	/* Not for a name from above.  The empty one is ENOENT everywhere. */
	if (len < 0 || len >= MAILDIR_NAME)
		final[0] = '\0';
}
