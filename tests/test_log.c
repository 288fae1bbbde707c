/* test_log.c - one line per event, wherever it goes. */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../smtp-receive/log.h"
#include "suite.h"

#define START	"event=test id=0123456789abc client=192.0.2.1"
#define MORE	"event=more id=0123456789abc "

static struct log log_ = { .id = "0123456789abc", .client = "192.0.2.1" };
static struct log_line line;
static char text[8192];			/* that was written */

/* What syslog(3) was told. */
static struct { char text[1100]; int priority; } told[8];
static int tellings, openings;

void __wrap_openlog(const char *, int, int);
void __wrap_syslog(int, const char *, ...);

void
__wrap_openlog(const char *name, int options, int facility)
{
	ck_assert_str_eq(name, "smtp-receive");
	ck_assert_int_eq(options, LOG_PID | LOG_NDELAY);
	ck_assert_int_eq(facility, LOG_MAIL);
	openings++;
}

void
__wrap_syslog(int priority, const char *format, ...)
{
	va_list rest;

	ck_assert_int_lt(tellings, 8);
	va_start(rest, format);
	vsnprintf(told[tellings].text, sizeof told[0].text, format, rest);
	va_end(rest);
	told[tellings++].priority = priority;
	errno = EBADF;
}

static void
to_memory(void)
{
	log_.fd = memfd_create("log", 0);
	ck_assert_int_ne(log_.fd, -1);
}

static const char *
written(void)
{
	ssize_t n = pread(log_.fd, text, sizeof text - 1, 0);

	text[n < 0 ? 0 : n] = '\0';
	return text;
}

static void
begin(int priority)
{
	log_begin(&line, &log_, priority, "test");
}

static const struct value {
	const char *value;
	size_t len;
	const char *logged;
} values[] = {
	{ "word", 4, "word" },
	{ "<a@b>,c=d'", 10, "<a@b>,c=d'" },
	{ "", 0, "\"\"" },
	{ "two words", 9, "\"two words\"" },
	{ "a\"b", 3, "\"a\\\"b\"" },
	{ "a\\b", 3, "\"a\\\\b\"" },
	{ "a\nevent=stored", 14, "\"a\\x0aevent=stored\"" },
	{ "\r\t\x7f\x1b", 4, "\"\\x0d\\x09\\x7f\\x1b\"" },
	{ "a\0b", 3, "\"a\\x00b\"" },
	{ "\xc3\xa4\xff", 3, "\"\\xc3\\xa4\\xff\"" },
};

START_TEST(a_value_is_escaped)
{
	char want[200];
	int len = snprintf(want, sizeof want, START " key=%s\n",
	    values[_i].logged);

	ck_assert(len > 0 && (size_t)len < sizeof want);
	begin(LOG_INFO);
	log_span(&line, "key", (struct span){ values[_i].value,
	    values[_i].len });
	log_end(&line);
	ck_assert_str_eq(written(), want);
}
END_TEST

START_TEST(a_value_is_cut_at_256_before_it_is_escaped)
{
	char value[300];

	memset(value, _i == 0 ? 'x' : '\n', sizeof value - 1);
	value[sizeof value - 1] = '\0';
	begin(LOG_INFO);
	log_text(&line, "a", value);
	log_text(&line, "b", "c");
	log_end(&line);
	written();
	ck_assert_uint_eq(strlen(text), strlen(START) + strlen(" a= b=c\n") +
	    (_i == 0 ? 256 : 4 * 256 + 2));
	ck_assert_ptr_nonnull(strstr(text, _i == 0 ? "x b=c\n"
	    : "\\x0a\" b=c\n"));
}
END_TEST

/* However long: it stays one line, and within its memory. */
START_TEST(a_line_is_cut_at_its_end)
{
	char value[256];

	memset(value, '\n', sizeof value);
	begin(LOG_INFO);
	for (int i = 0; i < 5; i++)
		log_span(&line, "key", (struct span){ value, sizeof value });
	log_end(&line);
	written();
	ck_assert_uint_eq(strlen(text), LOG_LINE);
	ck_assert_ptr_eq(strchr(text, '\n'), text + LOG_LINE - 1);
}
END_TEST

START_TEST(numbers_and_the_mails_id)
{
	log_.mail = 7;
	begin(LOG_INFO);
	log_number(&line, "a", 0);
	log_number(&line, "b", UINT64_MAX);
	log_end(&line);
	ck_assert_str_eq(written(), "event=test id=0123456789abc.7 "
	    "client=192.0.2.1 a=0 b=18446744073709551615\n");
}
END_TEST

START_TEST(a_fault_of_ours)
{
	log_failed(&log_, "open", "/a b", ENOENT, "to see");
	ck_assert_str_eq(written(), "event=failed id=0123456789abc "
	    "client=192.0.2.1 call=open path=\"/a b\" "
	    "errno=\"ENOENT: No such file or directory\" what=\"to see\"\n");
	ck_assert_int_eq(ftruncate(log_.fd, 0), 0);
	lseek(log_.fd, 0, SEEK_SET);
	log_failed(&log_, "getpid", NULL, 0, "x");
	ck_assert_str_eq(written(), "event=failed id=0123456789abc "
	    "client=192.0.2.1 call=getpid what=x\n");
}
END_TEST

/* _i: 0 a good log, 1 closed, 2 full, 3 a pipe without a reader, 4 syslog. */
START_TEST(errno_is_kept_whatever_the_log_does)
{
	int ends[2];

	signal(SIGPIPE, SIG_IGN);
	if (_i == 1)
		close(log_.fd);
	if (_i == 2)
		log_.fd = open("/dev/full", O_WRONLY);
	if (_i == 3) {
		ck_assert_int_eq(pipe(ends), 0);
		close(ends[0]);
		log_.fd = ends[1];
	}
	if (_i == 4)
		log_.fd = -1;
	begin(LOG_ERR);
	errno = EDOM;
	log_end(&line);
	ck_assert_int_eq(errno, EDOM);
	ck_assert_int_eq(tellings, _i == 4);
}
END_TEST

/* 2 becomes that file; what the journal would call it. */
static void
set_stream(const char *format)
{
	char name[64];
	struct stat st;

	dup2(log_.fd, 2);
	ck_assert_int_eq(fstat(2, &st), 0);
	int len = snprintf(name, sizeof name, format,
	    (unsigned long long)st.st_dev, (unsigned long long)st.st_ino);
	ck_assert(len > 0 && (size_t)len < sizeof name);
	setenv("JOURNAL_STREAM", name, 1);
}

START_TEST(a_prefix_only_where_the_journal_reads)
{
	static const struct { const char *stream; bool prefix; } rows[] = {
		{ "%llu:%llu", true },
		{ "%llu:%llu0", false },
		{ "1%llu:%llu", false },
		{ "%llu", false },
		{ "x", false },
	};

	set_stream(rows[_i].stream);
	log_open(&log_, CONFIG_LOG_AUTO, false);
	ck_assert_int_eq(log_.fd, 2);
	ck_assert_int_eq(log_.prefix, rows[_i].prefix);
	begin(LOG_ALERT);
	log_end(&line);
	ck_assert_str_eq(written(), rows[_i].prefix ? "<1>" START "\n"
	    : START "\n");
}
END_TEST

START_TEST(no_prefix_without_journal)
{
	set_stream("%llu:%llu");
	unsetenv("JOURNAL_STREAM");
	log_open(&log_, CONFIG_LOG_STDERR, false);
	ck_assert(!log_.prefix);
}
END_TEST

/* What 2 is when the program starts, and where its lines go. */
START_TEST(where_the_lines_go)
{
	enum kind { FILE_, CLIENT, CLIENT_AS_1, OTHER_SOCKET, CLOSED };
	static const struct {
		enum config_log config;
		enum kind two;
		bool syslog;
	} rows[] = {
		{ CONFIG_LOG_AUTO, FILE_, false },
		{ CONFIG_LOG_AUTO, CLIENT, true },
		{ CONFIG_LOG_AUTO, CLIENT_AS_1, true },
		{ CONFIG_LOG_AUTO, OTHER_SOCKET, false },
		{ CONFIG_LOG_AUTO, CLOSED, true },
		{ CONFIG_LOG_STDERR, CLIENT, false },
		{ CONFIG_LOG_STDERR, CLOSED, false },
		{ CONFIG_LOG_SYSLOG, FILE_, true },
	};
	int a[2], b[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, a), 0);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, b), 0);
	dup2(rows[_i].two == CLIENT_AS_1 ? b[1] : a[0], 0);
	dup2(a[0], 1);
	dup2(rows[_i].two == FILE_ ? log_.fd : rows[_i].two == OTHER_SOCKET
	    ? b[0] : a[0], 2);
	if (rows[_i].two == CLOSED)
		dup2(open("/dev/null", O_RDWR), 2);
	log_open(&log_, rows[_i].config, rows[_i].two == CLOSED);
	ck_assert_int_eq(log_.fd, rows[_i].syslog ? -1 : 2);
	ck_assert_int_eq(openings, rows[_i].syslog);
}
END_TEST

/* inetd to a file or a terminal as 0, 1 and 2: not a socket, so it is said
 * there. */
START_TEST(the_same_file_for_all_is_no_client)
{
	dup2(log_.fd, 0);
	dup2(log_.fd, 1);
	dup2(log_.fd, 2);
	log_open(&log_, CONFIG_LOG_AUTO, false);
	ck_assert_int_eq(log_.fd, 2);
}
END_TEST

START_TEST(syslog_gets_lines_of_1000_and_no_formats)
{
	char value[250];

	memset(value, '%', sizeof value);
	log_.fd = -1;
	begin(LOG_NOTICE);
	for (int i = 0; i < 9; i++)
		log_span(&line, "key", (struct span){ value, sizeof value });
	log_end(&line);
	ck_assert_int_eq(tellings, 3);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(told[i].priority, LOG_NOTICE);
	ck_assert_uint_eq(strlen(told[0].text), 1000);
	ck_assert_uint_eq(strlen(told[1].text), 1000);
	ck_assert_uint_eq(strlen(told[2].text), line.len - 2000 +
	    2 * strlen(MORE));
	/* No piece begins with what a client has said. */
	ck_assert_mem_eq(told[1].text, MORE, strlen(MORE));
	ck_assert_mem_eq(told[2].text, MORE, strlen(MORE));
	ck_assert_mem_eq(told[0].text, START " key=%%%", strlen(START) + 8);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("log");
	TCase *tc = tcase_create("log");

	tcase_add_checked_fixture(tc, to_memory, NULL);
	tcase_add_loop_test(tc, a_value_is_escaped, 0, countof(values));
	tcase_add_loop_test(tc, a_value_is_cut_at_256_before_it_is_escaped,
	    0, 2);
	tcase_add_test(tc, a_line_is_cut_at_its_end);
	tcase_add_test(tc, numbers_and_the_mails_id);
	tcase_add_test(tc, a_fault_of_ours);
	tcase_add_loop_test(tc, errno_is_kept_whatever_the_log_does, 0, 5);
	tcase_add_loop_test(tc, a_prefix_only_where_the_journal_reads, 0, 5);
	tcase_add_test(tc, no_prefix_without_journal);
	tcase_add_loop_test(tc, where_the_lines_go, 0, 8);
	tcase_add_test(tc, the_same_file_for_all_is_no_client);
	tcase_add_test(tc, syslog_gets_lines_of_1000_and_no_formats);
	suite_add_tcase(s, tc);
	return s;
}
