/* fuzz_monitor.c - any messages of a session that was taken over.
 *
 * The monitor runs in this process; the messages wait in the pair before it
 * starts.  Whatever comes: it ends, what the log calls stored is in new/, and
 * nothing else is anywhere; each line of the log is one, and printable.
 *
 * Input: for each message its parts (2 octets), its size (0: the right one)
 * and the number of its changes; and for each of these where (2 octets) and
 * what.  What is not changed is good.  The last octet says how it is with TLS:
 * there is none, it cannot be had, or the helper's report of the handshake
 * waits, in which the three octets before may be a change. */

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../smtp-receive/monitor.h"
#include "../descriptors.h"
#include "../home.h"

int LLVMFuzzerTestOneInput(const unsigned char *, size_t);
int LLVMFuzzerInitialize(int *, char ***);

enum {
	MESSAGES	= 40,		/* the pair holds so many */
	NOBODY		= INT_MAX,	/* no process has this number */
};

struct input {
	const unsigned char *at, *end;
};

static struct home home;
static struct shared shared;
static struct house house;

static const struct config config = { .hostname = "mx.example.org",
	.max_message_size = 600 * 1024, .max_messages = 9,
	.max_recipients = 5,
	.max_mailboxes = 8, .command_timeout = 300, .session_timeout = 3600,
	.max_errors = 20, .max_unknown = 3, .min_free = 1,
	.delivered_to = true };

static void
must(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "%s\n%s", what, home_log(&home));
	abort();
}

static void
clean_up(void)
{
	home_remove(&home);
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc, (void)argv;
	/* In memory, where syncs cost nothing. */
	if (access("/dev/shm", W_OK) == 0)
		setenv("TMPDIR", "/dev/shm", 0);
	home_make(&home);
	atexit(clean_up);
	memset(shared.body, 'x', sizeof shared.body);
	return 0;
}

static unsigned
take(struct input *in)
{
	return in->at < in->end ? *in->at++ : 0;
}

static unsigned
take_two(struct input *in)
{
	unsigned low = take(in);

	return low | take(in) << 8;
}

static uint32_t
put(char *at, const char *text)
{
	memcpy(at, text, strlen(text));
	return (uint32_t)strlen(text);
}

/* bodies: so many octets of the mail in hand came before. */
static struct ask
good(unsigned parts, uint64_t bodies)
{
	struct ask m = { .parts = parts, .more = 1, .size = 100,
	    .len = (parts & ASK_BODY) != 0 ? BODY_SIZE : 3 };

	m.crlf = bodies + m.len;
	m.helo_len = put(m.helo, "client");
	m.sender_len = put(m.sender, "eve@example.net");
	m.recipient_len = put(m.recipient, "box0@example.org");
	m.verb_len = put(m.verb, "MAIL");
	m.said_len = put(m.said, "MAIL FROM:<>");
	m.message_id_len = put(m.message_id, "<1@example.net>");
	return m;
}

static void
change(struct input *in, struct ask *m)
{
	for (unsigned n = take(in) % 8; n > 0; n--) {
		size_t where = take_two(in) % sizeof *m;

		((unsigned char *)m)[where] = (unsigned char)take(in);
	}
}

static void
send_all(struct input *in, int fd)
{
	uint64_t bodies = 0;

	for (int i = 0; i < MESSAGES && in->at < in->end; i++) {
		struct ask big[2] = { good(take_two(in), bodies) };
		size_t size = take(in);

		bodies = big->parts & ASK_MAIL ? 0 : big->parts & ASK_BODY
		    ? bodies + BODY_SIZE : bodies;
		change(in, big);
		size = size == 0 ? sizeof *big : size * sizeof big / 256;
		if (send(fd, big, size, MSG_DONTWAIT) == -1)
			break;
	}
	/* Behind the last comes the end; answers are still taken. */
	shutdown(fd, SHUT_WR);
}

static void
ck_log(void)
{
	const char *text = home_log(&home);

	for (const char *at = text; *at != '\0'; at++)
		must(*at == '\n' || *at == ' ' || span_graphic(*at),
		    "an octet in the log that is not printable");
	must(home_logged(&home, "") == home_logged(&home, "event="),
	    "a line in the log that is no event");
	must(home_logged(&home, "event=closed") == 1, "not closed");
	must(home_logged(&home, "event=attack") ==
	    home_logged(&home, "how=attack"), "attacks");
}

/* last: the last four octets of the input. */
static void
report(const unsigned char *last, int fd)
{
	struct report r = { .kind = REPORT_UP, .pair = 0 };
	size_t where = (last[1] | (size_t)last[2] << 8) % sizeof r;

	r.version_len = put(r.version, "TLSv1.3");
	r.cipher_len = put(r.cipher, "TLS_AES_256_GCM_SHA384");
	if ((last[3] & 4) != 0)
		((unsigned char *)&r)[where] = last[0];
	must(write(fd, &r, sizeof r) == sizeof r, "report");
}

static struct tls
make_tls(const unsigned char *data, size_t size)
{
	static const enum tls_state states[] = { TLS_NONE, TLS_BROKEN,
	    TLS_BEGUN, TLS_BEGUN };
	struct tls tls = { .config = &config, .count = 1, .reports = -1 };
	int ends[2];

	if (size < 4)
		return tls;
	tls.state = states[data[size - 1] & 3];
	if (tls.state != TLS_BEGUN)
		return tls;
	must(pipe(ends) == 0, "pipe");
	tls.reports = ends[0];
	report(data + size - 4, ends[1]);
	close(ends[1]);
	return tls;
}

static void
run(int pair, struct tls *tls)
{
	struct client client = { .socket = { true, true },
	    .address = "192.0.2.1", .literal = "[192.0.2.1]", .local = "x" };
	struct monitor m = { .house = &house, .shared = &shared, .pair = pair,
	    .signals = -1, .session = NOBODY };

	memset(&house, 0, sizeof house);
	house.config = house.deliver.config = &config;
	house.log = &home.log;
	house.deliver.log = &home.log;
	house.client = &client;
	house.tls = tls;
	house.body = shared.body;
	house.map.file = home.users;
	house.map.delimiters = "+";
	house.deliver.rights = &home.rights;
	clock_gettime(CLOCK_MONOTONIC, &house.start);
	must(monitor_run(&m), "no session");
	usermap_close(&house.map);
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct input in = { data, data + size };
	int before = descriptors(), pair[2];
	struct tls tls = make_tls(data, size);

	must(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) == 0, "socketpair");
	send_all(&in, pair[1]);
	run(pair[0], &tls);
	close(pair[0]);
	close(pair[1]);
	if (tls.reports != -1)
		close(tls.reports);
	ck_log();
	must(home_files(&home, "new") == home_logged(&home, "event=stored"),
	    "stored is not what the log says");
	must(home_all(&home) == home_files(&home, "new"), "left behind");
	must(descriptors() == before, "descriptors left");
	home_empty(&home);
	return 0;
}
