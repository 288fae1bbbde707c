"""File systems that are full, but for an amount of octets that a test
chooses."""

import contextlib
import errno
import os

from scarce import *
from storage import Mounted, image, memory

BLOCK = 4096
ROOM = 24 << 20			# more than any kind needs for a mail

# No reserve for root, and small enough to be filled at once.
KINDS = {
    "ext4": ("ext4", 32, "-m", "0", "-q", "-b", "4096"),
    "xfs": ("xfs", 300, "-q", "-s", "size=4096"),
    "btrfs": ("btrfs", 120, "-q"),
    "btrfs mixed": ("btrfs", 64, "-q", "--mixed"),
}


class Filler:
    """A file that takes all room of a file system but so many octets."""

    def __init__(self, directory):
        self.directory = directory
        self.fd = os.open(directory + "/filler", os.O_RDWR | os.O_CREAT)
        self.size = 0
        self.grow()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        os.close(self.fd)
        return False

    def grow(self):
        """Until there is nothing left."""
        step = 16 << 20
        while step >= BLOCK:
            try:
                os.posix_fallocate(self.fd, self.size, step)
                self.size += step
            except OSError as error:
                equal(error.errno, errno.ENOSPC)
                step //= 2
        os.fsync(self.fd)

    def leave(self, octets):
        """All that was given back or taken since is the filler's again."""
        os.ftruncate(self.fd, self.size)
        self.grow()
        self.size = max(0, self.size - octets)
        os.ftruncate(self.fd, self.size)
        sync(self.directory)


def sync(directory):
    fd = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


class Disk:
    """A file system of a kind, full; Maildirs on it; the tally of a title."""

    def __init__(self, kind, boxes, title, *options, **conf):
        self.kind, self.count, self.conf = kind, boxes, conf
        self.options = options
        self.tally = Tally("%s, %s" % (kind, title))

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            where = stack.enter_context(Mounted(memory()))
            self.path = stack.enter_context(Mounted(image(*KINDS[self.kind],
                *self.options, where=where)))
            self.place = stack.enter_context(Place(self.path, self.count,
                **self.conf))
            spare_inodes(self.path)
            self.filler = stack.enter_context(Filler(self.path))
            self.stack = stack.pop_all()
        return self

    def __exit__(self, kind, *error):
        if kind is None:
            self.place.clear()
            self.tally.show()
        return self.stack.__exit__(kind, *error)

    def works(self):
        """Once there is room again."""
        self.place.clear()
        self.filler.leave(ROOM)
        works(self.place)

    def judge(self, attempt, causes):
        """One more for the tally, and then there is room."""
        self.tally.add(attempt.check(causes))
        if not attempt.stored or attempt.refusals:
            self.works()
        self.place.clear()
        return attempt


def spare_inodes(directory):
    """xfs makes them 64 at a time, for which a file system that is nearly
    full has no room: some are there already, so that the later steps come
    to fail as well."""
    for number in range(40):
        open("%s/inode%d" % (directory, number), "w").close()
    for number in range(1, 40):
        os.unlink("%s/inode%d" % (directory, number))
