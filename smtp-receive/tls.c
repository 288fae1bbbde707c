/* tls.c - the client's TLS, as the monitor sees it. */

#include "tls.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ids.h"

static const char TO_START[] = "to start TLS";

/* errno is the caller's. */
static int
fail(struct tls *t, const char *call, const char *what)
{
	t->state = TLS_BROKEN;
	t->call = call;
	span_copy(span_of(what), t->what, sizeof t->what);
	return -1;
}

struct span
tls_file(const char *list, size_t number)
{
	struct span rest = span_of(list), file = span_field(&rest, ',');

	while (number-- > 0)
		file = span_field(&rest, ',');
	return file;
}

/* A name is that of a credential, where systemd has put it. */
static int
find_path(struct tls *t, struct span file)
{
	const char *directory = getenv("CREDENTIALS_DIRECTORY");

	t->path[0] = '\0';
	if (file.at[0] == '/')
		return span_copy(file, t->path, sizeof t->path) ? 0 : -1;
	int n = snprintf(t->path, sizeof t->path, "%s/%.*s",
	    directory != NULL ? directory : "", (int)file.len, file.at);
	errno = ENOENT;
	if (directory == NULL)
		return fail(t, "getenv", "it is a credential's name, and "
		    "CREDENTIALS_DIRECTORY is not set: the unit wants "
		    "LoadCredential=");
	errno = ENAMETOOLONG;
	return n > 0 && (size_t)n < sizeof t->path ? 0 : fail(t, "open",
	    "a credential whose path is too long");
}

/* One that is no file does not keep us waiting: its octets will be missed. */
static int
open_file(struct tls *t, struct span file, const char *what, int *fd)
{
	if (find_path(t, file) == -1)
		return -1;
	*fd = open(t->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	return *fd == -1 ? fail(t, "open", what) : 0;
}

static int
open_pairs(struct tls *t)
{
	const char *certificates = t->config->tls_certificate;
	const char *keys = t->config->tls_key;

	if (keys[0] == '\0')
		keys = certificates;
	for (; t->count < MAX_CERTIFICATES; t->count++) {
		struct span certificate = tls_file(certificates, t->count);
		struct span key = tls_file(keys, t->count);

		if (certificate.len == 0)
			break;
		if (open_file(t, certificate, "the certificate for TLS, which "
		    "cannot be had without", &t->files[2 * t->count]) == -1 ||
		    open_file(t, key, "the key for TLS, which cannot be had "
		    "without", &t->files[2 * t->count + 1]) == -1)
			return -1;
	}
	t->path[0] = '\0';
	return 0;
}

/* The session's end is to it what the client's socket is. */
static int
make_pair(struct tls *t)
{
	const struct timeval time = {
		.tv_sec = (time_t)t->config->command_timeout,
	};

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, t->pair) == -1)
		return fail(t, "socketpair", TO_START);
	if (setsockopt(t->pair[0], SOL_SOCKET, SO_RCVTIMEO, &time,
	    sizeof time) == -1 || setsockopt(t->pair[0], SOL_SOCKET,
	    SO_SNDTIMEO, &time, sizeof time) == -1)
		return fail(t, "setsockopt", TO_START);
	return 0;
}

int
tls_open(struct tls *t)
{
	t->reports = t->pair[0] = t->pair[1] = -1;
	if (t->config->tls_certificate[0] == '\0')
		return 0;
	if (open_pairs(t) == -1 || make_pair(t) == -1)
		return -1;
	t->state = TLS_OFFERED;
	return 0;
}

/* From here on the helper alone has them. */
static void
close_ours(struct tls *t)
{
	for (size_t i = 0; i < 2 * t->count; i++)
		close(t->files[i]);
	close(t->pair[1]);
	t->pair[1] = -1;
}

static void
close_reports(struct tls *t)
{
	close(t->reports);
	t->reports = -1;
}

static int
give_up(struct tls *t)
{
	int error = errno, status;

	spawn_reap(&t->spawn, 0, &status);
	close_reports(t);
	errno = error;
	return -1;
}

/* s, in decimal digits, as a string. */
static char *
print(unsigned long long n, char at[SPAN_DECIMAL + 1])
{
	span_copy(span_decimal(n, at), at, SPAN_DECIMAL + 1);
	return at;
}

enum { FIXED = 5 };		/* the helper's descriptors before the files */

static int
spawn(struct tls *t, int reports)
{
	char count[SPAN_DECIMAL + 1], seconds[SPAN_DECIMAL + 1];
	char cpu[SPAN_DECIMAL + 1], ids[IDS_TEXT];
	char *const argv[] = {
		(char *)t->program,
		print(t->count, count),
		print(t->config->command_timeout, seconds),
		print(t->cpu_seconds, cpu),
		t->root ? ids : NULL,
		NULL,
	};
	int fds[FIXED + countof(t->files)] = { 0, 1, -1, t->pair[1], reports };
	const char *call;

	ids_write(t->uid, t->gid, ids);
	memcpy(fds + FIXED, t->files, sizeof t->files);
	t->spawn.program = t->program;
	t->spawn.argv = argv;
	t->spawn.descriptors = fds;
	t->spawn.count = FIXED + 2 * t->count;
	t->spawn.tell = FIXED - 1;
	return spawn_start(&t->spawn, &call) == -1 ? fail(t, call, TO_START)
	    : 0;
}

/* It has said nothing, or that it never became the program. */
static int
find_death(struct tls *t, const void *text, size_t len)
{
	int status;
	const char *call, *what;

	if (spawn_reap(&t->spawn, TLS_END_SECONDS * 1000, &status) == -1)
		return fail(t, "waitpid", TO_START);
	if (spawn_check(status, text, len, &call, &what) == -1) {
		span_copy(span_of(t->program), t->path, sizeof t->path);
		return fail(t, call, what);
	}
	errno = 0;
	return fail(t, NULL, WIFSIGNALED(status) ? "a signal has killed it"
	    : "it has ended without a word");
}

static void
take_what(struct tls *t)
{
	const struct report *r = &t->report;
	const char *list = t->config->tls_certificate;

	t->path[0] = t->what[0] = '\0';
	span_copy((struct span){ r->what, r->what_len }, t->what,
	    sizeof t->what);
	if (r->pair != REPORT_NO_PAIR)
		span_copy(tls_file(list, r->pair), t->path, sizeof t->path);
}

static int
wait_until_ready(struct tls *t)
{
	struct pollfd p = { .fd = t->reports, .events = POLLIN };
	char text[sizeof(struct report) + 1];
	int n = poll(&p, 1, TLS_START_SECONDS * 1000);

	if (n == 0)
		errno = ETIMEDOUT;
	if (n <= 0)
		return fail(t, n == 0 ? NULL : "poll", TO_START);
	ssize_t len = read(t->reports, text, sizeof text);
	if (len == -1)
		return fail(t, "read", TO_START);
	if (len == 0 || len == sizeof(struct spawn_failure))
		return find_death(t, text, (size_t)len);
	const char *fault = tls_take(t, text, (size_t)len);
	errno = 0;
	if (fault != NULL)
		return fail(t, NULL, fault);
	if (t->state == TLS_BEGUN)
		return 0;
	errno = (int)t->report.error;
	take_what(t);
	t->call = NULL;
	return -1;
}

int
tls_start(struct tls *t)
{
	int ends[2];

	/* O_DIRECT: a read gets what one write has put there, no more.  With
	 * TLS from the start the next report may stand behind the first. */
	if (pipe2(ends, O_CLOEXEC | O_DIRECT) == -1)
		return fail(t, "pipe2", TO_START);
	t->reports = ends[0];
	int result = spawn(t, ends[1]), error = errno;
	close(ends[1]);
	errno = error;
	if (result == -1 || wait_until_ready(t) == -1)
		return give_up(t);
	close_ours(t);
	return 0;
}

void
tls_abandon(struct tls *t, const char *call)
{
	fail(t, call, TO_START);
	give_up(t);
}

/* What it may say when. */
static const struct {
	enum report_kind kind;
	enum tls_state when, then;
} rows[] = {
	{ REPORT_READY,		TLS_OFFERED,	TLS_BEGUN },
	{ REPORT_UNFIT,		TLS_OFFERED,	TLS_BROKEN },
	{ REPORT_UP,		TLS_BEGUN,	TLS_UP },
	{ REPORT_FAILED,	TLS_BEGUN,	TLS_FAILED },
};

/* Such a word goes into Received: as it is. */
static bool
is_word(const char *at, uint32_t len, size_t size)
{
	if (len == 0 || len > size)
		return false;
	for (uint32_t i = 0; i < len; i++) {
		char c = span_lower(at[i]);

		if ((c < 'a' || c > 'z') && (c < '0' || c > '9') &&
		    (c == '\0' || strchr("._-", c) == NULL))
			return false;
	}
	return true;
}

static const char *
find_fault(const struct tls *t)
{
	const struct report *r = &t->report;

	if (r->name_len > sizeof r->name || r->what_len > sizeof r->what ||
	    !span_printable((struct span){ r->name, r->name_len }) ||
	    !span_printable((struct span){ r->what, r->what_len }))
		return "a report with a string too long or not printable";
	if (r->pair >= t->count && r->pair != REPORT_NO_PAIR)
		return "a report of a certificate that there is not";
	if (r->kind != REPORT_UP)
		return NULL;
	if (!is_word(r->version, r->version_len, sizeof r->version) ||
	    !is_word(r->cipher, r->cipher_len, sizeof r->cipher))
		return "a report with a version or a cipher that is no word";
	return r->pair == REPORT_NO_PAIR ? "a report without a certificate"
	    : NULL;
}

const char *
tls_take(struct tls *t, const void *report, size_t len)
{
	const char *fault = "a report out of turn";

	if (len != sizeof t->report)
		return "a report of another size";
	memcpy(&t->report, report, len);
	for (size_t i = 0; i < countof(rows); i++)
		if (t->report.kind == (uint32_t)rows[i].kind &&
		    t->state == rows[i].when) {
			fault = find_fault(t);
			if (fault == NULL)
				t->state = rows[i].then;
			break;
		}
	return fault;
}

const char *
tls_hear(struct tls *t)
{
	static const char gone[] = "the TLS process is gone";
	char text[sizeof(struct report) + 1];
	ssize_t len;

	do
		len = read(t->reports, text, sizeof text);
	while (len == -1 && errno == EINTR);
	close_reports(t);
	if (len > 0)
		return tls_take(t, text, (size_t)len);
	t->state = TLS_FAILED;
	t->report.what_len = sizeof gone - 1;
	memcpy(t->report.what, gone, sizeof gone - 1);
	return NULL;
}

bool
tls_end(struct tls *t)
{
	int status;

	return spawn_reap(&t->spawn, TLS_END_SECONDS * 1000, &status) != 0 ||
	    !WIFSIGNALED(status);
}
