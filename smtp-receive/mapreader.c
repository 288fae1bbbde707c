/* mapreader.c - the lines of the user map, one after the other. */

#include "mapreader.h"

#include <string.h>

#include "mapline.h"

static const char crlf[] =
    "line ends in CR LF; write LF alone";
static const char control_comment[] =
    "a control byte in a comment: take it out";
static const char orphan[] =
    "a line that begins with white space continues the one before, and here "
    "is none";

void
mapreader_open(struct mapreader *r, char *text, size_t size)
{
	char *last = memrchr(text, '\n', size);

	*r = (struct mapreader){
		.next = text,
		.end = last == NULL ? text : last + 1,
	};
}

static void
fault(struct mapreader *r, const char *what)
{
	if (r->what != NULL)
		return;
	r->what = what;
	r->where = r->line;
}

/* One message for the whole map: they all have it, then. */
static void
drop_cr(struct mapreader *r, char *cr)
{
	*cr = ' ';
	if (!r->crlf)
		fault(r, crlf);
	r->crlf = true;
}

/* A comment is not read; but behind a CR that somebody took for a line end
 * it could hide a line. */
static void
blank(struct mapreader *r, char *at, const char *end)
{
	for (; at < end; at++) {
		if (mapline_control(*at))
			fault(r, control_comment);
		*at = ' ';
	}
}

/* The first # in the line, or its end.  Most lines have none, so the place
 * of the next one is kept. */
static char *
next_hash(struct mapreader *r, char *at, char *end)
{
	if (r->hash < at)
		r->hash = memchr(at, '#', (size_t)(r->end - at));
	if (r->hash == NULL)
		r->hash = r->end;
	return r->hash < end ? r->hash : end;
}

/* One line of the file, without its comment; the place of its line end. */
static char *
read_line(struct mapreader *r, char *at)
{
	char *end = memchr(at, '\n', (size_t)(r->end - at));
	char *hash = next_hash(r, at, end);

	r->line++;
	if (end > at && end[-1] == '\r')
		drop_cr(r, end - 1);
	while (hash < end && hash > at && !mapline_white(hash[-1]))
		hash = next_hash(r, hash + 1, end);
	blank(r, hash, end);
	return end;
}

/* Joins a line with those that continue it; its end.  An empty one ends
 * nothing. */
static char *
read_lines(struct mapreader *r)
{
	char *end = read_line(r, r->at), *from = end + 1;

	while (from < r->end && (mapline_white(*from) || *from == '\n')) {
		char *stop = read_line(r, from);

		memmove(end, from, (size_t)(stop - from));
		end += stop - from;
		from = stop + 1;
	}
	for (char *p = end; p < from; p++)
		*p = '\n';
	r->next = from;
	return end;
}

static bool
is_blank(const char *at, const char *end)
{
	while (at < end && mapline_white(*at))
		at++;
	return at == end;
}

bool
mapreader_next(struct mapreader *r)
{
	r->at = r->next;
	r->len = 0;
	r->number = r->line + 1;
	r->what = NULL;
	if (r->at == r->end)
		return false;
	if (*r->at == '#') {
		r->next = read_line(r, r->at) + 1;
		return true;
	}
	char *end = read_lines(r);
	if (end > r->at && !mapline_white(*r->at)) {
		r->len = (size_t)(end - r->at);
		return true;
	}
	if (!is_blank(r->at, end)) {
		r->what = orphan;
		r->where = r->number;
	}
	return true;
}
