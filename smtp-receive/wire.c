/* wire.c - the octets from and to the client. */

#include "wire.h"

#include <string.h>

void
wire_flush(struct wire *w)
{
	if (w->used > 0 && !w->deaf && w->write(w->end, w->out, w->used) == -1)
		w->deaf = true;
	w->used = 0;
}

void
wire_say(struct wire *w, const char *octets, size_t len)
{
	if (len > sizeof w->out - w->used)
		wire_flush(w);
	memcpy(w->out + w->used, octets, len);
	w->used += len;
}

ssize_t
wire_read(struct wire *w, void *at, size_t size)
{
	wire_flush(w);
	return w->deaf ? 0 : w->read(w->end, at, size);
}
