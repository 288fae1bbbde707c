"""The system calls of the monitor: strace's account of them, read, and what
each of them may fail with.

strace without -f follows the process that it started, and that is the
monitor; the session is its child.  So "when=N" counts the monitor's calls
alone.  The Nth call of a name is counted from execve on, as strace does; a
trace begins with main's first call, which is poll(2)."""

import re

# What makes sense, call by call: from the manual pages, and from what file
# systems, security modules and system call filters say beside these.  A call
# that is not here is an error of the test: somebody has to think about it.
# Those without an errno cannot fail.
OPENS = ("ENOSPC EDQUOT EIO EMFILE ENFILE ENOMEM EINTR EAGAIN EACCES EROFS "
    "ESTALE ENOENT EEXIST EPERM ENOSYS EINVAL ELOOP")
READS = "EIO EINTR EAGAIN ENOMEM ESTALE EACCES EPERM EINVAL"
WRITES = "ENOSPC EDQUOT EIO EINTR EAGAIN ENOMEM ESTALE EROFS EPERM EINVAL"
STATS = "EIO ENOMEM EINTR ESTALE EACCES ENOSYS"
SYNCS = ("EIO ENOSPC EDQUOT ENOMEM EINTR EAGAIN ESTALE EROFS EACCES EPERM "
    "ENOSYS EINVAL")
NAMES = ("ENOSPC EDQUOT EIO ENOMEM EINTR EAGAIN EACCES EROFS ESTALE ENOENT "
    "EEXIST EPERM ENOSYS EINVAL")
SOCKETS = "ENOMEM EACCES EPERM EINVAL"
MAPS = "ENOMEM EAGAIN ENFILE EINVAL"	# EPERM: musl makes ENOMEM of it
CLONES = "EAGAIN ENOMEM EPERM ENOSYS"
POLLS = "EINTR ENOMEM EINVAL"

ERRNOS = {
    "poll": POLLS, "ppoll": POLLS,
    "rt_sigaction": "EINVAL", "rt_sigprocmask": "EINVAL",
    "signalfd4": "EMFILE ENFILE ENOMEM ENOSYS EINVAL",
    "getrandom": "EINTR EAGAIN EPERM ENOSYS EINVAL",
    "getsockopt": SOCKETS, "setsockopt": SOCKETS,
    "getsockname": SOCKETS, "getpeername": SOCKETS,
    "socket": "EMFILE ENFILE " + SOCKETS,
    "connect": "EINTR EAGAIN ENOENT " + SOCKETS,
    "socketpair": "EMFILE ENFILE " + SOCKETS,
    "recvfrom": "EINTR EAGAIN EIO " + SOCKETS,
    "sendto": "EINTR EAGAIN EIO " + SOCKETS,
    "shutdown": SOCKETS,
    "fcntl": "EINTR EAGAIN EMFILE " + SOCKETS,
    "prlimit64": "EPERM ENOSYS EINVAL",
    "fork": CLONES, "vfork": CLONES, "clone": CLONES, "clone3": CLONES,
    "mmap": MAPS, "munmap": MAPS, "mprotect": MAPS, "madvise": MAPS,
    "brk": "ENOMEM",
    "open": OPENS, "openat": OPENS, "openat2": OPENS,
    "read": READS, "pread64": READS, "getdents64": READS + " ENOENT",
    "lseek": "EINVAL ESTALE EIO",
    "write": WRITES,
    "stat": STATS + " ENOENT", "newfstatat": STATS + " ENOENT",
    "statx": STATS + " ENOENT", "fstat": STATS, "fstatfs": STATS,
    "sync_file_range": SYNCS, "fsync": SYNCS, "syncfs": SYNCS,
    "fremovexattr": SYNCS,
    # EEXIST would be a lie: the name has just gone from there.
    "mknodat": NAMES.replace(" EEXIST", ""),
    "renameat2": NAMES, "renameat": NAMES, "linkat": NAMES,
    # ENOENT would be a lie about a name that is there.
    "unlinkat": "EIO ENOSPC EDQUOT ENOMEM EINTR EAGAIN EACCES EROFS ESTALE "
        "EPERM ENOSYS EINVAL",
    "readlink": "EIO ENOMEM EACCES EINVAL", "getcwd": "ENOMEM ENOENT",
    "close": "EIO EINTR ENOSPC EDQUOT",
    "kill": "EPERM EINVAL",
    "wait4": "EINTR EINVAL",
    "uname": "EPERM ENOSYS",
    "capget": "EPERM EINVAL", "capset": "EPERM ENOMEM EINVAL",
    "setgroups": "EPERM ENOMEM ENOSYS EINVAL",
    "setresuid": "EAGAIN ENOMEM EPERM EINVAL",
    "setresgid": "ENOMEM EPERM EINVAL",
    "dup2": "EMFILE EINTR EINVAL",
    "pipe2": "EMFILE ENFILE ENOMEM EINVAL",
    "pidfd_open": "EMFILE ENFILE ENOMEM ENODEV EPERM ENOSYS EINVAL",
    "geteuid": "", "getegid": "", "getpid": "", "gettid": "", "exit_group": "",
    "clock_gettime": "",	# of clocks that there are
}

# The calls that bring a message to the disk, and the errnos that say no more
# than that there is no such call here.  After any other there is no 250,
# although the file, in this test, is there.
SYNCING = {
    "fsync": "", "syncfs": "ENOSYS", "fremovexattr": "EOPNOTSUPP EACCES",
    "sync_file_range": "ENOSYS EINVAL ESPIPE EOPNOTSUPP", "mknodat": "",
}

# One of each kind is enough where time is short: a fault, and the two
# that say that the call shall be made again or does not exist.
FEW = {"poll": "EINTR", "ppoll": "EINTR", "open": "EMFILE EINTR",
    "openat": "ENOSPC EINTR", "openat2": "EMFILE ENOSYS", "read": "EIO EINTR",
    "pread64": "EIO EINTR", "write": "ENOSPC EINTR", "sendto": "ENOMEM EINTR",
    "recvfrom": "ENOMEM EINTR", "renameat2": "EIO EINVAL",
    "linkat": "EIO EPERM",
    "sync_file_range": "EIO EINVAL", "syncfs": "EIO ENOSYS",
    "fsync": "EIO ENOSYS"}

LINE = re.compile(r"(\w+)\((.*)")
INJECTED = " (INJECTED)"


class Call:
    """name, and the nth of this name; text: its arguments and what it
    returned, as strace writes them."""

    def __init__(self, name, nth, text):
        self.name, self.nth, self.text = name, nth, text
        self.injected = INJECTED in text
        # Killed on entering, it returns nothing; exit never does.
        self.unfinished = text.endswith("= ?")
        self.failed = " = -1 " in text

    def __repr__(self):
        return "%s(%s" % (self.name, self.text)

    def errnos(self, few=False):
        every = ERRNOS[self.name].split()
        return FEW.get(self.name, " ".join(every[:1])).split() if few \
            else every

    def about(self, fd):
        return self.text.startswith("%d," % fd)


class Trace:
    """calls: from main's first on."""

    def __init__(self, text):
        self.text, self.calls, counts = text, [], {}
        for line in text.splitlines():
            found = LINE.match(line)
            if not found:
                continue
            name, rest = found.groups()
            counts[name] = counts.get(name, 0) + 1
            self.calls.append(Call(name, counts[name], rest))
        self.calls = self.calls[self.first():]
        self.killed = "+++ killed by SIGKILL +++" in text

    def first(self):
        """A shell may have been before."""
        start = max((at for at, call in enumerate(self.calls)
            if call.name == "execve"), default=0)
        return next((at for at in range(start, len(self.calls))
            if self.calls[at].name in ("poll", "ppoll")), len(self.calls))

    def names(self):
        return [call.name for call in self.calls]

    def made(self):
        """The pids of the processes that it made: the session, and those that
        are another program."""
        ends = [re.search(r" = (\d+)$", call.text) for call in self.calls
            if call.name in ("fork", "vfork", "clone", "clone3")]
        return [int(end[1]) for end in ends if end]

    def published(self):
        """How often a name has come into new/."""
        return sum(call.name in ("renameat2", "renameat", "linkat")
            and ",S=" in call.text and call.text.endswith(" = 0")
            for call in self.calls)


class Fault:
    """A call of a clean trace that shall fail: what is an errno's name, or
    KILL for a process that dies before the call."""

    def __init__(self, at, call, what):
        self.at, self.call, self.what = at, call, what

    def __str__(self):
        return "%s of %s (call %d, its number %d): %s" % (self.what,
            self.call.name, self.at, self.call.nth, self.call.text[:80])

    def option(self):
        how = "signal=KILL" if self.what == "KILL" else "error=" + self.what
        return "inject=%s:%s:when=%d" % (self.call.name, how, self.call.nth)

    def forbids_250(self):
        lacks = SYNCING.get(self.call.name)
        return (lacks is not None and self.what != "KILL"
            and self.what not in lacks.split())

    def hit(self, trace, clean):
        """Was it this call, and after the same calls as in the clean run?"""
        if trace.names()[:self.at + 1] != clean.names()[:self.at + 1]:
            return False
        call = trace.calls[self.at]
        if self.what == "KILL":
            return (trace.killed and len(trace.calls) == self.at + 1
                and call.unfinished)
        return call.injected and " = -1 %s " % self.what in call.text


def plan(clean, span=None, few=False, kill=True):
    """All faults of the calls in that span of the clean trace."""
    for at in range(len(clean.calls)) if span is None else span:
        call = clean.calls[at]
        if call.name not in ERRNOS:
            raise AssertionError("calls.py does not know what %s may fail with"
                % call.name)
        for what in call.errnos(few) + ["KILL"] * kill:
            yield Fault(at, call, what)
