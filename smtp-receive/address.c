/* address.c - when two addresses are the same. */

#include "address.h"

#include <string.h>

/* The bytes of a local part that need no quotes, as they are compared:
 * atext of RFC 5322 section 3.2.3 and the dot.  Where the dot stands is not
 * looked at: a..b exists out there, and is no other address than "a..b". */
static const char plain[256] = {
	['!'] = '!', ['#'] = '#', ['$'] = '$', ['%'] = '%', ['&'] = '&',
	['\''] = '\'', ['*'] = '*', ['+'] = '+', ['-'] = '-', ['.'] = '.',
	['/'] = '/', ['='] = '=', ['?'] = '?', ['^'] = '^', ['_'] = '_',
	['`'] = '`', ['{'] = '{', ['|'] = '|', ['}'] = '}', ['~'] = '~',
	['0'] = '0', ['1'] = '1', ['2'] = '2', ['3'] = '3', ['4'] = '4',
	['5'] = '5', ['6'] = '6', ['7'] = '7', ['8'] = '8', ['9'] = '9',
	['a'] = 'a', ['b'] = 'b', ['c'] = 'c', ['d'] = 'd', ['e'] = 'e',
	['f'] = 'f', ['g'] = 'g', ['h'] = 'h', ['i'] = 'i', ['j'] = 'j',
	['k'] = 'k', ['l'] = 'l', ['m'] = 'm', ['n'] = 'n', ['o'] = 'o',
	['p'] = 'p', ['q'] = 'q', ['r'] = 'r', ['s'] = 's', ['t'] = 't',
	['u'] = 'u', ['v'] = 'v', ['w'] = 'w', ['x'] = 'x', ['y'] = 'y',
	['z'] = 'z',
	['A'] = 'a', ['B'] = 'b', ['C'] = 'c', ['D'] = 'd', ['E'] = 'e',
	['F'] = 'f', ['G'] = 'g', ['H'] = 'h', ['I'] = 'i', ['J'] = 'j',
	['K'] = 'k', ['L'] = 'l', ['M'] = 'm', ['N'] = 'n', ['O'] = 'o',
	['P'] = 'p', ['Q'] = 'q', ['R'] = 'r', ['S'] = 's', ['T'] = 't',
	['U'] = 'u', ['V'] = 'v', ['W'] = 'w', ['X'] = 'x', ['Y'] = 'y',
	['Z'] = 'z',
};

static char
plain_of(char c)
{
	return plain[(unsigned char)c];
}

/* Those of them that a domain may have.  The underscore is in no RFC, and in
 * names that have mail all the same. */
static bool
is_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
	    c == '.' || c == '_';
}

/* The length of the domain name that at begins with, 0 for none. */
static size_t
name_normal(char *at, size_t len)
{
	char before = '.', c;
	size_t n = 0;

	for (; n < len && is_name(c = plain_of(at[n])); n++) {
		if (c == '.' && before == '.')
			return 0;
		at[n] = before = c;
	}
	return before == '.' ? 0 : n;
}

/* [192.0.2.1] or [IPv6:2001:db8::1]; whether the numbers are good is for
 * those who send to it. */
static size_t
literal_normal(char *at, size_t len)
{
	size_t n = 1;

	for (; n < len && at[n] != ']'; n++) {
		at[n] = span_lower(at[n]);
		if (!is_name(at[n]) && at[n] != ':')
			return 0;
	}
	return n > 1 && n < len ? n + 1 : 0;
}

/* The length of the @domain that at begins with, 0 for none. */
static size_t
domain_normal(char *at, size_t len)
{
	if (len < 2 || at[0] != '@')
		return 0;
	size_t n = at[1] == '[' ? literal_normal(at + 1, len - 1) :
	    name_normal(at + 1, len - 1);
	return n == 0 || n > MAX_DOMAIN ? 0 : n + 1;
}

/* The length of the plain local part that at begins with. */
static size_t
plain_normal(char *at, size_t len)
{
	size_t n = 0;

	for (char c; n < len && (c = plain_of(at[n])) != '\0'; n++)
		at[n] = c;
	return n;
}

/* The length of the quoted string that at begins with, quotes included; 0
 * where it does not end or has bytes that RFC 5321 does not allow in it.
 * *needed: it is none without its quotes. */
static size_t
quoted_len(const char *at, size_t len, bool *needed)
{
	size_t i = 1;

	*needed = len > 1 && at[1] == '"';
	for (; i < len && at[i] != '"'; i++) {
		if (at[i] == '\\' && ++i == len)
			return 0;
		if (at[i] != ' ' && !span_graphic(at[i]))
			return 0;
		if (plain_of(at[i]) == '\0')
			*needed = true;
	}
	return i < len ? i + 1 : 0;
}

/* Writes the quoted string of len bytes in its normal form over itself. */
static size_t
requote(char *at, size_t len, bool quotes)
{
	size_t n = 0;

	if (quotes)
		at[n++] = '"';
	for (size_t i = 1; i < len - 1; i++) {
		if (at[i] == '\\')
			i++;
		char c = span_lower(at[i]);
		if (c == '"' || c == '\\')
			at[n++] = '\\';
		at[n++] = c;
	}
	if (quotes)
		at[n++] = '"';
	return n;
}

/* Without a domain there is only the word: RFC 5321 section 4.5.1. */
static bool
parse_word(const char *at, size_t len, struct address *address)
{
	*address = (struct address){ len, len, 0 };
	return address_is_postmaster(at, address);
}

bool
address_parse(char *at, size_t len, struct address *address)
{
	bool quoted = len > 0 && at[0] == '"', needed = false;
	size_t local = quoted ? quoted_len(at, len, &needed) :
	    plain_normal(at, len);
	size_t domain = domain_normal(at + local, len - local);
	size_t used = local + domain;

	if (domain == 0)
		return parse_word(at, local, address);
	if (used > MAX_ADDRESS)
		return false;
	if (quoted) {
		size_t n = requote(at, local, needed);

		memmove(at + n, at + local, domain);
		local = n;
	}
	*address = (struct address){ used, local + domain, domain };
	return true;
}

bool
address_is_postmaster(const char *at, const struct address *address)
{
	return span_is((struct span){ at, address->len - address->domain },
	    "postmaster");
}

void
address_cut(char *at, struct address *address, const char *delimiters)
{
	size_t local = address->len - address->domain;
	bool quoted = local > 0 && at[0] == '"';
	size_t i = quoted ? 2 : 1;

	/* In the normal form a backslash stands before quotes and backslashes
	 * only, and neither can be a delimiter: no pair is cut apart. */
	while (i < local && strchr(delimiters, at[i]) == NULL)
		i++;
	if (i >= local || address->domain == 0)
		return;
	if (quoted)
		at[i++] = '"';
	memmove(at + i, at + local, address->domain);
	/* Without its extension it may need no quotes any more. */
	address_parse(at, i + address->domain, address);
}
