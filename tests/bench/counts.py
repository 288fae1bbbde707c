#!/usr/bin/env python3
"""What a connection costs, counted: each count is in the table below, and one
that is a tenth more or less than there fails.

    make bench-counts

Counts repeat exactly where times do not.  They are those of the shipped build,
by musl-gcc of Debian 12: with another compiler all are skipped.  A count that
has become better belongs into the table, too; a worse one needs a reason in the
commit that puts it there.  README tells how each is counted.

Environment: that of tests/e2e/harness.py, and BENCH_RECEIVE, a build without
sandbox (BUILD/bench/smtp-receive-counted), for valgrind cannot live in one."""

import os
import re
import resource	# for wait4, while it may be read
import shutil
import socket
import subprocess
from typing import NamedTuple

import secure
from client import Client
from harness import (PROGRAM, ROOT, SCRATCH, TOP, UID, Receiver, equal, give,
    need, run, test, tool, true)
from storage import Mounted, image

MARGIN = 0.10
BUILD = os.path.abspath(os.environ.get("BUILD", TOP + "/build"))
BENCH = os.path.abspath(os.environ.get("BENCH_RECEIVE",
    BUILD + "/bench/smtp-receive-counted"))
COMPILER = BUILD + "/smtp-receive-map"
MIB = 1 << 20


class Work(NamedTuple):
    """What the client of one connection does: so many mails, each of that
    many octets to that many mailboxes, all of one owner."""
    mails: int = 1
    boxes: int = 1
    size: int = 4096
    tls: bool = False
    shared: bool = False	# delivered-to = no
    addresses: int = 0		# in the map, besides
    compiled: bool = False	# that map


ONE = Work()
SECRET = Work(tls=True)
MAILS = Work(mails=11)
RCPTS = Work(boxes=11)
WIDE = Work(boxes=50)
LARGE = Work(boxes=50, size=20 * MIB, shared=True)
TEXT = Work(addresses=10000)
COMPILED = Work(addresses=10000, compiled=True)

# What; how many; how it is counted, by a function below; of what work, and of
# what less where it is the difference that counts, by so many; the most that
# it may ever be, where that is promised.
TABLE = (
    ("system calls of a connection with one mail",
        123, "calls", ONE, None, 1, None),
    ("system calls of each further mail",
        47, "calls", MAILS, ONE, 10, None),
    ("system calls of each further RCPT and its mailbox",
        28.2, "calls", RCPTS, ONE, 10, None),
    ("system calls of a connection with STARTTLS and one mail",
        353, "calls", SECRET, None, 1, None),
    ("instructions of a connection with one mail",
        162500, "instructions", ONE, None, 1, None),
    ("instructions of each further mail",
        74000, "instructions", MAILS, ONE, 10, None),
    ("instructions for each further address in the text of the map",
        1300, "instructions", TEXT, ONE, 10000, None),
    ("instructions of a connection, 10,000 addresses compiled",
        171400, "instructions", COMPILED, None, 1, None),
    ("page faults of a connection, 10,000 addresses compiled",
        35, "faults", COMPILED, None, 1, None),
    ("page faults of a connection with one mail",
        33, "faults", ONE, None, 1, None),
    ("pieces of memory taken by a connection",
        2, "memory", ONE, None, 1, 2),
    ("pieces of memory taken by each further mail",
        0, "memory", MAILS, ONE, 10, 0),
    ("flushes of the disk for each mail",
        2, "flushes", MAILS, None, 11, 2),
    ("flushes of the disk for a mail to 50 mailboxes",
        3, "flushes", WIDE, None, 1, 3),
    ("MiB written for one of 20 MiB to 50 mailboxes of one owner",
        20.1, "written", LARGE, None, 1, 21),
)


# The work

def body(size):
    lines = b"Subject: counts\r\n\r\n" + (b"x" * 70 + b"\r\n") * (size // 72)
    return lines[:size - 2] + b"\r\n"


def boxes(work):
    return ["box%d" % n for n in range(work.boxes)]


def receiver_of(work, where=None):
    conf = secure.keyed() if work.tls else {}
    if work.shared:
        conf["delivered_to"] = "no"
    receiver = Receiver("".join("%s@example.org {base}/%s/\n" % (box, box)
        for box in boxes(work)) + "".join("user%d@example.org {base}/box0/\n"
        % n for n in range(work.addresses)), boxes(work), base=where, **conf)
    if work.compiled:
        need(os.path.exists(COMPILER), "no %s: libcdb was missing" % COMPILER)
        subprocess.run([COMPILER, receiver.users], check=True)
    os.chmod(give(receiver.base), 0o755)	# for what is counted
    return receiver


def talk(client, work):
    if work.tls:
        client = secure.starttls(client)
        client.hello()
    else:
        client.hello()
    octets = body(work.size)
    for _ in range(work.mails):
        client.mail(octets, *[box + "@example.org" for box in boxes(work)])
    client.quit()


def serve(receiver, work):
    with receiver:
        talk(receiver.connect(), work)
        equal(receiver.reap(), [0], "exit status")


# How it is counted.  Each is run once for one work.

counted = {}


def once(function):
    def known(work):
        if (function, work) not in counted:
            counted[function, work] = function(work)
        return counted[function, work]
    return known


@once
def trace(work):
    """The system calls of all its processes, one to a line."""
    receiver = receiver_of(work)
    file = receiver.base + "/trace"
    receiver.command = [tool("strace"), "-f", "-qq", "-o", file,
        *receiver.command]
    serve(receiver, work)
    with open(file, encoding="latin-1") as lines:
        return re.findall(r"(?m)^\d+ +(\w+\(.*)", lines.read())


def calls(work):
    return len(trace(work))


def memory(work):
    """How often more was asked for."""
    return sum(line.startswith("brk(") or (line.startswith("mmap(") and
        "MAP_ANONYMOUS" in line) for line in trace(work))


@once
def instructions(work):
    """Of user mode, of all processes."""
    receiver = receiver_of(work)
    receiver.command = [tool("valgrind"), "-q", "--tool=callgrind",
        "--vgdb=no", "--callgrind-out-file=%s/calls.%%p" % receiver.base,
        shutil.copy(BENCH, SCRATCH), *receiver.command[1:]]
    serve(receiver, work)
    found = []
    for name in os.listdir(receiver.base):
        if name.startswith("calls."):
            with open(receiver.base + "/" + name) as file:
                found += map(int, re.findall(r"(?m)^totals: (\d+)",
                    file.read()))
    equal(len(found), 2, "processes counted")
    return sum(found)


def spawned(receiver, socket):
    """The page faults of a receiver and its children, by a process between
    that has no more rights than it, and makes it without faults of its own."""
    if ROOT:
        os.setgroups([])
        os.setresgid(UID, UID, UID)
        os.setresuid(UID, UID, UID)
    log = os.open("/dev/null", os.O_WRONLY)
    pid = os.posix_spawn(receiver.command[0], receiver.command, {},
        file_actions=[(os.POSIX_SPAWN_DUP2, fd, to)
        for to, fd in enumerate((socket, socket, log))])
    os.close(socket)
    return os.wait4(pid, 0)[2].ru_minflt


def faults(work):
    receiver = receiver_of(work)
    with socket.create_server(("127.0.0.1", 0)) as server:
        ours = socket.create_connection(server.getsockname())
        theirs, _ = server.accept()
    got, said = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            ours.close()
            os.write(said, b"%d" % spawned(receiver, theirs.detach()))
        finally:
            os._exit(0)
    theirs.close()
    talk(Client(*[ours.detach()] * 2), work)
    os.waitpid(pid, 0)
    count = int(os.read(got, 100))
    os.close(got)
    os.close(said)
    return count


class Disk:
    """An ext4 of its own; what its device has done."""

    def __enter__(self):
        # Nothing that the kernel does by itself, now and then.
        made = image("ext4", 256, "-E",
            "lazy_itable_init=0,lazy_journal_init=0")
        self.mounted = Mounted(["mount", "-o", "commit=300", *made[1:]])
        self.path = self.mounted.__enter__()
        give(self.path)
        found = os.stat(self.path).st_dev
        self.device = [str(os.major(found)), str(os.minor(found))]
        return self

    def __exit__(self, *error):
        return self.mounted.__exit__(*error)

    def stat(self, field):
        """By its number in the kernel's iostats.rst."""
        with open("/proc/diskstats") as file:
            rows = [line.split() for line in file]
        found = [row for row in rows if row[:2] == self.device]
        need(found and len(found[0]) > 2 + field,
            "/proc/diskstats does not tell of flushes of a loop device")
        return int(found[0][2 + field])

    def settle(self):
        subprocess.run(["sync", "-f", self.path], check=True)


def on_disk(work, field, settled):
    """settled: with all that the kernel still has to write."""
    with Disk() as disk:
        receiver = receiver_of(work, disk.path)
        disk.settle()
        before = disk.stat(field)
        serve(receiver, work)
        if settled:
            disk.settle()
        return disk.stat(field) - before


def flushes(work):
    """The least of three: somebody's sync(2) flushes all disks."""
    return min(on_disk(work, 16, settled=False) for _ in range(3))


def written(work):
    """MiB; the device counts in sectors."""
    return on_disk(work, 7, settled=True) * 512 / MIB


# The tests

def is_default_build():
    """Is the shipped program made as on Debian 12?"""
    with open(BUILD + "/obj/flags") as file:
        flags = file.read()
    with open(PROGRAM, "rb") as file:
        debian = b"(Debian 12." in file.read()
    return "musl-gcc" in flags and " -O2 " in flags and debian


def check(what, expected, how, work, less, by, most):
    need(is_default_build(), "the counts are those of musl-gcc, Debian 12")
    got = globals()[how](work)
    if less:
        got -= globals()[how](less)
    got = got / by
    print("# %s: %g, %g in the table" % (what, round(got, 2), expected))
    true(most is None or got <= most, "%g, more than %s" % (got, most))
    true(got <= expected * (1 + MARGIN), "%g, where it was %g: find out why" %
        (got, expected))
    true(got >= expected * (1 - MARGIN), "better: %g, where it was %g; put the "
        "new figure into the table" % (got, expected))


for row in TABLE:
    test(row[0])(lambda row=row: check(*row))

if __name__ == "__main__":
    run()
