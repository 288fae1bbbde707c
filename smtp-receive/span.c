/* span.c - a view of bytes that somebody else owns. */

#include "span.h"

#include <limits.h>
#include <stdint.h>
#include <string.h>

struct span
span_of(const char *string)
{
	return (struct span){ string, strlen(string) };
}

struct span
span_cut(struct span *s, size_t len)
{
	struct span front = { s->at, len };

	if (len > 0)	/* of nothing, at may be NULL: NULL + 0 is undefined */
		s->at += len;
	s->len -= len;
	return front;
}

struct span
span_field(struct span *s, char stop)
{
	const char *end = s->len == 0 ? NULL : memchr(s->at, stop, s->len);

	if (end == NULL)
		return span_cut(s, s->len);
	struct span field = span_cut(s, (size_t)(end - s->at));
	span_cut(s, 1);
	return field;
}

static bool
is_white(char c)
{
	return c == ' ' || c == '\t';
}

struct span
span_word(struct span *s)
{
	size_t len = 0;

	while (len < s->len && !is_white(s->at[len]))
		len++;
	return span_cut(s, len);
}

/* Not 0 where one of the eight octets is an LF or a CR: without it, that octet
 * would be 0, and 0 alone borrows from its own top bit. */
static uint64_t
ends_line(uint64_t word)
{
	const uint64_t ones = 0x0101010101010101, tops = ones << 7;
	uint64_t lf = word ^ ones * '\n', cr = word ^ ones * '\r';

	return (((lf - ones) & ~lf) | ((cr - ones) & ~cr)) & tops;
}

/* Every octet of every message comes along here: eight at a time, once. */
size_t
span_copy_run(struct span s, void *to, size_t size)
{
	size_t len = s.len < size ? s.len : size, n = 0;
	char *out = to;
	uint64_t word;

	for (; n + sizeof word <= len; n += sizeof word) {
		memcpy(&word, s.at + n, sizeof word);
		if (ends_line(word) != 0)
			break;
		memcpy(out + n, &word, sizeof word);
	}
	for (; n < len && s.at[n] != '\n' && s.at[n] != '\r'; n++)
		out[n] = s.at[n];
	return n;
}

struct span
span_trim(struct span s)
{
	while (s.len > 0 && is_white(s.at[0]))
		span_cut(&s, 1);
	while (s.len > 0 && is_white(s.at[s.len - 1]))
		s.len--;
	return s;
}

bool
span_equal(struct span a, struct span b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		if (span_lower(a.at[i]) != span_lower(b.at[i]))
			return false;
	return true;
}

bool
span_is(struct span s, const char *word)
{
	return span_equal(s, span_of(word));
}

bool
span_same(struct span a, struct span b)
{
	return a.len == b.len &&
	    (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

bool
span_skip(struct span *s, const char *prefix)
{
	size_t len = strlen(prefix);

	if (s->len < len || !span_is((struct span){ s->at, len }, prefix))
		return false;
	span_cut(s, len);
	return true;
}

bool
span_number(struct span s, unsigned long long *value)
{
	unsigned long long n = 0;

	if (s.len == 0)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		unsigned digit = (unsigned char)s.at[i] - (unsigned)'0';

		if (digit > 9)
			return false;
		n = n > (ULLONG_MAX - digit) / 10 ? ULLONG_MAX : n * 10 + digit;
	}
	*value = n;
	return true;
}

struct span
span_decimal(unsigned long long n, char at[SPAN_DECIMAL])
{
	size_t first = SPAN_DECIMAL;

	do
		at[--first] = (char)('0' + n % 10);
	while ((n /= 10) > 0);
	return (struct span){ at + first, SPAN_DECIMAL - first };
}

bool
span_copy(struct span s, char *at, size_t size)
{
	if (s.len >= size)
		return false;
	if (s.len > 0)
		memcpy(at, s.at, s.len);
	at[s.len] = '\0';
	return true;
}

char
span_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool
span_graphic(char c)
{
	return c > ' ' && c < 0x7f;
}

bool
span_printable(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.at[i] != ' ' && !span_graphic(s.at[i]))
			return false;
	return true;
}
