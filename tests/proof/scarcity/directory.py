"""Directories that must grow, and inodes that run out: room of which a file
system says nothing, or only at the end."""

import os
import shutil

from filler import *
from moments import held

# One file for all entries: no inode is used up by them.  The names are as
# short as it takes to leave no room for a message's.
ENTRY = "%s/x%07d"
MOVED = "names moved to new/ and back"


def grown(directory, source):
    """How many entries a directory takes before it needs its second block."""
    probe = directory + "/probe"
    os.mkdir(probe)
    count = 0
    while os.stat(probe).st_size <= BLOCK:
        os.link(source, ENTRY % (probe, count))
        count += 1
    shutil.rmtree(probe)
    return count - 1


def fill_new(box, source, count):
    """A directory once grown stays so on ext4: a new one."""
    shutil.rmtree(box + "/new")
    os.mkdir(box + "/new", 0o700)
    give(box + "/new")
    for number in range(count):
        os.link(source, ENTRY % (box + "/new", number))


def clear_new(box, count):
    for number in range(count):
        os.unlink(ENTRY % (box + "/new", number))


class FullDirectories(Disk):
    """In each new/ the next name needs a block."""

    def __enter__(self):
        super().__enter__()
        self.filler.leave(ROOM)
        self.source = self.path + "/source"
        open(self.source, "w").close()
        self.entries = grown(self.path, self.source)
        return self

    def attempt(self, blocks):
        """With so many left when the first name shall go to new/."""
        self.filler.leave(ROOM)
        boxes = self.place.boxes.values()
        for box in boxes:
            fill_new(box, self.source, self.entries)
        before = [changed(box) for box in boxes]
        attempt = held(self.place, ("renameat2", 1),
            lambda: self.filler.leave(blocks * BLOCK), SMALL)
        if not attempt.stored:
            self.tally.notes[MOVED] += sum(
                changed(box) != then for box, then in zip(boxes, before))
        for box in boxes:
            clear_new(box, self.entries)
        return self.judge(attempt, NO_ROOM)

    def upwards(self, step):
        """Until there is enough, and then each number of blocks below it in
        which the directories could take some names but not all; xfs moves
        one only if there is room for the worst case."""
        blocks = 0
        while not self.attempt(blocks).stored:
            blocks += step
            true(blocks < 2000, "refused, with %d blocks of room" % blocks)
        for fewer in range(max(0, blocks - step + 1), blocks):
            self.attempt(fewer)
        true(self.tally.notes[MOVED] > 0,
            "no rename failed after one that did not")


def changed(box):
    return os.stat(box + "/new").st_mtime_ns


@test("new/ must grow, and cannot: what was there already goes again")
def directories():
    for kind in "ext4", "xfs":
        for boxes in (3, 5):	# each name synced, and all of them by syncfs
            with FullDirectories(kind, boxes, "%d directories that must grow"
                    % boxes) as disk:
                disk.upwards(1 if FULL else 8)


@test("the last step fails for some of many recipients: for all")
def many():
    boxes = 200 if FULL else 40
    for kind in "ext4", "xfs":
        with FullDirectories(kind, boxes, "%d directories that must grow"
                % boxes, max_recipients=max(100, boxes)) as disk:
            blocks = 0
            while not disk.attempt(blocks).stored:
                blocks += boxes // 4
            true(disk.tally.notes[MOVED] > 0, "all or none moved")


# Inodes

class Spender:
    """Takes all inodes of a file system but some."""

    def __init__(self, directory):
        self.directory, self.count = directory + "/spent", 0
        os.mkdir(self.directory)

    def spend(self):
        """Until none is said to be left: xfs makes some more all the same."""
        while os.statvfs(self.directory).f_ffree > 0:
            open("%s/%d" % (self.directory, self.count), "w").close()
            self.count += 1

    def give_back(self, inodes):
        for _ in range(inodes):
            self.count -= 1
            os.unlink("%s/%d" % (self.directory, self.count))


def get_inode(disk, wanted):
    attempt = deliver(disk.place, SMALL).check(NO_ROOM)
    equal(len(attempt.accepted), wanted, "recipients")
    disk.tally.add(attempt)
    disk.place.clear()


@test("no inodes left, or some: 452 4.3.1 to those who get none")
def inodes():
    for kind, option in ("ext4", ("-N", "64")), ("xfs", ("-i", "maxpct=1")):
        with Disk(kind, 3, "inodes from none up", *option) as disk:
            disk.filler.leave(ROOM)
            spender = Spender(disk.path)
            spender.spend()
            get_inode(disk, 0)
            # xfs counts what is free in the background, and in dozens.
            for wanted in (1, 2, 3) if kind == "ext4" else ():
                spender.give_back(1)
                get_inode(disk, wanted)
            spender.give_back(100 if kind == "xfs" else 3)
            until(lambda: os.statvfs(disk.path).f_ffree >= 3, "inodes")
            works(disk.place)
