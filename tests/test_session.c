/* test_session.c - whole dialogues: session, smtp and transaction, with what
 * lies below them, between a client and a house that are both in memory.
 *
 * The dialogues stand in tests/session/, by topic. */

#include <stdlib.h>
#include <string.h>

#include "session/heard.h"
#include "session/parts.h"

enum {
	SAYS	= 1024 * 1024,
	SPLITS	= 200,
	SHOWN	= 1200,		/* libcheck takes no message over 4 KiB */
};

static int
shown(size_t len)
{
	return len < SHOWN ? (int)len : SHOWN;
}


static void *
new(size_t size)
{
	void *at = calloc(1, size);

	ck_assert_ptr_nonnull(at);
	return at;
}

static struct span
expand(const char *text)
{
	char *at = new(SAYS);
	size_t len = talk_expand(text, at, SAYS);

	ck_assert_uint_lt(len, SAYS);
	return (struct span){ at, len };
}

static void
set(struct talk *t, const struct dialogue *d, struct span says)
{
	talk_set(t, says);
	t->still = d->still;
	t->rules.early = d->early;
	t->fake.body = d->body;
	t->fake.commit = d->commit;
	t->fake.tls = d->tls;
	t->hasty = d->hasty;
	t->rules.tls = d->offer != NO_TLS;
	t->rules.tls_offered = d->offer == OFFERED || d->offer == IMPLICIT;
	t->rules.tls_implicit = d->offer == IMPLICIT;
	t->rules.tls_required = d->required;
	if (d->max_size != 0)
		t->rules.max_message_size = d->max_size;
	if (d->max_messages != 0)
		t->rules.max_messages = d->max_messages;
	if (d->max_recipients != 0)
		t->rules.max_recipients = d->max_recipients;
	if (d->max_unknown != 0)
		t->rules.max_unknown = d->max_unknown;
}

static bool
same(struct span a, struct span b)
{
	return a.len == b.len && memcmp(a.at, b.at, a.len) == 0;
}

/* Is text, where it is not NULL, in what? */
static void
check_in(const struct dialogue *d, const char *name, const char *text,
    struct span what)
{
	if (text == NULL)
		return;
	struct span wanted = expand(text);

	if (!heard_has(what, wanted))
		ck_abort_msg("%s: no \"%.1200s\" in the %s:\n%.*s", d->title,
		    text, name, shown(what.len), what.at);
	free((void *)wanted.at);
}

static void
check_calls(const struct talk *t, const struct dialogue *d)
{
	char calls[4096];

	if (d->calls == NULL)
		return;
	fake_calls(&t->fake, calls, sizeof calls);
	if (strcmp(calls, d->calls) != 0)
		ck_abort_msg("%s: the calls were\n%.1200s, not\n%.1200s",
		    d->title, calls, d->calls);
}

static void
check(const struct talk *t, const struct dialogue *d)
{
	struct span heard = { t->heard, t->heard_len };
	struct span hears = expand(d->hears);
	struct span stored = expand(d->stored != NULL ? d->stored : "");
	struct span store = { t->fake.stored, t->fake.stored_len };

	if (!heard_is(heard, hears))
		ck_abort_msg("%s: not %s, but\n%.*s", d->title, d->hears,
		    shown(heard.len), heard.at);
	if (!same(store, stored) || (t->fake.mails > 0) != (d->stored != NULL))
		ck_abort_msg("%s: %u mails stored, %zu octets:\n%.*s", d->title,
		    t->fake.mails, store.len, shown(store.len), store.at);
	check_in(d, "replies", d->text, heard);
	check_in(d, "trace", d->trace,
	    (struct span){ t->fake.trace, t->fake.trace_len });
	check_calls(t, d);
	free((void *)hears.at);
	free((void *)stored.at);
}

/* Again, in other packets, against how it went in one. */
static void
talk_again(struct talk *t, const struct talk *whole, const char *title,
    size_t first, size_t step)
{
	t->first = first;
	t->step = step;
	const char *wrong = talk_run(t);

	if (wrong != NULL)
		ck_abort_msg("%s, %zu octets first, then %zu: %s\n%.*s", title,
		    first, step, wrong, shown(t->heard_len), t->heard);
	if (!same((struct span){ t->heard, t->heard_len },
	    (struct span){ whole->heard, whole->heard_len }))
		ck_abort_msg("%s, %zu octets first, then %zu: hears\n%.*s",
		    title, first, step, shown(t->heard_len), t->heard);
	if (!same((struct span){ t->fake.stored, t->fake.stored_len },
	    (struct span){ whole->fake.stored, whole->fake.stored_len }) ||
	    strcmp(t->fake.trace, whole->fake.trace) != 0)
		ck_abort_msg("%s, %zu octets first, then %zu: the house saw\n"
		    "%.1200s",
		    title, first, step, t->fake.trace);
}

void
talk_all_ways(const struct dialogue *d)
{
	struct talk *whole = new(sizeof *whole), *t = new(sizeof *t);
	struct span says = expand(d->says);

	set(whole, d, says);
	const char *wrong = talk_run(whole);
	if (wrong != NULL)
		ck_abort_msg("%s: %s\n%.*s\n%.1200s", d->title, wrong,
		    shown(whole->heard_len), whole->heard, whole->fake.trace);
	check(whole, d);
	set(t, d, says);
	if (!d->hasty)
		talk_again(t, whole, d->title, 1, 1);
	for (size_t i = 1; i < says.len && i <= SPLITS && !d->hasty; i++)
		talk_again(t, whole, d->title, i, says.len);
	free((void *)says.at);
	free(whole);
	free(t);
}

static void
add(Suite *s, const char *name, void (*add_tests)(TCase *))
{
	TCase *tc = tcase_create(name);

	tcase_set_timeout(tc, 60);
	add_tests(tc);
	suite_add_tcase(s, tc);
}

Suite *
suite(void)
{
	Suite *s = suite_create("session");

	add(s, "verbs", add_verbs);
	add(s, "paths", add_paths);
	add(s, "mails", add_mails);
	add(s, "datas", add_datas);
	add(s, "chunks", add_chunks);
	add(s, "limits", add_limits);
	add(s, "ends", add_ends);
	add(s, "packets", add_packets);
	add(s, "tls", add_tls);
	return s;
}
