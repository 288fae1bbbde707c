/* fuzz_path.c - any octets as the argument of MAIL or RCPT. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../smtp-receive/limit.h"
#include "../../smtp-receive/path.h"

int LLVMFuzzerTestOneInput(const unsigned char *, size_t);

static void
check(bool good)
{
	if (!good)
		abort();
}

static bool
is_within(struct span part, struct span whole)
{
	return part.at >= whole.at &&
	    part.at + part.len <= whole.at + whole.len;
}

static bool
is_printable(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.at[i] != ' ' && !span_graphic(s.at[i]))
			return false;
	return true;
}

/* An address alone in brackets is the same again. */
static void
check_again(enum path_kind kind, struct span address)
{
	char path[MAX_PATH + 1];
	struct span again;
	int len = snprintf(path, sizeof path, "<%.*s>", (int)address.len,
	    address.at);
	struct span in = { path, (size_t)len };

	check(len > 0 && (size_t)len < sizeof path);
	check(path_take(&in, &again) == kind);
	check(in.len == 0 && again.len == address.len);
}

static void
check_address(enum path_kind kind, struct span address)
{
	const char *at = address.len > 0 ? memrchr(address.at, '@', address.len)
	    : NULL;

	check(address.len + 2 <= MAX_PATH && is_printable(address));
	check((kind == PATH_NULL) == (address.len == 0));
	if (kind != PATH_MAILBOX)
		return;
	check(at != NULL && at > address.at);
	check(address.at + address.len - at - 1 <= MAX_DOMAIN);
}

/* Memory that ends where the octets do. */
int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	char *octets = malloc(size > 0 ? size : 1);
	struct span whole = { octets, size }, in = whole, address;

	check(octets != NULL);
	if (size > 0)
		memcpy(octets, data, size);
	enum path_kind kind = path_take(&in, &address);
	if (kind != PATH_BAD && kind != PATH_NONE) {
		check(is_within(in, whole) && is_within(address, whole));
		check(in.len == 0 || in.at[0] == ' ');
		check(address.at[address.len] == '>');
		check_address(kind, address);
		check_again(kind, address);
	}
	free(octets);
	return 0;
}
