/* head.c - the two things that are read in a message's header. */

#include "head.h"

#include "span.h"

static void
end_name(struct head *h)
{
	struct span name = { h->name, h->name_len };

	h->field = HEAD_OTHER;
	if (span_is(name, "received"))
		h->received++;
	if (span_is(name, "message-id") && h->id_len == 0)
		h->field = HEAD_ID;
}

static void
take_name(struct head *h, char c)
{
	if (c == ':')
		end_name(h);
	else if (h->name_len == sizeof h->name)
		h->field = HEAD_OTHER;
	else if (c != ' ' && c != '\t')	/* RFC 5322 section 4.5 allows them */
		h->name[h->name_len++] = c;
}

static void
take_id(struct head *h, char c)
{
	if (c == ' ' || c == '\t' || h->id_len == sizeof h->id)
		return;
	h->id[h->id_len++] = span_graphic(c) ? c : '?';
}

/* The first character of a line: white space goes on with the field before,
 * anything else begins one. */
static void
start_line(struct head *h, char c)
{
	h->inside = true;
	if (c == ' ' || c == '\t')
		return;
	h->field = HEAD_NAME;
	h->name_len = 0;
}

static void
take(struct head *h, char c)
{
	if (c == '\n') {
		h->over = !h->inside;
		h->inside = false;
		return;
	}
	if (!h->inside)
		start_line(h, c);
	switch (h->field) {
	case HEAD_NAME:
		take_name(h, c);
		break;
	case HEAD_ID:
		take_id(h, c);
		break;
	case HEAD_OTHER:
		break;
	}
}

void
head_take(struct head *h, const unsigned char *bytes, size_t len)
{
	for (size_t i = 0; i < len && !h->over; i++)
		take(h, (char)bytes[i]);
}
