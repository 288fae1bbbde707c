/* param.c - what may stand behind a path: RFC 5321 section 4.1.2. */

#include "param.h"

static bool
is_keyword(struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = span_lower(s.at[i]);

		if ((c < 'a' || c > 'z') && (c < '0' || c > '9') &&
		    (c != '-' || i == 0))
			return false;
	}
	return s.len > 0;
}

/* esmtp-value = 1*(%d33-60 / %d62-126) */
static bool
is_value(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!span_graphic(s.at[i]) || s.at[i] == '=')
			return false;
	return s.len > 0;
}

static size_t
length_to(struct span s, char c)
{
	size_t len = 0;

	while (len < s.len && s.at[len] != c)
		len++;
	return len;
}

enum param_kind
param_take(struct span *in, struct param *p)
{
	*in = span_trim(*in);
	if (in->len == 0)
		return PARAM_END;

	p->value = span_cut(in, length_to(*in, ' '));
	p->keyword = span_cut(&p->value, length_to(p->value, '='));
	if (!is_keyword(p->keyword))
		return PARAM_BAD;
	if (p->value.len == 0)
		return PARAM_GOOD;
	span_cut(&p->value, 1);
	return is_value(p->value) ? PARAM_GOOD : PARAM_BAD;
}
