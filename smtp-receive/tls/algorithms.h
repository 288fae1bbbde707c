/* algorithms.h - what of OpenSSL there is in this process.
 *
 * OpenSSL 3 finds each algorithm by name in a provider, and sets up all that
 * the provider has when it is asked for the first.  For a process that serves
 * one connection this is most of its work, so it gets a provider of its own,
 * with what TLS needs here and nothing else.  The algorithms are those of
 * OpenSSL's default provider; their tables are internal names of libcrypto,
 * which only the static library gives.
 *
 * algorithms.c is that one; algorithms-all.c is linked where libcrypto is
 * dynamic, and leaves the default provider in its place. */

#ifndef TLS_ALGORITHMS_H
#define TLS_ALGORITHMS_H

/* To be called first.  0, or -1. */
int algorithms_load(void);

/* OpenSSL has texts for its errors from here on: not before there is one,
 * because there are thousands. */
void algorithms_load_texts(void);

#endif
