/* context.h - TLS as we serve it: versions, ciphers, and whose certificate.
 *
 *	open -> connection -> (the handshake) -> chosen
 *
 * TLS 1.2 and 1.3; nothing of a connection is kept for another: no tickets,
 * no cache; no renegotiation, no compression.  The pair is one whose
 * certificate has the name that the client asks for, else the first. */

#ifndef TLS_CONTEXT_H
#define TLS_CONTEXT_H

#include <openssl/ssl.h>

#include "pair.h"

enum { CONTEXT_PAIRS = 8 };	/* as many as there may be */

struct context {
	SSL_CTX *ssl;
	unsigned count;
	struct pair pairs[CONTEXT_PAIRS];
};

/* Loads count pairs from the descriptors first, first + 1, ...  0, or -1; then
 * *pair is the one that is bad, count when it is none of them. */
int context_open(struct context *, unsigned count, int first,
    struct fault *, unsigned *pair);

/* Reads from in, writes to out, which stay the caller's; NULL: no memory.  The
 * context has to stay where it is. */
SSL *context_connection(struct context *, int in, int out);

/* Which pair it was. */
unsigned context_chosen(const struct context *, SSL *);

#endif
