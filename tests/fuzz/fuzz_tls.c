/* fuzz_tls.c - any reports of a helper that was taken over, in a row.
 *
 * What is taken leads from state to state as report.h says, and nothing in it
 * can end a line of the log or of Received:; what is not taken changes no
 * state.
 *
 * Input: the state; then for each report its kind, its size (0: the right
 * one), the number of its changes, and for each of these where (2 octets) and
 * what.  What is not changed is good. */

#include <stdlib.h>
#include <string.h>

#include "../../smtp-receive/tls.h"

int LLVMFuzzerTestOneInput(const unsigned char *, size_t);

enum { PAIRS = 2 };

struct input {
	const unsigned char *at, *end;
};

static void
must(bool good)
{
	if (!good)
		abort();
}

static unsigned
take(struct input *in)
{
	return in->at < in->end ? *in->at++ : 0;
}

static uint32_t
put(char *at, const char *text)
{
	memcpy(at, text, strlen(text));
	return (uint32_t)strlen(text);
}

static void
make(struct input *in, struct report *r)
{
	*r = (struct report){ .kind = take(in) % 8, .pair = 1 };
	r->version_len = put(r->version, "TLSv1.3");
	r->cipher_len = put(r->cipher, "TLS_AES_256_GCM_SHA384");
	r->name_len = put(r->name, "mx.example.org");
	r->what_len = put(r->what, "no shared cipher");
}

static void
change(struct input *in, struct report *r)
{
	for (unsigned n = take(in); n > 0 && in->at < in->end; n--) {
		size_t where = take(in);

		where = (where | take(in) << 8) % sizeof *r;
		((unsigned char *)r)[where] = (unsigned char)take(in);
	}
}

static bool
is_text(const char *at, uint32_t len, size_t size)
{
	for (uint32_t i = 0; i < len && len <= size; i++)
		if (at[i] < ' ' || at[i] > '~')
			return false;
	return len <= size;
}

/* Nothing that could end a clause. */
static bool
is_word(const char *at, uint32_t len, size_t size)
{
	for (uint32_t i = 0; i < len && len <= size; i++)
		if (strchr(" ()<>@,;:\\\"[]", at[i]) != NULL)
			return false;
	return len > 0 && is_text(at, len, size);
}

static void
ck_taken(const struct report *r, enum tls_state before, enum tls_state after)
{
	must(before == TLS_OFFERED ? after == TLS_BEGUN || after == TLS_BROKEN
	    : before == TLS_BEGUN && (after == TLS_UP || after == TLS_FAILED));
	must(is_text(r->name, r->name_len, sizeof r->name));
	must(is_text(r->what, r->what_len, sizeof r->what));
	must(r->pair < PAIRS || (r->pair == REPORT_NO_PAIR &&
	    after != TLS_UP));
	if (after == TLS_UP)
		must(is_word(r->version, r->version_len, sizeof r->version) &&
		    is_word(r->cipher, r->cipher_len, sizeof r->cipher));
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct input in = { data, data + size };
	struct tls t = { .count = PAIRS };

	t.state = (enum tls_state)(take(&in) % (TLS_FAILED + 1));
	while (in.at < in.end) {
		struct report r[2];
		enum tls_state before = t.state;

		make(&in, r);
		memset(r + 1, 'x', sizeof *r);
		size_t len = take(&in);
		len = len == 0 ? sizeof *r : len * sizeof r / 256;
		change(&in, r);
		if (tls_take(&t, r, len) != NULL)
			must(t.state == before);
		else
			ck_taken(&t.report, before, t.state);
	}
	return 0;
}
