/* handshake.c - from the client's first octet to an encrypted connection. */

#include "handshake.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "../clock.h"
#include "algorithms.h"

/* What an admin sees most, in words that say what it means. */
static const struct {
	int reason;
	const char *words;
} known[] = {
	{ SSL_R_WRONG_VERSION_NUMBER, "not TLS" },
	{ SSL_R_HTTP_REQUEST, "not TLS, but HTTP" },
	{ SSL_R_HTTPS_PROXY_REQUEST, "not TLS, but HTTP" },
	{ SSL_R_UNSUPPORTED_PROTOCOL, "the client has no TLS 1.2 or later" },
	{ SSL_R_NO_SHARED_CIPHER, "no cipher that both have" },
	{ SSL_R_NO_SUITABLE_KEY_SHARE, "no group that both have" },
};

static int
say(char why[REPORT_WHAT], const char *words)
{
	size_t len = strnlen(words, REPORT_WHAT - 1);

	memcpy(why, words, len);
	why[len] = '\0';
	return -1;
}

static int
say_error(char why[REPORT_WHAT], unsigned long error)
{
	int reason = ERR_GET_REASON(error);

	if (reason > SSL_AD_REASON_OFFSET) {
		snprintf(why, REPORT_WHAT, "alert from the client: %s",
		    SSL_alert_desc_string_long(reason - SSL_AD_REASON_OFFSET));
		return -1;
	}
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (known[i].reason == reason)
			return say(why, known[i].words);
	algorithms_load_texts();
	const char *text = ERR_reason_error_string(error);
	snprintf(why, REPORT_WHAT, "OpenSSL error %08lX, %s", error,
	    text == NULL ? "see openssl errstr" : text);
	return -1;
}

static int
say_failure(char why[REPORT_WHAT], int kind, int error)
{
	unsigned long queued = ERR_peek_error();

	if (queued != 0)
		return say_error(why, queued);
	if (kind == SSL_ERROR_SYSCALL && error != 0 && error != ECONNRESET &&
	    error != EPIPE)
		return say(why, strerror(error));
	return say(why, "the client hung up");
}

/* Until the handshake may go on.  The session's greeting may wait already
 * where it has its end in poll's sight: its end only is asked for. */
static int
await(const struct handshake *h, int kind, const struct timespec *start,
    char why[REPORT_WHAT])
{
	struct pollfd fds[] = {
		{ .fd = kind == SSL_ERROR_WANT_READ ? h->in : h->out,
		    .events = kind == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT },
		{ .fd = h->session, .events = POLLRDHUP },
	};
	long long left = h->seconds * 1000LL - clock_milliseconds(start);
	int n = left <= 0 ? 0 : poll(fds, 2, (int)left);

	if (n == -1 && errno != EINTR)
		return say(why, "poll fails");
	if (n == 0)
		return say(why, "timeout");
	if (fds[1].revents != 0)
		return say(why, "the session has ended");
	return 0;
}

/* in and out may be one open file. */
static int
unblock(const struct handshake *h)
{
	const int ends[] = { h->in, h->out };

	for (int i = 0; i < 2; i++) {
		int flags = fcntl(ends[i], F_GETFL);

		if (flags == -1 ||
		    fcntl(ends[i], F_SETFL, flags | O_NONBLOCK) == -1)
			return -1;
	}
	return 0;
}

int
handshake_make(const struct handshake *h, char why[REPORT_WHAT])
{
	const struct timespec start = clock_now();
	int kind = SSL_ERROR_WANT_READ;

	if (await(h, kind, &start, why) == -1)
		return -1;
	if (unblock(h) == -1)
		return say(why, "fcntl fails");
	for (;;) {
		ERR_clear_error();
		errno = 0;
		int result = SSL_do_handshake(h->tls);
		int error = errno;

		if (result == 1)
			return 0;
		kind = SSL_get_error(h->tls, result);
		if (kind != SSL_ERROR_WANT_READ && kind != SSL_ERROR_WANT_WRITE)
			return say_failure(why, kind, error);
		if (await(h, kind, &start, why) == -1)
			return -1;
	}
}
