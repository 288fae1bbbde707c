/* fuzz_param.c - any octets as parameters. */

#include <stdlib.h>
#include <string.h>

#include "../../smtp-receive/param.h"

int LLVMFuzzerTestOneInput(const unsigned char *, size_t);

static void
check(bool good)
{
	if (!good)
		abort();
}

static void
check_param(const struct param *p, struct span whole)
{
	check(p->keyword.len > 0 && p->keyword.at >= whole.at);
	check(p->value.at + p->value.len <= whole.at + whole.len);
	check(p->value.len == 0 ||
	    p->value.at == p->keyword.at + p->keyword.len + 1);
	for (size_t i = 0; i < p->keyword.len; i++)
		check(span_graphic(p->keyword.at[i]) &&
		    p->keyword.at[i] != '=');
	for (size_t i = 0; i < p->value.len; i++)
		check(span_graphic(p->value.at[i]) && p->value.at[i] != '=');
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	char *octets = malloc(size > 0 ? size : 1);
	struct span in = { octets, size };
	struct param p;
	enum param_kind kind;

	check(octets != NULL);
	if (size > 0)
		memcpy(octets, data, size);
	do {
		struct span before = in;

		kind = param_take(&in, &p);
		check(in.len <= before.len);
		if (kind == PARAM_GOOD) {
			check(in.len < before.len);
			check_param(&p, before);
		}
	} while (kind == PARAM_GOOD);
	check(kind == PARAM_BAD || in.len == 0);
	free(octets);
	return 0;
}
