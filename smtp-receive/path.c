/* path.c - the argument of MAIL and RCPT: RFC 5321 section 4.1.2.
 *
 * Each skip_ function cuts what it knows from the front of in, and says
 * whether it was there. */

#include "path.h"

#include <string.h>

#include "limit.h"

static bool
is_alnum(char c)
{
	return (c >= '0' && c <= '9') ||
	    (span_lower(c) >= 'a' && span_lower(c) <= 'z');
}

/* atext of RFC 5322 section 3.2.3, and the dot. */
static bool
is_local(char c)
{
	return is_alnum(c) ||
	    (c != '\0' && strchr(".!#$%&'*+-/=?^_`{|}~", c) != NULL);
}

static bool
skip_char(struct span *in, char c)
{
	if (in->len == 0 || in->at[0] != c)
		return false;
	span_cut(in, 1);
	return true;
}

static bool
skip_atoms(struct span *in)
{
	size_t len = 0;

	while (len < in->len && is_local(in->at[len]))
		len++;
	span_cut(in, len);
	return len > 0;
}

/* Quoted-string = DQUOTE *( qtext / "\" printable ) DQUOTE.  A line may hold
 * tabs, a local part may not. */
static bool
skip_quoted(struct span *in)
{
	if (!skip_char(in, '"'))
		return false;
	while (in->len > 0 && in->at[0] != '"') {
		skip_char(in, '\\');
		if (in->len == 0 ||
		    (in->at[0] != ' ' && !span_graphic(in->at[0])))
			return false;
		span_cut(in, 1);
	}
	return skip_char(in, '"');
}

static bool
skip_label(struct span *in)
{
	size_t len = 0;

	while (len < in->len && (is_alnum(in->at[len]) ||
	    in->at[len] == '-' || in->at[len] == '_'))
		len++;
	span_cut(in, len);
	return len > 0;
}

/* address-literal = "[" 1*dcontent "]", of which only these are in use. */
static bool
skip_literal(struct span *in)
{
	size_t len = 0;

	if (!skip_char(in, '['))
		return false;
	while (len < in->len && (is_alnum(in->at[len]) ||
	    (in->at[len] != '\0' && strchr("-._:", in->at[len]) != NULL)))
		len++;
	span_cut(in, len);
	return len > 0 && skip_char(in, ']');
}

static bool
skip_domain(struct span *in)
{
	size_t before = in->len;

	if (in->len > 0 && in->at[0] == '[')
		return skip_literal(in) && before - in->len <= MAX_DOMAIN;
	do {
		if (!skip_label(in))
			return false;
	} while (skip_char(in, '.'));
	return before - in->len <= MAX_DOMAIN;
}

/* A-d-l = At-domain *( "," At-domain ), and its colon. */
static bool
skip_route(struct span *in)
{
	do {
		if (!skip_char(in, '@') || !skip_domain(in))
			return false;
	} while (skip_char(in, ','));
	return skip_char(in, ':');
}

static enum path_kind
take_mailbox(struct span *in)
{
	if (in->len > 0 && in->at[0] == '>')
		return PATH_NULL;
	if (in->len > 0 && in->at[0] == '"' ? !skip_quoted(in)
	    : !skip_atoms(in))
		return PATH_BAD;
	if (in->len > 0 && in->at[0] == '>')
		return PATH_LOCAL;
	if (!skip_char(in, '@') || !skip_domain(in))
		return PATH_BAD;
	return PATH_MAILBOX;
}

enum path_kind
path_take(struct span *in, struct span *address)
{
	*in = span_trim(*in);
	struct span whole = *in;
	if (!skip_char(in, '<'))
		return PATH_NONE;
	bool route = in->len > 0 && in->at[0] == '@';
	if (route && !skip_route(in))
		return PATH_BAD;

	struct span start = *in;
	enum path_kind kind = take_mailbox(in);
	*address = (struct span){ start.at, start.len - in->len };
	if (!skip_char(in, '>') || whole.len - in->len > MAX_PATH)
		return PATH_BAD;
	if (in->len > 0 && in->at[0] != ' ')
		return PATH_BAD;
	return route && kind != PATH_MAILBOX ? PATH_BAD : kind;
}
