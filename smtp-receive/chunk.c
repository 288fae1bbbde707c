/* chunk.c - a message in chunks on its way from the wire to the file. */

#include "chunk.h"

/* The CR that waited is text after all. */
static size_t
put_cr(struct chunk *c, unsigned char *out)
{
	c->cr = false;
	*out = '\r';
	return 1;
}

/* The size has its CR where one came. */
static size_t
end_line(struct chunk *c, struct span *in, unsigned char *out)
{
	span_cut(in, 1);
	c->size += c->cr ? 1 : 2;
	c->cr = false;
	*out = '\n';
	return 1;
}

static size_t
copy_run(struct chunk *c, struct span *in, unsigned char *out, size_t room)
{
	size_t len = span_copy_run(*in, out, room);

	span_cut(in, len);
	c->size += len;
	return len;
}

/* As much as is there of one kind.  One octet of room is certain.  Returns
 * how many went out. */
static size_t
take(struct chunk *c, struct span *in, unsigned char *out, size_t room)
{
	if (in->at[0] == '\n')
		return end_line(c, in, out);
	if (c->cr)
		return put_cr(c, out);
	if (in->at[0] != '\r')
		return copy_run(c, in, out, room);
	span_cut(in, 1);
	c->cr = true;
	c->size++;
	return 0;
}

bool
chunk_take(struct chunk *c, struct span *in, unsigned char *out, size_t *len,
    size_t size)
{
	while (in->len > 0) {
		if (*len == size)
			return false;
		*len += take(c, in, out + *len, size - *len);
	}
	return true;
}

void
chunk_end(struct chunk *c, unsigned char *out, size_t *len)
{
	if (c->cr)
		*len += put_cr(c, out + *len);
}
