/* hook.c - where the attacker's code is called from. */

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../../smtp-receive/ask.h"
#include "attacker.h"

void __real_session_say(struct session *, enum reply);
void __wrap_session_say(struct session *, enum reply);
ssize_t __real_write(int, const void *, size_t);
ssize_t __wrap_write(int, const void *, size_t);
int __real_setrlimit(int, const struct rlimit *);
int __wrap_setrlimit(int, const struct rlimit *);

static const struct attack *const all[] = {
	call_attacks, entry_attacks, alone_attacks, frame_attacks,
	shared_attacks, tls_attacks, puppet_attacks,
};

static struct attacker attacker;
static bool armed;		/* in the session only: it is set there */

void
attacker_say(const char *format, ...)
{
	char line[512];
	va_list rest;

	va_start(rest, format);
	int len = vsnprintf(line, sizeof line - 2, format, rest);
	va_end(rest);
	if (len < 0 || (size_t)len >= sizeof line - 2)
		return;
	memcpy(line + len, "\r\n", 2);
	ssize_t n = __real_write(attacker.door->out, line, (size_t)len + 2);
	(void)n;
}

long
attacker_call(long number, const long a[6])
{
	long result = syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);

	return result == -1 ? -errno : result;
}

static void
run(void)
{
	armed = false;
	for (size_t i = 0; i < countof(all); i++)
		for (const struct attack *a = all[i]; a->name != NULL; a++)
			if (strcmp(a->name, attacker.name) == 0) {
				attacker.attack = a;
				a->run(&attacker);
				return;
			}
	attacker_say("no such attack: %s", attacker.name);
}

static void
list(void)
{
	for (size_t i = 0; i < countof(all); i++)
		for (const struct attack *a = all[i]; a->name != NULL; a++)
			attacker_say("attack %s", a->name);
	armed = false;
}

static void
cut_word(struct span *rest, char *at, size_t size)
{
	size_t len = 0;

	while (len < rest->len && rest->at[len] != ' ')
		len++;
	span_copy(span_cut(rest, len), at, size);
	*rest = span_trim(*rest);
}

static void
arm(struct session *s, struct span rest)
{
	const struct door *door = s->wire.end;

	attacker = (struct attacker){ .session = s, .shared = door->shared,
	    .door = door };
	cut_word(&rest, attacker.name, sizeof attacker.name);
	cut_word(&rest, attacker.point, sizeof attacker.point);
	span_copy(rest, attacker.argument, sizeof attacker.argument);
	attacker.number = strtol(attacker.argument, NULL, 10);
	armed = true;
}

/* The point behind a reply. */
static const char *
point_of(enum reply reply)
{
	switch ((int)reply) {
	case reply_noop:
		return "now";
	case reply_hello:
		return "ehlo";
	case reply_mail_ok:
		return "mail";
	case reply_rcpt_ok:
		return "rcpt";
	case reply_go_ahead:
		return "data";
	case reply_stored:
		return "stored";
	default:
		return "";
	}
}

void
__wrap_session_say(struct session *s, enum reply reply)
{
	struct span said = s->said;

	if (span_skip(&said, "NOOP attack "))
		arm(s, said);
	if (armed && strcmp(attacker.name, "list") == 0)
		list();
	__real_session_say(s, reply);
	if (!armed || strcmp(attacker.point, point_of(reply)) != 0)
		return;
	wire_flush(&s->wire);
	run();
}

/* The points at which the buffer is the monitor's: behind the question. */
ssize_t
__wrap_write(int fd, const void *at, size_t len)
{
	ssize_t n = __real_write(fd, at, len);
	const struct ask *ask = at;

	if (!armed || fd != SANDBOX_PAIR || len != sizeof *ask)
		return n;
	if (((ask->parts & ASK_BODY) != 0 &&
	    strcmp(attacker.point, "body") == 0) ||
	    ((ask->parts & ASK_COMMIT) != 0 &&
	    strcmp(attacker.point, "commit") == 0))
		run();
	return n;
}

/* So that a test need not spin for minutes: the processor time that belongs to
 * max-message-size = 1M is 1 s. */
int
__wrap_setrlimit(int what, const struct rlimit *limit)
{
	const struct rlimit second = { 1, 1 };

	return __real_setrlimit(what, what == RLIMIT_CPU &&
	    limit->rlim_max == 61 ? &second : limit);
}
