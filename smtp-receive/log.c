/* log.c - one line per event, for the admin. */

#include "log.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "id.h"

enum {
	SYSLOG_LINE	= 1000,	/* some syslogs cut at 1,024 */
	STUCK_MS	= 1000,	/* for a reader of the log that stands still */
};

/* inetd gives the client's socket as 2: a log line there would be taken for
 * a reply.  Where it cannot be seen, it could be. */
static bool
is_client(const struct stat *two)
{
	struct stat other;

	if (!S_ISSOCK(two->st_mode))
		return two->st_mode == 0;
	for (int fd = 0; fd <= 1; fd++)
		if (fstat(fd, &other) == -1 || (other.st_dev == two->st_dev &&
		    other.st_ino == two->st_ino))
			return true;
	return false;
}

/* JOURNAL_STREAM=device:inode, by systemd: the journal reads 2, and knows
 * what <N> means; systemd.exec(5). */
static bool
is_journal(const struct stat *two)
{
	const char *stream = getenv("JOURNAL_STREAM");
	char name[64];

	if (stream == NULL || two->st_mode == 0)
		return false;
	int len = snprintf(name, sizeof name, "%llu:%llu",
	    (unsigned long long)two->st_dev, (unsigned long long)two->st_ino);
	return len > 0 && (size_t)len < sizeof name &&
	    strcmp(stream, name) == 0;
}

/* Does a write always come back soon?  To a file, and to /dev/null. */
static bool
is_quick(const struct stat *two)
{
	return S_ISREG(two->st_mode) || (S_ISCHR(two->st_mode) &&
	    two->st_rdev == makedev(1, 3));
}

void
log_open(struct log *log, enum config_log target, bool closed2)
{
	struct stat two;

	if (fstat(2, &two) == -1)
		two.st_mode = 0;
	bool to_syslog = target == CONFIG_LOG_SYSLOG ||
	    (target == CONFIG_LOG_AUTO && (closed2 || is_client(&two)));

	log->fd = to_syslog ? -1 : 2;
	log->prefix = !to_syslog && is_journal(&two);
	log->quick = is_quick(&two);
	if (to_syslog)
		openlog("smtp-receive", LOG_PID | LOG_NDELAY, LOG_MAIL);
}

void
log_id(const struct log *log, char at[MAX_ID])
{
	id_of_mail(log->id, log->mail, at);
}

static void
add(struct log_line *l, const char *octets, size_t len)
{
	size_t room = sizeof l->text - 1 - l->len;	/* 1: the line end */

	if (len > room)
		len = room;
	memcpy(l->text + l->len, octets, len);
	l->len += len;
}

static void
add_key(struct log_line *l, const char *key)
{
	if (l->len > 0)
		add(l, " ", 1);
	add(l, key, strlen(key));
	add(l, "=", 1);
}

static bool
is_plain(struct span value)
{
	for (size_t i = 0; i < value.len; i++)
		if (!span_graphic(value.at[i]) ||
		    strchr("\"\\", value.at[i]) != NULL)
			return false;
	return value.len > 0;
}

static void
add_escaped(struct log_line *l, char c)
{
	char escaped[5];

	if (c == '"' || c == '\\')
		add(l, (char[]){ '\\', c }, 2);
	else if (c == ' ' || span_graphic(c))
		add(l, &c, 1);
	else {
		snprintf(escaped, sizeof escaped, "\\x%02x", (unsigned char)c);
		add(l, escaped, 4);
	}
}

void
log_span(struct log_line *l, const char *key, struct span value)
{
	if (value.len > LOG_VALUE)
		value.len = LOG_VALUE;
	add_key(l, key);
	if (is_plain(value)) {
		add(l, value.at, value.len);
		return;
	}
	add(l, "\"", 1);
	for (size_t i = 0; i < value.len; i++)
		add_escaped(l, value.at[i]);
	add(l, "\"", 1);
}

void
log_text(struct log_line *l, const char *key, const char *value)
{
	log_span(l, key, span_of(value));
}

void
log_number(struct log_line *l, const char *key, uint64_t value)
{
	char digits[SPAN_DECIMAL];

	log_span(l, key, span_decimal(value, digits));
}

void
log_begin(struct log_line *l, const struct log *log, int priority,
    const char *event)
{
	char id[MAX_ID];

	l->log = log;
	l->priority = priority;
	l->len = 0;
	if (log->prefix)
		add(l, (char[]){ '<', (char)('0' + priority), '>' }, 3);
	log_id(log, id);
	add(l, "event=", 6);
	add(l, event, strlen(event));
	log_text(l, "id", id);
	log_text(l, "client", log->client);
}

/* A line that is too long goes in pieces; each begins with words of ours, or
 * a client could make one look like a line of its own. */
static void
write_syslog(const struct log_line *l)
{
	char id[MAX_ID], more[MAX_ID + sizeof "event=more id= "];
	const char *front = "";

	log_id(l->log, id);
	int len = snprintf(more, sizeof more, "event=more id=%s ", id);
	if (len < 0 || (size_t)len >= sizeof more)
		more[0] = '\0';
	for (size_t at = 0; at < l->len; front = more) {
		size_t room = SYSLOG_LINE - strlen(front);
		size_t left = l->len - at;

		syslog(l->priority, "%s%.*s", front,
		    (int)(left < room ? left : room), l->text + at);
		at += room;
	}
}

/* One write, so that lines of two processes do not mix; a log that fails or
 * that nobody reads must not hold up the mail. */
static void
write_line(struct log_line *l)
{
	struct pollfd p = { .fd = l->log->fd, .events = POLLOUT };

	l->text[l->len] = '\n';
	if (l->log->quick || poll(&p, 1, STUCK_MS) == 1) {
		ssize_t n = write(l->log->fd, l->text, l->len + 1);
		(void)n;
	}
}

void
log_end(struct log_line *l)
{
	int saved = errno;

	if (l->log->fd == -1)
		write_syslog(l);
	else
		write_line(l);
	errno = saved;
}

/* The errnos that an admin may have to look up. */
static const struct {
	int error;
	const char *name;
} errors[] = {
#define ERROR(name) { name, #name }
	ERROR(EACCES), ERROR(EAGAIN), ERROR(EBUSY), ERROR(ECONNRESET),
	ERROR(EDQUOT), ERROR(EEXIST), ERROR(EFBIG), ERROR(EINTR),
	ERROR(EINVAL), ERROR(EIO), ERROR(EISDIR), ERROR(ELOOP),
	ERROR(EMFILE), ERROR(EMLINK), ERROR(EMSGSIZE), ERROR(ENAMETOOLONG),
	ERROR(ENFILE), ERROR(ENOBUFS), ERROR(ENODEV), ERROR(ENOENT),
	ERROR(ENOEXEC), ERROR(ENOMEM), ERROR(ENOSPC), ERROR(ENOSYS),
	ERROR(ENOTCONN), ERROR(ENOTDIR), ERROR(EOPNOTSUPP), ERROR(EPERM),
	ERROR(EPIPE), ERROR(EROFS), ERROR(ESRCH), ERROR(ESTALE),
	ERROR(ETIMEDOUT),
	ERROR(EUCLEAN),		/* a damaged file system, to ext4 and xfs */
	ERROR(EXDEV),
#undef ERROR
};

static const char *
error_name(int error)
{
	for (size_t i = 0; i < countof(errors); i++)
		if (errors[i].error == error)
			return errors[i].name;
	return "another errno";
}

/* The words are libc's, and differ: the name is what to search for. */
void
log_error(struct log_line *l, const char *key, int error)
{
	char text[128];
	int len = snprintf(text, sizeof text, "%s: %s", error_name(error),
	    strerror(error));

	if (error != 0 && len > 0)
		log_text(l, key, text);
}

void
log_failed(const struct log *log, const char *call, const char *path,
    int error, const char *what)
{
	struct log_line l;

	log_begin(&l, log, LOG_ERR, "failed");
	log_text(&l, "call", call);
	if (path != NULL)
		log_text(&l, "path", path);
	log_error(&l, "errno", error);
	log_text(&l, "what", what);
	log_end(&l);
}
