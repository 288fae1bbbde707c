/* rest.c - the defaults, -o, our own name, and the table for -h. */

#include <stdlib.h>
#include <string.h>

#include "../../smtp-receive/setting.h"
#include "../suite.h"
#include "parts.h"
#include "stage.h"

START_TEST(the_defaults_are_those_of_the_manual)
{
	ck_assert_str_eq(config.hostname, "");
	ck_assert_str_eq(config.users, "/etc/smtp-receive/users");
	ck_assert_uint_eq(config.max_message_size, 50 << 20);
	ck_assert_uint_eq(config.max_messages, 1000);
	ck_assert_uint_eq(config.max_recipients, 100);
	ck_assert_uint_eq(config.max_mailboxes, 200);
	ck_assert_str_eq(config.recipient_delimiter, "+");
	ck_assert_uint_eq(config.command_timeout, 300);
	ck_assert_uint_eq(config.session_timeout, 3600);
	ck_assert_uint_eq(config.max_errors, 20);
	ck_assert_uint_eq(config.max_unknown, 10);
	ck_assert_uint_eq(config.greeting_delay, 0);
	ck_assert_uint_eq(config.min_free, 64 << 20);
	ck_assert(config.delivered_to);
	ck_assert(!config.sync_strict);
	ck_assert_int_eq(config.log, CONFIG_LOG_AUTO);
}
END_TEST

START_TEST(each_key_is_set)
{
	ck_assert_int_eq(read_text(
	    "hostname = Mx-1.example.org\nusers=/u sers\n"
	    "session-user = 65534:65534\nmin-uid = 4294967294\n"
	    "max-message-size = 64K\nmax-messages = 100000\n"
	    "max-recipients = 1000\n"
	    "max-mailboxes = 1\nrecipient-delimiter = +-_!#%=~\n"
	    "command-timeout = 86400\nsession-timeout = 604800\n"
	    "max-errors = 1\nmax-unknown = 1000\ngreeting-delay = 60000\n"
	    "min-free = 1024G\ndelivered-to = no\nsync = strict\n"
	    "log = stderr\n"), 0);
	ck_assert_str_eq(said, "");
	ck_assert_str_eq(config.hostname, "Mx-1.example.org");
	ck_assert_str_eq(config.session_user, "65534:65534");
	ck_assert_uint_eq(config.min_uid, 4294967294);
	ck_assert_str_eq(config.users, "/u sers");
	ck_assert_uint_eq(config.max_message_size, 65536);
	ck_assert_uint_eq(config.max_messages, 100000);
	ck_assert_uint_eq(config.max_recipients, 1000);
	ck_assert_uint_eq(config.max_mailboxes, 1);
	ck_assert_str_eq(config.recipient_delimiter, "+-_!#%=~");
	ck_assert_uint_eq(config.command_timeout, 86400);
	ck_assert_uint_eq(config.session_timeout, 604800);
	ck_assert_uint_eq(config.max_errors, 1);
	ck_assert_uint_eq(config.max_unknown, 1000);
	ck_assert_uint_eq(config.greeting_delay, 60000);
	ck_assert_uint_eq(config.min_free, (uint64_t)1 << 40);
	ck_assert(!config.delivered_to);
	ck_assert(config.sync_strict);
	ck_assert_int_eq(config.log, CONFIG_LOG_STDERR);
}
END_TEST

START_TEST(of_options_the_last_wins_and_over_the_file)
{
	ck_assert_int_eq(read_text("max-errors = 5\n"), 0);
	ck_assert_int_eq(config_option(&config, "max-errors=6", 1, &faults),
	    0);
	ck_assert_int_eq(config_option(&config, " Max-Errors = 7 ", 2,
	    &faults), 0);
	ck_assert_str_eq(said, "");
	ck_assert_uint_eq(config.max_errors, 7);
}
END_TEST

static const struct option {
	const char *title, *option, *fault;
} options[] = {
	{ "an option is KEY=VALUE", "max-errors",
	  "-o:3: : write KEY=VALUE, not \"max-errors\"\n" },
	{ "an empty one is none", "", "-o:3: : write KEY=VALUE, not \"\"\n" },
	{ "a comment is none", "# x", "-o:3: : write KEY=VALUE, not "
	  "\"# x\"\n" },
	{ "the key is known", "x=5", "-o:3: x: unknown key; smtp-receive -h "
	  "lists the known ones\n" },
	{ "control bytes are in none", "log=\033", "-o:3: : a control byte in "
	  "the option: take it out\n" },
};

START_TEST(option)
{
	const struct option *o = &options[_i];

	ck_assert_int_eq(config_option(&config, o->option, 3, &faults), -1);
	ck_assert_msg(strcmp(said, o->fault) == 0, "%s: %s", o->title, said);
}
END_TEST

#define NO_NAME "/etc/mailname:0: hostname: neither this machine's name nor " \
	"that in the file is a host name: set hostname, not "
#define D60 "123456789012345678901234567890123456789012345678901234567890"

static const struct own {
	const char *title, *set, *own, *mailname, *name, *fault;
} owns[] = {
	{ "what is set wins", "set", "own.example", "mail.example\n", "set",
	  "" },
	{ "then this machine's name, if it has a dot", "", "own.example",
	  "mail.example\n", "own.example", "" },
	{ "then the first line of /etc/mailname", "", "own",
	  " mail.example \nx.example\n", "mail.example", "" },
	{ "whose line end may be missing, and its dot", "", "own", "mail",
	  "mail", "" },
	{ "then this machine's name without a dot", "", "own", "", "own", "" },
	{ "a mailname that is none does not count", "", "own", "a b\n", "own",
	  "" },
	{ "nor does one that is too long", "", "own", D60 D60 D60 D60 D60 D60,
	  "own", "" },
	{ "a machine may not know its name", "", NULL, "mail\n", "mail", "" },
	{ "neither name is one", "", "(none)", "", "", NO_NAME
	  "\"(none)\"\n" },
	{ "there is none", "", NULL, "", "", NO_NAME "\"\"\n" },
	{ "a name with a dot that is none is not replaced in silence", "",
	  "my_host.example", "mail.example\n", "", NO_NAME
	  "\"my_host.example\"\n" },
};

START_TEST(own)
{
	const struct own *o = &owns[_i];

	own_name = o->own;
	write_to(mailname, o->mailname, strlen(o->mailname));
	snprintf(config.hostname, sizeof config.hostname, "%s", o->set);
	int result = config_finish(&config, &faults);
	ck_assert_msg(strcmp(said, o->fault) == 0, "%s: %s", o->title, said);
	ck_assert_msg((result == 0) == (said[0] == '\0'), "%s", o->title);
	ck_assert_msg(strcmp(config.hostname, o->name) == 0, "%s: %s",
	    o->title, config.hostname);
}
END_TEST

START_TEST(a_list_of_files_has_no_spaces)
{
	char text[CONFIG_PATH + 40] = "tls-certificate=";
	size_t len = strlen(text);

	ck_assert_int_eq(read_text("tls-certificate = /a ,\tb.pem , /c d\n"),
	    -1);
	ck_assert_str_eq(config.tls_certificate, "");
	said[0] = '\0';
	ck_assert_int_eq(read_text("tls-certificate = /a ,\tb.pem , /c\n"
	    "tls-key = k1,k2,\tk3\n"), 0);
	ck_assert_str_eq(config.tls_certificate, "/a,b.pem,/c");
	ck_assert_str_eq(config.tls_key, "k1,k2,k3");
	memset(text + len, '/', CONFIG_PATH - 1);
	ck_assert_int_eq(config_option(&config, text, 1, &faults), 0);
	ck_assert_uint_eq(strlen(config.tls_certificate), CONFIG_PATH - 1);
	text[len + CONFIG_PATH - 1] = '/';
	ck_assert_int_eq(config_option(&config, text, 1, &faults), -1);
}
END_TEST

#define KEYS "configuration:0: tls-key: tls-key wants as many files as " \
	"tls-certificate, in the same order, or none\n"
#define NO_CERTIFICATE "configuration:0: tls-certificate: TLS is to be had " \
	"without a certificate: set tls-certificate\n"

static const struct {
	const char *text, *fault;
} pairs[] = {
	{ "", "" },
	{ "tls-certificate=/a,b\n", "" },
	{ "tls-certificate=/a,b\ntls-key=k,l\n", "" },
	{ "tls-certificate=/a,b\ntls-key=k\n", KEYS },
	{ "tls-certificate=/a\ntls-key=k,l\n", KEYS },
	{ "tls-key=k\n", KEYS },
	{ "tls=starttls\n", "" },
	{ "tls=implicit\n", NO_CERTIFICATE },
	{ "tls-required=yes\n", NO_CERTIFICATE },
	{ "tls=implicit\ntls-required=yes\ntls-certificate=/a\n", "" },
	{ "tls-key=k\ntls-required=yes\n", KEYS NO_CERTIFICATE },
};

START_TEST(certificates_and_keys)
{
	ck_assert_int_eq(read_text(pairs[_i].text), 0);
	int result = config_finish(&config, &faults);
	ck_assert_str_eq(said, pairs[_i].fault);
	ck_assert_int_eq(result, said[0] == '\0' ? 0 : -1);
}
END_TEST

START_TEST(without_mailname)
{
	own_name = "own";
	remove(mailname);
	ck_assert_int_eq(config_finish(&config, &faults), 0);
	ck_assert_str_eq(config.hostname, "own");
}
END_TEST

START_TEST(help_lists_each_key_with_its_default)
{
	char *text = NULL;
	size_t size = 0, lines = 0;
	FILE *out = open_memstream(&text, &size);

	config_print(out);
	fclose(out);
	for (const struct setting *s = NULL; (s = setting_next(s)) != NULL;) {
		char row[64];

		lines++;
		snprintf(row, sizeof row, "\n%-20s %s", s->name, s->value);
		ck_assert_msg(strstr(text, row) != NULL, "%s", s->name);
	}
	ck_assert_uint_eq(lines, 22);
	for (const char *p = text; (p = strchr(p, '\n')) != NULL; p++)
		lines--;
	ck_assert_msg(lines == (size_t)-1, "%s", text);
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		ck_assert_uint_le(strlen(line), 100);
	free(text);
}
END_TEST

void
add_rest(TCase *tc)
{
	tcase_add_test(tc, the_defaults_are_those_of_the_manual);
	tcase_add_test(tc, each_key_is_set);
	tcase_add_test(tc, of_options_the_last_wins_and_over_the_file);
	tcase_add_loop_test(tc, option, 0, countof(options));
	tcase_add_loop_test(tc, own, 0, countof(owns));
	tcase_add_test(tc, a_list_of_files_has_no_spaces);
	tcase_add_loop_test(tc, certificates_and_keys, 0, countof(pairs));
	tcase_add_test(tc, without_mailname);
	tcase_add_test(tc, help_lists_each_key_with_its_default);
}
