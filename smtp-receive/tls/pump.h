/* pump.h - from the client to the session and back, until both have ended.
 *
 * Both ways at once, each with a buffer of its own, so that neither waits for
 * the other.  What the client has sent before its end is handed on, then the
 * session sees the end; what the session has said before its end goes out, then
 * the client sees ours.  pump_close is the last thing, however it ended. */

#ifndef TLS_PUMP_H
#define TLS_PUMP_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <time.h>

enum {
	PUMP_UP		= 64 << 10,	/* octets */
	PUMP_DOWN	= 16 << 10,	/* a record */
};

/* One way.  Between from and to lies what was read and is not yet written. */
struct way {
	char *at;
	size_t size, from, to;
	bool ended;		/* nothing more is read */
	bool closed;		/* and the other side knows */
	short in, out;		/* what poll(2) has to see, POLLIN or POLLOUT,
				 * before either end is tried again; 0: now */
};

struct pump {
	/* The caller's; all three are O_NONBLOCK, in and out may be one
	 * socket twice. */
	SSL *tls;
	int in, out, session;
	unsigned seconds;	/* that out may take nothing in */

	struct way up, down;	/* to the session, to the client */
	char for_up[PUMP_UP], for_down[PUMP_DOWN];
	bool broken;		/* TLS or the client: no more of either */
	unsigned long long written;	/* to out, encrypted */
	struct timespec moved;	/* when that last changed */
};

/* Sets up the fields below seconds. */
void pump_start(struct pump *);

/* Returns when nothing is left to do but pump_close. */
void pump_run(struct pump *);

/* FIN; then what the client still sends is dropped until its own, because a
 * socket that is closed with input unread is reset, and the last reply lost
 * with it.  shutdown(2), for others have these sockets, too. */
void pump_close(int in, int out, int session);

#endif
