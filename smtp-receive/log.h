/* log.h - one line per event, for the admin.
 *
 *	event=stored id=0123456789abc.1 client=192.0.2.1 size=4711 ...
 *
 * Events and keys are a table in smtp-receive(8).  A line is put together in
 * memory and leaves in one write(2), or in lines of at most 1,000 bytes to
 * syslog(3).  A value that is not one plain word stands in double quotes, in
 * it \" and \\ and \xNN; it is cut after 256 bytes.  A write that fails
 * changes nothing: errno is kept, too. */

#ifndef LOG_H
#define LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <syslog.h>

#include "config.h"
#include "limit.h"
#include "span.h"

enum {
	LOG_LINE	= 3072,	/* of one line; what is longer is cut */
	LOG_VALUE	= 256,	/* of one value, before it is escaped */
};

struct log {
	int fd;			/* -1: syslog */
	bool prefix;		/* the journal reads: <PRIORITY> first */
	bool quick;		/* a write never has to wait */
	char id[MAX_ID];	/* the connection's, 13 characters */
	unsigned mail;		/* not 0: the number of the mail in hand */
	const char *client;	/* its address; outlives the log */
};

struct log_line {
	const struct log *log;
	int priority;
	size_t len;
	char text[LOG_LINE];
};

/* Chooses where the lines go.  closed2: descriptor 2 was not open when the
 * program started. */
void log_open(struct log *, enum config_log, bool closed2);

/* The connection's id, or the mail's while one is in hand, to at. */
void log_id(const struct log *, char at[MAX_ID]);

void log_begin(struct log_line *, const struct log *, int priority,
    const char *event);
void log_text(struct log_line *, const char *key, const char *value);
void log_span(struct log_line *, const char *key, struct span value);
void log_number(struct log_line *, const char *key, uint64_t value);
/* "ENOSPC: No space left on device"; nothing for 0. */
void log_error(struct log_line *, const char *key, int error);
void log_end(struct log_line *);

/* event=failed: a fault of ours.  path may be NULL; error is an errno, 0 for
 * none; what says what it was for, and where we know it what would mend it. */
void log_failed(const struct log *, const char *call, const char *path,
    int error, const char *what);

#endif
