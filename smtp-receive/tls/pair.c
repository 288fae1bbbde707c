/* pair.c - a certificate, the chain behind it, and its key, from PEM files. */

#include "pair.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

enum { MAX_FILE = 128 << 10 };	/* said in words below */

struct block {
	char *name, *header;
	unsigned char *octets;
	long len;
};

static int
refuse(struct fault *f, const char *what, int error)
{
	*f = (struct fault){ what, error };
	return -1;
}

/* One octet of room more than a file may have, to see that it has it. */
static ssize_t
read_file(int fd, char at[MAX_FILE + 1])
{
	size_t len = 0;
	ssize_t n;

	do {
		n = pread(fd, at + len, MAX_FILE + 1 - len, (off_t)len);
		if (n > 0)
			len += (size_t)n;
	} while (n > 0 || (n == -1 && errno == EINTR));
	return n == -1 ? -1 : (ssize_t)len;
}

static bool
is(const struct block *b, const char *name)
{
	return strcmp(b->name, name) == 0;
}

static bool
is_key(const struct block *b)
{
	const char *last = strstr(b->name, "PRIVATE KEY");

	return last != NULL && strcmp(last, "PRIVATE KEY") == 0;
}

static bool
is_encrypted(const struct block *b)
{
	return is(b, "ENCRYPTED PRIVATE KEY") ||
	    strstr(b->header, "ENCRYPTED") != NULL;
}

static void
clear(struct block *b)
{
	OPENSSL_free(b->name);
	OPENSSL_free(b->header);
	OPENSSL_clear_free(b->octets, (size_t)b->len);
}

/* One more certificate: the first is the leaf. */
static int
add_certificate(struct pair *p, const struct block *b, struct fault *f)
{
	const unsigned char *at = b->octets;
	X509 *x = d2i_X509(NULL, &at, b->len);

	if (x == NULL)
		return refuse(f, "a block CERTIFICATE in the certificate file "
		    "is damaged", 0);
	if (p->leaf == NULL)
		p->leaf = x;
	else if (sk_X509_push(p->chain, x) == 0)
		return refuse(f, "no memory", ENOMEM);
	return 0;
}

static int
take_certificate(struct pair *p, const struct block *b, struct fault *f)
{
	return is(b, "CERTIFICATE") || is(b, "X509 CERTIFICATE")
	    ? add_certificate(p, b, f) : 0;
}

static int
take_key(struct pair *p, const struct block *b, struct fault *f)
{
	const unsigned char *at = b->octets;

	if (!is_key(b) || p->key != NULL)
		return 0;
	if (is_encrypted(b))
		return refuse(f, "the key is encrypted: write it without a "
		    "passphrase", 0);
	p->key = d2i_AutoPrivateKey(NULL, &at, b->len);
	if (p->key == NULL)
		return refuse(f, "the key is damaged, or not one of RSA, "
		    "ECDSA (P-256, P-384) or Ed25519", 0);
	return 0;
}

/* Each block of it goes to take. */
static int
take_blocks(struct pair *p, BIO *file, int (*take)(struct pair *,
    const struct block *, struct fault *), struct fault *f)
{
	struct block b;

	while (PEM_read_bio(file, &b.name, &b.header, &b.octets, &b.len)) {
		int result = take(p, &b, f);

		clear(&b);
		if (result == -1)
			return -1;
	}
	return ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE
	    ? 0 : refuse(f, "a PEM block is damaged", 0);
}

static int
take_file(struct pair *p, int fd, int (*take)(struct pair *,
    const struct block *, struct fault *), struct fault *f)
{
	char octets[MAX_FILE + 1];
	ssize_t len = read_file(fd, octets);

	if (len == -1)
		return refuse(f, "a file that cannot be read", errno);
	if (len > MAX_FILE)
		return refuse(f, "a file of more than 128 KiB", 0);
	BIO *file = BIO_new_mem_buf(octets, (int)len);
	if (file == NULL)
		return refuse(f, "no memory", ENOMEM);
	int result = take_blocks(p, file, take, f);
	BIO_free(file);
	OPENSSL_cleanse(octets, (size_t)len);
	ERR_clear_error();
	return result;
}

/* No libc: it would read the time zone. */
static bool
seconds_since_1970(const ASN1_TIME *then, int64_t *seconds)
{
	const int64_t day = 86400;
	ASN1_TIME *start = ASN1_TIME_new();
	int days, rest;
	bool good = start != NULL &&
	    ASN1_TIME_set_string(start, "19700101000000Z") &&
	    ASN1_TIME_diff(&days, &rest, start, then);

	ASN1_TIME_free(start);
	if (good)
		*seconds = days * day + rest;
	return good;
}

int
pair_load(struct pair *p, int certificate, int key, struct fault *f)
{
	*p = (struct pair){ .chain = sk_X509_new_null() };
	if (p->chain == NULL)
		return refuse(f, "no memory", ENOMEM);
	if (take_file(p, certificate, take_certificate, f) == -1)
		return -1;
	if (p->leaf == NULL)
		return refuse(f, "no PEM certificate in the certificate file:"
		    " no line -----BEGIN CERTIFICATE-----", 0);
	if (take_file(p, key, take_key, f) == -1)
		return -1;
	if (p->key == NULL)
		return refuse(f, "no PEM key in the key file: no line -----"
		    "BEGIN PRIVATE KEY-----, nor one of RSA or EC", 0);
	if (X509_check_private_key(p->leaf, p->key) != 1)
		return refuse(f, "the key does not belong to the certificate:"
		    " the first one in its file has to be the server's own",
		    0);
	if (!seconds_since_1970(X509_get0_notAfter(p->leaf), &p->expires))
		return refuse(f, "the certificate's end is no date", 0);
	return 0;
}
