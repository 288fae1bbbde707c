/* heard.c - the replies, as the client hears them. */

#include "heard.h"

#include <string.h>

#include "talk.h"

struct said {
	struct span code, status, text;
	bool more;		/* another line of the reply follows */
};

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* class "." subject "." detail, RFC 3463 */
static size_t
status_length(struct span text)
{
	size_t len = 0, dots = 0;

	while (len < text.len &&
	    (is_digit(text.at[len]) || text.at[len] == '.'))
		dots += text.at[len++] == '.';
	return dots == 2 && len >= 5 && len < text.len && text.at[len] == ' '
	    ? len : 0;
}

/* The next line, without its CR LF; false where it is malformed. */
static bool
take(struct span *heard, struct said *s)
{
	const char *lf = memchr(heard->at, '\n', heard->len);

	if (lf == NULL)
		return false;
	struct span line = span_cut(heard, (size_t)(lf + 1 - heard->at));
	if (line.len < 6 || line.len > MAX_REPLY ||
	    line.at[line.len - 2] != '\r')
		return false;
	line.len -= 2;
	for (size_t i = 0; i < line.len; i++)
		if (line.at[i] != ' ' && !span_graphic(line.at[i]))
			return false;
	s->code = span_cut(&line, 3);
	s->more = line.at[0] == '-';
	if (!s->more && line.at[0] != ' ')
		return false;
	span_cut(&line, 1);
	s->status = span_cut(&line, status_length(line));
	if (s->status.len > 0)
		span_cut(&line, 1);
	s->text = line;
	return true;
}

/* " [id]" or " [id.number]" */
static bool
has_id(struct span text)
{
	const char *start = text.len > 0 ? memrchr(text.at, '[', text.len)
	    : NULL;

	if (start == NULL || start == text.at || start[-1] != ' ')
		return false;
	struct span id = { start, (size_t)(text.at + text.len - start) };
	if (!span_skip(&id, "[" ID))
		return false;
	if (span_skip(&id, "."))
		while (id.len > 0 && is_digit(id.at[0]))
			span_cut(&id, 1);
	return span_is(id, "]");
}

static bool
is_reply(const struct said *s, enum reply reply)
{
	return span_skip(&(struct span){ s->text.at, s->text.len },
	    reply_text(reply));
}

/* What has no status: the greeting, 354, and what EHLO and HELO hear. */
static bool
needs_status(const struct said *s)
{
	return s->code.at[0] != '3' && !span_is(s->text, HOST " ESMTP") &&
	    !span_is(s->text, HOST) && !s->more &&
	    !is_reply(s, reply_hello_wants_name) &&
	    !is_reply(s, reply_early_talker) &&
	    !span_skip(&(struct span){ s->text.at, s->text.len }, "SIZE ");
}

static const char *
find_fault(const struct said *s)
{
	char class = s->code.at[0];

	if (class < '2' || class > '5')
		return "a code that is none";
	if (needs_status(s) != (s->status.len > 0))
		return "an enhanced status where none is due, or none";
	if (s->status.len > 0 && s->status.at[0] != class)
		return "a status of another class than the code";
	if ((class >= '4') != has_id(s->text))
		return "a refusal without the id, or another reply with it";
	return NULL;
}

const char *
heard_wrong(struct span heard)
{
	struct said s = { 0 };
	const char *wrong = NULL;

	while (heard.len > 0 && wrong == NULL)
		wrong = take(&heard, &s) ? find_fault(&s)
		    : "a malformed reply line";
	return wrong == NULL && s.more ? "half a reply" : wrong;
}

static bool
matches(const struct said *s, struct span word)
{
	struct span code = span_cut(&word, word.len < 3 ? word.len : 3);

	if (!span_equal(code, s->code))
		return false;
	return word.len == 0 || (span_skip(&word, ":") &&
	    span_equal(word, s->status));
}

static struct span
next_word(struct span *codes)
{
	size_t len = 0;

	*codes = span_trim(*codes);
	while (len < codes->len && codes->at[len] != ' ')
		len++;
	return span_cut(codes, len);
}

bool
heard_is(struct span heard, struct span codes)
{
	struct said s;
	bool first = true;

	while (heard.len > 0) {
		if (!take(&heard, &s))
			return false;
		if (!s.more && !(first && span_is(s.code, "220")) &&
		    !matches(&s, next_word(&codes)))
			return false;
		first = false;
	}
	return span_trim(codes).len == 0;
}

unsigned
heard_stored(struct span heard)
{
	struct said s;
	unsigned count = 0;

	while (heard.len > 0 && take(&heard, &s))
		count += span_is(s.code, "250") &&
		    span_skip(&s.text, "Stored as " ID ".");
	return count;
}

bool
heard_has(struct span heard, struct span text)
{
	return memmem(heard.at, heard.len, text.at, text.len) != NULL;
}
