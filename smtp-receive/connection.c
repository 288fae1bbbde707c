/* connection.c - one connection, split in two processes. */

#include "connection.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "confined.h"
#include "event.h"
#include "monitor.h"
#include "shared.h"

/* What the two processes do not share; zero pages, so that only what is
 * used costs memory. */
struct connection_private {
	struct session session;
	_Alignas(4096) struct monitor monitor;
	struct house house;	/* large, so it comes last */
};

int
connection_refuse(const struct connection *c, enum reply reply, int status)
{
	char octets[MAX_REPLY];

	client_say(octets, reply_write(reply, "", NULL, c->log.id, octets,
	    sizeof octets));
	client_part(&c->client);
	return status;
}

int
connection_trouble(const struct connection *c, const char *call,
    const char *what)
{
	log_failed(&c->log, call, NULL, errno, what);
	return connection_refuse(c, reply_unserviceable, CONNECTION_TROUBLE);
}

/* The soft limit may be too low for what the configuration allows.  Where the
 * hard one is, too, a RCPT fails, and says so. */
static void
raise_descriptors(const struct config *config)
{
	enum { EACH = 3, OTHERS = 32 };
	struct rlimit l;
	rlim_t need = EACH * (rlim_t)config->max_mailboxes + OTHERS;

	if (getrlimit(RLIMIT_NOFILE, &l) == -1 || l.rlim_cur >= need)
		return;
	l.rlim_cur = l.rlim_max;
	setrlimit(RLIMIT_NOFILE, &l);
}

/* Right behind the program's own image, where that is free: its page tables
 * then serve for these pages, too, in both processes. */
static void *
map(size_t size, int kind, char **behind)
{
	extern char end[];	/* of the image: end(3) */
	uintptr_t want = *behind != NULL ? (uintptr_t)*behind : (uintptr_t)end;
	void *at = mmap((void *)((want + 4095) & ~(uintptr_t)4095), size,
	    PROT_READ | PROT_WRITE, kind | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED)
		return NULL;
	*behind = (char *)at + size;
	return at;
}

/* Bytes of memory that the program itself has, and its stack. */
static size_t
image(void)
{
	enum { STACK = 132 * 1024 };	/* what Linux gives at the start */
	extern char __executable_start[], end[];	/* by the linker */

	return (size_t)(end - __executable_start) + STACK;
}

/* What a process may use that looks at each octet of a message. */
static unsigned
cpu_seconds(const struct config *config)
{
	return 60 + (unsigned)(config->max_message_size >> 20);
}

static _Noreturn void
run_session(const struct connection *c, pid_t monitor)
{
	struct rules rules = {
		.hostname = c->config.hostname,
		.id = c->log.id,
		.max_message_size = c->config.max_message_size,
		.max_messages = c->config.max_messages,
		.max_recipients = c->config.max_recipients,
		.max_errors = c->config.max_errors,
		.max_unknown = c->config.max_unknown,
		.tls = c->tls.state != TLS_NONE,
		.tls_offered = c->tls.state == TLS_OFFERED,
		.tls_implicit = c->config.tls_implicit,
		.tls_required = c->config.tls_required,
		.early = c->early,
		.greeted = c->greeted,
	};
	struct sandbox sandbox = {
		.pair = c->pair[1],
		.tls = c->tls.pair[0],
		.monitor = monitor,
		.socket = c->client.socket[1],
		.mapped = sizeof *c->shared + sizeof *c->private + image(),
		.cpu_seconds = cpu_seconds(&c->config),
		.argv = c->argv,
		.root = c->rights.root,
		.uid = c->uid,
		.gid = c->gid,
	};

	confined_run(&sandbox, &rules, c->shared, &c->private->session);
}

/* The session wrote why; it may end in no NUL. */
static int
unfit(const struct connection *c)
{
	char call[sizeof c->shared->unfit_call];

	memcpy(call, c->shared->unfit_call, sizeof call);
	call[sizeof call - 1] = '\0';
	errno = atomic_load(&c->shared->unfit);
	return connection_trouble(c, call, "the session cannot be confined, "
	    "so it may not run");
}

static int
run_monitor(struct connection *c, pid_t session)
{
	struct house *h = &c->private->house;
	struct monitor *m = &c->private->monitor;

	h->config = &c->config;
	h->log = &c->log;
	h->client = &c->client;
	h->tls = &c->tls;
	h->body = c->shared->body;
	h->map.file = c->config.users;
	h->map.delimiters = c->config.recipient_delimiter;
	h->accounts.program = USER_PROGRAM;
	h->accounts.root = c->rights.root;
	h->accounts.uid = c->uid;
	h->accounts.gid = c->gid;
	h->deliver.config = &c->config;
	h->deliver.log = &c->log;
	h->deliver.rights = &c->rights;
	h->start = clock_now();
	m->house = h;
	m->shared = c->shared;
	m->pair = c->pair[0];
	m->signals = c->signals;
	m->session = session;
	if (!monitor_run(m))
		return unfit(c);
	client_part(&c->client);
	if (!tls_end(&c->tls))
		event_attack(&c->log, "the TLS process was killed by a signal");
	return h->fault ? CONNECTION_TROUBLE : CONNECTION_FINE;
}

/* Without it mail can be had, if that is not to be secret from the start. */
static int
open_tls(struct connection *c)
{
	c->tls.config = &c->config;
	c->tls.program = TLS_PROGRAM;
	c->tls.cpu_seconds = cpu_seconds(&c->config);
	c->tls.root = c->rights.root;
	c->tls.uid = c->uid;
	c->tls.gid = c->gid;
	if (tls_open(&c->tls) == 0)
		return 0;
	event_tls_fault(&c->log, &c->tls);
	return c->config.tls_implicit ? -1 : 0;
}

/* What the client answers is on its way while we split in two and the session
 * gives up its rights, which is half of the time that it would wait. */
static bool
greet(const struct connection *c)
{
	char octets[MAX_REPLY];

	return !c->early && !c->config.tls_implicit &&
	    client_greet(&c->client, octets, reply_write(reply_greeting,
	    c->config.hostname, NULL, c->log.id, octets, sizeof octets));
}

int
connection_serve(struct connection *c)
{
	pid_t monitor = getpid();
	char *behind = NULL;

	if (client_timeouts(&c->client, c->config.command_timeout) == -1)
		return connection_trouble(c, "setsockopt",
		    "to set command-timeout");
	if (open_tls(c) == -1)
		return connection_refuse(c, reply_misconfigured,
		    CONNECTION_CONFIG);
	c->early = c->config.greeting_delay > 0 &&
	    !c->config.tls_implicit &&
	    client_speaks(&c->client, c->config.greeting_delay);
	raise_descriptors(&c->config);
	c->shared = map(sizeof *c->shared, MAP_SHARED, &behind);
	c->private = map(sizeof *c->private, MAP_PRIVATE, &behind);
	if (c->shared == NULL || c->private == NULL)
		return connection_trouble(c, "mmap", "to make the buffers");
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, c->pair) ==
	    -1)
		return connection_trouble(c, "socketpair",
		    "to split in two processes");
	c->greeted = greet(c);

	pid_t session = fork();
	if (session == -1)
		return connection_trouble(c, "fork",
		    "to split in two processes");
	if (session == 0)
		run_session(c, monitor);
	close(c->pair[1]);
	return run_monitor(c, session);
}
