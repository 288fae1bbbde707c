/* start.c - the helper: as what it is run, how its start goes, and its end. */

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "stage.h"

static void
link_of(int fd, char at[128])
{
	char path[32];

	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	ssize_t len = readlink(path, at, 127);
	ck_assert_int_gt(len, 0);
	at[len] = '\0';
}

/* smtp-receive-tls(8): client, client, /dev/null, session, reports, files. */
START_TEST(its_descriptors)
{
	static const char *const files[] = { "a", "a.key", "b", "b.key" };
	char client[2][128], pair[128], path[128];

	helper = say_ready;
	open_tls();
	link_of(0, client[0]);
	link_of(1, client[1]);
	link_of(stage.tls.pair[1], pair);
	ck_assert_int_eq(tls_start(&stage.tls), 0);
	ck_assert_str_eq(stage.seen->fd[0], client[0]);
	ck_assert_str_eq(stage.seen->fd[1], client[1]);
	ck_assert_str_eq(stage.seen->fd[2], "/dev/null");
	ck_assert_str_eq(stage.seen->fd[3], pair);
	link_of(stage.tls.reports, path);
	ck_assert_str_eq(stage.seen->fd[4], path);
	for (size_t i = 0; i < countof(files); i++) {
		snprintf(path, sizeof path, "%s/%s", stage.dir, files[i]);
		ck_assert_str_eq(stage.seen->fd[5 + i], path);
	}
	for (size_t i = 5 + countof(files); i < SEEN; i++)
		ck_assert_str_eq(stage.seen->fd[i], "");
}
END_TEST

START_TEST(its_arguments)
{
	stage.tls.root = _i == 1;
	stage.tls.uid = 4294967294;
	stage.tls.gid = 64322;
	stage.tls.cpu_seconds = 102460;
	stage.config.command_timeout = 86400;
	start_tls(say_ready);
	ck_assert_str_eq(stage.seen->argv[0], stage.program);
	ck_assert_str_eq(stage.seen->argv[1], "2");
	ck_assert_str_eq(stage.seen->argv[2], "86400");
	ck_assert_str_eq(stage.seen->argv[3], "102460");
	ck_assert_str_eq(stage.seen->argv[4], _i == 1 ? "4294967294:64322" :
	    "");
	ck_assert_str_eq(stage.seen->argv[5], "");
	ck_assert_int_eq(stage.seen->variables, 0);
}
END_TEST

/* The reports, the session's end, and what says that the helper has ended. */
START_TEST(nothing_else_stays_open_here)
{
	int before = descriptors();

	start_tls(say_ready);
	ck_assert_int_eq(descriptors(), before + 3);
	ck_assert_int_eq(stage.tls.pair[1], -1);
	ck_assert_int_eq(fcntl(stage.tls.reports, F_GETFD), FD_CLOEXEC);
}
END_TEST

static void
say_unfit(uint32_t pair, uint32_t error)
{
	struct report r = report(REPORT_UNFIT);

	r.pair = pair;
	r.error = error;
	r.what_len = REPORT_WHAT;
	memset(r.what, 'w', REPORT_WHAT);
	say(&r);
}

static void
unfit(void)
{
	say_unfit(1, EACCES);
}

static void
unfit_for_all(void)
{
	say_unfit(REPORT_NO_PAIR, 0);
}

static void
nothing(void)
{
}

static void
close_reports(void)
{
	close(4);
	pause();
}

static void
octets(size_t len, int status)
{
	char at[2 * sizeof(struct report)] = { 0 };

	if (write(4, at, len) == (ssize_t)len)
		_exit(status);
}

static void
one_octet(void)
{
	octets(1, 0);
}

static void
half_a_report(void)
{
	octets(sizeof(struct report) - 1, 0);
}

static void
zeros(void)
{
	octets(sizeof(struct report), 0);
}

static void
as_long_as_a_failure(void)
{
	octets(sizeof(struct spawn_failure), 0);
}

static void
unknown_failure(void)
{
	const struct spawn_failure f = { 99, ENOENT };

	if (write(4, &f, sizeof f) == sizeof f)
		_exit(127);
}

static void
dies(void)
{
	raise(SIGKILL);
}

static void
up_at_once(void)
{
	const struct report r = report(REPORT_UP);

	say(&r);
}

static void
sleeps(void)
{
	pause();
}

#define SIZE "a report of another size"
#define TURN "a report out of turn"
#define W64 "wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww"
#define WORDLESS "it has ended without a word"

static const struct {
	void (*helper)(void);
	int error;
	const char *path, *what;
} starts[] = {
	{ unfit, EACCES, "/b", W64 W64 W64 W64 },
	{ unfit_for_all, 0, NULL, W64 W64 W64 W64 },
	{ nothing, 0, NULL, WORDLESS },
	{ close_reports, 0, NULL, "a signal has killed it" },
	{ one_octet, 0, NULL, SIZE },
	{ half_a_report, 0, NULL, SIZE },
	{ zeros, 0, NULL, TURN },
	{ up_at_once, 0, NULL, TURN },
	{ as_long_as_a_failure, 0, NULL, WORDLESS },
	{ unknown_failure, 0, NULL, WORDLESS },
	{ dies, 0, NULL, "a signal has killed it" },
	{ sleeps, ETIMEDOUT, NULL, "to start TLS" },
};

START_TEST(a_start_that_fails)
{
	char path[100] = "";

	helper = starts[_i].helper;
	open_tls();
	int before = descriptors();
	ck_assert_int_eq(tls_start(&stage.tls), -1);
	if (starts[_i].path != NULL)
		snprintf(path, sizeof path, "%s%s", stage.dir,
		    starts[_i].path);
	ck_broken(NULL, starts[_i].error, path, starts[_i].what);
	ck_assert_int_eq(stage.tls.reports, -1);
	ck_assert_int_eq(descriptors(), before);
	ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
	ck_assert(tls_end(&stage.tls));
}
END_TEST

START_TEST(the_program_is_not_there)
{
	open_tls();
	ck_assert_int_eq(tls_start(&stage.tls), -1);
	ck_broken("execve", ENOENT, stage.program, "to run it; `make install' "
	    "puts it there");
}
END_TEST

START_TEST(a_program_that_knows_nothing_of_it)
{
	FILE *file = fopen(stage.program, "we");

	fputs("#!/bin/sh\necho hello >&4\n", file);
	fclose(file);
	ck_assert_int_eq(chmod(stage.program, 0755), 0);
	open_tls();
	ck_assert_int_eq(tls_start(&stage.tls), -1);
	ck_broken(NULL, 0, "", SIZE);
}
END_TEST

static const struct {
	const char *call, *told;
	int skip, error;
	const char *what;
} faults[] = {
	{ "pipe2", "pipe2", 0, EMFILE, "to start TLS" },
	{ "fork", "fork", 0, EAGAIN, "to start TLS" },
	{ "pidfd_open", "pidfd_open", 0, EMFILE, "to start TLS" },
	{ "poll", "poll", 0, ENOMEM, "to start TLS" },
	{ "read", "read", 0, EIO, "to start TLS" },
	{ "dup2", "dup2", 0, EBADF, "to have a pipe and /dev/null for it" },
	{ "dup2", "dup2", 8, EBADF, "to have a pipe and /dev/null for it" },
	{ "open", "dup2", 0, ENFILE, "to have a pipe and /dev/null for it" },
};

START_TEST(a_call_that_fails)
{
	helper = say_ready;
	open_tls();
	int before = descriptors();
	fault_of(faults[_i].call, faults[_i].skip, faults[_i].error, 1);
	ck_assert_int_eq(tls_start(&stage.tls), -1);
	ck_broken(faults[_i].told, faults[_i].error,
	    strcmp(faults[_i].told, "dup2") == 0 ? stage.program : "",
	    faults[_i].what);
	fault_of("none", 0, 0, 0);
	ck_assert_int_eq(descriptors(), before);
}
END_TEST

START_TEST(nobody_knows_how_it_has_ended)
{
	helper = nothing;
	open_tls();
	fault_of("waitpid", 0, ECHILD, 1);
	ck_assert_int_eq(tls_start(&stage.tls), -1);
	ck_broken("waitpid", ECHILD, "", "to start TLS");
	fault_of("none", 0, 0, 0);
	ck_assert_int_gt(waitpid(-1, NULL, 0), 0);
}
END_TEST

/* With TLS from the start the client may be as quick. */
START_TEST(the_next_report_stands_right_behind_ready)
{
	start_tls(say_up);
	waitpid(stage.tls.spawn.pid, NULL, 0);
	ck_assert_ptr_null(tls_hear(&stage.tls));
	ck_assert_int_eq(stage.tls.state, TLS_UP);
}
END_TEST

static void
ready_and_dies(void)
{
	say_ready();
	raise(SIGSYS);
}

static void
ready_and_stays(void)
{
	say_ready();
	pause();
}

/* One that we have killed has done nothing wrong. */
static const struct {
	void (*helper)(void);
	bool good;
} ends[] = {
	{ say_ready, true },
	{ ready_and_dies, false },
	{ ready_and_stays, true },
};

START_TEST(its_end)
{
	start_tls(ends[_i].helper);
	ck_assert_int_eq(tls_end(&stage.tls), ends[_i].good);
	ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
	ck_assert(tls_end(&stage.tls));
}
END_TEST

START_TEST(one_that_was_never_started)
{
	ck_assert(tls_end(&stage.tls));
	open_tls();
	ck_assert(tls_end(&stage.tls));
}
END_TEST

void
add_start(TCase *tc)
{
	tcase_add_test(tc, its_descriptors);
	tcase_add_loop_test(tc, its_arguments, 0, 2);
	tcase_add_test(tc, nothing_else_stays_open_here);
	tcase_add_loop_test(tc, a_start_that_fails, 0, countof(starts));
	tcase_add_test(tc, the_program_is_not_there);
	tcase_add_test(tc, a_program_that_knows_nothing_of_it);
	tcase_add_loop_test(tc, a_call_that_fails, 0, countof(faults));
	tcase_add_test(tc, nobody_knows_how_it_has_ended);
	tcase_add_test(tc, the_next_report_stands_right_behind_ready);
	tcase_add_loop_test(tc, its_end, 0, countof(ends));
	tcase_add_test(tc, one_that_was_never_started);
}
