/* fuzz_session.c - any octets as a whole dialogue, in one packet and in
 * several: the same replies, the same mails, and never a broken promise.
 *
 * Input: the size of the first packet and of the others, what the house
 * answers and how it ends, then the octets. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../session/talk.h"

int LLVMFuzzerTestOneInput(const unsigned char *, size_t);

enum { PREFIX = 3 };

static const enum reply answers[] = { 0, 0, reply_trouble, reply_no_room };

static void
set(struct talk *t, const unsigned char *data, size_t size)
{
	unsigned how = data[2];

	talk_set(t, (struct span){ (const char *)data + PREFIX,
	    size - PREFIX });
	t->fake.body = answers[how & 3];
	t->fake.commit = answers[how >> 2 & 3];
	t->rules.tls = t->rules.tls_offered = true;
	t->rules.tls_required = how >> 3 & 1;
	t->fake.tls = how & 1 ? reply_tls_trouble : 0;
	t->still = how >> 4 & 1;
	t->rules.early = how >> 5 & 1;
	t->rules.max_message_size = how >> 6 & 1 ? 64 : 50 << 20;
	t->rules.max_unknown = how >> 7 ? 2 : 10;
	t->rules.max_messages = how >> 7 ? 4 : 1000;
	t->rules.max_recipients = how >> 7 ? 3 : 100;
}

static void
run(struct talk *t)
{
	const char *wrong = talk_run(t);

	if (wrong == NULL)
		return;
	fprintf(stderr, "%s\n%.*s%s", wrong, (int)t->heard_len, t->heard,
	    t->fake.trace);
	abort();
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	static struct talk whole, parts;

	if (size < PREFIX || size > 8192)	/* so that the trace holds it */
		return 0;
	set(&whole, data, size);
	run(&whole);
	set(&parts, data, size);
	parts.first = data[0] + 1u;
	parts.step = data[1] + 1u;
	run(&parts);
	if (parts.heard_len != whole.heard_len ||
	    memcmp(parts.heard, whole.heard, whole.heard_len) != 0 ||
	    parts.fake.stored_len != whole.fake.stored_len ||
	    memcmp(parts.fake.stored, whole.fake.stored,
	    whole.fake.stored_len) != 0 ||
	    strcmp(parts.fake.trace, whole.fake.trace) != 0)
		abort();
	return 0;
}
