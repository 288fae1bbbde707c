/* body.c - the message behind DATA, from the wire through to the house. */

#include "body.h"

uint64_t
body_size(const struct body *b)
{
	return b->dot.octets + b->dot.lines;
}

/* A message that will be refused anyway need not be stored first. */
static bool
hopeless(const struct body *b, uint64_t max_size)
{
	return b->refused || b->dot.bare || body_size(b) > max_size ||
	    b->head.received >= MAX_RECEIVED;
}

static void
empty_buffer(struct body *b, uint64_t max_size, const struct backend *backend,
    void *house)
{
	if (!hopeless(b, max_size)) {
		backend->body(house, b->len, &b->why);
		b->refused = reply_code(b->why.reply) >= 400;
	}
	b->len = 0;
}

/* One piece of input; true where the message's end is in it.  What follows
 * the end is left in octets. */
static bool
take(struct body *b, struct span *octets, uint64_t max_size,
    const struct backend *backend, void *house)
{
	for (;;) {
		size_t before = b->len;
		enum dot_result result = dot_take(&b->dot, octets,
		    backend->buffer, &b->len, backend->size);

		head_take(&b->head, backend->buffer + before, b->len - before);
		switch (result) {
		case DOT_END:
			return true;
		case DOT_HUNGRY:
			return false;
		case DOT_FULL:
			empty_buffer(b, max_size, backend, house);
			break;
		}
	}
}

enum line_kind
body_read(struct body *b, struct line *line, uint64_t max_size,
    const struct backend *backend, void *house)
{
	struct span octets;

	for (;;) {
		enum line_kind kind = line_peek(line, &octets);

		if (kind != LINE_GOOD)
			return kind;
		size_t len = octets.len;
		bool end = take(b, &octets, max_size, backend, house);
		line_take(line, len - octets.len);
		if (end)
			return LINE_GOOD;
	}
}
