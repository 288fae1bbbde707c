/* setting.c - the keys of smtp-receive.conf(5), what each may be and is. */

#include "setting.h"

#include <stddef.h>
#include <string.h>
#include <sys/types.h>

#include "ids.h"
#include "username.h"

/* What a value may be: parse puts it into field, or is false. */
struct kind {
	bool (*parse)(const struct setting *, struct span value, void *field);
	const char *wants;
};

/* A number with K, M or G behind it. */
static bool
size_of(struct span s, unsigned long long *size)
{
	static const char scales[] = "kmg";
	const char *scale = s.len == 0 ? NULL :
	    memchr(scales, span_lower(s.at[s.len - 1]), 3);
	unsigned bits = scale == NULL ? 0 : 10 * (unsigned)(scale - scales + 1);

	s.len -= bits > 0;
	if (!span_number(s, size) || *size > UINT64_MAX >> bits)
		return false;
	*size <<= bits;
	return true;
}

static bool
within(const struct setting *s, unsigned long long n)
{
	unsigned long long min, max;

	return size_of(span_of(s->min), &min) && n >= min &&
	    size_of(span_of(s->max), &max) && n <= max;
}

static bool
parse_number(const struct setting *s, struct span value, void *field)
{
	unsigned long long n;

	if (!span_number(value, &n) || !within(s, n))
		return false;
	*(unsigned *)field = (unsigned)n;
	return true;
}

static bool
parse_size(const struct setting *s, struct span value, void *field)
{
	unsigned long long n;

	if (!size_of(value, &n) || !within(s, n))
		return false;
	*(uint64_t *)field = n;
	return true;
}

static bool
parse_either(struct span value, const char *no, const char *yes, bool *field)
{
	bool is = span_is(value, yes);

	if (!is && !span_is(value, no))
		return false;
	*field = is;
	return true;
}

static bool
parse_bool(const struct setting *s, struct span value, void *field)
{
	(void)s;
	return parse_either(value, "no", "yes", field);
}

static bool
parse_sync(const struct setting *s, struct span value, void *field)
{
	(void)s;
	return parse_either(value, "fast", "strict", field);
}

static bool
parse_tls(const struct setting *s, struct span value, void *field)
{
	(void)s;
	return parse_either(value, "starttls", "implicit", field);
}

static bool
parse_log(const struct setting *s, struct span value, void *field)
{
	static const char *const names[] = {
		[CONFIG_LOG_AUTO]	= "auto",
		[CONFIG_LOG_STDERR]	= "stderr",
		[CONFIG_LOG_SYSLOG]	= "syslog",
	};
	unsigned i = 0;

	(void)s;
	while (i < countof(names) && !span_is(value, names[i]))
		i++;
	if (i == countof(names))
		return false;
	*(enum config_log *)field = (enum config_log)i;
	return true;
}

static bool
is_host(char c)
{
	c = span_lower(c);
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

static bool
parse_hostname(const struct setting *s, struct span value, void *field)
{
	char before = '.';

	(void)s;
	for (size_t i = 0; i < value.len; i++) {
		if (!is_host(value.at[i]) &&
		    (value.at[i] != '.' || before == '.'))
			return false;
		before = value.at[i];
	}
	return before != '.' && span_copy(value, field, MAX_HOSTNAME + 1);
}

static bool
parse_path(const struct setting *s, struct span value, void *field)
{
	(void)s;
	return value.len > 0 && value.at[0] == '/' &&
	    span_copy(value, field, CONFIG_PATH);
}

/* An absolute path, or a credential's name: systemd.exec(5). */
static bool
is_file(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!span_graphic(s.at[i]) ||
		    (s.at[i] == '/' && s.at[0] != '/'))
			return false;
	return s.len > 0 && !span_is(s, ".") && !span_is(s, "..");
}

/* Spaces around the commas go. */
static bool
parse_files(const struct setting *s, struct span value, void *field)
{
	char list[CONFIG_PATH + 1] = "";
	size_t count = 0, len = 0;

	(void)s;
	if (value.len >= CONFIG_PATH)
		return false;
	for (; value.len > 0; count++) {
		struct span file = span_trim(span_field(&value, ','));

		if (!is_file(file) || count == MAX_CERTIFICATES)
			return false;
		if (count > 0)
			list[len++] = ',';
		span_copy(file, list + len, sizeof list - len);
		len += file.len;
	}
	memcpy(field, list, CONFIG_PATH);
	return true;
}

/* UID:GID.  Neither is root's. */
static bool
is_ids(struct span value)
{
	uid_t uid;
	gid_t gid;

	return ids_cut(&value, &uid, &gid) && value.len == 0 && uid > 0 &&
	    gid > 0;
}

static bool
parse_user(const struct setting *s, struct span value, void *field)
{
	(void)s;
	return (username_good(value) || is_ids(value)) && span_copy(value,
	    field, sizeof ((struct config *)0)->session_user);
}

/* Not one of those that an address is made of. */
static bool
parse_delimiters(const struct setting *s, struct span value, void *field)
{
	(void)s;
	for (size_t i = 0; i < value.len; i++)
		if (!span_graphic(value.at[i]) ||
		    strchr("@\"\\()<>[]:;,.", value.at[i]) != NULL)
			return false;
	return span_copy(value, field,
	    sizeof ((struct config *)0)->recipient_delimiter);
}

static const struct kind number = { parse_number, "a number" };
static const struct kind size = { parse_size, "a size" };
static const struct kind yes_or_no = { parse_bool, "yes or no" };
static const struct kind sync_mode = { parse_sync, "fast or strict" };
static const struct kind log_place = { parse_log, "auto, stderr or syslog" };
static const struct kind host = { parse_hostname,
    "a host name: letters, digits, '-' and single dots between, at most 255" };
static const struct kind path = { parse_path,
    "an absolute path of at most 1023 bytes" };
static const struct kind files = { parse_files, "absolute paths, or names of "
    "systemd's credentials, at most 8, with commas between them" };
static const struct kind tls_mode = { parse_tls, "starttls or implicit" };
static const struct kind user = { parse_user,
    "a user's name, or UID:GID with neither of them 0" };
static const struct kind delimiters = { parse_delimiters,
    "at most 8 printable characters, no space and none of @\"\\()<>[]:;,." };

#define FIELD(name) offsetof(struct config, name)

/* smtp-receive.conf(5) mirrors this.  The minima of max-message-size and
 * max-recipients are those of RFC 5321 sections 4.5.3.1.7 and 4.5.3.1.8. */
static const struct setting settings[] = {
	{ "hostname", &host, FIELD(hostname), NULL, NULL, "",
	  "our name in the greeting, Received: and file names" },
	{ "users", &path, FIELD(users), NULL, NULL,
	  "/etc/smtp-receive/users", "the user map" },
	{ "session-user", &user, FIELD(session_user), NULL, NULL,
	  "smtp-receive", "whom the session becomes, if started as root" },
	{ "min-uid", &number, FIELD(min_uid), "1", "4294967294", "1000",
	  "system users below it get no mail by ~/" },
	{ "max-message-size", &size, FIELD(max_message_size), "64K", "100G",
	  "50M", "octets of a message" },
	{ "max-messages", &number, FIELD(max_messages), "1", "100000", "1000",
	  "mails in a connection" },
	{ "max-recipients", &number, FIELD(max_recipients), "100", "1000",
	  "100", "recipients of a message" },
	{ "max-mailboxes", &number, FIELD(max_mailboxes), "1", "1000", "200",
	  "Maildirs that a message goes to" },
	{ "recipient-delimiter", &delimiters, FIELD(recipient_delimiter), NULL,
	  NULL, "+", "each begins an extension; empty: none does" },
	{ "command-timeout", &number, FIELD(command_timeout), "1", "86400",
	  "300", "seconds without a byte from the client" },
	{ "session-timeout", &number, FIELD(session_timeout), "1", "604800",
	  "3600", "seconds for a connection" },
	{ "max-errors", &number, FIELD(max_errors), "1", "1000", "20",
	  "wrong commands that are answered" },
	{ "max-unknown", &number, FIELD(max_unknown), "1", "1000", "10",
	  "unknown recipients that are looked up" },
	{ "greeting-delay", &number, FIELD(greeting_delay), "0", "60000", "0",
	  "milliseconds to wait for early talkers; 0: no look" },
	{ "min-free", &size, FIELD(min_free), "0", "1024G", "64M",
	  "bytes that stay free on each file system" },
	{ "delivered-to", &yes_or_no, FIELD(delivered_to), NULL, NULL, "yes",
	  "add Delivered-To:; no: one file for all copies" },
	{ "sync", &sync_mode, FIELD(sync_strict), NULL, NULL, "fast",
	  "strict: fsync before the rename, too" },
	{ "log", &log_place, FIELD(log), NULL, NULL, "auto",
	  "where the log goes" },
	{ "tls-certificate", &files, FIELD(tls_certificate), NULL, NULL, "",
	  "PEM files, each with its chain; empty: no TLS" },
	{ "tls-key", &files, FIELD(tls_key), NULL, NULL, "",
	  "their keys; empty: in the same files" },
	{ "tls", &tls_mode, FIELD(tls_implicit), NULL, NULL, "starttls",
	  "implicit: from the first byte on, for port 465" },
	{ "tls-required", &yes_or_no, FIELD(tls_required), NULL, NULL, "no",
	  "yes: no mail without TLS" },
};

const struct setting *
setting_next(const struct setting *s)
{
	s = s == NULL ? settings : s + 1;
	return s < settings + countof(settings) ? s : NULL;
}

const struct setting *
setting_find(struct span name)
{
	for (size_t i = 0; i < countof(settings); i++)
		if (span_is(name, settings[i].name))
			return &settings[i];
	return NULL;
}

bool
setting_assign(const struct setting *s, struct config *config,
    struct span value)
{
	return s->kind->parse(s, value, (char *)config + s->field);
}

const char *
setting_wants(const struct setting *s)
{
	return s->kind->wants;
}
