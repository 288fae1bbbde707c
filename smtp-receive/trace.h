/* trace.h - the lines that we put above a message: RFC 5321 section 4.4.
 *
 *	Return-Path: <sender as given in MAIL>
 *	Delivered-To: recipient as given in RCPT
 *	Received: from HELO ([address]) by HOSTNAME with ESMTP id ID
 *		for <recipient>; Mon, 23 Nov 2026 17:00:00 +0000
 *
 * Under TLS it is ESMTPS (RFC 3848), and the cipher has a clause (RFC 8314
 * section 4.3):
 *
 *		for <recipient> tls CIPHER (VERSION);
 *		Mon, 23 Nov 2026 17:00:00 +0000 */

#ifndef TRACE_H
#define TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "limit.h"
#include "span.h"

enum { TRACE_SIZE = 2048 };	/* more than the longest block needs */

struct trace {
	struct span sender;	/* empty for <> */
	struct span helo;
	const char *client;	/* "[192.0.2.1]", "[IPv6:...]" or "unknown" */
	const char *hostname;
	bool extended;		/* EHLO came, not HELO */
	struct span version, cipher;	/* of TLS; empty: there is none */
	const char *id;
	struct span recipient;	/* for the for clause; empty: none */
	time_t time;
};

struct trace_block {
	size_t len;
	size_t lines;
	char text[TRACE_SIZE];
};

/* "ESMTP", "SMTP" or "ESMTPS" */
const char *trace_protocol(const struct trace *);

/* delivered_to: empty for no such line.  The lines end in LF. */
void trace_write(const struct trace *, struct span delivered_to,
    struct trace_block *);

#endif
