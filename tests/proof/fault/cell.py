"""A cell: one kind of connection, run once for each fault of its plan."""

import collections
import concurrent.futures
import os
import queue
import shutil
import signal
import subprocess
import sys

import excuse
import tap
from calls import Trace
from harness import SCRATCH, equal, need_root, tool, true, until
from people import Host
from trial import Stand

WORKERS = 2
TRIES = 5		# for a fault that another order of the calls kept away
SHOWN, LONG = 8, 1000	# failures of a cell, and octets of each


class Disk:
    """A loop of ext4 in memory: only there the commit makes all its calls."""

    def __init__(self):
        self.path = SCRATCH + "/disk"
        self.count, self.mounted = 0, False

    def mount(self):
        need_root()
        self.host = Host(SCRATCH)
        self.host.install()
        where = "/dev/shm" if os.access("/dev/shm", os.W_OK) else SCRATCH
        image = "%s/%s.ext4" % (where, os.path.basename(SCRATCH))
        os.mkdir(self.path)
        try:
            with open(image, "wb") as file:
                file.truncate(64 << 20)
            for command in ([tool("mkfs.ext4"), "-q", "-m", "0", image],
                    [tool("mount"), "-o", "loop", image, self.path]):
                subprocess.run(command, check=True, capture_output=True)
            self.mounted = True
        finally:
            os.unlink(image)	# the loop device keeps it
        os.chmod(self.path, 0o755)

    def unmount(self):
        if self.mounted:
            until(lambda: subprocess.run(["umount", self.path],
                capture_output=True).returncode == 0, "umount")

    def directory(self):
        if not self.mounted:
            self.mount()
        self.count += 1
        path = "%s/%d" % (self.path, self.count)
        os.mkdir(path)
        os.chmod(path, 0o755)
        return path


DISK = Disk()


def run_on_disk():
    """As the harness does it, and the disk goes before the scratch."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        tap.run_all()
    finally:
        DISK.unmount()
        shutil.rmtree(SCRATCH, ignore_errors=True)


def strace(*options):
    """A tracer for Stand.trial."""
    return lambda out: [tool("strace"), "-o", out, *sum((["-e", each]
        for each in options), [])]


class Cell:
    """conf: the receiver's.  words: what stands before the program on the
    command line.  base: what goes wrong in each run, beside the fault, and
    spoils: the errno of it for which a mail is refused.  logged: is there a
    log to look into?"""

    done = []

    def __init__(self, name, mails, words=(), base=(), spoils=None,
            logged=True, meanwhile=None, homes=False, **conf):
        self.name, self.mails, self.words = name, mails, list(words)
        self.base, self.spoils, self.logged = list(base), spoils, logged
        self.meanwhile = meanwhile
        self.stands = queue.SimpleQueue()
        self.tallies = collections.defaultdict(collections.Counter)
        self.excuses = collections.Counter()
        self.failures, self.clean = [], Trace("")
        for _ in range(WORKERS):
            base = DISK.directory()
            self.stands.put(Stand(base, homes=homes and DISK.host, **conf))
        Cell.done.append(self)

    def attempt(self, tracer):
        stand = self.stands.get()
        try:
            trial = stand.trial(lambda out: tracer(out) + self.words,
                self.mails, self.meanwhile)
            trial.trace = Trace(trial.trace_text)
            trial.judge(trial.trace.killed, trial.trace.made())
            return trial
        finally:
            self.stands.put(stand)

    # Without the fault

    def look(self):
        """Until two clean runs have made the same calls."""
        before = None
        for _ in range(TRIES):
            trial = self.attempt(strace(*self.base))
            if before and before.names() == trial.trace.names():
                break
            before = trial.trace
        else:
            raise AssertionError("no two runs of %s make the same calls"
                % self.name)
        wanted = len(trial.wanted()) - (self.spoils is not None)
        true(self.spoils or not trial.refusals(), "refused by the clean run")
        equal(len(trial.stored()), wanted, "stored by the clean run")
        if not self.meanwhile:
            equal(trial.findings, [], "the clean run")
        self.clean = trial.trace
        return self

    def undoing(self):
        """From the call that spoils the mail to the answer that says so."""
        calls = self.clean.calls
        start = next(at for at, call in enumerate(calls) if call.injected)
        end = next(at for at in range(start, len(calls))
            if calls[at].name == "sendto")
        return range(start + 1, end)

    # With it

    def run(self, faults):
        """strace takes one fault for each name of a call."""
        faults = [fault for fault in faults if not any(
            each.startswith("inject=%s:" % fault.call.name)
            for each in self.base)]
        true(faults, "a plan without a fault")
        with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
            list(pool.map(self.one, faults))
        return self.report()

    def one(self, fault):
        for _ in range(TRIES):
            trial = self.attempt(strace(*self.base, fault.option()))
            if fault.hit(trial.trace, self.clean):
                return self.weigh(trial, fault)
        return self.failures.append("%s: never hit, in %d runs; the last "
            "ended\n%s" % (fault, TRIES, trial.trace_text[-400:]))

    def weigh(self, trial, fault):
        if self.logged and fault.what != "KILL":
            trial.judge_log([fault.what, self.spoils])
        if (fault.forbids_250() and not self.spoils
                and len(trial.stored()) == len(trial.wanted())):
            trial.find("unsafe", "all was acknowledged")
        used = set()
        for finding in trial.findings:
            found = excuse.find(trial, fault, finding)
            if found:
                used.add(found.name)
            else:
                self.failures.append("%s: %s: %s" % (fault, *finding))
        self.excuses.update(used)
        self.tallies[fault.what].update(self.count(trial))

    @staticmethod
    def count(trial):
        closed = len(trial.heard("421"))
        return {"runs": 1, "250": len(trial.stored()), "421": closed,
            "45x": len(trial.refusals()) - closed}

    # What came of it

    def report(self):
        all_of = total([self.tallies])
        print("# %s: %d calls; %s%s" % (self.name, len(self.clean.calls),
            figures(all_of), "".join("; %s %d" % each
            for each in sorted(self.excuses.items()))), flush=True)
        true(not self.failures, "%d wrong:\n%s" % (len(self.failures),
            "\n".join(each[:LONG] for each in sorted(self.failures)[:SHOWN])))
        return self


def total(tallies):
    found = collections.Counter()
    for each in tallies:
        for tally in each.values():
            found.update(tally)
    return found


def figures(tally):
    return ("%d runs, %d mails 250, %d replies 45x, %d connections 421"
        % tuple(tally[key] for key in ("runs", "250", "45x", "421")))
