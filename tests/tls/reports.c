/* reports.c - what the helper may say when, and what a report may hold. */

#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "stage.h"

static void
set(enum tls_state state)
{
	stage.tls.state = state;
	stage.tls.count = 2;
	stage.tls.reports = stage.tls.pair[0] = stage.tls.pair[1] = -1;
}

static const char *
take(const struct report *r)
{
	return tls_take(&stage.tls, r, sizeof *r);
}

/* report.h, once more: a row for each state, a column for each kind. */
enum { OUT = -1 };
static const int turns[][6] = {
	[TLS_NONE]	= { OUT, OUT, OUT, OUT, OUT, OUT },
	[TLS_OFFERED]	= { OUT, TLS_BEGUN, TLS_BROKEN, OUT, OUT, OUT },
	[TLS_BROKEN]	= { OUT, OUT, OUT, OUT, OUT, OUT },
	[TLS_BEGUN]	= { OUT, OUT, OUT, TLS_UP, TLS_FAILED, OUT },
	[TLS_UP]	= { OUT, OUT, OUT, OUT, OUT, OUT },
	[TLS_FAILED]	= { OUT, OUT, OUT, OUT, OUT, OUT },
};

START_TEST(every_report_in_every_state)
{
	enum tls_state state = (enum tls_state)(_i / 6);
	int then = turns[state][_i % 6];
	const struct report r = report((enum report_kind)(_i % 6));

	set(state);
	const char *fault = take(&r);
	if (then == OUT)
		ck_assert_pstr_eq(fault, "a report out of turn");
	else
		ck_assert_ptr_null(fault);
	ck_assert_int_eq(stage.tls.state, then == OUT ? (int)state : then);
}
END_TEST

START_TEST(a_report_of_another_size)
{
	static const size_t sizes[] = { 1, 8, sizeof(struct report) - 1,
	    sizeof(struct report) + 1 };
	struct report r[2] = { report(REPORT_UP) };

	set(TLS_BEGUN);
	ck_assert_str_eq(tls_take(&stage.tls, r, sizes[_i]),
	    "a report of another size");
	ck_assert_int_eq(stage.tls.state, TLS_BEGUN);
}
END_TEST

#define FIELD(name) offsetof(struct report, name)
#define STRING "a report with a string too long or not printable"
#define WORD "a report with a version or a cipher that is no word"
#define PAIR "a report of a certificate that there is not"

/* A good report, in which some octets are others. */
static const struct {
	enum report_kind kind;
	size_t at, size;
	uint32_t value;
	const char *fault;		/* NULL: there is none */
} fields[] = {
	{ REPORT_READY, FIELD(name_len), 4, REPORT_NAME, NULL },
	{ REPORT_READY, FIELD(name_len), 4, REPORT_NAME + 1, STRING },
	{ REPORT_READY, FIELD(what_len), 4, REPORT_WHAT + 1, STRING },
	{ REPORT_UNFIT, FIELD(what_len), 4, REPORT_WHAT, NULL },
	{ REPORT_UNFIT, FIELD(what_len), 4, REPORT_WHAT + 1, STRING },
	{ REPORT_UNFIT, FIELD(name_len), 4, UINT32_MAX, STRING },
	{ REPORT_FAILED, FIELD(what_len), 4, REPORT_WHAT, NULL },
	{ REPORT_FAILED, FIELD(what_len), 4, UINT32_MAX, STRING },
	{ REPORT_FAILED, FIELD(what_len), 4, 0, NULL },
	{ REPORT_FAILED, FIELD(name_len), 4, REPORT_NAME + 1, STRING },
	{ REPORT_UP, FIELD(name_len), 4, REPORT_NAME, NULL },
	{ REPORT_UP, FIELD(name_len), 4, REPORT_NAME + 1, STRING },
	{ REPORT_UP, FIELD(what_len), 4, REPORT_WHAT + 1, STRING },
	{ REPORT_UP, FIELD(version_len), 4, REPORT_VERSION, NULL },
	{ REPORT_UP, FIELD(version_len), 4, REPORT_VERSION + 1, WORD },
	{ REPORT_UP, FIELD(version_len), 4, UINT32_MAX, WORD },
	{ REPORT_UP, FIELD(version_len), 4, 0, WORD },
	{ REPORT_UP, FIELD(cipher_len), 4, REPORT_CIPHER, NULL },
	{ REPORT_UP, FIELD(cipher_len), 4, REPORT_CIPHER + 1, WORD },
	{ REPORT_UP, FIELD(cipher_len), 4, UINT32_MAX, WORD },
	{ REPORT_UP, FIELD(cipher_len), 4, 0, WORD },

	{ REPORT_READY, FIELD(pair), 4, 1, NULL },
	{ REPORT_READY, FIELD(pair), 4, 2, PAIR },
	{ REPORT_UNFIT, FIELD(pair), 4, 0, NULL },
	{ REPORT_UNFIT, FIELD(pair), 4, 2, PAIR },
	{ REPORT_FAILED, FIELD(pair), 4, 2, PAIR },
	{ REPORT_FAILED, FIELD(pair), 4, UINT32_MAX - 1, PAIR },
	{ REPORT_UP, FIELD(pair), 4, 0, NULL },
	{ REPORT_UP, FIELD(pair), 4, 2, PAIR },
	{ REPORT_UP, FIELD(pair), 4, UINT32_MAX,
	  "a report without a certificate" },

	{ REPORT_UP, FIELD(name) + 1, 1, '\n', STRING },
	{ REPORT_UP, FIELD(name) + 13, 1, '\0', STRING },
	{ REPORT_UP, FIELD(name) + 14, 1, '\0', NULL },
	{ REPORT_UP, FIELD(name) + 1, 1, ' ', NULL },
	{ REPORT_FAILED, FIELD(what), 1, 0x7f, STRING },
	{ REPORT_FAILED, FIELD(what), 1, 0xe4, STRING },
	{ REPORT_FAILED, FIELD(what), 1, '\t', STRING },
	{ REPORT_FAILED, FIELD(what), 1, '~', NULL },
	{ REPORT_UP, FIELD(version), 1, ' ', WORD },
	{ REPORT_UP, FIELD(version), 1, '\0', WORD },
	{ REPORT_UP, FIELD(version) + 6, 1, '\n', WORD },
	{ REPORT_UP, FIELD(version) + 6, 1, ')', WORD },
	{ REPORT_UP, FIELD(version) + 6, 1, '-', NULL },
	{ REPORT_UP, FIELD(cipher), 1, '(', WORD },
	{ REPORT_UP, FIELD(cipher), 1, ';', WORD },
	{ REPORT_UP, FIELD(cipher), 1, '\0', WORD },
	{ REPORT_UP, FIELD(cipher), 1, 0xc4, WORD },
	{ REPORT_UP, FIELD(cipher) + 21, 1, '\r', WORD },
	{ REPORT_UP, FIELD(cipher) + 21, 1, '.', NULL },
	{ REPORT_UP, FIELD(cipher) + 21, 1, 'z', NULL },
	{ REPORT_UP, FIELD(cipher) + 21, 1, '@', WORD },
	{ REPORT_UP, FIELD(cipher) + 21, 1, '[', WORD },
};

START_TEST(a_field)
{
	struct report r = report(fields[_i].kind);
	enum tls_state state = fields[_i].kind <= REPORT_UNFIT ? TLS_OFFERED
	    : TLS_BEGUN;

	/* So that it is a length that is wrong, and nothing behind it. */
	if (fields[_i].at < FIELD(version))
		memset(r.version, 'x', sizeof r - FIELD(version));
	memcpy((char *)&r + fields[_i].at, &fields[_i].value, fields[_i].size);
	set(state);
	/* It stands behind the last string. */
	memset(&stage.tls.call, 'x', sizeof stage.tls.call);
	const char *fault = take(&r);
	ck_assert_msg(fault == NULL ? fields[_i].fault == NULL :
	    fields[_i].fault != NULL && strcmp(fault, fields[_i].fault) == 0,
	    "row %d: %s", _i, fault == NULL ? "none" : fault);
	ck_assert_int_eq(stage.tls.state == state, fault != NULL);
}
END_TEST

/* What waits in the pipe, whose other end is closed. */
static void
wait_in_pipe(const void *at, size_t len)
{
	int ends[2];

	set(TLS_BEGUN);
	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	ck_assert_int_eq(write(ends[1], at, len), (ssize_t)len);
	close(ends[1]);
	stage.tls.reports = ends[0];
}

static void
ck_gone(void)
{
	static const char gone[] = "the TLS process is gone";

	ck_assert_ptr_null(tls_hear(&stage.tls));
	ck_assert_int_eq(stage.tls.state, TLS_FAILED);
	ck_assert_int_eq(stage.tls.reports, -1);
	ck_assert_uint_eq(stage.tls.report.what_len, strlen(gone));
	ck_assert_mem_eq(stage.tls.report.what, gone, strlen(gone));
}

START_TEST(it_has_closed_its_end)
{
	wait_in_pipe("", 0);
	ck_gone();
}
END_TEST

START_TEST(it_cannot_be_heard)
{
	const struct report r = report(REPORT_UP);

	wait_in_pipe(&r, sizeof r);
	fault_of("read", 0, EIO, 1);
	ck_gone();
}
END_TEST

START_TEST(a_report_that_a_signal_interrupts)
{
	const struct report r = report(REPORT_UP);

	wait_in_pipe(&r, sizeof r);
	fault_of("read", 0, EINTR, 2);
	ck_assert_ptr_null(tls_hear(&stage.tls));
	ck_assert_int_eq(stage.tls.state, TLS_UP);
	ck_assert_int_eq(stage.tls.reports, -1);
	ck_assert_mem_eq(&stage.tls.report, &r, sizeof r);
}
END_TEST

START_TEST(more_than_one_report)
{
	const struct report r[2] = { report(REPORT_UP), report(REPORT_UP) };

	wait_in_pipe(r, _i == 0 ? sizeof r : sizeof *r + 1);
	ck_assert_pstr_eq(tls_hear(&stage.tls), "a report of another size");
	ck_assert_int_eq(stage.tls.state, TLS_BEGUN);
	ck_assert_int_eq(stage.tls.reports, -1);
}
END_TEST

void
add_reports(TCase *tc)
{
	tcase_add_loop_test(tc, every_report_in_every_state, 0,
	    6 * countof(turns));
	tcase_add_loop_test(tc, a_report_of_another_size, 0, 4);
	tcase_add_loop_test(tc, a_field, 0, countof(fields));
	tcase_add_test(tc, it_has_closed_its_end);
	tcase_add_test(tc, it_cannot_be_heard);
	tcase_add_test(tc, a_report_that_a_signal_interrupts);
	tcase_add_loop_test(tc, more_than_one_report, 0, 2);
}
