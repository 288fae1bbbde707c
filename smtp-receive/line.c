/* line.c - what the client sends, as lines or as it comes. */

#include "line.h"

#include <errno.h>
#include <string.h>

/* Reads once, behind what waits; the caller has left room there. */
static enum line_kind
fill(struct line *l)
{
	ssize_t n = wire_read(l->wire, l->bytes + l->end,
	    sizeof l->bytes - l->end);

	if (n == -1 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return LINE_TIMEOUT;
	if (n <= 0)
		return LINE_EOF;
	l->end += (size_t)n;
	l->octets += (size_t)n;
	return LINE_GOOD;
}

/* A line may have to grow up to MAX_LINE: at the buffer's end it moves. */
static void
make_room(struct line *l)
{
	size_t len = l->end - l->at;

	if (len > 0 && sizeof l->bytes - l->at >= MAX_LINE)
		return;
	memmove(l->bytes, l->bytes + l->at, len);
	l->at = 0;
	l->end = len;
}

/* Reads past the end of a line that is too long, and keeps its beginning:
 * the next command must not be taken from the middle of this one. */
static enum line_kind
skip_line(struct line *l, struct span *text)
{
	char *lf;

	memmove(l->bytes, l->bytes + l->at, MAX_SAID);
	*text = (struct span){ l->bytes, MAX_SAID };
	do {
		l->at = l->end = MAX_SAID;
		enum line_kind kind = fill(l);
		if (kind != LINE_GOOD)
			return kind;
		lf = memchr(l->bytes + l->at, '\n', l->end - l->at);
	} while (lf == NULL);
	l->at = (size_t)(lf + 1 - l->bytes);
	return LINE_TOO_LONG;
}

/* The line from at to this LF, which is in the buffer. */
static enum line_kind
finish(struct line *l, const char *lf, struct span *text)
{
	size_t len = (size_t)(lf - (l->bytes + l->at));

	*text = (struct span){ l->bytes + l->at, len };
	l->at += len + 1;
	if (len + 1 > MAX_LINE) {
		text->len = MAX_SAID;
		return LINE_TOO_LONG;
	}
	if (len == 0 || lf[-1] != '\r')
		return LINE_BARE_LF;
	text->len--;
	return LINE_GOOD;
}

enum line_kind
line_read(struct line *l, struct span *text)
{
	for (;;) {
		size_t len = l->end - l->at;
		const char *lf = memchr(l->bytes + l->at, '\n', len);

		if (lf != NULL)
			return finish(l, lf, text);
		if (len >= MAX_LINE)
			return skip_line(l, text);
		make_room(l);
		enum line_kind kind = fill(l);
		if (kind != LINE_GOOD)
			return kind;
	}
}

enum line_kind
line_peek(struct line *l, struct span *octets)
{
	if (l->at == l->end) {
		l->at = l->end = 0;
		enum line_kind kind = fill(l);
		if (kind != LINE_GOOD)
			return kind;
	}
	*octets = (struct span){ l->bytes + l->at, l->end - l->at };
	return LINE_GOOD;
}

void
line_take(struct line *l, size_t len)
{
	l->at += len;
}

enum line_kind
line_piece(struct line *l, uint64_t *octets, struct span *piece)
{
	enum line_kind kind = line_peek(l, piece);

	if (kind != LINE_GOOD)
		return kind;
	if (piece->len > *octets)
		piece->len = (size_t)*octets;
	line_take(l, piece->len);
	*octets -= piece->len;
	return LINE_GOOD;
}

enum line_kind
line_skip(struct line *l, uint64_t octets)
{
	enum line_kind kind = LINE_GOOD;
	struct span piece;

	while (octets > 0 && kind == LINE_GOOD)
		kind = line_piece(l, &octets, &piece);
	return kind;
}

bool
line_waiting(const struct line *l)
{
	return l->at < l->end;
}
