/* sandbox.c - what the session may do from here on: read, write, exit. */

#include "sandbox.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "emptyroot.h"
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

/* The monitor's signalfd has the number 3 or below: none of ours is in the
 * way of another, if the pair is moved first. */
static int
keep_descriptors(int pair, int tls)
{
	if (pair != SANDBOX_PAIR && dup2(pair, SANDBOX_PAIR) == -1)
		return -1;
	if (tls != -1 && tls != SANDBOX_TLS && dup2(tls, SANDBOX_TLS) == -1)
		return -1;
	close(2);
	forked_close_from(tls == -1 ? SANDBOX_PAIR + 1 : SANDBOX_TLS + 1);
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
	const struct rlimit none = { 0, 0 };
	const struct rlimit as = { memory, memory };
	const struct rlimit cpu = { s->cpu_seconds, s->cpu_seconds };

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
	if (s->root && emptyroot_enter(call) == -1)
		return -1;
	*call = "setresuid";
	if (s->root && rights_drop(s->uid, s->gid) == -1)
		return -1;
	*call = "dup2";
	if (keep_descriptors(s->pair, s->tls) == -1)
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
