/* test_trace.c - the lines above a message. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../smtp-receive/tls/report.h"
#include "../smtp-receive/trace.h"
#include "suite.h"

#define RETURN		"Return-Path: <eve@example.net>\n"
#define DELIVERED	"Delivered-To: ann@example.org\n"
#define FROM		"Received: from client ([192.0.2.1]) by mx.example.org"
#define DATE		"Mon, 23 Nov 2026 17:00:00 +0000\n"

static struct trace_block block;

static struct span
span(const char *text)
{
	return (struct span){ text, strlen(text) };
}

static struct trace
good(void)
{
	return (struct trace){ .sender = span("eve@example.net"),
	    .helo = span("client"), .client = "[192.0.2.1]",
	    .hostname = "mx.example.org", .extended = true, .id = "0abc.1",
	    .recipient = span("ann@example.org"), .time = 1795453200 };
}

static size_t
count_lines(void)
{
	size_t n = 0;

	for (size_t i = 0; i < block.len; i++)
		n += block.text[i] == '\n';
	return n;
}

static void
ck_block(const struct trace *t, const char *delivered_to, const char *text)
{
	char got[TRACE_SIZE + 1];

	trace_write(t, span(delivered_to), &block);
	memcpy(got, block.text, block.len);
	got[block.len] = '\0';
	ck_assert_str_eq(got, text);
	ck_assert_uint_eq(block.lines, count_lines());
}

START_TEST(one_recipient)
{
	struct trace t = good();

	ck_block(&t, "ann@example.org", RETURN DELIVERED FROM
	    " with ESMTP id 0abc.1\n\tfor <ann@example.org>; " DATE);
}
END_TEST

START_TEST(several_recipients_no_for_clause)
{
	struct trace t = good();

	t.recipient.len = 0;
	ck_block(&t, "ann@example.org", RETURN DELIVERED FROM
	    " with ESMTP id 0abc.1;\n\t" DATE);
}
END_TEST

START_TEST(no_delivered_to_null_sender_helo)
{
	struct trace t = good();

	t.sender.len = 0;
	t.extended = false;
	ck_block(&t, "", "Return-Path: <>\n" FROM
	    " with SMTP id 0abc.1\n\tfor <ann@example.org>; " DATE);
}
END_TEST

#define TLS "tls TLS_AES_128_GCM_SHA256 (TLSv1.3);\n\t" DATE

/* _i: with a for clause and without, and with HELO, which knows no S. */
START_TEST(under_tls)
{
	static const char *const ends[] = {
		" with ESMTPS id 0abc.1\n\tfor <ann@example.org> " TLS,
		" with ESMTPS id 0abc.1\n\t" TLS,
		" with SMTP id 0abc.1\n\tfor <ann@example.org> " TLS,
	};
	struct trace t = good();
	char text[1000];

	t.version = span("TLSv1.3");
	t.cipher = span("TLS_AES_128_GCM_SHA256");
	t.recipient.len = _i == 1 ? 0 : t.recipient.len;
	t.extended = _i != 2;
	ck_assert_str_eq(trace_protocol(&t), _i == 2 ? "SMTP" : "ESMTPS");
	snprintf(text, sizeof text, RETURN FROM "%s", ends[_i]);
	ck_block(&t, "", text);
}
END_TEST

static const struct name {
	const char *said, *stored;
} names[] = {
	{ "mail.example.NET", "mail.example.NET" },
	{ "a-b_c.d1", "a-b_c.d1" },
	{ "[192.0.2.7]", "[192.0.2.7]" },
	{ "[IPv6:2001:db8::1]", "[IPv6:2001:db8::1]" },
	{ "a[b]c", "a?b?c" },
	{ "x(comment)", "x?comment?" },
	{ "x by y with z", "x?by?y?with?z" },
	{ "a\nX-Forged: b", "a?X-Forged:?b" },
	{ "a\r\n\tb;", "a???b?" },
	{ "\xc3\xa4", "??" },
	{ "a<b>\"c\"@d\\/", "a?b??c??d??" },
};

START_TEST(a_helo_name_forges_nothing)
{
	struct trace t = good();
	char text[1000];

	t.helo = span(names[_i].said);
	int len = snprintf(text, sizeof text, RETURN "Received: from %s "
	    "([192.0.2.1]) by mx.example.org with ESMTP id 0abc.1\n"
	    "\tfor <ann@example.org>; " DATE, names[_i].stored);
	ck_assert(len > 0 && (size_t)len < sizeof text);
	ck_block(&t, "", text);
}
END_TEST

/* strchr would find a NUL in any set. */
START_TEST(a_nul_in_a_helo_name)
{
	struct trace t = good();

	t.helo = (struct span){ "a\0b", 3 };
	trace_write(&t, (struct span){ 0 }, &block);
	ck_assert_ptr_null(memchr(block.text, '\0', block.len));
	ck_assert_ptr_nonnull(strstr(block.text, "from a?b ("));
}
END_TEST

START_TEST(dates)
{
	static const struct { time_t time; const char *text; } rows[] = {
		{ 0, "Thu, 1 Jan 1970 00:00:00 +0000" },
		{ 1709251199, "Thu, 29 Feb 2024 23:59:59 +0000" },
		{ 2147483648, "Tue, 19 Jan 2038 03:14:08 +0000" },
		{ 1798761600, "Fri, 1 Jan 2027 00:00:00 +0000" },
	};
	struct trace t = good();

	setenv("TZ", "Asia/Tokyo", 1);
	t.time = rows[_i].time;
	trace_write(&t, (struct span){ 0 }, &block);
	ck_assert_ptr_nonnull(memmem(block.text, block.len, rows[_i].text,
	    strlen(rows[_i].text)));
}
END_TEST

/* The longest of all its parts leave room, and no line is cut. */
START_TEST(the_longest_block_fits)
{
	static char longest[MAX_PATH], client[64], host[MAX_HOSTNAME + 1],
	    id[MAX_ID];
	struct trace t = good();

	memset(longest, 'x', sizeof longest);
	memset(client, 'c', sizeof client - 1);
	memset(host, 'h', sizeof host - 1);
	memset(id, 'i', sizeof id - 1);
	t.sender = t.recipient = (struct span){ longest, MAX_PATH };
	t.helo = (struct span){ longest, MAX_DOMAIN };
	t.client = client;
	t.hostname = host;
	t.id = id;
	t.cipher = (struct span){ longest, REPORT_CIPHER };
	t.version = (struct span){ longest, REPORT_VERSION };
	trace_write(&t, t.recipient, &block);
	ck_assert_uint_eq(block.lines, 5);
	ck_assert_uint_eq(count_lines(), 5);
	ck_assert_uint_lt(block.len, TRACE_SIZE);
	ck_assert_mem_eq(block.text + block.len - 7, " +0000\n", 7);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("trace");
	TCase *tc = tcase_create("trace");

	tcase_add_test(tc, one_recipient);
	tcase_add_test(tc, several_recipients_no_for_clause);
	tcase_add_test(tc, no_delivered_to_null_sender_helo);
	tcase_add_loop_test(tc, under_tls, 0, 3);
	tcase_add_loop_test(tc, a_helo_name_forges_nothing, 0, countof(names));
	tcase_add_test(tc, a_nul_in_a_helo_name);
	tcase_add_loop_test(tc, dates, 0, 4);
	tcase_add_test(tc, the_longest_block_fits);
	suite_add_tcase(s, tc);
	return s;
}
