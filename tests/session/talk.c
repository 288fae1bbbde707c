/* talk.c - a client in memory, who talks to a whole session. */

#include "talk.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../../smtp-receive/smtp.h"
#include "heard.h"

static void
promise(struct talk *t, bool kept, const char *what)
{
	if (!kept && t->wrong == NULL)
		t->wrong = what;
}

static ssize_t
give(void *end, void *at, size_t size)
{
	struct talk *t = end;
	size_t left = t->says.len - t->said;
	size_t len = t->said == 0 ? t->first : t->step;

	promise(t, t->session.wire.used == 0, "replies wait at a read");
	promise(t, size > 0, "a read of nothing");
	promise(t, !t->ended, "a read after the end");
	len = len < left ? len : left;
	len = len < size ? len : size;
	if (len > 0)
		memcpy(at, t->says.at + t->said, len);
	t->said += len;
	if (left > 0)
		return (ssize_t)len;
	t->ended = true;
	errno = EAGAIN;
	return t->still ? -1 : 0;
}

static int
hear(void *end, const void *at, size_t len)
{
	struct talk *t = end;

	promise(t, len > 0 && len <= OUTPUT_SIZE, "a write of a wrong size");
	promise(t, len <= sizeof t->heard - t->heard_len, "room for replies");
	if (t->deaf_after != 0 && t->writes++ >= t->deaf_after)
		return -1;
	t->writes += t->deaf_after == 0;
	if (len > sizeof t->heard - t->heard_len)
		return -1;
	memcpy(t->heard + t->heard_len, at, len);
	t->heard_len += len;
	return 0;
}

void
talk_set(struct talk *t, struct span says)
{
	t->rules = (struct rules){
		.hostname = HOST,
		.id = ID,
		.max_message_size = 50 << 20,
		.max_messages = 1000,
		.max_recipients = 100,
		.max_errors = 20,
		.max_unknown = 10,
	};
	t->says = says;
	t->first = t->step = says.len;
	t->still = false;
	t->deaf_after = 0;
	t->fake.body = t->fake.commit = 0;
}

static void
open_all(struct talk *t)
{
	t->fake.max_size = t->rules.max_message_size;
	t->fake.max_messages = t->rules.max_messages;
	t->fake.max_recipients = t->rules.max_recipients;
	t->fake.max_unknown = t->rules.max_unknown;
	fake_open(&t->fake);
	t->wrong = NULL;
	t->said = t->heard_len = 0;
	t->ended = false;
	t->writes = 0;
	memset(&t->session, 0, sizeof t->session);
	t->session.rules = &t->rules;
	t->session.backend = &t->fake.backend;
	t->session.house = &t->fake;
	t->session.wire.read = give;
	t->session.wire.write = hear;
	t->session.wire.end = t;
}

const char *
talk_run(struct talk *t)
{
	struct span heard;

	open_all(t);
	smtp_run(&t->session);
	heard = (struct span){ t->heard, t->heard_len };
	promise(t, t->session.wire.used == 0, "replies left behind");
	promise(t, strstr(t->fake.trace, "\nquit ") != NULL ||
	    strncmp(t->fake.trace, "quit ", 5) == 0, "quit at the end");
	promise(t, t->fake.bytes == t->said, "all octets are counted");
	if (t->deaf_after == 0)
		promise(t, heard_stored(heard) == t->fake.mails,
		    "250 at a dot for what is stored, and for nothing else");
	if (t->wrong == NULL)
		t->wrong = t->fake.wrong;
	return t->wrong != NULL ? t->wrong : heard_wrong(heard);
}

/* The end of the repeat "{n}" that starts at text; NULL where it is none. */
static const char *
count_of(const char *text, size_t *count)
{
	char *end;

	if (text[0] != '{' || text[1] < '0' || text[1] > '9')
		return NULL;
	*count = strtoul(text + 1, &end, 10);
	return *end == '}' ? end + 1 : NULL;
}

/* What can be repeated: a group in brackets, or one character. */
static struct span
unit_of(const char *text, const char **end, size_t *count)
{
	const char *close = text[0] == '(' ? strstr(text, "){") : NULL;
	struct span unit = { text, 1 };

	*count = 1;
	if (close != NULL && (*end = count_of(close + 1, count)) != NULL)
		return (struct span){ text + 1, (size_t)(close - text - 1) };
	*end = count_of(text + 1, count);
	if (*end == NULL)
		*end = text + 1;
	return unit;
}

size_t
talk_expand(const char *text, char *at, size_t size)
{
	size_t used = 0, count;

	while (*text != '\0') {
		struct span unit = unit_of(text, &text, &count);

		for (; count > 0 && unit.len <= size - used; count--) {
			memcpy(at + used, unit.at, unit.len);
			used += unit.len;
		}
	}
	return used;
}
