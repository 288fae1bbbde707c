/* report.h - what smtp-receive-tls tells the monitor, and when.
 *
 * Each report is one write(2) of one struct, smaller than PIPE_BUF, so that it
 * is read whole or not at all.  There are two at most:
 *
 *	READY or UNFIT -> (only behind READY) UP or FAILED
 *
 * Strings are printable ASCII, as long as their _len says, not terminated.
 * What the client has said is in them: reports come from a process that it may
 * have taken over, and the reader has to check all of this again. */

#ifndef TLS_REPORT_H
#define TLS_REPORT_H

#include <stdint.h>

enum report_kind {
	REPORT_READY	= 1,	/* certificates and keys are good; confined */
	REPORT_UNFIT,		/* what, pair, error: it cannot serve */
	REPORT_UP,		/* version, cipher, name, pair, expires */
	REPORT_FAILED,		/* what: why there was no handshake */
};

enum {
	REPORT_VERSION	= 16,
	REPORT_CIPHER	= 64,
	REPORT_NAME	= 256,
	REPORT_WHAT	= 256,
};

static const uint32_t REPORT_NO_PAIR = ~(uint32_t)0;

struct report {
	uint32_t kind;
	uint32_t pair;		/* from 0; REPORT_NO_PAIR: about none */
	uint32_t error;		/* errno, or 0 */
	uint32_t version_len, cipher_len, name_len, what_len;
	uint32_t unused;
	int64_t expires;	/* notAfter of the pair, seconds since 1970 */
	char version[REPORT_VERSION];	/* "TLSv1.3" */
	char cipher[REPORT_CIPHER];	/* IANA's name */
	char name[REPORT_NAME];		/* the client's SNI */
	char what[REPORT_WHAT];		/* words for the admin */
};

/* The writer's side. */

enum { REPORT_NOT_HEARD = 2 };		/* exit status */

/* Copies a string, or its start, into one of those above; NULL is empty.  Its
 * length, for _len; what is not printable becomes "?". */
uint32_t report_put(char *to, uint32_t size, const char *from);

/* If it cannot be written, the process ends. */
void report_send(int fd, const struct report *);

#endif
