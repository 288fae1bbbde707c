/* test_rights.c - whose rights are held, with a kernel of our own: the system
 * calls are taken down, and each can fail. */

#include "../smtp-receive/rights.h"

#include <errno.h>
#include <linux/capability.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "suite.h"

enum { CAPABILITIES = 1 << CAP_KILL | 1 << CAP_SETUID | 1 << CAP_SETGID };

static struct {
	uid_t uid;		/* effective */
	gid_t gid;
	long failing;		/* this call, from now on */
	unsigned from, to;	/* unless it is one of other ids */
	int failures;		/* so often; -1: always */
	unsigned permitted;	/* capabilities */
	char calls[1024];
	jmp_buf exit;
	int status;
} kernel;

static struct rights rights;
static const char *call;
static struct log diary = { .id = "0123456789abc", .client = "192.0.2.1" };

uid_t __wrap_geteuid(void);
gid_t __wrap_getegid(void);
long __wrap_syscall(long number, ...);
_Noreturn void __wrap__exit(int status);

uid_t
__wrap_geteuid(void)
{
	return kernel.uid;
}

gid_t
__wrap_getegid(void)
{
	return kernel.gid;
}

void
__wrap__exit(int status)
{
	kernel.status = status;
	longjmp(kernel.exit, 1);
}

static void
take_down(const char *name, unsigned a, unsigned b, unsigned c)
{
	char text[64];

	snprintf(text, sizeof text, "%s(%d,%d,%d) ", name, (int)a, (int)b,
	    (int)c);
	ck_assert_uint_lt(strlen(kernel.calls) + strlen(text),
	    sizeof kernel.calls);
	strcat(kernel.calls, text);
}

static bool
fails(long number, unsigned id)
{
	if (number != kernel.failing || id < kernel.from || id > kernel.to ||
	    kernel.failures == 0)
		return false;
	kernel.failures -= kernel.failures > 0;
	errno = ENOMEM;
	return true;
}

/* As the real one: only root gives himself another's. */
static long
set(bool user, unsigned id)
{
	if (kernel.uid != 0 && !(user && id == 0)) {
		errno = EPERM;
		return -1;
	}
	*(user ? &kernel.uid : &kernel.gid) = id;
	return 0;
}

/* As the real ones: a change of uid from root to another clears what is
 * effective, the way back fills it. */
static long
capabilities(long number, va_list rest)
{
	struct __user_cap_header_struct *head = va_arg(rest, void *);
	struct __user_cap_data_struct *data = va_arg(rest, void *);

	ck_assert_uint_eq(head->version, _LINUX_CAPABILITY_VERSION_3);
	if (fails(number, 1))
		return -1;
	if (number == SYS_capget) {
		data[0].permitted = data[0].effective = kernel.permitted;
		data[1].permitted = data[1].effective = 0;
		return 0;
	}
	snprintf(kernel.calls + strlen(kernel.calls), sizeof kernel.calls -
	    strlen(kernel.calls), "caps(%x,%x) ", data[0].permitted,
	    data[0].effective);
	ck_assert_uint_eq(data[0].permitted & ~kernel.permitted, 0);
	kernel.permitted = data[0].permitted;
	return 0;
}

long
__wrap_syscall(long number, ...)
{
	va_list rest;

	va_start(rest, number);
	if (number == SYS_capget || number == SYS_capset) {
		long result = capabilities(number, rest);

		va_end(rest);
		return result;
	}
	unsigned a = va_arg(rest, unsigned), b = va_arg(rest, unsigned);
	unsigned c = number == SYS_setgroups ? 0 : va_arg(rest, unsigned);
	va_end(rest);
	if (number == SYS_setgroups) {
		take_down("groups", a, 0, 0);
		return fails(number, 0) ? -1 : 0;
	}
	take_down(number == SYS_setresuid ? "uid" : "gid", a, b, c);
	if (fails(number, b))
		return -1;
	return set(number == SYS_setresuid, b);
}

static void
set_kernel(void)
{
	memset(&kernel, 0, sizeof kernel);
	kernel.to = ~0U;
	kernel.permitted = CAPABILITIES;
	diary.fd = memfd_create("log", MFD_CLOEXEC);
	rights = (struct rights){ .log = &diary };
}

/* Whose they are, and what was called for it. */
static void
ck_held(uid_t uid, gid_t gid, const char *calls)
{
	ck_assert_str_eq(kernel.calls, calls);
	ck_assert_uint_eq(kernel.uid, uid);
	ck_assert_uint_eq(kernel.gid, gid);
	kernel.calls[0] = '\0';
}

#define TAKE7 "gid(-1,8,-1) uid(-1,7,-1) caps(e0,20) "

START_TEST(root_takes_and_leaves)
{
	ck_assert_int_eq(rights_open(&rights, &call), 0);
	ck_held(0, 0, "groups(0,0,0) ");
	ck_assert(rights.root);
	ck_assert_int_eq(rights_take(&rights, 7, 8), 0);
	ck_held(7, 8, TAKE7);
	ck_assert_int_eq(rights_take(&rights, 7, 8), 0);
	ck_held(7, 8, "");
	ck_assert_int_eq(rights_take(&rights, 9, 10), 0);
	ck_held(9, 10, "uid(-1,0,-1) gid(-1,0,-1) gid(-1,10,-1) "
	    "uid(-1,9,-1) caps(e0,20) ");
	ck_assert_int_eq(rights_take(&rights, 9, 11), 0);
	ck_held(9, 11, "uid(-1,0,-1) gid(-1,0,-1) gid(-1,11,-1) "
	    "uid(-1,9,-1) caps(e0,20) ");
	errno = EDOM;
	rights_leave(&rights);
	ck_assert_int_eq(errno, EDOM);
	ck_held(0, 0, "uid(-1,0,-1) gid(-1,0,-1) ");
	rights_leave(&rights);
	ck_held(0, 0, "");
}
END_TEST

START_TEST(root_is_never_taken)
{
	ck_assert_int_eq(rights_open(&rights, &call), 0);
	kernel.calls[0] = '\0';
	ck_assert(!rights_may_own(&rights, 0));
	ck_assert(rights_may_own(&rights, 1));
	ck_assert_int_eq(rights_take(&rights, 0, 5), -1);
	ck_assert_int_eq(errno, EPERM);
	ck_held(0, 0, "");
}
END_TEST

START_TEST(a_user_stays_who_he_is)
{
	kernel.uid = 5;
	kernel.gid = 6;
	ck_assert_int_eq(rights_open(&rights, &call), 0);
	ck_assert(!rights.root);
	ck_assert_int_eq(rights_take(&rights, 5, 99), 0);
	rights_leave(&rights);
	ck_assert(!rights_may_own(&rights, 0));
	ck_assert_int_eq(rights_take(&rights, 7, 6), -1);
	ck_assert_int_eq(errno, EPERM);
	ck_held(5, 6, "caps(0,0) ");
	ck_assert_uint_eq(kernel.permitted, 0);
}
END_TEST

START_TEST(root_may_have_another_group)
{
	kernel.gid = 4;
	ck_assert_int_eq(rights_open(&rights, &call), 0);
	ck_assert_int_eq(rights_take(&rights, 7, 8), 0);
	rights_leave(&rights);
	ck_held(0, 4, "groups(0,0,0) " TAKE7 "uid(-1,0,-1) gid(-1,4,-1) ");
}
END_TEST

START_TEST(nor_is_the_session)
{
	rights.session = 7;
	ck_assert_int_eq(rights_open(&rights, &call), 0);
	ck_assert(!rights_may_own(&rights, 7));
	ck_assert_int_eq(rights_take(&rights, 7, 8), -1);
	ck_assert_int_eq(errno, EPERM);
}
END_TEST

START_TEST(a_user_may_have_to_keep_his_capabilities)
{
	kernel.uid = 5;
	kernel.failing = SYS_capset;
	kernel.failures = -1;
	ck_assert_int_eq(rights_open(&rights, &call), 0);
}
END_TEST

START_TEST(root_must_be_able_to_kill)
{
	kernel.permitted &= ~(1U << CAP_KILL);
	ck_assert_int_eq(rights_open(&rights, &call), -1);
	ck_assert_int_eq(errno, EPERM);
	ck_assert_str_eq(call, "capget");
}
END_TEST

START_TEST(groups_that_stay_are_an_error)
{
	kernel.failing = SYS_setgroups;
	kernel.failures = -1;
	ck_assert_int_eq(rights_open(&rights, &call), -1);
	ck_assert_int_eq(errno, ENOMEM);
	ck_assert_str_eq(call, "setgroups");
}
END_TEST

static const long calls[] = { SYS_setresuid, SYS_setresgid, SYS_capset };

START_TEST(what_cannot_be_taken_leaves_us_root)
{
	ck_assert_int_eq(rights_open(&rights, &call), 0);
	kernel.failing = calls[_i];
	kernel.from = 1;
	kernel.failures = -1;
	ck_assert_int_eq(rights_take(&rights, 7, 8), -1);
	ck_assert_int_eq(errno, ENOMEM);
	ck_assert_uint_eq(kernel.uid, 0);
	ck_assert_uint_eq(kernel.gid, 0);
	kernel.failures = 0;
	ck_assert_int_eq(rights_take(&rights, 7, 8), 0);
	ck_assert_uint_eq(kernel.uid, 7);
	ck_assert_uint_eq(kernel.gid, 8);
}
END_TEST

START_TEST(a_call_that_fails_for_a_moment_is_made_again)
{
	ck_assert_int_eq(rights_open(&rights, &call), 0);
	kernel.failing = calls[_i];
	kernel.failures = 3;
	ck_assert_int_eq(rights_take(&rights, 7, 8), 0);
	kernel.failures = 3;
	rights_leave(&rights);
	ck_assert_uint_eq(kernel.uid, 0);
	ck_assert_uint_eq(kernel.gid, 0);
}
END_TEST

START_TEST(who_cannot_come_back_ends_and_says_so)
{
	char text[512] = "";

	ck_assert_int_eq(rights_open(&rights, &call), 0);
	ck_assert_int_eq(rights_take(&rights, 7, 8), 0);
	kernel.failing = calls[_i];
	kernel.failures = -1;
	if (setjmp(kernel.exit) == 0) {
		rights_leave(&rights);
		ck_abort_msg("it is still here");
	}
	ck_assert_int_eq(kernel.status, 75);
	ck_assert_int_gt(pread(diary.fd, text, sizeof text - 1, 0), 0);
	ck_assert_ptr_nonnull(strstr(text, "event=failed"));
	ck_assert_ptr_nonnull(strstr(text, "call=setresuid errno=\"ENOMEM"));
}
END_TEST

START_TEST(who_is_dropped_is_that_user_alone)
{
	ck_assert_int_eq(rights_drop(7, 8), 0);
	ck_held(7, 8, "groups(0,0,0) gid(8,8,8) uid(7,7,7) ");
}
END_TEST

START_TEST(a_drop_that_fails_says_so)
{
	static const long all[] = {
		SYS_setgroups, SYS_setresgid, SYS_setresuid,
	};

	kernel.failing = all[_i];
	kernel.failures = 1;
	ck_assert_int_eq(rights_drop(7, 8), -1);
	ck_assert_int_eq(errno, ENOMEM);
}
END_TEST

Suite *
suite(void)
{
	Suite *s = suite_create("rights");
	TCase *tc = tcase_create("rights");

	tcase_add_checked_fixture(tc, set_kernel, NULL);
	tcase_add_test(tc, root_takes_and_leaves);
	tcase_add_test(tc, root_is_never_taken);
	tcase_add_test(tc, a_user_stays_who_he_is);
	tcase_add_test(tc, root_may_have_another_group);
	tcase_add_test(tc, nor_is_the_session);
	tcase_add_test(tc, a_user_may_have_to_keep_his_capabilities);
	tcase_add_test(tc, root_must_be_able_to_kill);
	tcase_add_test(tc, groups_that_stay_are_an_error);
	tcase_add_loop_test(tc, what_cannot_be_taken_leaves_us_root, 0, 3);
	tcase_add_loop_test(tc, a_call_that_fails_for_a_moment_is_made_again,
	    0, 2);
	tcase_add_loop_test(tc, who_cannot_come_back_ends_and_says_so, 0, 2);
	tcase_add_test(tc, who_is_dropped_is_that_user_alone);
	tcase_add_loop_test(tc, a_drop_that_fails_says_so, 0, 3);
	suite_add_tcase(s, tc);
	return s;
}
