/* sandbox.c - what the session may do from here on: read, write, exit. */

#include "sandbox.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "forked.h"
#include "rights.h"
#include "span.h"

#if defined __x86_64__
static const uint32_t ARCH = AUDIT_ARCH_X86_64;
#elif defined __aarch64__
static const uint32_t ARCH = AUDIT_ARCH_AARCH64;
#elif defined __riscv && __riscv_xlen == 64
static const uint32_t ARCH = AUDIT_ARCH_RISCV64;
#elif defined __powerpc64__ && defined __LITTLE_ENDIAN__
static const uint32_t ARCH = AUDIT_ARCH_PPC64LE;
#elif defined __s390x__
static const uint32_t ARCH = AUDIT_ARCH_S390X;
#else
#error "sandbox.c: add this machine's AUDIT_ARCH_ constant"
#endif

extern char **environ;

/* Root's, and nobody else may write there. */
static bool
is_roots(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && st.st_uid == 0 &&
	    (st.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

/* struct dirent is the kernel's own on each machine of ARCH. */
static bool
only_dots(const char *entries, long len)
{
	for (long at = 0; at < len;) {
		const struct dirent *entry = (const void *)(entries + at);

		if (strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0)
			return false;
		at += entry->d_reclen;
	}
	return true;
}

static bool
is_empty(int fd)
{
	_Alignas(struct dirent) char entries[1024];
	long len;

	do
		len = syscall(SYS_getdents64, fd, entries, sizeof entries);
	while (len > 0 && only_dots(entries, len));
	return len == 0;
}

static int
open_directory(const char *path)
{
	return open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* With no name any more, nothing can be put there. */
static int
make_empty(const char **call)
{
	char path[] = "/tmp/smtp-receive.XXXXXX";

	*call = "mkdtemp";
	if (mkdtemp(path) == NULL)
		return -1;
	int fd = open_directory(path);
	*call = fd == -1 ? "open" : "rmdir";
	return rmdir(path) == 0 ? fd : -1;
}

static int
open_empty(const char **call)
{
	static const char *const known[] = {
		"/run/smtp-receive/empty",	/* units/tmpfiles.conf */
		"/var/empty",
	};

	for (size_t i = 0; i < countof(known); i++) {
		int fd = open_directory(known[i]);

		if (fd != -1 && is_roots(fd) && is_empty(fd))
			return fd;
		if (fd != -1)
			close(fd);
	}
	return make_empty(call);
}

/* The root is a directory that has nothing, for good. */
static int
enter_empty(const char **call)
{
	int fd = open_empty(call);

	if (fd == -1)
		return -1;
	*call = "chroot";
	return fchdir(fd) == 0 && chroot(".") == 0 ? close(fd) : -1;
}

static int
keep_descriptors(int pair)
{
	if (pair != SANDBOX_PAIR && dup2(pair, SANDBOX_PAIR) == -1)
		return -1;
	close(2);
	forked_close_from(SANDBOX_PAIR + 1);
	return 0;
}

/* argv's and the environment's strings lie one behind the other; what stands
 * there is nobody's business, /proc/PID/environ's readers' included. */
static void
overwrite_strings(char **argv)
{
	char *last = argv[0];

	for (char **a = argv; *a != NULL; a++)
		last = *a;
	for (char **e = environ; *e != NULL; e++)
		last = *e;
	if (last != NULL)
		memset(argv[0], 0, (size_t)(last - argv[0]) + strlen(last));
}

static int
limit(const struct sandbox *s)
{
	rlim_t memory = s->mapped + (1 << 20);
	rlim_t seconds = 60 + (s->max_message_size >> 20);
	const struct rlimit none = { 0, 0 };
	const struct rlimit as = { memory, memory };
	const struct rlimit cpu = { seconds, seconds };

	if (setrlimit(RLIMIT_CORE, &none) == -1 ||
	    setrlimit(RLIMIT_NOFILE, &none) == -1 ||
	    setrlimit(RLIMIT_NPROC, &none) == -1 ||
	    setrlimit(RLIMIT_AS, &as) == -1 ||
	    setrlimit(RLIMIT_CPU, &cpu) == -1)
		return -1;
	return s->socket ? setrlimit(RLIMIT_FSIZE, &none) : 0;
}

/* The same calls as SECCOMP_MODE_STRICT, for where a filter is in force
 * already and strict mode is EINVAL. */
static int
filter(void)
{
	enum { CALLS = 4 };	/* the allowed ones, last in the program */
	const struct sock_filter program[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    offsetof(struct seccomp_data, arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCH, 0, CALLS + 1),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_read, 4, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_write, 3, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit, 2, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_rt_sigreturn, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog all = {
		.len = countof(program),
		.filter = (struct sock_filter *)program,
	};

	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &all);
}

static int
confine(void)
{
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) == 0)
		return 0;
	return errno == EINVAL ? filter() : -1;
}

static int
lock_in(void)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		return -1;
	return prctl(PR_SET_DUMPABLE, 0);
}

int
sandbox_enter(const struct sandbox *s, const char **call)
{
	overwrite_strings(s->argv);
	if (s->root && enter_empty(call) == -1)
		return -1;
	*call = "setresuid";
	if (s->root && rights_drop(s->uid, s->gid) == -1)
		return -1;
	*call = "dup2";
	if (keep_descriptors(s->pair) == -1)
		return -1;
	*call = "setrlimit";
	if (limit(s) == -1)
		return -1;
	*call = "getppid";
	if (forked_follow(s->monitor) == -1)
		return -1;
	*call = "prctl";
	if (lock_in() == -1)
		return -1;
	*call = "seccomp";
	return confine();
}

void
sandbox_exit(int status)
{
	for (;;)
		syscall(SYS_exit, status);
}
