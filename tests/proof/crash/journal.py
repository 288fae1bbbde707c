"""The journal of an ext4 is aborted between steps 4 (the names move to new/)
and 5 (the syncs) of a commit.  Debian 12's kernel may then say 0 to every
sync, and the mail is gone at the next mount: the client must not hear 250.

Runs in a VM (vm.py): such a thing is not to be done to a machine in use.
time limit: 900"""

import errno
import fcntl
import os
import platform
import signal
import struct
import subprocess
import sys

import vm

if vm.INSIDE:
    from exceptions import allow
    from guest import make_boxes, mount, receiver_for, say
    from harness import *
    from ledger import Ledger, Verdict, files, message, read

FULL = os.environ.get("PROOF", "full") != "short"
DISK, MOUNTED = "/dev/vda", "/mnt"
KINDS = {"ext4": [], "fast_commit": ["-O", "fast_commit"]}
ERRORS = "continue", "remount-ro"
MUTANT = os.path.join(os.environ.get("BUILD", "build"),
    "proof/mutant_journal")


# Ways to abort a journal

def remount():
    """As an admin does it.  Not by mount(8), which keeps the word to itself."""
    subprocess.run(["busybox", "mount", "-o", "remount,abort", MOUNTED],
        capture_output=True)


def trigger():
    """As when the file system finds itself damaged."""
    path = "/sys/fs/ext4/%s/trigger_fs_error" % os.path.basename(DISK)
    with open(path, "w") as file:
        file.write("a test")


def shutdown(how):
    """EXT4_IOC_SHUTDOWN.  0: first all is written, 1: first the journal is,
    2: nothing is."""
    def ioctl():
        fd = os.open(MOUNTED, os.O_RDONLY)
        fcntl.ioctl(fd, 0x8004587d, struct.pack("I", how))
        os.close(fd)
    return ioctl


def pull():
    """The disk is taken out: no write succeeds any more."""
    device = os.path.realpath("/sys/block/%s/device" % os.path.basename(DISK))
    with open(os.path.dirname(device) + "/remove", "w") as file:
        file.write("1")


def put_back():
    with open("/sys/bus/pci/rescan", "w") as file:
        file.write("1")
    until(lambda: os.path.exists(DISK), DISK)


WAYS = {"disk pulled": pull, "remount,abort": remount,
    "trigger_fs_error": trigger,
    "shutdown 0": shutdown(0), "shutdown 1": shutdown(1),
    "shutdown 2": shutdown(2)}


# A fresh file system for each case

class Mounted:
    def __init__(self, kind, errors):
        self.kind, self.errors = kind, errors

    def __enter__(self):
        subprocess.run([tool("mkfs.ext4"), "-qF", "-E",
            "lazy_itable_init=0,lazy_journal_init=0", *KINDS[self.kind],
            DISK], check=True)
        self.mount()
        self.boxes = make_boxes(MOUNTED)
        os.sync()
        return self

    def mount(self):
        mount("ext4", DISK, MOUNTED, "errors=" + self.errors)

    def unmount(self):
        until(lambda: subprocess.run(["umount", MOUNTED],
            capture_output=True).returncode == 0, "umount")

    def again(self):
        """As at the next boot: what is not on the disk is gone."""
        self.unmount()
        if not os.path.exists(DISK):
            put_back()
        self.mount()

    def __exit__(self, *error):
        self.unmount()
        return False

    def new(self):
        return [path for box in self.boxes.values()
            for path in files(box, ["new"])]


# A mail during whose delivery it happens

class Delivery:
    """mounted, program; then run() gives a verdict of what is there after
    the next mount; reply, log, exit status and files are kept here."""

    def __init__(self, mounted, recipients, program=None):
        self.mounted = mounted
        self.boxes = list(mounted.boxes)[:recipients]
        self.ledger, self.program = Ledger(), program

    def receiver(self, number):
        """SIGSTOP with that renameat2: it is done, what follows is not."""
        receiver = receiver_for(self.mounted.boxes, self.program)
        receiver.command[:0] = [tool("strace"), "-qq", "-o", "/dev/null",
            "-e", "trace=renameat2", "-e",
            "inject=renameat2:signal=STOP:when=%d" % number]
        return receiver

    def send(self, token):
        self.ledger.send(token, self.boxes)
        self.client.envelope(*[box + "@example.org" for box in self.boxes])
        self.client.ask("DATA", "354")
        self.client.say(stuffed(message(token)))

    def hear(self, token):
        reply = self.client.hear()
        self.ledger.heard(token, reply)
        return reply

    def begin(self, receiver):
        self.client = receiver.connect(seconds=60)
        self.client.hello()
        self.send("first.4096")
        equal(self.hear("first.4096")[:3], "250")

    def interrupted(self, way, number):
        """It stops, and goes on without its journal."""
        self.send("second.4096")
        until(lambda: len(self.mounted.new()) == number, "step 4",
            seconds=60)
        WAYS[way]()
        monitor, = children(self.client.monitor.pid)
        os.kill(monitor, signal.SIGCONT)
        self.reply = self.hear("second.4096")

    def run(self, way):
        self.way, number = way, 2 * len(self.boxes)
        with self.receiver(number) as receiver:
            self.begin(receiver)
            self.interrupted(way, number)
            self.client.quit()
            self.status, = receiver.reap()
            self.log = receiver.log("failed")
        self.mounted.again()
        return self.ledger.judge(self.mounted.boxes)

    def surplus(self):
        """Where the mail that was refused is all the same."""
        return [path for path in self.mounted.new()
            if read(path) == "second.4096"]

    def told(self):
        """The first line of the log that says what went wrong."""
        true(self.log, "nothing in the log")
        return "%s: %s" % (self.log[0]["call"], self.log[0]["errno"][:5])


# What must come of it

def refused(delivery, verdict):
    equal(delivery.reply[:9], "451 4.3.0")
    equal(delivery.status, 75)
    true(any(shows(line, number) for line in delivery.log[:1]
        for number in (errno.EROFS, errno.EIO)), delivery.log)
    true(delivery.log[0]["path"].startswith(MOUNTED), delivery.log[0])
    left = set(line["path"] for line in delivery.log)
    equal([path for path in delivery.surplus() if path not in left], [],
        "refused, there, and not in the log")
    allow("returned", len(delivery.surplus()))
    equal((verdict.missing, verdict.inexact, verdict.twice), ([], [], []))


def kept(delivery, verdict):
    equal(delivery.reply[:3], "250")
    equal(vars(verdict), vars(Verdict()))
    equal(delivery.log, [])


def lost(delivery, verdict):
    equal(delivery.reply[:3], "250")
    true(verdict.missing, "nothing is missing")


def case(way, kind, errors, recipients, judge, program=None):
    with Mounted(kind, errors) as mounted:
        delivery = Delivery(mounted, recipients, program)
        verdict = delivery.run(way)
        what = "%s, %s, errors=%s, %d" % (way, kind, errors, recipients)
        print("# %-48s %s, %s, %d left on the disk" % (what,
            delivery.reply[:9], delivery.told() if delivery.log else "no fault",
            len(delivery.surplus())), flush=True)
        judge(delivery, verdict)


def all_cases():
    return [(way, kind, errors, recipients) for way in WAYS for kind in KINDS
        for errors in ERRORS for recipients in (1, 5)
        if (way, errors) != ("trigger_fs_error", "continue")]


def few_cases():
    return [("remount,abort", "ext4", "continue", 1),
        ("trigger_fs_error", "fast_commit", "remount-ro", 5),
        ("shutdown 2", "ext4", "continue", 5)]


def inside():
    @test("an aborted journal: 451, the call in the log, nothing lost")
    def aborted():
        for each in all_cases() if FULL else few_cases():
            case(*each, refused)
        print("# %s, Linux %s: %d aborted journals, no 250" % ("ext4",
            platform.release(), len(all_cases() if FULL else few_cases())))

    @test("an error that does not abort it: 250, and stored")
    def continued():
        case("trigger_fs_error", "ext4", "continue", 5, kept)

    @test("without a look at the journal it says 250, and the mail is lost")
    def mutant():
        for recipients in 1, 5:
            case("remount,abort", "ext4", "continue", recipients, lost,
                MUTANT)
    run()


def panic():
    """With errors=panic nobody is there to say anything.  powercut.py looks
    at the disk."""
    with Mounted("ext4", "panic") as mounted:
        delivery = Delivery(mounted, 5)
        with delivery.receiver(10) as receiver:
            delivery.begin(receiver)
            say("heard first.4096", delivery.ledger.replies["first.4096"])
            delivery.interrupted("remount,abort", 10)
            say("heard second.4096", delivery.reply)


def outside():
    return vm.relay([32])


if __name__ == "__main__":
    if sys.argv[1:] == ["panic"]:
        sys.exit(panic())
    sys.exit(inside() if vm.INSIDE else vm.or_skip(outside))
