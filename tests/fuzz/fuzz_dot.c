/* fuzz_dot.c - any octets as a message, in pieces, into little room, against
 * the same in one: where the end is, what is bare, and what came out.
 *
 * Input: the size of pieces, the room, then the octets. */

#include <stdlib.h>
#include <string.h>

#include "../../smtp-receive/dot.h"

int LLVMFuzzerTestOneInput(const unsigned char *, size_t);

static void
check(bool good)
{
	if (!good)
		abort();
}

/* The octets up to the first CR LF dot CR LF, it included; the start of the
 * message stands for a CR LF. */
static bool
find_end(struct span in, size_t *len)
{
	const char *end;

	*len = 3;
	if (in.len >= 3 && memcmp(in.at, ".\r\n", 3) == 0)
		return true;
	end = in.len > 0 ? memmem(in.at, in.len, "\r\n.\r\n", 5) : NULL;
	*len = end != NULL ? (size_t)(end + 5 - in.at) : in.len;
	return end != NULL;
}

/* A CR without LF, an LF without CR.  A CR at the very end may be half. */
static bool
is_bare(struct span in)
{
	for (size_t i = 0; i < in.len; i++) {
		if (in.at[i] == '\n' && (i == 0 || in.at[i - 1] != '\r'))
			return true;
		if (in.at[i] == '\r' && i + 1 < in.len && in.at[i + 1] != '\n')
			return true;
	}
	return false;
}

/* A clean message up to its end is what its octets are when encoded, but for
 * a dot that was not doubled. */
static void
check_octets(struct span in, const unsigned char *out, size_t len)
{
	bool start = true;

	for (size_t i = 0; i < len; i++) {
		if (start && in.at[0] == '.')
			span_cut(&in, 1);
		if (out[i] == '\n')
			check(span_cut(&in, 1).at[0] == '\r');
		check(span_cut(&in, 1).at[0] == (char)out[i]);
		start = out[i] == '\n';
	}
	check(start && in.len == 3);
}

static void
check_all(struct span in, const struct dot *d, enum dot_result result,
    size_t used, const unsigned char *out, size_t len)
{
	size_t end;

	check((result == DOT_END) == find_end(in, &end));
	check(used == end && len <= used);
	in.len = used;
	check(d->bare == is_bare(in));
	check(d->octets == len);
	if (result == DOT_END && !d->bare)
		check_octets(in, out, len);
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	if (size < 2)
		return 0;

	struct span in = { (const char *)data + 2, size - 2 }, rest = in;
	size_t piece = data[0] + 1u, room = data[1] + 1u, len = 0;
	unsigned char *out = malloc(size + room);
	enum dot_result result = DOT_HUNGRY;
	struct dot d = { 0 };

	check(out != NULL);
	while (rest.len > 0 && result != DOT_END) {
		size_t want = piece < rest.len ? piece : rest.len;
		struct span part = { rest.at, want };
		size_t most = len + room < size + room ? len + room
		    : size + room;

		result = dot_take(&d, &part, out, &len, most);
		check(len <= most && part.len <= want);
		check(result != DOT_FULL || len == most);
		check(result != DOT_HUNGRY || part.len == 0);
		span_cut(&rest, want - part.len);
	}
	check_all(in, &d, result, in.len - rest.len, out, len);
	free(out);
	return 0;
}
