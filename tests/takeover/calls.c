/* calls.c - the system calls that would give an attacker something.
 *
 * The legacy twins (open, fork, ...) have numbers on few machines, and are
 * met by the sweep over all numbers. */

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include "attacker.h"

/* Stand for what is known only then. */
enum {
	PATH	= -10001,	/* the argument */
	NUMBER	= -10002,	/* the argument as a number: a pid */
	ROOM	= -10003,	/* 4096 octets of zero */
	SELF	= -10004,	/* a struct iovec over them */
	RIGHTS	= -10005,	/* a struct msghdr with descriptor 0 */
	CONNECT	= -10006,	/* 127.0.0.1:25 */
};

enum { OPENAT2 = 437, CLOSE_RANGE = 436, PIDFD_OPEN = 434,
	PIDFD_SEND_SIGNAL = 424, IO_URING_SETUP = 425, CLONE3 = 435,
	MEMFD_SECRET = 447, LANDLOCK_CREATE = 444, OPEN_TREE = 428 };

static _Alignas(4096) char room[4096];

static long
value(const struct attacker *a, long argument)
{
	static const unsigned char address[16] = { AF_INET, 0, 0, 25, 127, 0,
	    0, 1 };
	static struct iovec vector = { room, sizeof room };
	static union {
		char octets[CMSG_SPACE(sizeof(int))];
		struct cmsghdr head;
	} control = { .head = { .cmsg_len = CMSG_LEN(sizeof(int)),
	    .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS } };
	static struct msghdr rights = { .msg_iov = &vector, .msg_iovlen = 1,
	    .msg_control = &control, .msg_controllen = sizeof control };

	switch (argument) {
	case PATH:
		return (long)a->argument;
	case NUMBER:
		return a->number;
	case ROOM:
		return (long)room;
	case SELF:
		return (long)&vector;
	case RIGHTS:
		return (long)&rights;
	case CONNECT:
		return (long)address;
	default:
		return argument;
	}
}

static void
run_call(const struct attacker *a)
{
	const struct attack *attack = a->attack;
	long arguments[6];

	for (size_t i = 0; i < 6; i++)
		arguments[i] = value(a, attack->arguments[i]);
	attacker_say("alive: %s gave %ld", a->name,
	    attacker_call(attack->number, arguments));
}

const struct attack call_attacks[] = {
	/* Mail, the map, keys. */
	{ "open-read", run_call, SYS_openat, { AT_FDCWD, PATH, O_RDONLY } },
	{ "open-write", run_call, SYS_openat, { AT_FDCWD, PATH, O_WRONLY } },
	{ "open-create", run_call, SYS_openat,
	    { AT_FDCWD, PATH, O_RDWR | O_CREAT, 0666 } },
	{ "open-path", run_call, SYS_openat, { AT_FDCWD, PATH, O_PATH } },
	{ "open-tmpfile", run_call, SYS_openat,
	    { AT_FDCWD, PATH, O_RDWR | O_TMPFILE, 0666 } },
	{ "openat2", run_call, OPENAT2, { AT_FDCWD, PATH, ROOM, 24 } },
	{ "open-tree", run_call, OPEN_TREE, { AT_FDCWD, PATH, 0 } },
	{ "getdents", run_call, SYS_getdents64, { 0, ROOM, 4096 } },
	{ "stat", run_call, SYS_newfstatat, { AT_FDCWD, PATH, ROOM, 0 } },
	{ "fstat", run_call, SYS_fstat, { SANDBOX_PAIR, ROOM } },
	{ "readlink", run_call, SYS_readlinkat,
	    { AT_FDCWD, PATH, ROOM, 4096 } },
	{ "access", run_call, SYS_faccessat, { AT_FDCWD, PATH, 4 } },
	{ "getxattr", run_call, SYS_getxattr, { PATH, PATH, ROOM, 4096 } },
	{ "chmod", run_call, SYS_fchmodat, { AT_FDCWD, PATH, 0666 } },
	{ "chown", run_call, SYS_fchownat, { AT_FDCWD, PATH, 0, 0, 0 } },
	{ "utimes", run_call, SYS_utimensat, { AT_FDCWD, PATH, 0, 0 } },
	{ "unlink", run_call, SYS_unlinkat, { AT_FDCWD, PATH, 0 } },
	{ "rename", run_call, SYS_renameat2,
	    { AT_FDCWD, PATH, AT_FDCWD, ROOM, 0 } },
	{ "link", run_call, SYS_linkat, { AT_FDCWD, PATH, AT_FDCWD, ROOM, 0 } },
	{ "symlink", run_call, SYS_symlinkat, { PATH, AT_FDCWD, PATH } },
	{ "mkdir", run_call, SYS_mkdirat, { AT_FDCWD, PATH, 0777 } },
	{ "mknod", run_call, SYS_mknodat, { AT_FDCWD, PATH, 010666, 0 } },
	{ "truncate", run_call, SYS_truncate, { PATH, 0 } },
	{ "mmap", run_call, SYS_mmap,
	    { 0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE |
	    MAP_ANONYMOUS, -1, 0 } },
	{ "mmap-file", run_call, SYS_mmap,
	    { 0, 4096, PROT_READ, MAP_SHARED, 0, 0 } },
	{ "mprotect", run_call, SYS_mprotect,
	    { ROOM, 4096, PROT_READ | PROT_EXEC } },
	{ "brk", run_call, SYS_brk, { 0 } },
	{ "chdir", run_call, SYS_chdir, { PATH } },
	{ "chroot", run_call, SYS_chroot, { PATH } },
	{ "inotify", run_call, SYS_inotify_init1, { 0 } },
	{ "sync", run_call, SYS_sync, { 0 } },
	/* Programs and processes. */
	{ "execve", run_call, SYS_execve, { PATH, ROOM, ROOM } },
	{ "execveat", run_call, SYS_execveat,
	    { AT_FDCWD, PATH, ROOM, ROOM, 0 } },
	{ "fork", run_call, SYS_clone, { SIGCHLD } },
	{ "thread", run_call, SYS_clone,
	    { CLONE_VM | CLONE_SIGHAND | CLONE_THREAD, ROOM } },
	{ "clone3", run_call, CLONE3, { ROOM, 88 } },
	{ "ptrace", run_call, SYS_ptrace, { PTRACE_ATTACH, NUMBER, 0, 0 } },
	{ "traceme", run_call, SYS_ptrace, { PTRACE_TRACEME, 0, 0, 0 } },
	{ "vm-read", run_call, SYS_process_vm_readv,
	    { NUMBER, SELF, 1, SELF, 1, 0 } },
	{ "vm-write", run_call, SYS_process_vm_writev,
	    { NUMBER, SELF, 1, SELF, 1, 0 } },
	{ "kill", run_call, SYS_kill, { NUMBER, SIGKILL } },
	{ "kill-all", run_call, SYS_kill, { -1, SIGKILL } },
	{ "kill-group", run_call, SYS_kill, { 0, SIGTERM } },
	{ "tgkill", run_call, SYS_tgkill, { NUMBER, NUMBER, SIGKILL } },
	{ "sigqueue", run_call, SYS_rt_sigqueueinfo,
	    { NUMBER, SIGKILL, ROOM } },
	{ "pidfd", run_call, PIDFD_OPEN, { NUMBER, 0 } },
	{ "pidfd-kill", run_call, PIDFD_SEND_SIGNAL, { 0, SIGKILL, 0, 0 } },
	{ "getppid", run_call, SYS_getppid, { 0 } },
	{ "prlimit", run_call, SYS_prlimit64,
	    { NUMBER, RLIMIT_NOFILE, 0, ROOM } },
	{ "setrlimit", run_call, SYS_setrlimit, { RLIMIT_NOFILE, ROOM } },
	{ "nice", run_call, SYS_setpriority, { 0, 0, -20 } },
	{ "affinity", run_call, SYS_sched_setaffinity, { 0, 8, ROOM } },
	{ "wait", run_call, SYS_wait4, { -1, 0, 0, 0 } },
	{ "sigaction", run_call, SYS_rt_sigaction, { SIGTERM, 0, ROOM, 8 } },
	{ "exit-group", run_call, SYS_exit_group, { 0 } },
	/* Rights. */
	{ "setuid", run_call, SYS_setuid, { 0 } },
	{ "setresuid", run_call, SYS_setresuid, { 0, 0, 0 } },
	{ "setgroups", run_call, SYS_setgroups, { 0, 0 } },
	{ "capset", run_call, SYS_capset, { ROOM, ROOM } },
	{ "setns", run_call, SYS_setns, { 0, 0 } },
	{ "unshare", run_call, SYS_unshare, { CLONE_NEWUSER } },
	{ "mount", run_call, SYS_mount, { PATH, PATH, 0, MS_BIND, 0 } },
	{ "pivot-root", run_call, SYS_pivot_root, { PATH, PATH } },
	{ "prctl", run_call, SYS_prctl, { PR_SET_DUMPABLE, 1 } },
	{ "pdeathsig", run_call, SYS_prctl, { PR_SET_PDEATHSIG, 0 } },
	{ "seccomp", run_call, SYS_seccomp,
	    { SECCOMP_SET_MODE_FILTER, 0, ROOM } },
	{ "landlock", run_call, LANDLOCK_CREATE, { 0, 0, 1 } },
	{ "personality", run_call, SYS_personality, { 0xffffffff } },
	{ "keyctl", run_call, SYS_keyctl, { 11, -3, ROOM, 4096 } },
	{ "add-key", run_call, SYS_add_key, { PATH, PATH, ROOM, 8, -3 } },
	/* The network, and descriptors. */
	{ "socket", run_call, SYS_socket, { AF_INET, SOCK_STREAM, 0 } },
	{ "socket-unix", run_call, SYS_socket, { AF_UNIX, SOCK_DGRAM, 0 } },
	{ "socketpair", run_call, SYS_socketpair,
	    { AF_UNIX, SOCK_STREAM, 0, ROOM } },
	{ "connect", run_call, SYS_connect, { 0, CONNECT, 16 } },
	{ "bind", run_call, SYS_bind, { 0, CONNECT, 16 } },
	{ "listen", run_call, SYS_listen, { 0, 5 } },
	{ "accept", run_call, SYS_accept4, { 0, 0, 0, 0 } },
	{ "rights-pair", run_call, SYS_sendmsg, { SANDBOX_PAIR, RIGHTS, 0 } },
	{ "rights-client", run_call, SYS_sendmsg, { 1, RIGHTS, 0 } },
	{ "sendto", run_call, SYS_sendto,
	    { 1, ROOM, 1, MSG_OOB, CONNECT, 16 } },
	{ "recvmsg", run_call, SYS_recvmsg, { 0, RIGHTS, 0 } },
	{ "recvfrom", run_call, SYS_recvfrom, { 0, ROOM, 1, MSG_PEEK, 0, 0 } },
	{ "setsockopt", run_call, SYS_setsockopt,
	    { SANDBOX_PAIR, SOL_SOCKET, SO_SNDBUF, ROOM, 4 } },
	{ "getpeername", run_call, SYS_getpeername, { 0, ROOM, ROOM } },
	{ "shutdown", run_call, SYS_shutdown, { SANDBOX_PAIR, SHUT_RDWR } },
	{ "dup", run_call, SYS_dup, { 0 } },
	{ "fcntl", run_call, SYS_fcntl, { 0, F_SETFL, O_NONBLOCK } },
	{ "fcntl-own", run_call, SYS_fcntl, { 0, F_SETOWN, NUMBER } },
	{ "ioctl", run_call, SYS_ioctl, { 0, FIONREAD, ROOM } },
	{ "tiocsti", run_call, SYS_ioctl, { 0, TIOCSTI, ROOM } },
	{ "close", run_call, SYS_close, { SANDBOX_PAIR } },
	{ "close-range", run_call, CLOSE_RANGE, { 0, 1000, 0 } },
	{ "pipe", run_call, SYS_pipe2, { ROOM, 0 } },
	{ "sendfile", run_call, SYS_sendfile, { 1, 0, 0, 4096 } },
	{ "splice", run_call, SYS_splice, { 0, 0, 1, 0, 4096, 0 } },
	{ "readv", run_call, SYS_readv, { 0, SELF, 1 } },
	{ "writev", run_call, SYS_writev, { 1, SELF, 1 } },
	{ "pread", run_call, SYS_pread64, { 0, ROOM, 1, 0 } },
	{ "lseek", run_call, SYS_lseek, { 1, 0, 0 } },
	{ "ftruncate", run_call, SYS_ftruncate, { 1, 0 } },
	{ "flock", run_call, SYS_flock, { 0, 2 } },
	{ "epoll", run_call, SYS_epoll_create1, { 0 } },
	{ "eventfd", run_call, SYS_eventfd2, { 0, 0 } },
	/* The kernel itself. */
	{ "io-uring", run_call, IO_URING_SETUP, { 8, ROOM } },
	{ "aio", run_call, SYS_io_setup, { 1, ROOM } },
	{ "bpf", run_call, SYS_bpf, { BPF_PROG_LOAD, ROOM, 64 } },
	{ "perf-event", run_call, SYS_perf_event_open, { ROOM, 0, -1, -1, 0 } },
	{ "userfaultfd", run_call, SYS_userfaultfd, { 0 } },
	{ "memfd", run_call, SYS_memfd_create, { ROOM, 0 } },
	{ "memfd-secret", run_call, MEMFD_SECRET, { 0 } },
	{ "syslog", run_call, SYS_syslog, { 3, ROOM, 4096 } },
	{ "module", run_call, SYS_finit_module, { 0, ROOM, 0 } },
	{ "kexec", run_call, SYS_kexec_load, { 0, 0, ROOM, 0 } },
	{ "reboot", run_call, SYS_reboot, { 0, 0, 0, 0 } },
	{ "settime", run_call, SYS_clock_settime, { 0, ROOM } },
	{ "hostname", run_call, SYS_sethostname, { ROOM, 1 } },
	{ "shm", run_call, SYS_shmget, { 0, 4096, 01666 } },
	{ "msgget", run_call, SYS_msgget, { 1, 01666 } },
	{ "mq-open", run_call, SYS_mq_open,
	    { PATH, O_RDWR | O_CREAT, 0666, 0 } },
	{ "getrandom", run_call, SYS_getrandom, { ROOM, 16, 0 } },
	{ "clock", run_call, SYS_clock_gettime, { 0, ROOM } },
	{ "sleep", run_call, SYS_nanosleep, { ROOM, 0 } },
	{ "timer", run_call, SYS_setitimer, { 0, ROOM, 0 } },
	{ "restart", run_call, SYS_restart_syscall, { 0 } },
	{ 0 }
};
