/* tlsattack.c - an attacker in smtp-receive-tls, as soon as it is confined.
 *
 * Linked with --wrap=SSL_new, the first call of OpenSSL after READY.  The word
 * that waits on the session's side is an attack; if we are alive after it,
 * that is said there. */

#include <errno.h>
#include <fcntl.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

SSL *__real_SSL_new(SSL_CTX *);
SSL *__wrap_SSL_new(SSL_CTX *);

enum { SESSION = 3 };

static char path[] = "/";

#define PATH	((long)path)

static const struct {
	const char *name;
	long number, a[6];
} calls[] = {
	{ "openat",	SYS_openat, { AT_FDCWD, PATH, O_RDONLY, 0, 0, 0 } },
	{ "openat2",	437, { AT_FDCWD, PATH, PATH, 24, 0, 0 } },
	{ "socket",	SYS_socket, { AF_INET, SOCK_STREAM, 0, 0, 0, 0 } },
	{ "connect",	SYS_connect, { 0, PATH, 16, 0, 0, 0 } },
	{ "sendmsg",	SYS_sendmsg, { SESSION, PATH, 0, 0, 0, 0 } },
	{ "recvmsg",	SYS_recvmsg, { SESSION, PATH, 0, 0, 0, 0 } },
	{ "clone",	SYS_clone, { SIGCHLD, 0, 0, 0, 0, 0 } },
	{ "clone3",	435, { PATH, 0, 0, 0, 0, 0 } },
	{ "execve",	SYS_execve, { PATH, 0, 0, 0, 0, 0 } },
	{ "execveat",	SYS_execveat, { AT_FDCWD, PATH, 0, 0, 0, 0 } },
	{ "kill",	SYS_kill, { 0, 0, 0, 0, 0, 0 } },
	{ "ptrace",	SYS_ptrace, { 16, 1, 0, 0, 0, 0 } },
	{ "prctl",	SYS_prctl, { 4, 1, 0, 0, 0, 0 } },
	{ "setuid",	SYS_setuid, { 0, 0, 0, 0, 0, 0 } },
	{ "chroot",	SYS_chroot, { PATH, 0, 0, 0, 0, 0 } },
	{ "getdents64",	SYS_getdents64, { 0, PATH, 1, 0, 0, 0 } },
	{ "dup",	SYS_dup, { 0, 0, 0, 0, 0, 0 } },
	{ "close",	SYS_close, { 99, 0, 0, 0, 0, 0 } },
	{ "owner",	SYS_fcntl, { 0, F_SETOWN, 1, 0, 0, 0 } },
	{ "duplicate",	SYS_fcntl, { 0, F_DUPFD, 0, 0, 0, 0 } },
	{ "ioctl",	SYS_ioctl, { 0, 0, 0, 0, 0, 0 } },
	{ "mprotect",	SYS_mprotect, { 0, 0, PROT_EXEC, 0, 0, 0 } },
	{ "code",	SYS_mmap, { 0, 4096, PROT_READ | PROT_EXEC,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0 } },
	{ "file",	SYS_mmap, { 0, 4096, PROT_READ, MAP_PRIVATE, 0, 0 } },
	{ "memfd",	SYS_memfd_create, { PATH, 0, 0, 0, 0, 0 } },
	{ "bpf",	SYS_bpf, { 0, 0, 0, 0, 0, 0 } },
	{ "io_uring",	425, { 1, PATH, 0, 0, 0, 0 } },
	{ "userns",	SYS_unshare, { 0x10000000, 0, 0, 0, 0, 0 } },
	{ "setrlimit",	SYS_prlimit64, { 0, 7, 0, 0, 0, 0 } },
	/* What it may: the same way, to see that the others can be seen. */
	{ "getpid",	SYS_getpid, { 0, 0, 0, 0, 0, 0 } },
	{ "memory",	SYS_mmap, { 0, 4096, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0 } },
	{ "too-much",	SYS_mmap, { 0, 16 << 20, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0 } },
};

static void
attack(const char *name)
{
	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
		const long *a = calls[i].a;
		char line[64];

		if (strcmp(calls[i].name, name) != 0)
			continue;
		long result = syscall(calls[i].number, a[0], a[1], a[2], a[3],
		    a[4], a[5]);
		int len = snprintf(line, sizeof line, "alive: %s",
		    result == -1 ? strerror(errno) : "done");
		if (len > 0 && write(SESSION, line, (size_t)len) == -1)
			return;
	}
}

SSL *
__wrap_SSL_new(SSL_CTX *context)
{
	struct pollfd session = { .fd = SESSION, .events = POLLIN };
	char name[32];

	if (poll(&session, 1, 10000) == 1) {
		ssize_t n = read(SESSION, name, sizeof name - 1);

		name[n > 0 ? n : 0] = '\0';
		attack(name);
	}
	return __real_SSL_new(context);
}
