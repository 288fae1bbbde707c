/* pair.h - a certificate, the chain behind it, and its key, from PEM files.
 *
 * Files are read as OpenSSL's own programs read them: text between the blocks
 * is skipped, and so are blocks of another kind, so that one file may be both
 * certificate and key.  The first certificate is the leaf. */

#ifndef TLS_PAIR_H
#define TLS_PAIR_H

#include <openssl/x509.h>
#include <stdint.h>

struct pair {
	X509 *leaf;
	STACK_OF(X509) *chain;
	EVP_PKEY *key;
	int64_t expires;	/* seconds since 1970 */
};

/* What is wrong, and what would be right: words for the admin; and errno, or
 * 0 where no system call failed. */
struct fault {
	const char *what;
	int error;
};

/* From two open files, which stay open and where they are.  0, or -1. */
int pair_load(struct pair *, int certificate, int key, struct fault *);

#endif
