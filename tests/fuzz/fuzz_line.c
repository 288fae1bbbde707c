/* fuzz_line.c - any octets in packets of any size, read as lines or in
 * pieces, against what the whole of them says.
 *
 * Input: the size of packets, a number whose bits say which reads take
 * lines, then the octets. */

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../smtp-receive/line.h"

int LLVMFuzzerTestOneInput(const unsigned char *, size_t);

struct client {
	struct span rest;	/* that it has not sent */
	struct span unread;	/* that nobody has got out of the line */
	size_t packet;
	struct wire wire;
	struct line line;
};

static void
check(bool good)
{
	if (!good)
		abort();
}

static ssize_t
client_read(void *end, void *at, size_t size)
{
	struct client *c = end;
	size_t len = c->rest.len < c->packet ? c->rest.len : c->packet;

	check(size > 0);
	len = len < size ? len : size;
	memcpy(at, span_cut(&c->rest, len).at, len);
	return (ssize_t)len;
}

/* What line_read has to say of the octets: the line ends at its LF. */
static enum line_kind
expect(struct span octets, struct span *text, size_t *taken)
{
	const char *lf = memchr(octets.at, '\n', octets.len);

	if (lf == NULL)
		return LINE_EOF;
	*taken = (size_t)(lf + 1 - octets.at);
	*text = (struct span){ octets.at, *taken - 1 };
	if (*taken > MAX_LINE) {
		text->len = MAX_SAID;
		return LINE_TOO_LONG;
	}
	if (text->len == 0 || lf[-1] != '\r')
		return LINE_BARE_LF;
	text->len--;
	return LINE_GOOD;
}

static bool
read_line(struct client *c)
{
	struct span text, wanted = { 0 };
	size_t taken = 0;
	enum line_kind kind = line_read(&c->line, &text);

	check(kind == expect(c->unread, &wanted, &taken));
	if (kind == LINE_EOF)
		return false;
	check(text.len == wanted.len);
	check(memcmp(text.at, wanted.at, text.len) == 0);
	span_cut(&c->unread, taken);
	return true;
}

static bool
read_piece(struct client *c, size_t most)
{
	struct span octets;
	enum line_kind kind = line_peek(&c->line, &octets);

	check(kind == (c->unread.len > 0 ? LINE_GOOD : LINE_EOF));
	if (kind == LINE_EOF)
		return false;
	check(octets.len > 0 && octets.len <= c->unread.len);
	check(memcmp(octets.at, c->unread.at, octets.len) == 0);
	size_t len = octets.len < most ? octets.len : most;
	line_take(&c->line, len);
	span_cut(&c->unread, len);
	return true;
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	static struct client c;
	uint16_t packet = 0;
	uint8_t how = 0;

	if (size < 3)
		return 0;
	memcpy(&packet, data, 2);
	how = data[2];
	memset(&c, 0, sizeof c);
	c.unread = c.rest = (struct span){ (const char *)data + 3, size - 3 };
	c.packet = (size_t)packet + 1;
	c.wire.read = client_read;
	c.wire.end = &c;
	c.line.wire = &c.wire;
	for (unsigned i = 0; ; i++) {
		if ((how >> (i % 8) & 1) != 0 ? !read_piece(&c, how)
		    : !read_line(&c))
			break;
		check(line_waiting(&c.line) == (c.unread.len > c.rest.len));
	}
	return 0;
}
