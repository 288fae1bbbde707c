/* main.c - one connection: read the configuration, split in two, part.
 *
 * The parent becomes the monitor, the child the session: see monitor.h and
 * confined.h. */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client.h"
#include "clock.h"
#include "config.h"
#include "confined.h"
#include "id.h"
#include "log.h"
#include "monitor.h"
#include "passwd.h"
#include "rights.h"
#include "shared.h"

#define DEFAULT_FILE "/etc/smtp-receive/smtp-receive.conf"
#define OPTIONS "c:o:Vh"
#define USAGE "smtp-receive [-c FILE] [-o KEY=VALUE]... | -V | -h"

enum {				/* of the process: sysexits.h */
	EXIT_FINE	= 0,
	EXIT_TROUBLE	= 75,	/* EX_TEMPFAIL */
	EXIT_CONFIG	= 78,	/* EX_CONFIG */
};

/* What the two processes do not share; zero pages, so that only what is
 * used costs memory. */
struct private {
	struct session session;
	_Alignas(4096) struct monitor monitor;
	struct house house;	/* large, so it comes last */
};

struct program {
	struct config config;
	struct log log;
	struct client client;
	const char *file;		/* of -c; NULL: the default one */
	int argc;
	char **argv;
	bool early;			/* the client spoke before 220 */
	int signals;
	int pair[2];			/* ours, the session's */
	struct shared *shared;
	struct private *private;
	struct rights rights;
	uid_t uid;			/* the session's, where we are root */
	gid_t gid;
};

static int
help(void)
{
	puts("usage: " USAGE "\n\n"
	    "Takes mail by SMTP on descriptors 0 and 1, from systemd\n"
	    "(Accept=yes), inetd or tcpserver: see smtp-receive(8).\n\n"
	    "KEY and its default, for -o and for " DEFAULT_FILE ":\n");
	config_print(stdout);
	return EXIT_FINE;
}

/* Descriptors 0, 1 and 2 must be something: the next file that is opened
 * would take their place.  closed2: was 2 closed? */
static int
fill_descriptors(bool *closed2)
{
	struct pollfd p[3] = { { .fd = 0 }, { .fd = 1 }, { .fd = 2 } };

	*closed2 = false;
	if (poll(p, 3, 0) <= 0)
		return 0;
	*closed2 = (p[2].revents & POLLNVAL) != 0;
	for (int fd = 0; fd <= 2; fd++)
		if ((p[fd].revents & POLLNVAL) != 0 &&
		    open("/dev/null", O_RDWR) == -1)
			return -1;
	return 0;
}

/* A peer that is gone, or a file that may not grow, is an error of write(2),
 * not our death.  Those that end us wait until the question in hand is
 * answered: see monitor.c. */
static int
take_signals(void)
{
	static const int ours[] = {	/* of a super-server, limit or person */
		SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGALRM, SIGXCPU, SIGUSR1,
		SIGUSR2, SIGPROF, SIGVTALRM, SIGIO, SIGPWR, SIGSTKFLT,
	};
	sigset_t ending;

	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	signal(SIGCHLD, SIG_DFL);	/* ignored, nothing could be reaped */
	sigemptyset(&ending);
	for (size_t i = 0; i < countof(ours); i++)
		sigaddset(&ending, ours[i]);
	for (int i = SIGRTMIN; i <= SIGRTMAX; i++)
		sigaddset(&ending, i);
	if (sigprocmask(SIG_SETMASK, &ending, NULL) == -1)
		return -1;
	return signalfd(-1, &ending, SFD_CLOEXEC);
}

static void
tell_config_fault(void *arg, const char *file, unsigned line,
    const char *key, const char *what, int error)
{
	const struct program *p = arg;
	struct log_line l;

	log_begin(&l, &p->log, LOG_ERR, "failed");
	log_text(&l, "call", "config");
	log_text(&l, "path", file);
	if (line != 0)
		log_number(&l, "line", line);
	if (key[0] != '\0')
		log_text(&l, "key", key);
	log_error(&l, "errno", error);
	log_text(&l, "what", what);
	log_end(&l);
}

/* The file first, wherever -c stands, because -o wins.  All faults are told;
 * -1 if there was one. */
static int
read_config(struct program *p, const char *bad_usage)
{
	const struct config_faults faults = { tell_config_fault, p };
	const char *file = p->file != NULL ? p->file : DEFAULT_FILE;
	unsigned number = 0;
	int result = 0;
	int c;

	if (bad_usage != NULL) {
		tell_config_fault(p, "command line", 0, "", bad_usage, 0);
		result = -1;
	}
	config_default(&p->config);
	if (config_file(&p->config, file, p->file != NULL, &faults) == -1)
		result = -1;
	optind = 1;
	while ((c = getopt(p->argc, p->argv, OPTIONS)) != -1)
		if (c == 'o' && config_option(&p->config, optarg, ++number,
		    &faults) == -1)
			result = -1;
	if (config_finish(&p->config, &faults) == -1)
		result = -1;
	return result;
}

/* Whom the session becomes. */
static int
find_session_user(struct program *p)
{
	const char *user = p->config.session_user;

	if (passwd_find(span_of(user), &p->uid, &p->gid) == 0)
		return 0;
	tell_config_fault(p, "/etc/passwd", 0, "session-user", "started as "
	    "root, so the session has to become a user who is not root and "
	    "stands there: \"systemd-sysusers smtp-receive.conf\" makes the "
	    "default one; or write UID:GID", errno);
	return -1;
}

/* The client hears why, never silence. */
static int
refuse(const struct program *p, enum reply reply, int status)
{
	char octets[MAX_REPLY];

	client_say(octets, reply_write(reply, "", NULL, p->log.id, octets,
	    sizeof octets));
	client_part(&p->client);
	return status;
}

static int
trouble(const struct program *p, const char *call, const char *what)
{
	log_failed(&p->log, call, NULL, errno, what);
	return refuse(p, reply_unserviceable, EXIT_TROUBLE);
}

/* The soft limit may be too low for what the configuration allows.  Where the
 * hard one is, too, a RCPT fails, and says so. */
static void
raise_descriptors(const struct config *c)
{
	enum { EACH = 3, OTHERS = 32 };
	struct rlimit l;
	rlim_t need = EACH * (rlim_t)c->max_mailboxes + OTHERS;

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

static _Noreturn void
run_session(const struct program *p, pid_t monitor)
{
	struct rules rules = {
		.hostname = p->config.hostname,
		.id = p->log.id,
		.max_message_size = p->config.max_message_size,
		.max_recipients = p->config.max_recipients,
		.max_errors = p->config.max_errors,
		.max_unknown = p->config.max_unknown,
		.early = p->early,
	};
	struct sandbox sandbox = {
		.pair = p->pair[1],
		.monitor = monitor,
		.socket = p->client.socket[1],
		.mapped = sizeof *p->shared + sizeof *p->private + image(),
		.max_message_size = p->config.max_message_size,
		.argv = p->argv,
		.root = p->rights.root,
		.uid = p->uid,
		.gid = p->gid,
	};

	confined_run(&sandbox, &rules, p->shared, &p->private->session);
}

/* The session wrote why; it may end in no NUL. */
static int
unfit(const struct program *p)
{
	char call[sizeof p->shared->unfit_call];

	memcpy(call, p->shared->unfit_call, sizeof call);
	call[sizeof call - 1] = '\0';
	errno = atomic_load(&p->shared->unfit);
	return trouble(p, call, "the session cannot be confined, so it may "
	    "not run");
}

static int
run_monitor(struct program *p, pid_t session)
{
	struct house *h = &p->private->house;
	struct monitor *m = &p->private->monitor;

	h->config = &p->config;
	h->log = &p->log;
	h->client = &p->client;
	h->body = p->shared->body;
	h->map.file = p->config.users;
	h->map.delimiters = p->config.recipient_delimiter;
	h->accounts.program = USER_PROGRAM;
	h->accounts.root = p->rights.root;
	h->accounts.uid = p->uid;
	h->accounts.gid = p->gid;
	h->deliver.config = &p->config;
	h->deliver.log = &p->log;
	h->deliver.rights = &p->rights;
	h->start = clock_now();
	m->house = h;
	m->shared = p->shared;
	m->pair = p->pair[0];
	m->signals = p->signals;
	m->session = session;
	if (!monitor_run(m))
		return unfit(p);
	client_part(&p->client);
	return h->fault ? EXIT_TROUBLE : EXIT_FINE;
}

/* Splits in two; returns the exit status, in the parent only. */
static int
serve(struct program *p)
{
	pid_t monitor = getpid();
	char *behind = NULL;

	if (client_timeouts(&p->client, p->config.command_timeout) == -1)
		return trouble(p, "setsockopt", "to set command-timeout");
	p->early = p->config.greeting_delay > 0 &&
	    client_speaks(&p->client, p->config.greeting_delay);
	raise_descriptors(&p->config);
	p->private = map(sizeof *p->private, MAP_PRIVATE, &behind);
	p->shared = map(sizeof *p->shared, MAP_SHARED, &behind);
	if (p->shared == NULL || p->private == NULL)
		return trouble(p, "mmap", "to make the buffers");
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, p->pair) ==
	    -1)
		return trouble(p, "socketpair", "to split in two processes");

	pid_t session = fork();
	if (session == -1)
		return trouble(p, "fork", "to split in two processes");
	if (session == 0)
		run_session(p, monitor);
	close(p->pair[1]);
	return run_monitor(p, session);
}

/* bad_usage: what is wrong with the command line, or NULL. */
static int
start(struct program *p, const char *bad_usage)
{
	bool closed2;
	int filled = fill_descriptors(&closed2), fill_error = errno;

	p->signals = take_signals();
	int signals_error = errno;
	id_make(p->log.id);
	client_look(&p->client);
	p->log.client = p->client.address;
	log_open(&p->log, CONFIG_LOG_AUTO, closed2);
	if (filled == -1) {
		errno = fill_error;
		return trouble(p, "open", "to have /dev/null on 0, 1 and 2");
	}
	if (read_config(p, bad_usage) == -1)
		return refuse(p, reply_misconfigured, EXIT_CONFIG);
	log_open(&p->log, p->config.log, closed2);
	if (p->signals == -1) {
		errno = signals_error;
		return trouble(p, "signalfd", "to take signals");
	}
	const char *call;
	p->rights.log = &p->log;
	if (rights_open(&p->rights, &call) == -1)
		return trouble(p, call, "to have the rights that are needed: "
		    "see \"Whose rights it has\" in smtp-receive(8)");
	if (p->rights.root && find_session_user(p) == -1)
		return refuse(p, reply_misconfigured, EXIT_CONFIG);
	p->rights.session = p->uid;
	return serve(p);
}

int
main(int argc, char **argv)
{
	struct program p = { .argc = argc, .argv = argv };
	const char *bad_usage = NULL;
	int c;

	opterr = 0;
	while ((c = getopt(argc, argv, OPTIONS)) != -1)
		if (c == 'c')
			p.file = optarg;
		else if (c == 'h')
			return help();
		else if (c == 'V')
			return puts("smtp-receive " VERSION) < 0;
		else if (c == '?')
			bad_usage = "unknown option, or one without its "
			    "value; usage: " USAGE;
	if (optind != argc)
		bad_usage = "an argument too many; usage: " USAGE;
	return start(&p, bad_usage);
}
