/* load - whole SMTP or LMTP sessions, and what each of them took.
 *
 *	load [-L] [-s PARALLEL] [-m MESSAGES] [-l SIZE] [-r RCPTS] PORT COUNT
 *
 * COUNT connections to 127.0.0.1, PARALLEL at a time, each with MESSAGES
 * messages of SIZE octets for RCPTS recipients: ann@example.org, or m1 to
 * mN where there are several.  It waits for every reply and for the end of
 * the connection; a reply that is no success ends it.  Written for this
 * because a client in Python takes more CPU than some servers.
 *
 * Prints "seconds S" for all, a line "greeting NS" for each connection, and
 * "message NS NS" for each message: from before its first octet is written to
 * the last reply, and from before the write that has the dot. */
#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define END "\r\n.\r\n"

enum {
	LINE	= 72,		/* octets of a line of text, with its CRLF */
	PIECE	= LINE * 910,	/* of one write */
	REPLY	= 4096
};

struct took {
	int64_t data, dot;
};

/* What all processes share. */
struct tally {
	atomic_long next;	/* the connection that nobody has made yet */
	int64_t greeting[];	/* behind them a struct took for each message */
};

struct work {
	bool lmtp;
	long parallel, messages, rcpts, count;
	size_t size;
	uint16_t port;
	struct tally *tally;
	struct took *took;
};

struct stream {
	int fd;
	size_t len, at;		/* octets in buf, and how many are read */
	char buf[REPLY];
};

static char text[PIECE + sizeof END];

static int64_t
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void
say(struct stream *s, const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = write(s->fd, bytes, len);
		if (n < 0)
			err(1, "write");
		bytes += n;
		len -= (size_t)n;
	}
}

/* A line of a reply, at buf; false at the end of the connection. */
static bool
line(struct stream *s, char **start)
{
	for (;;) {
		char *end = memchr(s->buf + s->at, '\n', s->len - s->at);
		if (end != NULL) {
			*start = s->buf + s->at;
			s->at = (size_t)(end + 1 - s->buf);
			*end = '\0';
			return true;
		}
		memmove(s->buf, s->buf + s->at, s->len - s->at);
		s->len -= s->at;
		s->at = 0;
		ssize_t n = read(s->fd, s->buf + s->len, REPLY - s->len);
		if (n <= 0)
			return false;
		s->len += (size_t)n;
	}
}

static void
hear(struct stream *s, const char *what)
{
	char *reply;

	do
		if (!line(s, &reply))
			errx(1, "%s: the connection has ended", what);
	while (strlen(reply) > 3 && reply[3] == '-');
	if (*reply != '2' && *reply != '3')
		errx(1, "%s: %s", what, reply);
}

static void
ask(struct stream *s, const char *command)
{
	say(s, command, strlen(command));
	hear(s, command);
}

static void
recipients(struct stream *s, const struct work *work)
{
	char command[64];

	if (work->rcpts == 1)
		ask(s, "RCPT TO:<ann@example.org>\r\n");
	else for (long i = 1; i <= work->rcpts; i++) {
		snprintf(command, sizeof command,
		    "RCPT TO:<m%ld@example.org>\r\n", i);
		ask(s, command);
	}
}

/* The last piece, which has the dot in the same write.  It begins somewhere
 * in a line, so that it ends with one. */
static void
last(struct stream *s, size_t len)
{
	static char piece[PIECE + sizeof END];

	memcpy(piece, text, len);
	memcpy(piece + (len >= 2 ? len - 2 : 0), END, sizeof END - 1);
	say(s, piece, (len >= 2 ? len - 2 : 0) + sizeof END - 1);
}

static void
message(struct stream *s, const struct work *work, struct took *took)
{
	size_t left = work->size;

	ask(s, "MAIL FROM:<bench@example.com>\r\n");
	recipients(s, work);
	ask(s, "DATA\r\n");
	int64_t start = now();
	for (; left > PIECE; left -= PIECE)
		say(s, text, PIECE);
	int64_t dot = now();
	last(s, left);
	for (long i = 0; i < (work->lmtp ? work->rcpts : 1); i++)
		hear(s, "the dot");
	int64_t end = now();
	*took = (struct took){ end - start, end - dot };
}

static int
dial(uint16_t port)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
	    .sin_port = htons(port), .sin_addr = { htonl(INADDR_LOOPBACK) } };
	int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;

	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) < 0)
		err(1, "connect");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	return fd;
}

static void
session(const struct work *work, long number)
{
	struct stream s = { .len = 0 };
	char *rest;

	int64_t start = now();
	s.fd = dial(work->port);
	hear(&s, "greeting");
	work->tally->greeting[number] = now() - start;
	ask(&s, work->lmtp ? "LHLO bench.example\r\n"
	    : "EHLO bench.example\r\n");
	for (long i = 0; i < work->messages; i++)
		message(&s, work, &work->took[number * work->messages + i]);
	/* As clients that do not wait for 221: Exim keeps it back, 200 ms or
	 * until we close. */
	say(&s, "QUIT\r\n", 6);
	shutdown(s.fd, SHUT_WR);
	hear(&s, "QUIT");
	while (line(&s, &rest))
		;
	close(s.fd);
}

static void
sessions(const struct work *work)
{
	long number;

	while ((number = atomic_fetch_add(&work->tally->next, 1)) < work->count)
		session(work, number);
}

static int
all(const struct work *work)
{
	int status, failed = 0;

	for (long i = 1; i < work->parallel; i++)
		switch (fork()) {
		case -1:
			err(1, "fork");
		case 0:
			sessions(work);
			exit(0);
		}
	sessions(work);
	while (wait(&status) > 0)
		failed |= status;
	return failed;
}

static void
share(struct work *work)
{
	size_t head = sizeof *work->tally +
	    (size_t)work->count * sizeof work->tally->greeting[0];
	size_t whole = head + (size_t)(work->count * work->messages) *
	    sizeof *work->took;
	char *at = mmap(NULL, whole, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED)
		err(1, "mmap");
	work->tally = (void *)at;
	work->took = (void *)(at + head);
}

static void
fill(void)
{
	static const char head[] = "Subject: bench\r\n\r\n";

	memset(text, 'x', sizeof text);
	for (size_t i = LINE; i <= PIECE; i += LINE)
		memcpy(text + i - 2, "\r\n", 2);
	memcpy(text, head, sizeof head - 1);
}

static void
print(const struct work *work, int64_t spent)
{
	printf("seconds %.6f\n", (double)spent / 1e9);
	for (long i = 0; i < work->count; i++)
		printf("greeting %lld\n", (long long)work->tally->greeting[i]);
	for (long i = 0; i < work->count * work->messages; i++)
		printf("message %lld %lld\n", (long long)work->took[i].data,
		    (long long)work->took[i].dot);
}

int
main(int argc, char **argv)
{
	struct work work = { .parallel = 1, .messages = 1, .rcpts = 1,
	    .size = 4096 };
	int option;

	while ((option = getopt(argc, argv, "Ls:m:l:r:")) != -1)
		switch (option) {
		case 'L': work.lmtp = true; break;
		case 's': work.parallel = atol(optarg); break;
		case 'm': work.messages = atol(optarg); break;
		case 'l': work.size = (size_t)atoll(optarg); break;
		case 'r': work.rcpts = atol(optarg); break;
		default: return 64;
		}
	if (argc - optind != 2)
		errx(64, "load [-L] [-s PARALLEL] [-m MESSAGES] [-l SIZE] "
		    "[-r RCPTS] PORT COUNT");
	work.port = (uint16_t)atoi(argv[optind]);
	work.count = atol(argv[optind + 1]);
	fill();
	share(&work);
	int64_t start = now();
	if (all(&work) != 0)
		return 1;
	print(&work, now() - start);
	return 0;
}
