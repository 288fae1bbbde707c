/* event.h - the lines of the log about a connection and its mail.
 *
 * Which events there are and what their keys mean is a table in
 * smtp-receive(8).  One call is one line; nothing else changes. */

#ifndef EVENT_H
#define EVENT_H

#include <stddef.h>

#include "ask.h"
#include "house.h"
#include "mailbox.h"
#include "reply.h"
#include "span.h"

/* The session, or the TLS process, broke its contract or was killed. */
void event_attack(const struct log *, const char *what);

void event_connect(const struct house *);
void event_helo(const struct house *);

/* TLS is up; or the client's handshake came to nothing. */
void event_tls(const struct house *);
void event_notls(const struct house *);
/* Its certificate will expire, or has. */
void event_expiry(const struct house *);
/* It cannot be had: what tls.h says has failed, and errno. */
void event_tls_fault(const struct log *, const struct tls *);

/* A fault of the user map, as mapfault.h tells it. */
void event_map(const struct house *, const char *file, unsigned long line,
    const char *what, int error);

/* The text of the user map was read, though it is compiled, too. */
void event_stale(const struct house *);

/* The name service gave no answer for this user: accounts says why, and
 * errno. */
void event_no_answer(const struct house *, struct span user);

/* By us: to may be empty, text too. */
void event_refused(const struct house *, const char *command, struct span to,
    enum reply, const char *text);

/* By the session, as its note says. */
void event_noted(const struct house *, const struct ask *note);

void event_stored(const struct house *, const struct mailbox *,
    long long ms);

/* The words for a backend.h ending; NULL: there is no such. */
const char *event_ending(size_t ending);

void event_closed(const struct house *);

#endif
