"""The quota of the Maildirs' owner is full, on ext4 and xfs: EDQUOT at each
step at which the file system can say so.  Then 452 4.2.2, nothing stored and
nothing left, the path and the errno in the log; and with room again all is as
before.

Runs in a VM (vm.py): Debian's kernel has quota, this machine's may not.
time limit: 900"""

import ctypes
import errno
import os
import platform
import sys

import vm

if vm.INSIDE:
    from guest import make_boxes, mount, receiver_for
    from harness import *
    from ledger import Ledger, Verdict, message

FULL = os.environ.get("PROOF", "full") != "short"
KIB = 1024
DISKS = {"ext4": ("/dev/vda", "usrquota", ["-qF", "-b", "4096", "-O", "quota"]),
    "xfs": ("/dev/vdb", "uquota", ["-qf"])}


# quotactl(2)

class Limits(ctypes.Structure):
    """struct if_dqblk of <linux/quota.h>.  A hard limit of space is in KiB, of
    what is used in octets.  valid: which limits are to be set."""

    _fields_ = [(name, ctypes.c_uint64) for name in ("space_hard",
        "space_soft", "space", "inodes_hard", "inodes_soft", "inodes",
        "space_time", "inodes_time")] + [("valid", ctypes.c_uint32)]


GET, SET = 0x800007, 0x800008
BOTH_LIMITS = 1 | 4


def quotactl(command, disk, limits):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.quotactl(command << 8, disk.encode(), UID,
            ctypes.byref(limits)) != 0:
        raise OSError(ctypes.get_errno(), "quotactl")


class Quota:
    """Of UID on a disk."""

    def __init__(self, disk):
        self.disk = disk

    def used(self):
        os.sync()
        limits = Limits()
        quotactl(GET, self.disk, limits)
        true(limits.space and limits.inodes, "nothing is counted")
        return limits

    def leave(self, space=None, inodes=None):
        """So much and no more; None: no limit."""
        used, limits = self.used(), Limits(valid=BOTH_LIMITS)
        if space is not None:
            limits.space_hard = (used.space + space + KIB - 1) // KIB
        if inodes is not None:
            limits.inodes_hard = used.inodes + inodes
        quotactl(SET, self.disk, limits)


# A mail that does not fit, and one that does

class Case:
    """One receiver, one connection, on one file system."""

    count = 0

    def __init__(self, kind, recipients):
        Case.count += 1
        self.name = "%s, %d" % (kind, recipients)
        self.quota = Quota(DISKS[kind][0])
        self.quota.leave()
        base = "/mnt/%s/%d" % (kind, Case.count)
        os.mkdir(base)
        self.all_boxes = make_boxes(base, 3)
        self.boxes = dict(list(self.all_boxes.items())[:recipients])
        self.ledger, self.serial = Ledger(), 0

    def __enter__(self):
        self.receiver = receiver_for(self.boxes, min_free="1K")
        self.client = self.receiver.connect(seconds=60)
        self.client.hello()
        return self

    def __exit__(self, kind, *error):
        if kind is None:
            self.client.quit()
            equal(self.receiver.reap(), [75])
        return self.receiver.__exit__(kind, *error)

    def token(self, size):
        self.serial += 1
        return "quota-%d.%d" % (self.serial, size)

    def mail(self, size, wanted, space=None):
        """space: what is left behind RCPT.  xfs wants much more than it needs
        to make a file."""
        token = self.token(size)
        self.ledger.send(token, self.boxes)
        self.client.envelope(*[box + "@example.org" for box in self.boxes])
        self.quota.leave(space)
        self.client.ask("DATA", "354")
        self.client.say(stuffed(message(token)))
        self.ledger.heard(token, self.client.hear(wanted))

    def refused_at_rcpt(self, accepted):
        """The others get it."""
        token, boxes = self.token(4096), list(self.boxes)[:accepted]
        self.client.ask("MAIL FROM:<eve@example.com>", "250")
        for box in self.boxes:
            self.client.ask("RCPT TO:<%s@example.org>" % box,
                "250 2.1.5" if box in boxes else "452 4.2.2")
        if not boxes:
            self.client.ask("DATA", "451")
            self.client.ask("RSET", "250")
            return
        self.ledger.send(token, boxes)
        self.client.ask("DATA", "354")
        self.client.say(stuffed(message(token)))
        self.ledger.heard(token, self.client.hear("250 2.0.0"))

    def check(self, call):
        """Nothing is on the disk, and why is in the log."""
        equal([name for path in self.boxes.values()
            for name in os.listdir(path + "/tmp")], [], "left in tmp/")
        equal(vars(self.ledger.judge(self.boxes)), vars(Verdict()))
        lines = self.receiver.log("failed")
        true(lines, "no line in the log")
        for line in lines:
            equal(line["call"], call)
            true(line["path"].rstrip("/") in self.boxes.values(), line)
            true(shows(line, errno.EDQUOT), line)
        print("# %s recipients: EDQUOT from %s" % (self.name, call),
            flush=True)

    def again(self):
        """There is room again."""
        self.quota.leave()
        self.mail(4096, "250 2.0.0")
        self.mail(300 * KIB, "250 2.0.0")
        equal(vars(self.ledger.judge(self.boxes)), vars(Verdict()))


# Where it can happen

def at_rcpt(case):
    case.quota.leave(inodes=0)
    case.refused_at_rcpt(0)
    case.check("openat")


def at_the_last_rcpt(case):
    case.quota.leave(inodes=len(case.boxes) - 1)
    case.refused_at_rcpt(len(case.boxes) - 1)
    case.check("openat")


def in_the_body(case):
    """The first 256 KiB of the last recipient find no room."""
    case.mail(300 * KIB, "452 4.2.2",
        (256 * (len(case.boxes) - 1) + 128) * KIB)
    case.check("write")


def at_the_dot(case):
    """The first octet is written then."""
    case.mail(4096, "452 4.2.2", 0)
    case.check("write")


def at_the_last_copy(case):
    """Two blocks each, but for one."""
    case.mail(4096, "452 4.2.2", (8 * len(case.boxes) - 4) * KIB)
    case.check("write")


def fill(directory, number):
    """That many names, shorter than any of a mail; each costs no inode."""
    open(directory + "/filler", "w").close()
    for each in range(number):
        os.link(directory + "/filler", "%s/filler%032d" % (directory, each))


def fitting(directory):
    """How many names there are in a directory that the next makes larger."""
    trial, number = give_directory(directory + "/trial"), 0
    fill(trial, 0)
    size = os.stat(trial).st_blocks
    while os.stat(trial).st_blocks == size:
        os.link(trial + "/filler", "%s/filler%032d" % (trial, number))
        number += 1
    return number - 1


def give_directory(path):
    os.mkdir(path)
    return give(path)


def at_the_rename(case):
    """All the octets have found room; the last new/ has to grow."""
    box = list(case.boxes)[-1]
    new = case.boxes[box] + "/new"
    fill(new, fitting(os.path.dirname(case.boxes[box])))
    case.mail(4096, "452 4.2.2", 8 * KIB * len(case.boxes))
    for name in os.listdir(new):
        if name.startswith("filler"):
            os.unlink(new + "/" + name)
    case.check("renameat2")


STEPS = {"at RCPT": at_rcpt, "at the last RCPT": at_the_last_rcpt,
    "in the body": in_the_body, "at the dot": at_the_dot,
    "at the last copy": at_the_last_copy, "at the rename": at_the_rename}


def use(path):
    """Only what is used is counted, and no limit can be 0."""
    with open(path, "wb") as file:
        file.write(bytes(64 * KIB))
    give(path)


def inside():
    for kind, (disk, options, mkfs) in DISKS.items():
        subprocess.run([tool("mkfs." + kind), *mkfs, disk], check=True,
            capture_output=True)
        mount(kind, disk, "/mnt/" + kind, options)
        use("/mnt/%s/used" % kind)
    for kind in DISKS:
        for name, step in STEPS.items():
            @test("%s: over quota %s: 452 4.2.2, nothing left" % (kind, name))
            def over(kind=kind, step=step):
                for recipients in (1, 3) if FULL else (3,):
                    with Case(kind, recipients) as case:
                        step(case)
                        case.again()
    print("# Linux " + platform.release())
    run()


def outside():
    return vm.relay([64, 300], DISKS)


if __name__ == "__main__":
    sys.exit(inside() if vm.INSIDE else vm.or_skip(outside))
