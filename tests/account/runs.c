/* runs.c - how the program is run, and what it may do to us. */

#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "parts.h"

/* The script goes on only where this holds. */
#define HOLDS(condition) "[ " condition " ] || exit 3\n"
#define OF_STATUS(key) "$(sed -n 's/^" key ":[[:space:]]*//p' /proc/$$/status)"

static const char *const rules[] = {
	HOLDS("$# = 1 -a \"$1\" = ann"),
	HOLDS("-z \"$(tr -d '\\0' </proc/$$/environ)\""),
	HOLDS("\"$(readlink /proc/$$/fd/0)\" = /dev/null"),
	HOLDS("\"$(readlink /proc/$$/fd/2)\" = /dev/null"),
	HOLDS("-p /proc/$$/fd/1"),
	HOLDS("! -e /proc/$$/fd/50"),
	HOLDS(OF_STATUS("SigBlk") " = 0000000000000000"),
	/* SIGPIPE and SIGXFSZ; a shell in the background adds others. */
	HOLDS("$((0x" OF_STATUS("SigIgn") " & 0x1001000)) = 0"),
	HOLDS(OF_STATUS("NoNewPrivs") " = 1"),
};

/* As the monitor is: signals blocked and ignored, files open. */
static void
be_the_monitor(void)
{
	sigset_t all;

	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	ck_assert_int_eq(dup2(0, 50), 50);
}

static void
ck_rule(int rule)
{
	char commands[512];

	snprintf(commands, sizeof commands, "%s" ANN, rules[rule]);
	script(commands);
	be_the_monitor();
	enum account_answer answer = find();
	close(50);
	ck_assert_msg(answer == ACCOUNT_FOUND, "%s", rules[rule]);
}

/* _i / 2: with an old kernel's ways of closing descriptors, too. */
START_TEST(it_finds_what_it_may_expect)
{
	if (_i % 2 == 1)
		fault_of("syscall", 436 /* close_range */, ENOSYS, 1);
	ck_rule(_i / 2);
}
END_TEST

START_TEST(as_root_it_is_run_as_somebody_else)
{
	static const gid_t groups[] = { 4, 5 };

	if (!root_only("as_root_it_is_run_as_somebody_else"))
		return;
	ck_assert_int_eq(setgroups(2, groups), 0);
	desk.accounts.root = true;
	desk.accounts.uid = 64321;
	desk.accounts.gid = 64322;
	script(HOLDS("\"" OF_STATUS("Uid") "\" = "
	    "'64321\t64321\t64321\t64321'")
	    HOLDS("\"" OF_STATUS("Gid") "\" = '64322\t64322\t64322\t64322'")
	    HOLDS("-z " OF_STATUS("Groups"))
	    HOLDS(OF_STATUS("CapPrm") " = 0000000000000000") ANN);
	ck_assert_int_eq(find(), ACCOUNT_FOUND);
	ck_assert_int_eq(geteuid(), 0);
}
END_TEST

START_TEST(who_may_not_change_does_not_run_it)
{
	desk.accounts.root = true;
	desk.accounts.uid = 64321;
	desk.accounts.gid = 64322;
	script(ANN);
	if (geteuid() == 0)
		ck_assert_int_eq(seteuid(64321), 0);
	ck_trouble("setresuid", EPERM);
	if (getuid() == 0)
		ck_assert_int_eq(seteuid(0), 0);
}
END_TEST

/* The seconds are fast ones: see HASTE. */
static const char *const hangs[] = {
	"sleep 100",
	"exec sleep 100",
	ANN "exec sleep 100",
	ANN "exec >/dev/null; exec sleep 100",
	"trap '' TERM INT HUP; while :; do :; done",
	"while printf x; do sleep 0.05; done",
	"sleep 100 & exec >&-; sleep 100",
	"kill -STOP $$",
};

START_TEST(nobody_waits_longer_than_ten_seconds)
{
	script(hangs[_i]);
	ck_trouble("smtp-receive-user", ETIMEDOUT);
	ck_assert(desk.took >= ACCOUNT_SECONDS - 0.1);
	ck_assert(desk.took < ACCOUNT_SECONDS + 5);
}
END_TEST

START_TEST(who_answers_late_is_heard)
{
	script("sleep 0.6\n" ANN);
	ck_assert_int_eq(find(), ACCOUNT_FOUND);
	ck_assert(desk.took > 4);
}
END_TEST

/* Its pid is in this file of the desk. */
static pid_t
read_pid(const char *name)
{
	char path[100];
	int pid = 0;

	snprintf(path, sizeof path, "%s/%s", desk.dir, name);
	FILE *file = fopen(path, "r");
	if (file == NULL)
		return 0;
	if (fscanf(file, "%d\n", &pid) != 1 || fgetc(file) != EOF)
		pid = 0;
	fclose(file);
	return pid;
}

static bool
lives(pid_t pid)
{
	char path[100], state = 'X';

	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	FILE *file = fopen(path, "r");
	if (file == NULL)
		return false;
	if (fscanf(file, "%*d (%*[^)]) %c", &state) != 1)
		state = 'X';
	fclose(file);
	return state != 'Z' && state != 'X';
}

static void
ck_dies(pid_t pid)
{
	ck_assert_int_gt(pid, 0);
	for (int i = 0; i < 200 && lives(pid); i++)
		usleep(10000);
	ck_assert(!lives(pid));
}

/* Nor does one that it forked and that holds the pipe keep us. */
START_TEST(its_children_end_with_it)
{
	script("sleep 100 & echo $! >pid\n" ANN);
	ck_assert_int_eq(find(), ACCOUNT_FOUND);
	ck_assert(desk.took < 5);
	ck_dies(read_pid("pid"));
}
END_TEST

START_TEST(it_ends_with_us)
{
	script("echo $$ >pid\nexec sleep 100");
	pid_t us = fork(), it = 0;
	if (us == 0) {
		find();
		_exit(0);
	}
	for (int i = 0; i < 200 && (it = read_pid("pid")) == 0; i++)
		usleep(5000);
	ck_assert(lives(it));
	kill(us, SIGKILL);
	ck_assert_int_eq(waitpid(us, NULL, 0), us);
	ck_dies(it);
}
END_TEST

/* The session is a child of ours, too. */
START_TEST(another_child_stays_to_be_reaped)
{
	int status;
	pid_t other = fork();

	if (other == 0)
		_exit(7);
	script(ANN);
	ck_assert_int_eq(find(), ACCOUNT_FOUND);
	ck_assert_int_eq(waitpid(other, &status, 0), other);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 7);
}
END_TEST

void
add_runs(TCase *tc)
{
	tcase_add_loop_test(tc, it_finds_what_it_may_expect, 0,
	    2 * countof(rules));
	tcase_add_test(tc, as_root_it_is_run_as_somebody_else);
	tcase_add_test(tc, who_may_not_change_does_not_run_it);
	tcase_add_loop_test(tc, nobody_waits_longer_than_ten_seconds, 0,
	    countof(hangs));
	tcase_add_test(tc, who_answers_late_is_heard);
	tcase_add_test(tc, its_children_end_with_it);
	tcase_add_test(tc, it_ends_with_us);
	tcase_add_test(tc, another_child_stays_to_be_reaped);
}
