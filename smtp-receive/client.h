/* client.h - the connection as the monitor sees it: who is there, is he
 * still there, and how to part from him.  Never a byte of what he sends. */

#ifndef CLIENT_H
#define CLIENT_H

#include <stdbool.h>
#include <stddef.h>

enum { CLIENT_ADDRESS = 64 };

struct client {
	bool socket[2];			/* is descriptor 0, 1 one? */
	char address[CLIENT_ADDRESS];	/* "2001:db8::1", "unknown" */
	char literal[CLIENT_ADDRESS];	/* "[IPv6:2001:db8::1]" */
	char local[CLIENT_ADDRESS];	/* our end's address */
	unsigned port;			/* our end's; 0 where there is none */
};

/* Looks at descriptors 0 and 1: the peer is getpeername's, never the
 * environment's. */
void client_look(struct client *);

/* A read or write that waits longer than seconds fails with EAGAIN, where
 * the descriptor is a socket; else the monitor must keep the time.
 * Descriptors block from now on.  -1 with errno. */
int client_timeouts(const struct client *, unsigned seconds);

/* Descriptors 0 and 1 are this socket from now on, which blocks and has its
 * timeouts: what was behind them goes through another process.  -1 with
 * errno. */
int client_turn(struct client *, int fd);

/* Does he speak within the next milliseconds? */
bool client_speaks(const struct client *, unsigned milliseconds);

/* Has he hung up?  Only meant where none of his input waits elsewhere. */
bool client_gone(const struct client *);

/* The first line, to a socket.  False: nothing was written. */
bool client_greet(const struct client *, const char *octets, size_t len);

/* One last line, if it can be written without waiting. */
void client_say(const char *octets, size_t len);

/* No more from us: waits until he has closed, too, at most 2 seconds, because
 * a close with unread input sends a reset that can eat the last reply. */
void client_part(const struct client *);

#endif
