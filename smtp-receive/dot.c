/* dot.c - a message on its way from the wire to the file. */

#include "dot.h"

static void
end_line(struct dot *d, struct span *in, unsigned char *out)
{
	span_cut(in, 1);
	*out = '\n';
	d->octets++;
	d->lines++;
}

/* With the line's end, where that is there, too: so most lines are one step. */
static size_t
copy_run(struct dot *d, struct span *in, unsigned char *out, size_t room)
{
	size_t len = span_copy_run(*in, out, room);

	span_cut(in, len);
	d->octets += len;
	if (len == room || in->len < 2 || in->at[0] != '\r' ||
	    in->at[1] != '\n')
		return len;
	span_cut(in, 1);
	end_line(d, in, out + len);
	d->state = DOT_START;
	return len + 1;
}

/* In the middle of a line: as much of it as is there.  One octet of room is
 * certain.  Returns how many went out. */
static size_t
take_text(struct dot *d, struct span *in, unsigned char *out, size_t room)
{
	char c = in->at[0];

	d->state = DOT_TEXT;
	if (c == '\r') {
		span_cut(in, 1);
		d->state = DOT_CR;
		return 0;
	}
	if (c != '\n')
		return copy_run(d, in, out, room);
	d->bare = true;
	end_line(d, in, out);
	return 1;
}

/* Behind a CR. */
static size_t
take_lf(struct dot *d, struct span *in, unsigned char *out, size_t room)
{
	if (in->at[0] != '\n') {
		d->bare = true;
		return take_text(d, in, out, room);
	}
	end_line(d, in, out);
	d->state = DOT_START;
	return 1;
}

/* At the start of a line and behind its dot: what may be the end.  True
 * where in->at[0] belongs to it and is taken. */
static bool
take_end(struct dot *d, struct span *in)
{
	char c = in->at[0];

	if (d->state == DOT_START && c == '.')
		d->state = DOT_DOT;
	else if (d->state == DOT_DOT && c == '\r')
		d->state = DOT_DOT_CR;
	else
		return false;
	span_cut(in, 1);
	return true;
}

enum dot_result
dot_take(struct dot *d, struct span *in, unsigned char *out, size_t *len,
    size_t size)
{
	while (in->len > 0) {
		if (*len == size)
			return DOT_FULL;
		if (take_end(d, in))
			continue;
		if (d->state == DOT_DOT_CR && in->at[0] == '\n') {
			span_cut(in, 1);
			return DOT_END;
		}
		if (d->state == DOT_DOT_CR)
			d->bare = true;	/* dot CR, and no LF */
		*len += d->state == DOT_CR
		    ? take_lf(d, in, out + *len, size - *len)
		    : take_text(d, in, out + *len, size - *len);
	}
	return DOT_HUNGRY;
}
