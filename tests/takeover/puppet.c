/* puppet.c - the client moves the session's hand: any message, any number of
 * times, answers read or not.  What it knows of messages is in messages.py. */

#include "attacker.h"

#include <errno.h>
#include <stdint.h>
#include <unistd.h>

#include "../../smtp-receive/ask.h"

/* An order, and the octets behind it. */
struct order {
	uint32_t kind;		/* enum kind */
	uint32_t len;		/* octets that follow; SEND: a message */
	uint32_t times;		/* 0: for ever */
	uint32_t answers;	/* 1: one is read after each */
};

enum kind {
	SEND	= 1,
	TAKE	= 2,	/* reads an answer, and hands it on */
	POKE	= 3,	/* shared: an offset in times, octets */
	END	= 4,	/* exits */
	CHAIN	= 5,	/* several messages; answers to questions are read */
};

/* What became of it: the last result, and how often it was done. */
struct report {
	int32_t result;
	uint32_t times;
};

static _Alignas(8) unsigned char octets[1 << 20];

static const struct door *door;

static bool
fetch(void *at, size_t size)
{
	char *to = at;

	while (size > 0) {
		ssize_t n = read(door->in, to, size);

		if (n <= 0)
			return false;
		to += n;
		size -= (size_t)n;
	}
	return true;
}

static int32_t
result(ssize_t n)
{
	return n == -1 ? -errno : (int32_t)n;
}

static void
tell(int32_t value, uint32_t times, const void *more, size_t len)
{
	struct report r = { value, times };
	ssize_t n = write(door->out, &r, sizeof r);

	if (n == (ssize_t)sizeof r && len > 0)
		n = write(door->out, more, len);
	(void)n;
}

static void
send_messages(const struct order *o)
{
	struct answer answer;
	uint32_t done = 0;
	ssize_t n = 0;

	while (o->times == 0 || done < o->times) {
		n = write(SANDBOX_PAIR, octets, o->len);
		if (n == -1)
			break;
		if (o->answers != 0)
			n = read(SANDBOX_PAIR, &answer, sizeof answer);
		if (n <= 0)
			break;
		done++;
	}
	tell(result(n), done, NULL, 0);
}

static bool
send_one(const unsigned char *at)
{
	const struct ask *ask = (const void *)at;
	struct answer answer;

	if (write(SANDBOX_PAIR, ask, sizeof *ask) == -1)
		return false;
	return (ask->parts & ASK_QUESTION) == 0 ||
	    read(SANDBOX_PAIR, &answer, sizeof answer) > 0;
}

static void
send_chain(const struct order *o)
{
	uint32_t done;

	for (done = 0; o->times == 0 || done < o->times; done++)
		for (size_t at = 0; at + sizeof (struct ask) <= o->len;
		    at += sizeof (struct ask))
			if (!send_one(octets + at)) {
				tell(result(-1), done, NULL, 0);
				return;
			}
	tell(0, done, NULL, 0);
}

static void
take_answer(void)
{
	static struct answer answer;
	ssize_t n = read(SANDBOX_PAIR, &answer, sizeof answer);

	tell(result(n), 1, &answer, n > 0 ? (size_t)n : 0);
}

static void
poke(const struct attacker *a, const struct order *o)
{
	volatile unsigned char *shared = (volatile unsigned char *)a->shared;

	for (uint32_t i = 0; i < o->len; i++)
		if (o->times + i < sizeof *a->shared)
			shared[o->times + i] = octets[i];
	tell(0, 1, NULL, 0);
}

static void
dance(const struct attacker *a)
{
	struct order o;

	door = a->door;
	attacker_say("puppet %zu %zu", sizeof (struct ask),
	    sizeof (struct answer));
	while (fetch(&o, sizeof o) && o.len <= sizeof octets &&
	    fetch(octets, o.len))
		switch (o.kind) {
		case SEND:
			send_messages(&o);
			break;
		case CHAIN:
			send_chain(&o);
			break;
		case TAKE:
			take_answer();
			break;
		case POKE:
			poke(a, &o);
			break;
		default:
			sandbox_exit((int)o.times);
		}
	sandbox_exit(0);
}

const struct attack puppet_attacks[] = {
	{ .name = "puppet", .run = dance },
	{ 0 }
};
