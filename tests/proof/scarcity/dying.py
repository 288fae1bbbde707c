"""File systems that die while a mail is on its way, and what is found on them
after they have been mounted anew."""

import contextlib
import errno
import os
import subprocess

from exceptions import allow
from filler import KINDS
from moments import BOXES
from scarce import *
from storage import Mounted, image, memory

# What is heard where the disk is dead, or has no room that it knows of; and
# by whom it is one box that cannot be written.
DEAD = {"EIO": ("451 4.3.0",), "EROFS": ("451 4.3.0",),
    "ENOSPC": ("452 4.3.1",), "EACCES": ("451 4.3.0",)}


PAGE, USUAL = "4", "1280"	# KiB of a request to a loop device


def call(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    equal(done.returncode, 0, "%s: %s" % (command, done.stderr))
    return done.stdout.strip()


def write(path, text):
    with open(path, "w") as file:
        file.write(text)


# The ways to die.  Each is given a Dying.

def shutdown(disk):
    call(tool("xfs_io"), "-x", "-c", "shutdown", disk.path)


def shutdown_flushed(disk):
    """What the journal has in memory reaches the disk before."""
    call(tool("xfs_io"), "-x", "-c", "shutdown -f", disk.path)


def abort(disk):
    """Read-only at once, whoever has files open for writing; the usual
    remount,ro is EBUSY then."""
    call(tool("mount"), "-o", "remount,abort", disk.path)


def error(disk):
    """As after a damaged block was found: errors=remount-ro."""
    write("/sys/fs/ext4/%s/trigger_fs_error" % disk.device(), "a test")


def no_room_beneath(disk, octets=0):
    """The image can take no block more that it has not yet: a thin volume
    whose pool is full."""
    fd = os.open(disk.where + "/ballast", os.O_RDWR | os.O_CREAT)
    size, step = 0, 16 << 20
    while step >= 4096:
        try:
            os.posix_fallocate(fd, size, step)
            size += step
        except OSError as why:
            equal(why.errno, errno.ENOSPC)
            step //= 2
    os.ftruncate(fd, max(0, size - octets))
    os.close(fd)


def read_only(disk):
    """Any kind of file system gives up when it cannot write what it must."""
    no_room_beneath(disk)
    for number in range(100):
        try:
            os.mkdir("%s/dead%d" % (disk.path, number))
            with open(disk.path + "/last", "ab") as file:
                file.write(b"x" * (256 << 10))
        except OSError as why:
            if why.errno in (errno.EROFS, errno.EIO):
                return
        subprocess.run(["sync", "-f", disk.path], capture_output=True)
    raise AssertionError("not read-only")


def after_a_neighbour(way):
    """Somebody syncs the file system just before: what we have done so far
    is on the disk, and cannot be taken back."""
    def both(disk):
        call("sync", "-f", disk.path)
        way(disk)
    return both


def name_of(path):
    """What the names in tmp/ and in new/ have in common."""
    return os.path.basename(path).split(",")[0]


class Dying:
    """A file system that a way of dying is for, Maildirs on it, a tally."""

    def __init__(self, kind, title, *options):
        self.kind, self.options = kind, options
        self.tally = Tally("%s, %s" % (kind, title))

    def __enter__(self):
        need(os.path.isdir("/sys/block"), "no /sys")
        with contextlib.ExitStack() as stack:
            self.where = stack.enter_context(Mounted(memory("-o",
                "size=400m")))
            command = image(*KINDS[self.kind], where=self.where)
            self.image = command[-1]
            self.mounted = Mounted(command[:1] + ["-o", ",".join(["loop",
                *self.options]), self.image])
            self.path = stack.enter_context(self.mounted)
            self.place = stack.enter_context(Place(self.path, BOXES))
            self.stack = stack.pop_all()
        self.small_requests()
        call("sync", "-f", self.path)
        return self

    def device(self):
        return os.path.basename(call(tool("findmnt"), "-no", "SOURCE",
            self.path))

    def small_requests(self):
        """One page each.  A loop device says of a write that its file took
        in part that all is well: a disk that lies, and no test of ours."""
        self.queue = "/sys/block/%s/queue/max_sectors_kb" % self.device()
        with open(self.queue) as file:
            self.usual = file.read().strip()
        if self.usual == PAGE:		# left by a test that was killed
            self.usual = USUAL
        write(self.queue, PAGE)

    def umount(self):
        self.mounted.umount()
        write(self.queue, self.usual)

    def __exit__(self, kind, *error):
        if kind is None:
            self.tally.show()
        try:
            return self.stack.__exit__(kind, *error)
        finally:
            write(self.queue, self.usual)

    def revive(self):
        """As a machine does when it starts: what was to be written and is in
        the journal is written, and ext4 is checked."""
        self.umount()
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.where + "/ballast")
        if self.kind == "ext4":
            status = subprocess.run([tool("e2fsck"), "-fy", self.image],
                capture_output=True).returncode
            true(status in (0, 1), "e2fsck: status %d" % status)
        done = self.mounted.mount()
        equal(done.returncode, 0, "mount: " + done.stderr.decode())
        self.small_requests()

    def judge(self, attempt, slowly=False):
        """Twice: what was said, and what there is after a new start.
        slowly: the disk took changes that it could not keep."""
        self.tally.add(attempt.check_words(DEAD))
        self.revive()
        verdict = attempt.ledger.judge(self.place.boxes)
        self.judge_surplus(verdict, attempt)
        verdict.surplus = []
        true(not verdict, "%s: %s" % (attempt.reply, verdict))
        for path in self.place.paths("tmp"):
            named = path in attempt.paths()
            true(named or slowly, "not in the log: " + path)
            self.count("tmp", "logged" if named else "unlogged")
            allow("kept" if named else "tmp")
        works(self.place)
        call("sync", "-f", self.path)

    def judge_surplus(self, verdict, attempt):
        """The exception: a refused message is there, exact, and the log has
        its path.  An xfs that was shut down says of fsync of a directory that
        all is well; the log then has the name that the file had in tmp/."""
        if not verdict.surplus:
            return
        names = {name_of(path) for path in attempt.paths() if path}
        for path in self.place.paths("new", "cur"):
            exactly = path in attempt.paths()
            true(exactly or self.kind == "xfs" and name_of(path) in names,
                "refused, and %s is not in the log: %s" % (path,
                attempt.failed))
            self.count("new", "logged" if exactly else "logged as in tmp/:")
            allow("returned")

    def count(self, part, how):
        self.tally.notes["%s in %s/ after a new mount" % (how, part)] += 1
