/* ids.c - UID:GID, as files of users and programs write them. */

#include "ids.h"

#include <stdint.h>

static bool
cut_id(struct span *s, uint32_t *id)
{
	unsigned long long n;
	size_t len = 0;

	while (len < s->len && s->at[len] >= '0' && s->at[len] <= '9')
		len++;
	if (!span_number(span_cut(s, len), &n) || n >= UINT32_MAX)
		return false;
	*id = (uint32_t)n;
	return true;
}

bool
ids_cut(struct span *s, uid_t *uid, gid_t *gid)
{
	return cut_id(s, uid) && span_skip(s, ":") && cut_id(s, gid);
}

void
ids_write(uid_t uid, gid_t gid, char at[IDS_TEXT])
{
	char digits[SPAN_DECIMAL];
	struct span number = span_decimal(uid, digits);

	span_copy(number, at, IDS_TEXT);
	at[number.len] = ':';
	span_copy(span_decimal(gid, digits), at + number.len + 1,
	    IDS_TEXT - number.len - 1);
}
