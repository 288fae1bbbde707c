/* handshake.h - from the client's first octet to an encrypted connection.
 *
 * On STARTTLS the session writes its 220 to the client's socket while we wait
 * there.  What the client says first says that it has read that, and then the
 * socket becomes O_NONBLOCK, which it does for all who have it. */

#ifndef TLS_HANDSHAKE_H
#define TLS_HANDSHAKE_H

#include <openssl/ssl.h>
#include <stddef.h>

#include "report.h"

struct handshake {
	SSL *tls;		/* reads from in, writes to out */
	int in, out;
	int session;		/* at whose end, or half end, this ends, too */
	unsigned seconds;	/* for all of it */
};

/* 0, or -1 and why, in printable words. */
int handshake_make(const struct handshake *, char why[REPORT_WHAT]);

#endif
