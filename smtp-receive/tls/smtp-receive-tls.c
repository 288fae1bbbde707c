/* smtp-receive-tls.c - TLS for one connection of smtp-receive.
 *
 * A program of its own, so that OpenSSL and the private key are neither where
 * mail is parsed nor where it is stored.  The monitor executes it, with these
 * descriptors; report.h is what it hears. */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#include "../ids.h"
#include "../span.h"
#include "algorithms.h"
#include "confine.h"
#include "context.h"
#include "handshake.h"
#include "pump.h"
#include "report.h"

enum {
	IN, OUT, NOWHERE,	/* the client's, and /dev/null */
	SESSION,		/* a socket: what was encrypted, bare */
	REPORTS,		/* a pipe to the monitor */
	PAIRS,			/* certificate, key, certificate, key, ... */
};

enum { UNFIT = 1, USAGE = 64 };	/* exit status */

enum { MAX_SECONDS = 1 << 20 };

struct arguments {
	unsigned pairs;
	unsigned timeout;	/* seconds */
	struct confine walls;
};

static bool
number(const char *text, unsigned most, unsigned *n)
{
	unsigned long long value;

	if (!span_number(span_of(text), &value) || value > most)
		return false;
	*n = (unsigned)value;
	return value > 0;
}

/* UID:GID, neither root's. */
static bool
parse_ids(const char *text, struct confine *c)
{
	struct span rest = span_of(text);

	c->root = true;
	return ids_cut(&rest, &c->uid, &c->gid) && rest.len == 0 &&
	    c->uid != 0 && c->gid != 0;
}

static bool
parse(int argc, char **argv, struct arguments *a)
{
	*a = (struct arguments){
		.walls = {
			.parent = getppid(),
			.used = PAIRS,
			.out = OUT,
		},
	};
	return argc >= 4 && argc <= 5 &&
	    number(argv[1], CONTEXT_PAIRS, &a->pairs) &&
	    number(argv[2], MAX_SECONDS, &a->timeout) &&
	    number(argv[3], MAX_SECONDS, &a->walls.cpu) &&
	    (argc == 4 || parse_ids(argv[4], &a->walls));
}

static _Noreturn void
unfit(const char *what, uint32_t pair, int error)
{
	struct report r = {
		.kind = REPORT_UNFIT,
		.pair = pair,
		.error = (uint32_t)error,
	};

	r.what_len = report_put(r.what, sizeof r.what, what);
	report_send(REPORTS, &r);
	_exit(UNFIT);
}

/* Certificates and keys are read, then there is no way to any file. */
static void
prepare(const struct arguments *a, struct context *x)
{
	struct fault fault;
	unsigned pair;
	const char *call;

	if (confine_start() == -1)
		unfit("prctl", REPORT_NO_PAIR, errno);
	/* Our end of the pair is ours alone.  For the client's: handshake.h. */
	if (fcntl(SESSION, F_SETFL, O_NONBLOCK) == -1)
		unfit("fcntl", REPORT_NO_PAIR, errno);
	if (algorithms_load() == -1)
		unfit("OpenSSL cannot be set up", REPORT_NO_PAIR, 0);
	if (context_open(x, a->pairs, PAIRS, &fault, &pair) == -1)
		unfit(fault.what, pair == a->pairs ? REPORT_NO_PAIR : pair,
		    fault.error);
	if (confine_enter(&a->walls, &call) == -1)
		unfit(call, REPORT_NO_PAIR, errno);
	report_send(REPORTS, &(struct report){ .kind = REPORT_READY });
}

static void
report_failed(const char *why)
{
	struct report r = { .kind = REPORT_FAILED };

	r.what_len = report_put(r.what, sizeof r.what, why);
	report_send(REPORTS, &r);
}

static void
report_up(const struct context *x, SSL *tls)
{
	unsigned pair = context_chosen(x, tls);
	struct report r = {
		.kind = REPORT_UP,
		.pair = pair,
		.expires = x->pairs[pair].expires,
	};

	r.version_len = report_put(r.version, sizeof r.version,
	    SSL_get_version(tls));
	r.cipher_len = report_put(r.cipher, sizeof r.cipher,
	    SSL_CIPHER_standard_name(SSL_get_current_cipher(tls)));
	r.name_len = report_put(r.name, sizeof r.name,
	    SSL_get_servername(tls, TLSEXT_NAMETYPE_host_name));
	report_send(REPORTS, &r);
}

static void
serve(const struct arguments *a, struct context *x, SSL *tls)
{
	struct pump pump = {
		.tls = tls,
		.in = IN,
		.out = OUT,
		.session = SESSION,
		.seconds = a->timeout,
	};
	const struct handshake handshake = { tls, IN, OUT, SESSION,
		a->timeout };
	char why[REPORT_WHAT];

	if (handshake_make(&handshake, why) == -1) {
		report_failed(why);
		return;
	}
	report_up(x, tls);
	pump_start(&pump);
	pump_run(&pump);
}

int
main(int argc, char **argv)
{
	struct arguments arguments;
	struct context context;

	if (!parse(argc, argv, &arguments)) {
		fputs("usage: smtp-receive-tls pairs timeout cpu [uid:gid]\n",
		    stderr);
		return USAGE;
	}
	signal(SIGPIPE, SIG_IGN);
	prepare(&arguments, &context);
	SSL *tls = context_connection(&context, IN, OUT);
	if (tls == NULL)
		report_failed("no memory");
	else
		serve(&arguments, &context, tls);
	pump_close(IN, OUT, SESSION);
	_exit(0);
}
