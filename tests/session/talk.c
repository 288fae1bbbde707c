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

/* Does a line that is STARTTLS end with the octet of this number? */
static bool
is_starttls(struct span says, size_t number)
{
	static const char word[] = "STARTTLS";
	struct span line = { says.at, number };

	if (says.at[number] != '\n')
		return false;
	line.len -= line.len > 0 && line.at[line.len - 1] == '\r';
	line = span_trim(line);
	span_cut(&line, line.len - (line.len < sizeof word - 1 ? line.len
	    : sizeof word - 1));
	return span_is(line, word);
}

/* So many of the next len octets does it send before it waits. */
static size_t
until_starttls(const struct talk *t, size_t len)
{
	for (size_t i = 0; i < len && !t->hasty; i++)
		if (is_starttls(t->says, t->said + i))
			return i + 1;
	return len;
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
	len = until_starttls(t, len < size ? len : size);
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

/* All that was said in plain text is out, the answer to STARTTLS being the
 * last of it; of TLS from the start it is nothing. */
static void
turn(void *end)
{
	static const char ready[] = "220 2.0.0 Ready for the TLS handshake\r\n";
	size_t len = sizeof ready - 1;
	struct talk *t = end;

	promise(t, ++t->turns == 1, "a turn to TLS twice");
	promise(t, t->fake.secure, "a turn to TLS that was not granted");
	promise(t, t->session.wire.used == 0, "replies wait at the turn");
	promise(t, t->rules.tls_implicit ? t->heard_len == 0
	    : t->deaf_after != 0 || (t->heard_len >= len &&
	    memcmp(t->heard + t->heard_len - len, ready, len) == 0),
	    "220 as the last in plain text");
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
	t->still = t->hasty = false;
	t->deaf_after = 0;
	t->fake.body = t->fake.commit = t->fake.tls = 0;
}

struct talk *
talk_new(struct span says)
{
	struct talk *t = calloc(1, sizeof *t);

	if (t == NULL)
		abort();
	talk_set(t, says);
	return t;
}

static void
open_all(struct talk *t)
{
	t->fake.max_size = t->rules.max_message_size;
	t->fake.max_messages = t->rules.max_messages;
	t->fake.max_recipients = t->rules.max_recipients;
	t->fake.max_unknown = t->rules.max_unknown;
	t->fake.tls_required = t->rules.tls_required;
	fake_open(&t->fake);
	t->fake.secure = t->rules.tls_implicit;
	t->wrong = NULL;
	t->said = t->heard_len = 0;
	t->ended = false;
	t->writes = t->turns = 0;
	memset(&t->session, 0, sizeof t->session);
	t->session.rules = &t->rules;
	t->session.backend = &t->fake.backend;
	t->session.house = &t->fake;
	t->session.wire.read = give;
	t->session.wire.write = hear;
	t->session.wire.turn = turn;
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
	promise(t, t->turns == t->fake.secure, "a turn where TLS was granted");
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
