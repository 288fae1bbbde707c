/* client.c - the connection as the monitor sees it. */

#include "client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "clock.h"

enum { PART_MS = 2000 };

union address {
	struct sockaddr any;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
	struct sockaddr_storage room;
};

/* Fills text with the address, as IPv4 where it is one in IPv6's clothes. */
static bool
print(const union address *a, char text[CLIENT_ADDRESS])
{
	const void *raw = &a->in6.sin6_addr;
	int family = a->any.sa_family;

	if (family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&a->in6.sin6_addr)) {
		family = AF_INET;
		raw = &a->in6.sin6_addr.s6_addr[12];
	} else if (family == AF_INET)
		raw = &a->in.sin_addr;
	else if (family != AF_INET6)
		return false;
	return inet_ntop(family, raw, text, CLIENT_ADDRESS) != NULL;
}

static bool
put(char at[CLIENT_ADDRESS], const char *format, const char *text)
{
	int len = snprintf(at, CLIENT_ADDRESS, format, text);

	return len > 0 && len < CLIENT_ADDRESS;
}

static bool
is_socket(int fd)
{
	int type;
	socklen_t len = sizeof type;

	return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) == 0;
}

/* Is 0 a socket at all?  One call tells both, if it does not fail for a reason
 * of its own. */
static bool
look_local(struct client *c)
{
	union address a = { .any = { .sa_family = AF_UNSPEC } };
	socklen_t len = sizeof a;

	if (getsockname(0, &a.any, &len) == -1)
		return errno != ENOTSOCK && is_socket(0);
	if (print(&a, c->local))
		c->port = ntohs(a.any.sa_family == AF_INET ? a.in.sin_port
		    : a.in6.sin6_port);
	return true;
}

void
client_look(struct client *c)
{
	union address a = { .any = { .sa_family = AF_UNSPEC } };
	socklen_t len = sizeof a;

	*c = (struct client){ .address = "unknown", .literal = "unknown",
	    .local = "unknown" };
	c->socket[0] = look_local(c);
	c->socket[1] = is_socket(1);
	if (!c->socket[0])
		return;
	if (getpeername(0, &a.any, &len) == -1 || !print(&a, c->address))
		return;
	const char *format = strchr(c->address, ':') != NULL ? "[IPv6:%s]"
	    : "[%s]";
	if (!put(c->literal, format, c->address))
		c->literal[0] = '\0';
}

static int
block(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags == -1 || (flags & O_NONBLOCK) == 0)
		return flags == -1 ? -1 : 0;
	return fcntl(fd, F_SETFL, flags & ~O_NONBLOCK);
}

int
client_timeouts(const struct client *c, unsigned seconds)
{
	struct timeval time = { .tv_sec = (time_t)seconds };

	if (block(0) == -1 || block(1) == -1)
		return -1;
	if (c->socket[0] && setsockopt(0, SOL_SOCKET, SO_RCVTIMEO, &time,
	    sizeof time) == -1)
		return -1;
	if (c->socket[1] && setsockopt(1, SOL_SOCKET, SO_SNDTIMEO, &time,
	    sizeof time) == -1)
		return -1;
	return 0;
}

/* Descriptor 0, by which one is known to have hung up, comes last. */
int
client_turn(struct client *c, int fd)
{
	if (dup2(fd, 1) == -1 || dup2(fd, 0) == -1)
		return -1;
	c->socket[0] = c->socket[1] = true;
	return 0;
}

/* A look at what waits; of a pipe, that may be a QUIT with the end behind. */
static bool
is_gone(bool socket)
{
	struct pollfd p = { .fd = 0, .events = POLLIN };
	char octet;

	if (!socket)
		return poll(&p, 1, 0) > 0 && (p.revents & POLLIN) == 0;
	ssize_t n = recv(0, &octet, 1, MSG_PEEK | MSG_DONTWAIT);
	return n == 0 || (n == -1 && errno != EAGAIN && errno != EINTR);
}

bool
client_speaks(const struct client *c, unsigned milliseconds)
{
	struct pollfd p = { .fd = 0, .events = POLLIN };

	/* One who hangs up is readable, too. */
	return poll(&p, 1, (int)milliseconds) > 0 &&
	    (p.revents & POLLIN) != 0 && !is_gone(c->socket[0]);
}

bool
client_gone(const struct client *c)
{
	return is_gone(c->socket[0]);
}

/* One that is new takes all that its buffer has room for, or says that it
 * cannot. */
bool
client_greet(const struct client *c, const char *octets, size_t len)
{
	return c->socket[1] && send(1, octets, len,
	    MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)len;
}

void
client_say(const char *octets, size_t len)
{
	struct pollfd p = { .fd = 1, .events = POLLOUT };

	if (poll(&p, 1, 0) == 1 && (p.revents & POLLOUT) != 0) {
		ssize_t n = write(1, octets, len);
		(void)n;
	}
}

void
client_part(const struct client *c)
{
	char octets[4096];
	const struct timespec start = clock_now();
	struct pollfd p = { .fd = 0, .events = POLLIN };
	ssize_t n = 1;
	int left = PART_MS;

	if (!c->socket[0] || shutdown(1, SHUT_WR) == -1)
		return;
	while (n > 0 && left > 0 && poll(&p, 1, left) > 0) {
		n = recv(0, octets, sizeof octets, MSG_DONTWAIT);
		left = PART_MS - (int)clock_milliseconds(&start);
	}
}
