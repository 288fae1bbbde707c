/* short.c - a program whose Nth read or write does less than it asked for.
 *
 *	short REPORT CALL N 1|half PROGRAM [ARGUMENT...]
 *
 * Before the Nth CALL that could be short (it asks for two bytes or more, and
 * not on descriptor 2, the log) the count in its register becomes 1, or half
 * of what it was: the kernel really does no more.  N is all: each such call.
 * For each, REPORT gets a line "CALL(DESCRIPTOR, COUNT -> LESS) = RESULT".
 * Children of PROGRAM are let alone.  Ends as PROGRAM does. */

#include <elf.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum { COUNT = 2, LOG = 2 };	/* the argument's number; the descriptor */

/* The third argument's register, where the kernel takes it from. */
#if defined __x86_64__
typedef struct user_regs_struct registers;
static void
set_count(registers *r, unsigned long long count)
{
	r->rdx = count;
}
#elif defined __aarch64__
typedef struct user_regs_struct registers;
static void
set_count(registers *r, unsigned long long count)
{
	r->regs[COUNT] = count;
}
#else
#error "short.c: which register has the third argument on this machine?"
#endif

static const struct { const char *name; unsigned long long number; } calls[] = {
	{ "read", SYS_read }, { "pread64", SYS_pread64 },
	{ "write", SYS_write },
};

struct plan {
	FILE *report;
	const char *name;
	unsigned long long number;
	unsigned long nth;		/* 0: all */
	bool half;

	unsigned long seen;
	unsigned long long fd, count, less;	/* of the call in hand */
	bool hit;
};

static void
die(const char *what)
{
	perror(what);
	exit(125);
}

static void
shorten(const struct plan *p, pid_t pid)
{
	registers r;
	struct iovec all = { &r, sizeof r };

	if (ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &all) == -1)
		die("PTRACE_GETREGSET");
	set_count(&r, p->less);
	if (ptrace(PTRACE_SETREGSET, pid, NT_PRSTATUS, &all) == -1)
		die("PTRACE_SETREGSET");
}

static void
enter(struct plan *p, pid_t pid, const struct __ptrace_syscall_info *info)
{
	p->hit = false;
	p->fd = info->entry.args[0];
	p->count = info->entry.args[COUNT];
	if (info->entry.nr != p->number || p->count < 2 || p->fd == LOG)
		return;
	p->seen++;
	if (p->nth != 0 && p->seen != p->nth)
		return;
	p->hit = true;
	p->less = p->half ? p->count / 2 : 1;
	shorten(p, pid);
}

static void
leave(const struct plan *p, const struct __ptrace_syscall_info *info)
{
	if (p->hit)
		fprintf(p->report, "%s(%llu, %llu -> %llu) = %lld\n", p->name,
		    p->fd, p->count, p->less, (long long)info->exit.rval);
}

static void
look(struct plan *p, pid_t pid)
{
	struct __ptrace_syscall_info info;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof info, &info) == -1)
		die("PTRACE_GET_SYSCALL_INFO");
	if (info.op == PTRACE_SYSCALL_INFO_ENTRY)
		enter(p, pid, &info);
	else if (info.op == PTRACE_SYSCALL_INFO_EXIT)
		leave(p, &info);
}

/* Its exit status. */
static int
follow(struct plan *p, pid_t pid)
{
	int status, signal = 0;

	for (;;) {
		if (ptrace(PTRACE_SYSCALL, pid, 0, signal) == -1)
			die("PTRACE_SYSCALL");
		if (waitpid(pid, &status, 0) == -1)
			die("waitpid");
		if (WIFEXITED(status))
			return WEXITSTATUS(status);
		if (WIFSIGNALED(status))
			return 128 + WTERMSIG(status);
		signal = WSTOPSIG(status);
		if (signal == (SIGTRAP | 0x80)) {
			signal = 0;
			look(p, pid);
		} else if (signal == SIGTRAP)	/* of execve */
			signal = 0;
	}
}

static pid_t
start(char **words)
{
	pid_t pid = fork();
	int status;

	if (pid == -1)
		die("fork");
	if (pid == 0) {
		if (ptrace(PTRACE_TRACEME, 0, 0, 0) == -1)
			die("PTRACE_TRACEME");
		execv(words[0], words);
		die(words[0]);
	}
	if (waitpid(pid, &status, 0) == -1 || !WIFSTOPPED(status))
		die("waitpid");
	if (ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACESYSGOOD |
	    PTRACE_O_EXITKILL) == -1)
		die("PTRACE_SETOPTIONS");
	return pid;
}

static bool
choose(struct plan *p, char **words)
{
	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
		if (strcmp(calls[i].name, words[0]) == 0) {
			p->name = calls[i].name;
			p->number = calls[i].number;
		}
	p->nth = strcmp(words[1], "all") == 0 ? 0 : strtoul(words[1], NULL, 10);
	p->half = strcmp(words[2], "half") == 0;
	return p->name != NULL;
}

int
main(int argc, char **argv)
{
	struct plan p = { 0 };

	if (argc < 6 || !choose(&p, argv + 2)) {
		fputs("usage: short REPORT CALL N|all 1|half PROGRAM...\n",
		    stderr);
		return 64;
	}
	p.report = fopen(argv[1], "we");
	if (p.report == NULL)
		die(argv[1]);
	int status = follow(&p, start(argv + 5));
	return fclose(p.report) == 0 ? status : 125;
}
