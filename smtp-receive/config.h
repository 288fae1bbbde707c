/* config.h - smtp-receive.conf(5) and -o, as one struct.
 *
 *	config_default -> config_file -> config_option ... -> config_finish
 *
 * Each tells every fault it finds, not only the first, and the whole is good
 * only when all of them returned 0.  Nothing is allocated. */

#ifndef CONFIG_H
#define CONFIG_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "limit.h"

enum config_log {
	CONFIG_LOG_AUTO,
	CONFIG_LOG_STDERR,
	CONFIG_LOG_SYSLOG,
};

enum { CONFIG_PATH = 1024 };	/* bytes, with NUL */

struct config {
	char hostname[MAX_HOSTNAME + 1];
	char users[CONFIG_PATH];	/* absolute path */
	char session_user[64];		/* NAME, or UID:GID, where root */
	unsigned min_uid;		/* of the users that ~/ may name */
	uint64_t max_message_size;	/* octets, as SIZE= counts them */
	unsigned max_messages;		/* per connection */
	unsigned max_recipients;	/* per message */
	unsigned max_mailboxes;		/* per message */
	char recipient_delimiter[9];	/* each of its characters is one */
	unsigned command_timeout;	/* seconds */
	unsigned session_timeout;	/* seconds */
	unsigned max_errors;
	unsigned max_unknown;
	unsigned greeting_delay;	/* milliseconds */
	uint64_t min_free;		/* bytes */
	bool delivered_to;
	bool sync_strict;
	enum config_log log;
	/* Absolute paths and names of credentials, a comma between two. */
	char tls_certificate[CONFIG_PATH], tls_key[CONFIG_PATH];
	bool tls_implicit;		/* from the first octet on */
	bool tls_required;
};

/* Told of each fault.  file is the path, or "-o" with the option's number
 * from 1 as line; line 0: the file as a whole.  key is "" where none could
 * be read; what says what is wrong and what would be right; error is an errno
 * where a system call failed, else 0. */
struct config_faults {
	void (*tell)(void *arg, const char *file, unsigned line,
	    const char *key, const char *what, int error);
	void *arg;
};

void config_default(struct config *);

/* must_exist: given with -c.  A default file that does not exist is all
 * defaults; one that cannot be read is a fault in any case. */
int config_file(struct config *, const char *path, bool must_exist,
    const struct config_faults *);

/* "KEY=VALUE", the number-th -o. */
int config_option(struct config *, const char *option, unsigned number,
    const struct config_faults *);

/* What is still not known: the host name, by gethostname(2) and
 * /etc/mailname; and what does not fit together. */
int config_finish(struct config *, const struct config_faults *);

/* The table of keys with their defaults and meanings, for -h. */
void config_print(FILE *);

#endif
