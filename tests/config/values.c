/* values.c - what each key may be, and what is said when it is not. */

#include <stdio.h>
#include <string.h>

#include "../suite.h"
#include "parts.h"
#include "stage.h"

#define X50 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define X250 X50 X50 X50 X50 X50

#define NUMBER(key, min, max) \
	{ key, #min, true, "" }, \
	{ key, #max, true, "" }, \
	{ key, "0" #max, true, "" }, \
	{ key, "-1", false, "a number from " #min " to " #max }, \
	{ key, "5x", false, "a number from " #min " to " #max }, \
	{ key, "1K", false, "a number from " #min " to " #max }, \
	{ key, "", false, "a number from " #min " to " #max }, \
	{ key, "1 0", false, "a number from " #min " to " #max }, \
	{ key, "604801", false, "a number from " #min " to " #max }, \
	{ key, "4294967297", false, "a number from " #min " to " #max }, \
	{ key, "99999999999999999999", false, \
	  "a number from " #min " to " #max }

#define HOST "a host name: letters, digits, '-' and single dots between, at " \
	"most 255"
#define USER "a user's name, or UID:GID with neither of them 0"
#define PATH "an absolute path of at most 1023 bytes"
#define FILES "absolute paths, or names of systemd's credentials, at most 8, " \
	"with commas between them"
#define BIG "a size from 64K to 100G"
#define FREE "a size from 0 to 1024G"
#define CHARS "at most 8 printable characters, no space and none of " \
	"@\"\\()<>[]:;,."

static const struct value {
	const char *key, *value;
	bool good;
	const char *wants;
} values[] = {
	{ "hostname", "a", true, "" },
	{ "hostname", X250 ".1-A2", true, "" },
	{ "hostname", X250 ".1-A23", false, HOST },
	{ "hostname", "", false, HOST },
	{ "hostname", "[192.0.2.1]", false, HOST },
	{ "hostname", "my_host", false, HOST },
	{ "hostname", "my host", false, HOST },
	{ "hostname", ".example.org", false, HOST },
	{ "hostname", "example.org.", false, HOST },
	{ "hostname", "example..org", false, HOST },
	{ "hostname", "\xc3\xa4.example.org", false, HOST },
	{ "users", "users", false, PATH },
	{ "users", "", false, PATH },
	NUMBER("max-messages", 1, 100000),
	{ "max-messages", "0", false, "a number from 1 to 100000" },
	{ "max-messages", "100001", false, "a number from 1 to 100000" },
	NUMBER("max-recipients", 100, 1000),
	{ "max-recipients", "99", false, "a number from 100 to 1000" },
	NUMBER("max-mailboxes", 1, 1000),
	{ "max-mailboxes", "0", false, "a number from 1 to 1000" },
	NUMBER("command-timeout", 1, 86400),
	{ "command-timeout", "0", false, "a number from 1 to 86400" },
	{ "command-timeout", "86401", false, "a number from 1 to 86400" },
	NUMBER("session-timeout", 1, 604800),
	NUMBER("max-errors", 1, 1000),
	{ "max-errors", "1001", false, "a number from 1 to 1000" },
	NUMBER("max-unknown", 1, 1000),
	NUMBER("greeting-delay", 0, 60000),
	{ "greeting-delay", "60001", false, "a number from 0 to 60000" },
	{ "max-message-size", "65536", true, "" },
	{ "max-message-size", "65535", false, BIG },
	{ "max-message-size", "0", false, BIG },
	{ "max-message-size", "100G", true, "" },
	{ "max-message-size", "102401M", false, BIG },
	{ "max-message-size", "104857600k", true, "" },
	{ "max-message-size", "99999999999999999999G", false, BIG },
	{ "max-message-size", "17179869185G", false, BIG },
	{ "max-message-size", "M", false, BIG },
	{ "max-message-size", "1MB", false, BIG },
	{ "max-message-size", "1 M", false, BIG },
	{ "max-message-size", "1.5M", false, BIG },
	{ "max-message-size", "", false, BIG },
	{ "min-free", "0", true, "" },
	{ "min-free", "1024G", true, "" },
	{ "min-free", "1025G", false, FREE },
	{ "min-free", "1T", false, FREE },
	{ "session-user", "_smtp-1.x", true, "" },
	{ "session-user", "1:4294967294", true, "" },
	{ "session-user", "0:1", false, USER },
	{ "session-user", "1:0", false, USER },
	{ "session-user", "1:4294967295", false, USER },
	{ "session-user", "4294967295:1", false, USER },
	{ "session-user", "1:", false, USER },
	{ "session-user", ":1", false, USER },
	{ "session-user", "1:2:", false, USER },
	{ "session-user", "1:2:3", false, USER },
	{ "session-user", "1000", false, USER },
	{ "session-user", "Smtp", false, USER },
	{ "session-user", "", false, USER },
	{ "min-uid", "1", true, "" },
	{ "min-uid", "4294967294", true, "" },
	{ "min-uid", "0", false, "a number from 1 to 4294967294" },
	{ "min-uid", "4294967295", false, "a number from 1 to 4294967294" },
	{ "recipient-delimiter", "", true, "" },
	{ "recipient-delimiter", "!#$%&'*-", true, "" },
	{ "recipient-delimiter", "!#$%&'*-+", false, CHARS },
	{ "recipient-delimiter", "+ -", false, CHARS },
	{ "recipient-delimiter", "+.", false, CHARS },
	{ "recipient-delimiter", "@", false, CHARS },
	{ "recipient-delimiter", "\xc3\xa4", false, CHARS },
	{ "delivered-to", "YES", true, "" },
	{ "delivered-to", "on", false, "yes or no" },
	{ "delivered-to", "", false, "yes or no" },
	{ "sync", "strict", true, "" },
	{ "sync", "slow", false, "fast or strict" },
	{ "sync", "", false, "fast or strict" },
	{ "tls-certificate", "/a", true, "" },
	{ "tls-certificate", "", true, "" },
	{ "tls-certificate", "cert.pem", true, "" },
	{ "tls-certificate", "/a/b , c,/d", true, "" },
	{ "tls-certificate", "/a,b,c,d,e,f,g,h", true, "" },
	{ "tls-certificate", "/a,b,c,d,e,f,g,h,i", false, FILES },
	{ "tls-certificate", "a/b", false, FILES },
	{ "tls-certificate", "/a,./b", false, FILES },
	{ "tls-certificate", "..", false, FILES },
	{ "tls-certificate", "/a,.", false, FILES },
	{ "tls-certificate", "/a b", false, FILES },
	{ "tls-certificate", ",/a", false, FILES },
	{ "tls-certificate", "/a,,/b", false, FILES },
	{ "tls-certificate", "/a, ,/b", false, FILES },
	{ "tls-certificate", "/\xc3\xa4", false, FILES },
	{ "tls-key", "/a,b", true, "" },
	{ "tls-key", "a/b", false, FILES },
	{ "tls", "implicit", true, "" },
	{ "tls", "STARTTLS", true, "" },
	{ "tls", "", false, "starttls or implicit" },
	{ "tls", "yes", false, "starttls or implicit" },
	{ "tls-required", "yes", true, "" },
	{ "tls-required", "maybe", false, "yes or no" },
	{ "log", "syslog", true, "" },
	{ "log", "/var/log/mail.log", false, "auto, stderr or syslog" },
	{ "log", "", false, "auto, stderr or syslog" },
};

/* The one fault that this row wants. */
static const char *
fault_of(const struct value *v, const char *where)
{
	static char text[512];

	if (v->good)
		return "";
	snprintf(text, sizeof text, "%s: %s: %s wants %s, not \"%.40s%s\"\n",
	    where, v->key, v->key, v->wants, v->value,
	    strlen(v->value) > 40 ? "..." : "");
	for (char *p = text; *p != '\0'; p++)
		if ((unsigned char)*p > 0x7f)
			*p = '?';
	return text;
}

/* In the file, and by -o; a wrong one changes nothing. */
START_TEST(value)
{
	const struct value *v = &values[_i];
	struct config before = config;
	char text[400];

	snprintf(text, sizeof text, "# line 1\n%s = %s\n", v->key, v->value);
	ck_assert_int_eq(read_text(text), v->good ? 0 : -1);
	ck_assert_str_eq(said, fault_of(v, "f:2"));
	ck_assert(v->good || memcmp(&config, &before, sizeof config) == 0);

	said[0] = '\0';
	snprintf(text, sizeof text, "%s=%s", v->key, v->value);
	ck_assert_int_eq(config_option(&config, text, 7, &faults),
	    v->good ? 0 : -1);
	ck_assert_str_eq(said, fault_of(v, "-o:7"));
}
END_TEST

START_TEST(a_path_has_1023_bytes_at_most)
{
	char text[1100] = "users=/";
	size_t len = strlen(text);

	memset(text + len, 'x', 1022);
	ck_assert_int_eq(config_option(&config, text, 1, &faults), 0);
	ck_assert_uint_eq(strlen(config.users), 1023);
	text[len + 1022] = 'x';
	ck_assert_int_eq(config_option(&config, text, 1, &faults), -1);
}
END_TEST

void
add_values(TCase *tc)
{
	tcase_add_loop_test(tc, value, 0, countof(values));
	tcase_add_test(tc, a_path_has_1023_bytes_at_most);
}
