/* span.h - a view of bytes that somebody else owns.
 *
 * It is valid as long as what it points into: a line until the next
 * line_read(), a map's text until the next usermap_open(), a literal for
 * ever.  The bytes may be any, NUL included; nothing is terminated. */

#ifndef SPAN_H
#define SPAN_H

#include <stdbool.h>
#include <stddef.h>

#define countof(array) (sizeof (array) / sizeof *(array))

enum { SPAN_DECIMAL = 20 };	/* digits of a number of 64 bits */

struct span {
	const char *at;
	size_t len;
};

/* The whole of a C string, without its NUL. */
struct span span_of(const char *string);

/* The first len bytes of s become the result; s starts behind them. */
struct span span_cut(struct span *s, size_t len);

/* The front of s up to the first stop, or all of it; s starts behind that
 * stop. */
struct span span_field(struct span *s, char stop);

/* The front of s up to the first space or tab, or all of it; s starts
 * there. */
struct span span_word(struct span *s);

/* Copies what comes before the next CR or LF, at most size octets of it, and
 * returns how many. */
size_t span_copy_run(struct span, void *to, size_t size);

/* Without the spaces and tabs at both ends. */
struct span span_trim(struct span);

/* Is s this word?  ASCII case does not count. */
bool span_is(struct span, const char *word);

/* Are both the same, but for ASCII case? */
bool span_equal(struct span, struct span);

/* Are both the same bytes? */
bool span_same(struct span, struct span);

/* Cuts prefix from the front of s, if s starts with it (ASCII case does
 * not count); leaves s alone if not. */
bool span_skip(struct span *s, const char *prefix);

/* A number in decimal digits, all of s; one too big for 64 bits is
 * UINT64_MAX, because its reader compares it with a limit.  False where s
 * is empty or has another character. */
bool span_number(struct span, unsigned long long *value);

/* n in decimal digits, in at, which must stay as long as the result. */
struct span span_decimal(unsigned long long n, char at[SPAN_DECIMAL]);

/* Copies s to at[size] and ends it with a NUL; false, and nothing is
 * copied, where it does not fit. */
bool span_copy(struct span, char *at, size_t size);

/* ASCII only, whatever the locale. */
char span_lower(char);

/* All of s from 0x20 to 0x7e? */
bool span_printable(struct span);

/* From 0x21 to 0x7e. */
bool span_graphic(char);

#endif
