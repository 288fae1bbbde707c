/* steps.c - runs a program, and lets somebody in between its steps.
 *
 *	steps TO FROM CALL,CALL,... PROGRAM [ARGUMENT...]
 *
 * Before each of these system calls of PROGRAM (and not of its children) the
 * call's name and a newline go to descriptor TO, and it waits for an octet
 * from FROM.  When nobody reads or answers any more, PROGRAM runs on by
 * itself.  The exit status is PROGRAM's. */

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/ptrace.h>

static const struct call {
	const char *name;
	unsigned long long number;
} calls[] = {
	{ "write",		SYS_write },
	{ "sync_file_range",	SYS_sync_file_range },
	{ "renameat2",		SYS_renameat2 },
	{ "fsync",		SYS_fsync },
	{ "syncfs",		SYS_syncfs },
	{ "fremovexattr",	SYS_fremovexattr },
	{ "sendto",		SYS_sendto },
};

static const char *
name(unsigned long long number)
{
	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
		if (calls[i].number == number)
			return calls[i].name;
	return NULL;
}

/* Is it one word of the list? */
static int
is_listed(const char *list, const char *word)
{
	size_t len = strlen(word);

	while (list != NULL) {
		if (strncmp(list, word, len) == 0
		    && (list[len] == ',' || list[len] == '\0'))
			return 1;
		list = strchr(list, ',');
		list = list == NULL ? NULL : list + 1;
	}
	return 0;
}

/* 0: nobody is there any more. */
static int
let_in(int to, int from, const char *call)
{
	char octet;

	return dprintf(to, "%s\n", call) > 0 && read(from, &octet, 1) == 1;
}

/* Which call the program is about to make, or NULL. */
static const char *
about_to(pid_t pid)
{
	struct __ptrace_syscall_info info;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof info, &info) <= 0
	    || info.op != PTRACE_SYSCALL_INFO_ENTRY)
		return NULL;
	return name(info.entry.nr);
}

static int
follow(pid_t pid, int to, int from, const char *list)
{
	int status, pass = 0;

	while (ptrace(PTRACE_SYSCALL, pid, 0, pass) == 0
	    && waitpid(pid, &status, 0) == pid && WIFSTOPPED(status)) {
		int stop = WSTOPSIG(status);
		const char *call = stop == (SIGTRAP | 0x80) ? about_to(pid)
		    : NULL;

		pass = stop & 0x80 ? 0 : stop;
		if (list != NULL && call != NULL && is_listed(list, call)
		    && !let_in(to, from, call))
			list = NULL;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

static void
become(int to, int from, char **argv)
{
	close(to);
	close(from);
	ptrace(PTRACE_TRACEME, 0, 0, 0);
	execv(argv[0], argv);
	perror(argv[0]);
	_exit(127);
}

int
main(int argc, char **argv)
{
	int status;

	if (argc < 5) {
		fputs("usage: steps TO FROM CALL,... PROGRAM\n", stderr);
		return 64;
	}

	int to = atoi(argv[1]), from = atoi(argv[2]);
	pid_t pid = fork();

	if (pid == 0)
		become(to, from, argv + 4);
	/* The client's end must be closed when the program has closed it. */
	close(0);
	close(1);
	signal(SIGPIPE, SIG_IGN);
	/* The first stop is that of exec. */
	if (pid == -1 || waitpid(pid, &status, 0) == -1
	    || !WIFSTOPPED(status) || ptrace(PTRACE_SETOPTIONS, pid, 0,
	    PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL) == -1)
		return 126;
	return follow(pid, to, from, argv[3]);
}
