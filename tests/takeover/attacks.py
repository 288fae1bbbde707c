"""Every attack, and what came of it: smtp-receive-takeover(7) has the same
lists, word for word.  The tests of this directory run them all."""

# The kernel ends the session at the call, and the monitor logs an attack.

KILLED = {
    "open-read": "openat(2) to read",
    "open-write": "openat(2) to write",
    "open-create": "openat(2) to make a file",
    "open-path": "openat(2) with O_PATH",
    "open-tmpfile": "openat(2) with O_TMPFILE",
    "openat2": "openat2(2)",
    "open-tree": "open_tree(2)",
    "getdents": "getdents64(2)",
    "stat": "newfstatat(2)",
    "fstat": "fstat(2) of the socket to the monitor",
    "readlink": "readlinkat(2)",
    "access": "faccessat(2)",
    "getxattr": "getxattr(2)",
    "chmod": "fchmodat(2)",
    "chown": "fchownat(2)",
    "utimes": "utimensat(2)",
    "unlink": "unlinkat(2)",
    "rename": "renameat2(2)",
    "link": "linkat(2)",
    "symlink": "symlinkat(2)",
    "mkdir": "mkdirat(2)",
    "mknod": "mknodat(2)",
    "truncate": "truncate(2)",
    "mmap": "mmap(2) of memory",
    "mmap-file": "mmap(2) of a descriptor",
    "mprotect": "mprotect(2), to run what was written",
    "brk": "brk(2)",
    "chdir": "chdir(2)",
    "chroot": "chroot(2)",
    "inotify": "inotify_init1(2)",
    "sync": "sync(2)",
    "execve": "execve(2)",
    "execveat": "execveat(2)",
    "fork": "clone(2), a process",
    "thread": "clone(2), a thread",
    "clone3": "clone3(2)",
    "ptrace": "ptrace(2) of the monitor",
    "traceme": "ptrace(2) of itself",
    "vm-read": "process_vm_readv(2) from the monitor",
    "vm-write": "process_vm_writev(2) into the monitor",
    "kill": "kill(2) of the monitor",
    "kill-all": "kill(2) of everybody",
    "kill-group": "kill(2) of the process group",
    "tgkill": "tgkill(2) of the monitor",
    "sigqueue": "rt_sigqueueinfo(2) to the monitor",
    "pidfd": "pidfd_open(2) of the monitor",
    "pidfd-kill": "pidfd_send_signal(2)",
    "getppid": "getppid(2)",
    "prlimit": "prlimit64(2) of the monitor",
    "setrlimit": "setrlimit(2)",
    "nice": "setpriority(2)",
    "affinity": "sched_setaffinity(2)",
    "wait": "wait4(2)",
    "sigaction": "rt_sigaction(2)",
    "exit-group": "exit_group(2)",
    "setuid": "setuid(2)",
    "setresuid": "setresuid(2)",
    "setgroups": "setgroups(2)",
    "capset": "capset(2)",
    "setns": "setns(2)",
    "unshare": "unshare(2)",
    "mount": "mount(2)",
    "pivot-root": "pivot_root(2)",
    "prctl": "prctl(2), to be dumpable",
    "pdeathsig": "prctl(2), to outlive the monitor",
    "seccomp": "seccomp(2)",
    "landlock": "landlock_create_ruleset(2)",
    "personality": "personality(2)",
    "keyctl": "keyctl(2)",
    "add-key": "add_key(2)",
    "socket": "socket(2), TCP",
    "socket-unix": "socket(2), to the log's socket",
    "socketpair": "socketpair(2)",
    "connect": "connect(2) with the client's socket",
    "bind": "bind(2) of the client's socket",
    "listen": "listen(2)",
    "accept": "accept4(2)",
    "rights-pair": "sendmsg(2) of a descriptor to the monitor",
    "rights-client": "sendmsg(2) of a descriptor to the client",
    "sendto": "sendto(2)",
    "recvmsg": "recvmsg(2)",
    "recvfrom": "recvfrom(2)",
    "setsockopt": "setsockopt(2)",
    "getpeername": "getpeername(2)",
    "shutdown": "shutdown(2) of the socket to the monitor",
    "dup": "dup(2)",
    "fcntl": "fcntl(2), O_NONBLOCK",
    "fcntl-own": "fcntl(2), F_SETOWN",
    "ioctl": "ioctl(2)",
    "tiocsti": "ioctl(2), TIOCSTI, on a terminal as well",
    "close": "close(2)",
    "close-range": "close_range(2)",
    "pipe": "pipe2(2)",
    "sendfile": "sendfile(2)",
    "splice": "splice(2)",
    "readv": "readv(2)",
    "writev": "writev(2)",
    "pread": "pread64(2)",
    "lseek": "lseek(2)",
    "ftruncate": "ftruncate(2)",
    "flock": "flock(2)",
    "epoll": "epoll_create1(2)",
    "eventfd": "eventfd2(2)",
    "io-uring": "io_uring_setup(2)",
    "aio": "io_setup(2)",
    "bpf": "bpf(2)",
    "perf-event": "perf_event_open(2)",
    "userfaultfd": "userfaultfd(2)",
    "memfd": "memfd_create(2)",
    "memfd-secret": "memfd_secret(2)",
    "syslog": "syslog(2)",
    "module": "finit_module(2)",
    "kexec": "kexec_load(2)",
    "reboot": "reboot(2)",
    "settime": "clock_settime(2)",
    "hostname": "sethostname(2)",
    "shm": "shmget(2)",
    "msgget": "msgget(2)",
    "mq-open": "mq_open(2)",
    "getrandom": "getrandom(2)",
    "clock": "clock_gettime(2)",
    "sleep": "nanosleep(2)",
    "timer": "setitimer(2)",
    "restart": "restart_syscall(2)",
}

# Likewise, but by other ways than a call of that name.

FALLEN = {
    "number": "every number from 0 to 500, as a call of x86_64, of x32, by "
        "int $0x80 and by sysenter",
    "vsyscall": "the page of old system calls",
    "stack": "a stack without end",
    "heap": "memory from malloc(3)",
    "segfault": "writing where nothing or only code is",
    "scribble": "writing all over the shared memory",
    "unfit": "claiming, in the shared memory, that it was never confined",
    "frame-jump": "rt_sigreturn(2) with a forged frame, then a call",
    "frame-unblock": "the same with every signal let in, then a call",
    "frame-flags": "the same with all flags of the processor set",
    "frame-32": "the same into 32-bit code, then a call",
    "frame-kernel": "the same with the kernel's segments",
    "frame-away": "the same to an address of the kernel",
    "frame-ones": "the same with all bits set",
    "spin-cpu": "spinning until the limit of processor time",
}

# The monitor sees that the contract is broken, and logs an attack.

CAUGHT = {
    "out-of-turn": "every set of parts of a message in every state",
    "two-questions": "two questions in a message, or an abort that is not "
        "alone",
    "bad-parts": "no parts, unknown ones, all bits zero, all bits one",
    "bad-string": "strings too long, or with a byte that is not printable",
    "bad-number": "replies, endings and sizes out of their range",
    "bad-sum": "sizes that do not add up",
    "bad-size": "messages too short and too long",
    "empty": "an empty message",
    "chance": "chains of messages that chance has changed",
    "question-and-death": "a question, and exit before the answer",
    "exit": "exit with any status",
    "tls-turn": "STARTTLS in every state, and in one message with all else",
    "tls-twice": "STARTTLS once more",
    "tls-forgets": "MAIL behind STARTTLS without a new HELO",
    "without-tls": "MAIL without TLS, where tls-required wants it",
    "under-tls": "every message in every state, under TLS",
    "endless-helo": "HELO without end",
    "endless-mail": "MAIL and abort without end",
    "endless-tmp": "MAIL, RCPT, 256 KiB of a message and abort without end",
    "endless-hang-up": "messages without end for a client that is gone",
    "endless-note": "refusals without end, for the log",
    "endless-reject": "RCPT without end of an address that takes no mail",
    "endless-unknown": "RCPT without end of an address that is unknown",
    "endless-rcpt": "RCPT without end of an address that is known",
    "endless-body": "a message without end",
    "endless-tls": "STARTTLS without end, where TLS cannot be had",
    "endless-unread": "questions whose answers are not read",
}

# A limit of time ends it: session-timeout, or somebody's TERM.

ENDED = {
    "spin": "spinning",
    "spin-term": "spinning, when the monitor is sent TERM",
    "sleep-pair": "waiting for an answer that nobody owes",
    "sleep-client": "reading from a client that says nothing, after "
        "command-timeout as before",
    "flood": "writing to a client that does not read",
    "early-flood": "writing to descriptor 4, where nobody reads before "
        "STARTTLS",
    "flip-on": "changing the shared buffer for ever",
    "forge": "changing both marks in the shared memory for ever, on a pipe",
    "pretend": "claiming that it waits, in the middle of a reply",
}

# It works, and gives nothing.

NOTHING = {
    "descriptors": "reading and writing descriptors 0 to 4095: only the "
        "client's two and the one to the monitor are there",
    "descriptors-tls": "the same under TLS: the client's is there twice, "
        "encrypted as 0 and 1, bare as 4",
    "raw-read": "reading descriptor 0 under TLS: octets that are encrypted, "
        "and TLS breaks for want of them",
    "raw-write": "writing to descriptor 1 under TLS: the client sees that TLS "
        "is broken",
    "early": "writing to descriptor 4 before STARTTLS: the client hears it "
        "under TLS",
    "false-clause": "words of TLS in HELO and sender: Received: has what "
        "smtp-receive-tls reports",
    "touch": "writing a byte to all others",
    "garbage": "garbage to the client",
    "dump": "reading its own memory: it has the configuration and the "
        "layout of the monitor's memory, but no mail, no map, no environment",
    "kernel-memory": "reading and writing the kernel's memory by read(2) and "
        "write(2)",
    "rdtsc": "the processor's clock, which some kernels leave it",
    "uprobe": "uprobe(2), to which Linux makes an exception: it does nothing "
        "unless root has set a probe",
    "behind-quit": "messages behind the last one",
}

# What any client can do, or what is not worse.

CLIENT = {
    "false-mail": "a message that the client has not sent, to users of the "
        "map",
    "false-envelope": "any printable sender and HELO name, and recipients as "
        "clients may write them: the lines above the message keep their form",
    "false-log": "the same, a Message-ID, refusals and counts in the log: "
        "each event stays one line",
    "false-size": "W= in the name of its own message, up to twice the size",
    "flip": "changing the shared buffer while it is written: the bytes of its "
        "own message differ from one recipient to the next; S= is right",
}

# In smtp-receive-tls: the kernel ends it at the call, and the client's
# connection with it.

TLS_KILLED = {
    "tls-openat": "openat(2)",
    "tls-openat2": "openat2(2)",
    "tls-socket": "socket(2)",
    "tls-connect": "connect(2)",
    "tls-sendmsg": "sendmsg(2)",
    "tls-recvmsg": "recvmsg(2)",
    "tls-clone": "clone(2)",
    "tls-clone3": "clone3(2)",
    "tls-execve": "execve(2)",
    "tls-execveat": "execveat(2)",
    "tls-kill": "kill(2)",
    "tls-ptrace": "ptrace(2)",
    "tls-prctl": "prctl(2), to be dumpable",
    "tls-setuid": "setuid(2)",
    "tls-chroot": "chroot(2)",
    "tls-getdents64": "getdents64(2)",
    "tls-dup": "dup(2)",
    "tls-close": "close(2)",
    "tls-owner": "fcntl(2), F_SETOWN",
    "tls-duplicate": "fcntl(2), F_DUPFD",
    "tls-ioctl": "ioctl(2)",
    "tls-mprotect": "mprotect(2), to run what was written",
    "tls-code": "mmap(2) of code",
    "tls-file": "mmap(2) of a descriptor",
    "tls-memfd": "memfd_create(2)",
    "tls-bpf": "bpf(2)",
    "tls-io_uring": "io_uring_setup(2)",
    "tls-userns": "unshare(2)",
    "tls-setrlimit": "prlimit64(2)",
}

# There: STARTTLS is answered by 454, and the connection goes on without.

TLS_REFUSED = {
    "report-first": "a report that is neither READY nor UNFIT as the first",
    "report-size": "reports too short or too long, or several at once",
    "report-text": "READY and UNFIT with strings too long or not printable, "
        "or about a certificate that there is not",
    "report-none": "death, the end, or a closed pipe before READY",
    "report-never": "silence, for 10 seconds",
    "report-endless": "READY without end, an attack if the first was quick",
}

# There: an attack; the session is killed, the connection has ended.

TLS_CAUGHT = {
    "report-twice": "READY or UNFIT behind READY, UP twice",
    "report-form": "UP and FAILED of another size, of no kind, with strings "
        "too long or not printable, about a certificate that there is not",
    "report-words": "a version or a cipher that could end the clause of "
        "Received: that it goes to: line ends, parentheses, spaces, nothing",
    "report-death": "death by a signal, after READY or UP",
    "tls-silent": "mail without UP, where tls-required wants TLS",
}

# There: what works.

TLS_WORKS = {
    "tls-client": "a message that the client has not sent, since it is the "
        "client for the session",
    "tls-words": "another version and cipher in Received:, each one word; "
        "any printable server name, or reason for a failure, in the log, "
        "where each event stays one line",
    "tls-getpid": "its own number",
    "tls-memory": "memory, which holds the keys and what both sides say",
    "tls-too-much": "more memory than it may have: the call fails",
}

RESULTS = {
    "Ended by the kernel at a system call": KILLED,
    "Ended by the kernel in another way": FALLEN,
    "Caught by the monitor": CAUGHT,
    "Ended by a limit of time": ENDED,
    "What works, and gives nothing": NOTHING,
    "What works": CLIENT,
    "Ended by the kernel, in smtp-receive-tls": TLS_KILLED,
    "Refused, from smtp-receive-tls": TLS_REFUSED,
    "Caught, from smtp-receive-tls": TLS_CAUGHT,
    "What works, in smtp-receive-tls": TLS_WORKS,
}
