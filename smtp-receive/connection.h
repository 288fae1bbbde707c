/* connection.h - one connection, split in two processes.
 *
 * The parent becomes the monitor, the child the session: see monitor.h and
 * confined.h. */

#ifndef CONNECTION_H
#define CONNECTION_H

#include <stdbool.h>
#include <sys/types.h>

#include "client.h"
#include "config.h"
#include "log.h"
#include "reply.h"
#include "rights.h"
#include "tls.h"

enum {				/* exit status: sysexits.h */
	CONNECTION_FINE		= 0,
	CONNECTION_TROUBLE	= 75,	/* EX_TEMPFAIL: a fault of ours */
	CONNECTION_CONFIG	= 78,	/* EX_CONFIG */
};

struct connection {
	/* The caller's. */
	struct config config;
	struct log log;
	struct client client;
	struct rights rights;
	char **argv;		/* its strings go, in the session */
	int signals;		/* a signalfd of those that end us */
	uid_t uid;		/* the session's, where we are root */
	gid_t gid;

	/* connection.c's own. */
	bool early;		/* the client spoke before 220 */
	bool greeted;		/* 220 is out */
	struct tls tls;
	int pair[2];		/* ours, the session's */
	struct shared *shared;
	struct connection_private *private;
};

/* Until the connection has ended.  Returns the exit status, in the parent
 * only: the child never returns. */
int connection_serve(struct connection *);

/* The client hears why there is no service, never silence.  Returns the exit
 * status. */
int connection_refuse(const struct connection *, enum reply, int status);

/* The same for a fault of ours, with errno and the call that failed; what says
 * what it was for. */
int connection_trouble(const struct connection *, const char *call,
    const char *what);

#endif
