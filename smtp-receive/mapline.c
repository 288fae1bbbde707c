/* mapline.c - one line of the user map, taken apart. */

#include "mapline.h"

#include <string.h>

#include "address.h"
#include "limit.h"
#include "username.h"

static const char bad_key[] =
    "a line begins with local@domain, @domain or postmaster";
static const char no_target[] =
    "no target: a Maildir's path, an address, reject TEXT or later TEXT "
    "must follow";
static const char empty_target[] =
    "a comma too many: a target must stand before and behind it";
static const char white_target[] =
    "white space in a target: separate targets by commas; reject and later "
    "stand alone";
static const char bad_target[] =
    "a target is local@domain, postmaster, or a Maildir's path that begins "
    "with / or ~";
static const char user_target[] =
    "write ~USER/PATH with a system user's name and a path below his home, "
    "such as ~ann/Maildir/";
static const char home_target[] =
    "~/ is the home of the user whom the local part names: it can stand in "
    "@domain lines only; write ~USER/PATH";
static const char control_target[] =
    "a control byte in a target: take it out";
static const char root_target[] =
    "the root directory is no Maildir: write more of the path";
static const char long_target[] =
    "a path too long: 1023 bytes are the limit";
static const char bad_text[] =
    "the text behind reject or later is 1 to 256 printable ASCII characters";

bool
mapline_white(char c)
{
	return c == ' ' || c == '\t';
}

bool
mapline_control(char c)
{
	return ((unsigned char)c < ' ' && c != '\t') || c == 0x7f;
}

/* Where a word may end: white space, the comma, all control bytes, and so the
 * line end behind the line.  One look per byte: this is the inner loop of the
 * whole map. */
static const bool stops[256] = {
	1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
	1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
	[' '] = 1, [','] = 1, [0x7f] = 1,
};

/* How many bytes the word at s has.  In the quoted local part that it may
 * begin with nothing stops it; whether that is a good one is address.c's. */
static size_t
word_len(struct span s)
{
	size_t i = 0;

	if (s.len > 0 && s.at[0] == '"') {
		for (i = 1; i < s.len && s.at[i] != '"'; i++)
			i += s.at[i] == '\\' && i + 1 < s.len;
		i += i < s.len;
	}
	while (!stops[(unsigned char)s.at[i]])
		i++;
	return i;
}

/* Cuts the next target from the front; *clean: it is one word. */
static struct span
cut_target(struct span *rest, bool *clean)
{
	size_t word = word_len(*rest), len = word;

	while (len < rest->len && mapline_white(rest->at[len]))
		len++;
	*clean = len == rest->len || rest->at[len] == ',';
	while (len < rest->len && rest->at[len] != ',')
		len++;
	struct span target = span_cut(rest, len);
	if (*clean)
		target.len = word;
	if (rest->len > 0)
		span_cut(rest, 1);
	if (rest->len > 0)
		*rest = span_trim(*rest);
	return target;
}

bool
mapline_next(struct span *rest, struct span *target)
{
	bool clean;

	if (rest->len == 0)
		return false;
	*target = cut_target(rest, &clean);
	return true;
}

/* Only the first bytes of len are left. */
static void
shorten(char *at, size_t len, size_t left)
{
	if (left < len)
		memset(at + left, ' ', len - left);
}

static const char *
parse_path(char *at, size_t len)
{
	size_t n = len;

	while (n > 0 && at[n - 1] == '/')
		n--;
	if (n == 0)
		return root_target;
	if (n >= MAX_TARGET)
		return long_target;
	shorten(at, len, n);
	return NULL;
}

/* It is more than one word. */
static const char *
parse_mess(struct span target)
{
	char c = target.at[word_len(target)];

	return mapline_control(c) ? control_target : white_target;
}

static const char *
parse_address(char *at, size_t len)
{
	struct address address;

	if (!address_parse(at, len, &address) || address.used < len ||
	    address.domain == address.len)
		return bad_target;
	shorten(at, len, address.len);
	return NULL;
}

/* ~USER/PATH, or ~/PATH in a line for a domain.  A path is not empty, and no
 * matter how many slashes are in front of it. */
static const char *
parse_home(char *at, size_t len, bool is_domain)
{
	size_t slash = 1;

	while (slash < len && at[slash] != '/') {
		at[slash] = span_lower(at[slash]);
		slash++;
	}
	if (slash == 1 && !is_domain)
		return home_target;
	if (slash > 1 && !username_good((struct span){ at + 1, slash - 1 }))
		return user_target;
	return slash == len || parse_path(at + slash, len - slash) != NULL
	    ? user_target : NULL;
}

static const char *
parse_target(const struct mapline *line, char *at, size_t len)
{
	if (len == 0)
		return empty_target;
	if (at[0] == '/')
		return parse_path(at, len);
	if (at[0] == '~')
		return parse_home(at, len, line->key.at[0] == '@');
	return parse_address(at, len);
}

static const char *
parse_targets(char *at, struct mapline *line)
{
	struct span rest = line->rest;
	const char *what = NULL;
	bool clean;

	if (rest.at[rest.len - 1] == ',')
		return empty_target;
	while (what == NULL && rest.len > 0) {
		struct span target = line->wrong = cut_target(&rest, &clean);

		what = clean ? parse_target(line, at + (target.at - at),
		    target.len) : parse_mess(target);
	}
	return what;
}

/* A tab becomes a space: a reply has none. */
static const char *
parse_text(char *at, size_t len)
{
	if (len == 0 || len > MAX_REASON)
		return bad_text;
	for (size_t i = 0; i < len; i++) {
		if (at[i] == '\t')
			at[i] = ' ';
		if (at[i] != ' ' && !span_graphic(at[i]))
			return bad_text;
	}
	return NULL;
}

/* Cuts the word from the front of rest, if it stands there as a word. */
static bool
skip_word(struct span *rest, const char *word)
{
	struct span s = *rest;

	if (!span_skip(&s, word) || (s.len > 0 && !mapline_white(s.at[0])))
		return false;
	*rest = span_trim(s);
	return true;
}

static enum mapline_kind
parse_kind(struct span *rest)
{
	/* Most lines are a path, and need no look at the words. */
	if (rest->at[0] == '/')
		return MAPLINE_TARGETS;
	if (skip_word(rest, "reject"))
		return MAPLINE_REJECT;
	if (skip_word(rest, "later"))
		return MAPLINE_LATER;
	return MAPLINE_TARGETS;
}

/* For the fault: the first word of a line. */
static struct span
first_word(const char *at, size_t len)
{
	size_t n = 0;

	while (n < len && !mapline_white(at[n]))
		n++;
	return (struct span){ at, n };
}

static const char *
parse_key(char *at, size_t len, struct mapline *line)
{
	struct address key;

	if (!address_parse(at, len, &key) ||
	    (key.used < len && !mapline_white(at[key.used]))) {
		line->wrong = first_word(at, len);
		return bad_key;
	}
	shorten(at, key.used, key.len);
	line->key = (struct span){ at, key.len };
	line->domain = (struct span){ at + key.len - key.domain, key.domain };
	line->rest = span_trim((struct span){ at + key.used, len - key.used });
	return NULL;
}

const char *
mapline_parse(char *at, size_t len, struct mapline *line)
{
	*line = (struct mapline){ 0 };
	const char *what = parse_key(at, len, line);
	if (what != NULL)
		return what;
	if (line->rest.len == 0) {
		line->wrong = line->key;
		return no_target;
	}
	line->kind = parse_kind(&line->rest);
	if (line->kind == MAPLINE_TARGETS)
		return parse_targets(at, line);
	line->wrong = line->rest;
	return parse_text(at + (line->rest.at - at), line->rest.len);
}
