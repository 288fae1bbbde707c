/* test_account.c - which names are asked for, what the answers are worth, and
 * that a program that does what it likes harms nobody. */

#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "account/parts.h"

struct desk desk;
static int descriptors_before;

void
set_desk(void)
{
	const char *tmp = getenv("TMPDIR");

	memset(&desk, 0, sizeof desk);
	snprintf(desk.dir, sizeof desk.dir, "%s/account-XXXXXX",
	    tmp != NULL && strlen(tmp) < 40 ? tmp : "/tmp");
	ck_assert_ptr_nonnull(mkdtemp(desk.dir));
	ck_assert_int_eq(chmod(desk.dir, 0755), 0);
	snprintf(desk.program, sizeof desk.program, "%s/ask", desk.dir);
	desk.accounts.program = desk.program;
	descriptors_before = descriptors();
}

void
clear_desk(void)
{
	char command[100];

	ck_assert_int_eq(descriptors(), descriptors_before);
	ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
	ck_assert_int_eq(errno, ECHILD);
	snprintf(command, sizeof command, "rm -r %s", desk.dir);
	ck_assert_int_eq(system(command), 0);
}

bool
root_only(const char *title)
{
	if (geteuid() == 0)
		return true;
	printf("# skip %s: not root\n", title);
	fflush(stdout);
	return false;
}

void
script(const char *commands)
{
	FILE *file = fopen(desk.program, "we");

	ck_assert_ptr_nonnull(file);
	fprintf(file, "#!/bin/sh\ncd %s\n%s", desk.dir, commands);
	fclose(file);
	ck_assert_int_eq(chmod(desk.program, 0755), 0);
}

enum account_answer
find(void)
{
	double start = now();

	memset(&desk.found, 'x', sizeof desk.found);
	errno = ENOTTY;
	enum account_answer answer = account_find(&desk.accounts,
	    span_of("ann"), &desk.found);
	int error = errno;
	desk.took = now() - start;
	errno = error;
	return answer;
}

void
ck_trouble(const char *call, int error)
{
	enum account_answer answer = find();
	int got = errno;

	ck_assert_int_eq(answer, ACCOUNT_TROUBLE);
	ck_assert_str_eq(desk.accounts.call, call);
	ck_assert_int_eq(got, error);
	ck_assert_ptr_nonnull(desk.accounts.what);
}

START_TEST(nobody_is_asked_for_what_is_no_name)
{
	script(">asked\n" ANN);
	ck_assert_int_eq(account_find(&desk.accounts, span_of("12345"),
	    &desk.found), ACCOUNT_NONE);
	ck_assert_int_eq(account_find(&desk.accounts, span_of("ann+x"),
	    &desk.found), ACCOUNT_NONE);
	ck_assert_int_eq(chdir(desk.dir), 0);
	ck_assert_int_eq(access("asked", F_OK), -1);
	ck_assert_int_eq(find(), ACCOUNT_FOUND);
	ck_assert_int_eq(access("asked", F_OK), 0);
}
END_TEST

static void
add(Suite *s, const char *name, void (*add_tests)(TCase *))
{
	TCase *tc = tcase_create(name);

	tcase_add_checked_fixture(tc, set_desk, clear_desk);
	tcase_set_timeout(tc, 30);
	add_tests(tc);
	suite_add_tcase(s, tc);
}

static void
add_names(TCase *tc)
{
	tcase_add_test(tc, nobody_is_asked_for_what_is_no_name);
}

Suite *
suite(void)
{
	Suite *s = suite_create("account");

	add(s, "names", add_names);
	add(s, "answers", add_answers);
	add(s, "runs", add_runs);
	add(s, "faults", add_faults);
	return s;
}
