"""The CPU of a program and of all that it starts.

Where control groups can be made (root), it gets one: the kernel counts there
in microseconds or finer, whoever reaps whom.  Else the program becomes the
reaper of all below it, so that no child's time is lost, and the times of its
processes and of those they have reaped are added up, in ticks of 10 ms."""

import ctypes
import os
import time

import processes

CHILD_SUBREAPER = 36
libc = ctypes.CDLL(None, use_errno=True)


def hierarchies():
    """(mount point, its file with the time, what a line of it begins with,
    units per second): of cgroup v2, else of v1's cpuacct."""
    second, first = [], []
    with open("/proc/self/mounts") as file:
        for line in file:
            _, point, kind, options = line.split()[:4]
            if kind == "cgroup2":
                second.append((point, "cpu.stat", "usage_usec", 1e6))
            elif kind == "cgroup" and "cpuacct" in options.split(","):
                first.append((point, "cpuacct.usage", "", 1e9))
    return second + first


def added_up(pid):
    """One that ends in between is counted by who reaps it, if that one is
    looked at once more."""
    for _ in range(10):
        try:
            return sum(map(processes.seconds, [pid] + processes.below(pid)))
        except (FileNotFoundError, ProcessLookupError):
            time.sleep(0.01)
    raise RuntimeError("processes end too quickly to be counted")


class Account:
    """Of the program that calls enter() before its exec."""

    count = 0

    def __init__(self):
        self.group = None
        Account.count += 1
        name = "smtp-bench-%d-%d" % (os.getpid(), Account.count)
        for point, self.file, self.word, self.unit in hierarchies():
            try:
                os.mkdir(point + "/" + name)
            except OSError:
                continue
            if os.path.exists("%s/%s/%s" % (point, name, self.file)):
                self.group = point + "/" + name
                return
            os.rmdir(point + "/" + name)

    def enter(self):
        libc.prctl(CHILD_SUBREAPER, 1, 0, 0, 0)
        if self.group:
            with open(self.group + "/cgroup.procs", "w") as file:
                file.write(str(os.getpid()))

    def seconds(self, pid):
        """pid: the program's."""
        if not self.group:
            return added_up(pid)
        with open(self.group + "/" + self.file) as file:
            for line in file:
                if line.startswith(self.word):
                    return int(line.split()[-1]) / self.unit

    def close(self):
        """When the last process has ended; the kernel may need a moment."""
        for _ in range(100 if self.group else 0):
            try:
                return os.rmdir(self.group)
            except OSError:
                time.sleep(0.05)
