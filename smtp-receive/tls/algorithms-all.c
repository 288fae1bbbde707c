/* algorithms-all.c - OpenSSL's default provider, with all it has. */

#include "algorithms.h"

#include <openssl/ssl.h>

int
algorithms_load(void)
{
	return OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG |
	    OPENSSL_INIT_NO_ATEXIT, NULL) == 1 ? 0 : -1;
}

void
algorithms_load_texts(void)
{
}
