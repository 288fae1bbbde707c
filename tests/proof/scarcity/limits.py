"""No descriptors, no memory, no processes: limits from nothing up to what it
takes."""

import resource

from cgroup import Cgroup
from exceptions import allow
from scarce import *

BOXES = 3
KIB = 1 << 10

# At the start, before there is a configuration, or later.
REPLIES = ("421 4.3.2", "421 4.3.5", "451 4.3.0")
DESCRIPTORS = {"EMFILE": REPLIES}
# setrlimit: the session needs a limit of its own, above the one it has.
MEMORY = {"ENOMEM": REPLIES, "EPERM": REPLIES[:1]}
PROCESSES = {"EAGAIN": REPLIES[:1]}
KILLED = {"ENOMEM": REPLIES, "ENOBUFS": REPLIES, None: ()}


class Limits:
    """Attempts under one limit after the other; in between there is none."""

    def __init__(self, title):
        self.tally = Tally(title)
        Limits.count = getattr(Limits, "count", 0) + 1
        self.path = "%s/limits%d" % (SCRATCH, Limits.count)

    def __enter__(self):
        os.mkdir(self.path)
        os.chmod(self.path, 0o755)
        self.place = Place(self.path, BOXES)
        self.place.__enter__()
        return self

    def __exit__(self, kind, *error):
        if kind is None:
            self.place.clear()
            self.tally.show()
        return self.place.__exit__(kind, *error)

    def attempt(self, before):
        """before() is called in the process that becomes the receiver."""
        self.place.receiver.spawn_options = dict(preexec_fn=before)
        attempt = deliver(self.place, LARGE)
        self.place.receiver.spawn_options = {}
        self.tally.add(attempt)
        return attempt

    def under(self, what, limit):
        return self.attempt(lambda: resource.setrlimit(what, (limit, limit)))

    def upwards(self, what, limits, causes):
        """Until all is stored."""
        for limit in limits:
            attempt = self.under(what, limit)
            if attempt.unborn():
                allow("silent")
            else:
                attempt.check(causes)
            works(self.place)
            if attempt.stored and not attempt.refusals:
                return
        raise AssertionError("never stored")


@test("descriptors from three up: EMFILE, 4xx and nothing for who has none")
def descriptors():
    with Limits("RLIMIT_NOFILE") as limits:
        limits.upwards(resource.RLIMIT_NOFILE, range(3, 64), DESCRIPTORS)
        true(set(limits.tally.calls) >= {"config", "socketpair", "openat2"},
            "EMFILE of these only: %s" % limits.tally.calls)


@test("memory from nothing up: 421 4.3.2 where the program can be loaded")
def memory_limits():
    step = 32 * KIB if FULL else 256 * KIB
    for name in "RLIMIT_AS", "RLIMIT_DATA":
        with Limits(name) as limits:
            limits.upwards(getattr(resource, name),
                range(step, 16 << 20, step), MEMORY)
            true("mmap" in limits.tally.calls, "no mmap failed")


@test("no process for the session: 421 4.3.2")
def processes_limit():
    with Limits("RLIMIT_NPROC") as limits:
        for limit in 0, 1:		# with the monitor there is one
            attempt = limits.under(resource.RLIMIT_NPROC, limit)
            true(not attempt.check(PROCESSES).stored, "stored")
            works(limits.place)


@test("a control group that may have one process: 421 4.3.2, with two 250")
def processes_cgroup():
    with Cgroup("pids") as group, Limits("pids.max") as limits:
        for most in 1, 2:
            group.set("pids.max", most)
            attempt = limits.attempt(group.join).check(PROCESSES)
            equal(attempt.stored, most == 2, "stored")
            works(limits.place)


@test("a control group with little memory: nothing inexact, whoever is killed")
def memory_cgroup():
    step = 8 * KIB if FULL else 128 * KIB
    with Cgroup("memory") as group, Limits("memory limit") as limits:
        stored, limit = 0, step
        while stored < 3:
            group.limit_memory(limit)
            stored += killed_or_not(limits, limits.attempt(group.join))
            limit += step
            true(limit < 64 << 20, "never stored")
        equal(limits.tally.replies["250"], stored, "stored")
        true(any("nothing" in reply for reply in limits.tally.replies),
            "nobody was killed")


def killed_or_not(limits, attempt):
    """Who is killed cannot remove what is in tmp/: where readers expect and
    remove such."""
    attempt.check_words(KILLED)
    if attempt.reply == "":
        left = limits.place.paths("tmp")
        limits.tally.notes["left in tmp/ by who was killed"] += len(left)
        allow("tmp", len(left))
        for path in left:
            os.unlink(path)
    attempt.check(KILLED)
    works(limits.place)
    return attempt.stored and not attempt.refusals
