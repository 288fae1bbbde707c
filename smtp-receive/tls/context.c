/* context.c - TLS as we serve it: versions, ciphers, and whose certificate. */

#include "context.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <string.h>

/* Of the key exchanges those with forward secrecy, of the ciphers the AEADs. */
static const char CIPHERS[] =
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:"
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256";
static const char GROUPS[] = "x25519:secp256r1:secp384r1";

enum {
	SECURITY	= 2,		/* level of OpenSSL: 112 bits */
	READ_AHEAD	= 64 << 10,	/* four records and more at once */
};

/* OpenSSL's reason for the last failure that an admin can do something for. */
static const char *
reason(void)
{
	switch (ERR_GET_REASON(ERR_peek_last_error())) {
	case SSL_R_EE_KEY_TOO_SMALL:
	case SSL_R_CA_KEY_TOO_SMALL:
		return "a key that is too short: RSA wants 2048 bits";
	case SSL_R_CA_MD_TOO_WEAK:
		return "a certificate is signed with MD5 or SHA-1";
	default:
		return "OpenSSL does not take the certificate, or its key";
	}
}

static bool
use(SSL *c, const struct pair *p)
{
	return SSL_use_cert_and_key(c, p->leaf, p->key, p->chain, 1) == 1;
}

/* The handshake calls it when it knows the name.  All that have the name are
 * given, the first last: it stays where two keys are of one kind, and where
 * one is RSA and one ECDSA the client has the choice. */
static int
choose(SSL *c, void *arg)
{
	const struct context *x = arg;
	const char *name = SSL_get_servername(c,
	    TLSEXT_NAMETYPE_host_name);
	bool found = false;

	SSL_certs_clear(c);
	for (unsigned i = x->count; name != NULL && i-- > 0;)
		if (X509_check_host(x->pairs[i].leaf, name, strlen(name), 0,
		    NULL) == 1) {
			if (!use(c, &x->pairs[i]))
				return 0;
			found = true;
		}
	return found || use(c, &x->pairs[0]);
}

static bool
set_up(SSL_CTX *s)
{
	SSL_CTX_set_options(s, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION |
	    SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE |
	    SSL_OP_IGNORE_UNEXPECTED_EOF);
	SSL_CTX_set_mode(s, SSL_MODE_ENABLE_PARTIAL_WRITE |
	    SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_set_session_cache_mode(s, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_security_level(s, SECURITY);
	SSL_CTX_set_read_ahead(s, 1);
	SSL_CTX_set_default_read_buffer_len(s, READ_AHEAD);
	return SSL_CTX_set_min_proto_version(s, TLS1_2_VERSION) == 1 &&
	    SSL_CTX_set_num_tickets(s, 0) == 1 &&
	    SSL_CTX_set_cipher_list(s, CIPHERS) == 1 &&
	    SSL_CTX_set1_groups_list(s, GROUPS) == 1;
}

int
context_open(struct context *x, unsigned count, int first, struct fault *f,
    unsigned *pair)
{
	*pair = x->count = count;
	*f = (struct fault){ "OpenSSL cannot be set up", 0 };
	x->ssl = SSL_CTX_new(TLS_server_method());
	if (x->ssl == NULL || !set_up(x->ssl))
		return -1;
	for (unsigned i = 0; i < count; i++) {
		struct pair *p = &x->pairs[i];

		*pair = i;
		if (pair_load(p, first + 2 * (int)i, first + 2 * (int)i + 1,
		    f) == -1)
			return -1;
		/* Not for use, choose does that: to see that it is taken. */
		if (SSL_CTX_use_cert_and_key(x->ssl, p->leaf, p->key,
		    p->chain, 1) != 1) {
			*f = (struct fault){ reason(), 0 };
			return -1;
		}
	}
	SSL_CTX_set_cert_cb(x->ssl, choose, x);
	return 0;
}

SSL *
context_connection(struct context *x, int in, int out)
{
	SSL *c = SSL_new(x->ssl);

	if (c == NULL || SSL_set_rfd(c, in) != 1 || SSL_set_wfd(c, out) != 1)
		return NULL;
	SSL_set_accept_state(c);
	return c;
}

unsigned
context_chosen(const struct context *x, SSL *c)
{
	const X509 *leaf = SSL_get_certificate(c);
	unsigned i = 0;

	while (i + 1 < x->count && x->pairs[i].leaf != leaf)
		i++;
	return i;
}
