/* main.c - what one connection is served with: command line, configuration,
 * descriptors, signals, rights.  connection.h goes on from there. */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "connection.h"
#include "id.h"
#include "passwd.h"

#define DEFAULT_FILE "/etc/smtp-receive/smtp-receive.conf"
#define OPTIONS "c:o:Vh"
#define USAGE "smtp-receive [-c FILE] [-o KEY=VALUE]... | -V | -h"

struct program {
	struct connection connection;
	const char *file;		/* of -c; NULL: the default one */
	int argc;
};

static int
help(void)
{
	puts("usage: " USAGE "\n\n"
	    "Takes mail by SMTP on descriptors 0 and 1, from systemd\n"
	    "(Accept=yes), inetd or tcpserver: see smtp-receive(8).\n\n"
	    "KEY and its default, for -o and for " DEFAULT_FILE ":\n");
	config_print(stdout);
	return CONNECTION_FINE;
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
	const struct connection *c = arg;
	struct log_line l;

	log_begin(&l, &c->log, LOG_ERR, "failed");
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
	struct connection *connection = &p->connection;
	struct config *config = &connection->config;
	const struct config_faults faults = { tell_config_fault, connection };
	const char *file = p->file != NULL ? p->file : DEFAULT_FILE;
	unsigned number = 0;
	int result = 0;
	int c;

	if (bad_usage != NULL) {
		tell_config_fault(connection, "command line", 0, "", bad_usage,
		    0);
		result = -1;
	}
	config_default(config);
	if (config_file(config, file, p->file != NULL, &faults) == -1)
		result = -1;
	optind = 1;
	while ((c = getopt(p->argc, connection->argv, OPTIONS)) != -1)
		if (c == 'o' && config_option(config, optarg, ++number,
		    &faults) == -1)
			result = -1;
	if (config_finish(config, &faults) == -1)
		result = -1;
	return result;
}

/* Whom the session becomes. */
static int
find_session_user(struct connection *c)
{
	const char *user = c->config.session_user;

	if (passwd_find(span_of(user), &c->uid, &c->gid) == 0)
		return 0;
	tell_config_fault(c, "/etc/passwd", 0, "session-user", "started as "
	    "root, so the session has to become a user who is not root and "
	    "stands there: \"systemd-sysusers smtp-receive.conf\" makes the "
	    "default one; or write UID:GID", errno);
	return -1;
}

static int
serve(struct connection *c)
{
	const char *call;

	c->rights.log = &c->log;
	if (rights_open(&c->rights, &call) == -1)
		return connection_trouble(c, call, "to have the rights that "
		    "are needed: see \"Whose rights it has\" in "
		    "smtp-receive(8)");
	if (c->rights.root && find_session_user(c) == -1)
		return connection_refuse(c, reply_misconfigured,
		    CONNECTION_CONFIG);
	c->rights.session = c->uid;
	return connection_serve(c);
}

/* bad_usage: what is wrong with the command line, or NULL. */
static int
start(struct program *p, const char *bad_usage)
{
	struct connection *c = &p->connection;
	bool closed2;
	int filled = fill_descriptors(&closed2), fill_error = errno;

	c->signals = take_signals();
	int signals_error = errno;
	id_make(c->log.id);
	client_look(&c->client);
	c->log.client = c->client.address;
	log_open(&c->log, CONFIG_LOG_AUTO, closed2);
	if (filled == -1) {
		errno = fill_error;
		return connection_trouble(c, "open", "to have /dev/null on 0, "
		    "1 and 2");
	}
	if (read_config(p, bad_usage) == -1)
		return connection_refuse(c, reply_misconfigured,
		    CONNECTION_CONFIG);
	if (c->config.log != CONFIG_LOG_AUTO)
		log_open(&c->log, c->config.log, closed2);
	if (c->signals == -1) {
		errno = signals_error;
		return connection_trouble(c, "signalfd", "to take signals");
	}
	return serve(c);
}

int
main(int argc, char **argv)
{
	struct program p = {
		.connection.argv = argv,
		.argc = argc,
	};
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
