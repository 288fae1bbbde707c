/* tls.h - the client's TLS, as the monitor sees it.
 *
 * Another process has OpenSSL and the private keys: smtp-receive-tls(8).  It
 * takes the client's socket over and gives the session plain octets through a
 * pair of sockets; here is what starts it and hears its reports.
 *
 *	open -> (start -> hear ...) -> end
 *
 * Who holds the pair: the session its end, from its start on; the helper the
 * other; and the monitor, once TLS has begun, the session's end as its own
 * descriptors 0 and 1, so that its look at the client and its last word go the
 * same way (client.h). */

#ifndef TLS_H
#define TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "config.h"
#include "limit.h"
#include "span.h"
#include "spawn.h"
#include "tls/report.h"

enum tls_state {
	TLS_NONE,		/* no certificate is configured */
	TLS_OFFERED,		/* and all files are open */
	TLS_BROKEN,		/* a fault of ours: it cannot be had */
	TLS_BEGUN,		/* the helper has the client's socket */
	TLS_UP,			/* and has shaken hands */
	TLS_FAILED,		/* or could not; or has broken its contract */
};

struct tls {
	/* The caller's. */
	const struct config *config;
	const char *program;		/* absolute path */
	unsigned cpu_seconds;		/* of processor time, for the helper */
	bool root;			/* we are: the helper becomes these */
	uid_t uid;
	gid_t gid;

	/* All zero before tls_open. */
	enum tls_state state;
	int pair[2];			/* the session's end, the helper's */
	int reports;
	size_t count;			/* of the pairs in files */
	int files[2 * MAX_CERTIFICATES];	/* certificate, key ... */
	struct spawn spawn;
	struct report report;		/* the last that was heard */

	/* Of what has failed: the call, NULL where it is the helper that says
	 * so; a file or ""; what it was for. */
	const char *call;
	char path[CONFIG_PATH];
	char what[REPORT_WHAT + 1];
};

/* Opens the files, and makes the pair with the client's timeouts.  -1 with
 * errno and what failed; state is TLS_BROKEN then. */
int tls_open(struct tls *);

/* Starts the helper, which has descriptors 0 and 1 from then on, and waits
 * until its keys are loaded and it is confined.  -1 as tls_open. */
int tls_start(struct tls *);

/* Ends a helper that has started but cannot be used, for errno of that call:
 * one that lived would take what the client says next.  What has failed is told
 * as by tls_open, and errno is kept. */
void tls_abandon(struct tls *, const char *call);

/* A report has come, or the helper has closed its end: NULL, or how it has
 * broken its contract.  Changes state. */
const char *tls_hear(struct tls *);

/* Takes one report, of so many bytes: tls_hear's other half. */
const char *tls_take(struct tls *, const void *report, size_t len);

/* The file of that number, from 0, in such a list of config.h. */
struct span tls_file(const char *list, size_t number);

/* Waits for the helper's end, and ends it.  False: it was killed by a
 * signal. */
bool tls_end(struct tls *);

#endif
