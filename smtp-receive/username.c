/* username.c - which words may be the name of a system user. */

#include "username.h"

#include "limit.h"

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_first(char c)
{
	return (c >= 'a' && c <= 'z') || is_digit(c) || c == '_';
}

bool
username_good(struct span name)
{
	size_t digits = 0;

	if (name.len == 0 || name.len > MAX_ACCOUNT || !is_first(name.at[0]))
		return false;
	for (size_t i = 0; i < name.len; i++) {
		char c = name.at[i];

		if (!is_first(c) && c != '-' && c != '.')
			return false;
		digits += is_digit(c);
	}
	return digits < name.len;
}
