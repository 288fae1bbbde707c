/* line.h - what the client sends, as lines or as it comes.
 *
 * A command is a line (line_read); a message is taken in pieces (line_peek,
 * line_take).  Both read from one buffer, so what was pipelined behind a
 * command is still there for the next. */

#ifndef LINE_H
#define LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "limit.h"
#include "span.h"
#include "wire.h"

enum line_kind {
	LINE_GOOD,		/* ended in CR LF, which are not in the text */
	LINE_BARE_LF,		/* ended in LF alone */
	LINE_TOO_LONG,		/* over MAX_LINE; text is its first MAX_SAID */
	LINE_EOF,		/* the client is gone; the last is no line */
	LINE_TIMEOUT,		/* nothing came for command-timeout */
};

struct line {
	struct wire *wire;
	uint64_t octets;	/* that came in all */
	size_t at, end;		/* the part of bytes that waits */
	char bytes[INPUT_SIZE];
};

/* text is good until the next call of any of these. */
enum line_kind line_read(struct line *, struct span *text);

/* What has come and was not taken, at least one octet: LINE_GOOD, LINE_EOF
 * or LINE_TIMEOUT. */
enum line_kind line_peek(struct line *, struct span *octets);

/* The first len octets of what line_peek gave are done with. */
void line_take(struct line *, size_t len);

/* Takes what has come of so many octets, at least one, and lessens them by
 * that: as line_peek. */
enum line_kind line_piece(struct line *, uint64_t *octets, struct span *piece);

/* Reads so many octets and drops them. */
enum line_kind line_skip(struct line *, uint64_t octets);

/* Does anything wait that was not taken? */
bool line_waiting(const struct line *);

#endif
