/* fuzz_chunk.c - any octets as chunks, in pieces, into little room, against
 * what RFC 3030 makes of the whole.
 *
 * Input: the size of pieces, the room, then the octets. */

#include <stdlib.h>
#include <string.h>

#include "../../smtp-receive/chunk.h"

int LLVMFuzzerTestOneInput(const unsigned char *, size_t);

static void
check(bool good)
{
	if (!good)
		abort();
}

/* CR LF and LF to LF.  The size is that of the octets, and one for each LF
 * without CR. */
static size_t
convert(struct span in, unsigned char *out, uint64_t *size)
{
	size_t len = 0;

	*size = in.len;
	for (size_t i = 0; i < in.len; i++) {
		bool last = i + 1 == in.len;

		if (in.at[i] == '\r' && !last && in.at[i + 1] == '\n')
			continue;
		*size += in.at[i] == '\n' && (i == 0 || in.at[i - 1] != '\r');
		out[len++] = (unsigned char)in.at[i];
	}
	return len;
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	if (size < 2)
		return 0;

	struct span rest = { (const char *)data + 2, size - 2 };
	size_t piece = data[0] + 1u, room = data[1] + 1u, len = 0, most = room;
	unsigned char *out = malloc(size), *want = malloc(size);
	struct chunk c = { 0 };
	uint64_t want_size;

	check(out != NULL && want != NULL);
	size_t want_len = convert(rest, want, &want_size);
	while (rest.len > 0) {
		struct span part = span_cut(&rest,
		    piece < rest.len ? piece : rest.len);

		while (!chunk_take(&c, &part, out, &len,
		    most < size ? most : size)) {
			check(len == most);
			most += room;
		}
		check(part.len == 0 && len <= most);
	}
	chunk_end(&c, out, &len);
	check(len <= most && !c.cr && c.size == want_size && len == want_len &&
	    memcmp(out, want, len) == 0);
	free(out);
	free(want);
	return 0;
}
