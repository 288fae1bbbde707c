/* address.h - when two addresses are the same.
 *
 * An address is put into one normal form, in place (it never gets longer),
 * and then compared byte by byte: ASCII letters are small, and quotes and
 * backslashes stand only where the local part cannot do without them.
 *
 *	"Ann"@Example.ORG	ann@example.org
 *	"a\nn b"@example.org	"ann b"@example.org
 *	Postmaster		postmaster
 *
 * RFC 5321 section 4.1.2 says that all forms of a quoted string mean the same
 * address; that letters differ in nothing but case is our own rule, and
 * everybody's. */

#ifndef ADDRESS_H
#define ADDRESS_H

#include <stdbool.h>
#include <stddef.h>

#include "limit.h"
#include "span.h"

enum {
	MAX_ADDRESS	= MAX_PATH - 2,	/* a path without its brackets */
};

struct address {
	size_t used;	/* so many bytes it had */
	size_t len;	/* so many the normal form has */
	size_t domain;	/* so many of these are the @domain at its end */
};

/* The address that at begins with: local@domain, the word postmaster, or
 * @domain alone.  False where there is none: then only the case of letters
 * has changed.  What follows it is the caller's to judge.  Any bytes are
 * safe. */
bool address_parse(char *at, size_t len, struct address *);

/* Takes the extension from a normal address: from the first of the
 * delimiters that is not the first character of the local part.  What remains
 * is normal, too. */
void address_cut(char *at, struct address *, const char *delimiters);

/* Is its local part, or all of it, the word? */
bool address_is_postmaster(const char *at, const struct address *);

#endif
