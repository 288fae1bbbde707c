/* test_passwd.c - session-user, in a file that stands for /etc/passwd. */

#include "../smtp-receive/passwd.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "suite.h"

static int passwd;		/* the file's descriptor; -1: there is none */

int __wrap_open(const char *path, int flags, ...);

int
__wrap_open(const char *path, int flags, ...)
{
	(void)flags;
	ck_assert_str_eq(path, "/etc/passwd");
	errno = ENOENT;
	return passwd == -1 ? -1 : dup(passwd);
}

static void
write_passwd(const char *text)
{
	passwd = memfd_create("passwd", MFD_CLOEXEC);
	ck_assert_int_eq(write(passwd, text, strlen(text)),
	    (ssize_t)strlen(text));
}

#define FILE	"root:x:0:0:root:/root:/bin/sh\n" \
		"smtp:x:10:10::/:/bin/sh\n" \
		"smtp-receive:x:64000:64001:SMTP:/:/usr/sbin/nologin\n" \
		"twice:x:5:6::/:\ntwice:x:7:8::/:\n" \
		"group0:x:5:0::/:\n" \
		"short:x:5\n" \
		"words:x:five:six::/:\n" \
		"none:x:::/:\n" \
		"large:x:4294967295:5::/:\n" \
		"more:x:5:4294967296::/:\n" \
		"tail:x:5:6x:/:\n" \
		"last:x:64002:64003::/:"

static const struct {
	const char *user;
	int error;
	uid_t uid;
	gid_t gid;
} rows[] = {
	{ "smtp-receive", 0, 64000, 64001 },
	{ "smtp", 0, 10, 10 },
	{ "last", 0, 64002, 64003 },
	{ "twice", 0, 5, 6 },
	{ "64004:64005", 0, 64004, 64005 },
	{ "root", EPERM, 0, 0 },
	{ "group0", EPERM, 0, 0 },
	{ "0:5", EPERM, 0, 0 },
	{ "5:0", EPERM, 0, 0 },
	{ "64004:64005:", ESRCH, 0, 0 },
	{ "64004:64005:x", ESRCH, 0, 0 },
	{ "64004:64005x", ESRCH, 0, 0 },
	{ "tail", ESRCH, 0, 0 },
	{ "smtp-rec", ESRCH, 0, 0 },
	{ "Smtp", ESRCH, 0, 0 },
	{ "x", ESRCH, 0, 0 },
	{ "short", ESRCH, 0, 0 },
	{ "words", ESRCH, 0, 0 },
	{ "none", ESRCH, 0, 0 },
	{ "large", ESRCH, 0, 0 },
	{ "more", ESRCH, 0, 0 },
};

START_TEST(a_user)
{
	uid_t uid;
	gid_t gid;

	write_passwd(FILE);
	int result = passwd_find(span_of(rows[_i].user), &uid, &gid);
	if (rows[_i].error != 0) {
		ck_assert_int_eq(errno, rows[_i].error);
		ck_assert_int_eq(result, -1);
		return;
	}
	ck_assert_int_eq(result, 0);
	ck_assert_uint_eq(uid, rows[_i].uid);
	ck_assert_uint_eq(gid, rows[_i].gid);
}
END_TEST

START_TEST(no_file_and_an_empty_one)
{
	uid_t uid;
	gid_t gid;

	passwd = -1;
	ck_assert_int_eq(passwd_find(span_of("smtp"), &uid, &gid), -1);
	ck_assert_int_eq(errno, ENOENT);
	ck_assert_int_eq(passwd_find(span_of("7:8"), &uid, &gid), 0);
	write_passwd("");
	ck_assert_int_eq(passwd_find(span_of("smtp"), &uid, &gid), -1);
	ck_assert_int_eq(errno, ESRCH);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("passwd");
	TCase *tc = tcase_create("passwd");

	tcase_add_loop_test(tc, a_user, 0, countof(rows));
	tcase_add_test(tc, no_file_and_an_empty_one);
	suite_add_tcase(s, tc);
	return s;
}
