/* body.c - the message behind DATA or BDAT, from the wire through to the
 * house. */

#include "body.h"

/* One of the two has counted. */
uint64_t
body_size(const struct body *b)
{
	return b->dot.octets + b->dot.lines + b->chunk.size;
}

/* A message that will be refused anyway need not be stored first. */
static bool
hopeless(const struct body *b)
{
	return b->refused || b->dot.bare || body_size(b) > b->max_size ||
	    b->head.received >= MAX_RECEIVED;
}

static void
empty_buffer(struct body *b)
{
	if (!hopeless(b)) {
		b->backend->body(b->house, b->len, &b->why);
		b->refused = reply_code(b->why.reply) >= 400;
	}
	b->len = 0;
}

/* What has come into the buffer behind before. */
static void
read_head(struct body *b, size_t before)
{
	head_take(&b->head, b->backend->buffer + before, b->len - before);
}

/* One piece of input; true where the message's end is in it.  What follows
 * the end is left in octets. */
static bool
take(struct body *b, struct span *octets)
{
	for (;;) {
		size_t before = b->len;
		enum dot_result result = dot_take(&b->dot, octets,
		    b->backend->buffer, &b->len, b->backend->size);

		read_head(b, before);
		switch (result) {
		case DOT_END:
			return true;
		case DOT_HUNGRY:
			return false;
		case DOT_FULL:
			empty_buffer(b);
			break;
		}
	}
}

enum line_kind
body_read(struct body *b, struct line *line)
{
	struct span octets;

	for (;;) {
		enum line_kind kind = line_peek(line, &octets);

		if (kind != LINE_GOOD)
			return kind;
		size_t len = octets.len;
		bool end = take(b, &octets);
		line_take(line, len - octets.len);
		if (end)
			return LINE_GOOD;
	}
}

/* One piece of a chunk, all of it. */
static void
take_piece(struct body *b, struct span octets)
{
	for (;;) {
		size_t before = b->len;
		bool taken = chunk_take(&b->chunk, &octets,
		    b->backend->buffer, &b->len, b->backend->size);

		read_head(b, before);
		if (taken)
			return;
		empty_buffer(b);
	}
}

enum line_kind
body_chunk(struct body *b, struct line *line, uint64_t octets)
{
	struct span piece;

	while (octets > 0) {
		enum line_kind kind = line_piece(line, &octets, &piece);

		if (kind != LINE_GOOD)
			return kind;
		take_piece(b, piece);
	}
	return LINE_GOOD;
}

void
body_end(struct body *b)
{
	chunk_end(&b->chunk, b->backend->buffer, &b->len);
}
