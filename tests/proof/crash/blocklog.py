"""A disk as qemu's blklogwrites has logged it, and all that a power cut could
have left of it.

The log is of little-endian numbers, in sectors of 512 octets: one that tells
of the log; then for each request, in the order in which they were done, one
with {sector, count, flags}, and the data.

A flush makes all before it durable.  What came after it may be lost or not,
each request by itself; but for those that were written through (FUA)."""

import collections
import os
import random
import struct

SECTOR = 512
FLUSH, THROUGH, DISCARD = 1, 2, 4

# at: where its data are in the log.  end: where the log ended with it.
Request = collections.namedtuple("Request", "at end sector count flags")

# One way in which a cut can end.  requests: what has got to the disk since the
# last flush.  length: of the log, at the moment of the cut.
State = collections.namedtuple("State", "lost requests length")


def requests(path):
    """Up to the one that the end of qemu has cut off."""
    size, at = os.path.getsize(path), SECTOR
    with open(path, "rb") as file:
        while at + SECTOR <= size:
            file.seek(at)
            sector, count, flags = struct.unpack("<3Q", file.read(24))
            data = 0 if flags & DISCARD else count * SECTOR
            end = at + SECTOR + data
            if end > size or not (count or flags):
                return
            yield Request(at + SECTOR, end, sector, count, flags)
            at = end


def epochs(path, start):
    """Lists of requests, each but the last ending in a flush.  The first is
    all up to start, a length of the log."""
    found = [[]]
    for each in requests(path):
        found[-1].append(each)
        if each.flags & FLUSH and (each.end > start or len(found) > 1):
            found.append([])
        elif each.end >= start and len(found) == 1:
            found.append([])
    return found


def prefixes(writes, length):
    """Nothing is lost, at every moment."""
    for number in range(len(writes) + 1):
        yield State("nothing", writes[:number],
            writes[number - 1].end if number else length)


def losses(writes, length, chance):
    """The same moment, just before the next flush: the most was promised."""
    through = [each for each in writes if each.flags & THROUGH]
    others = [each for each in writes if not each.flags & THROUGH]

    def state(lost, kept):
        return State(lost, sorted(kept + through), length)
    if others:
        yield state("all unflushed", [])
    if len(others) > 1:
        for each in others:
            yield state("all but one", [each])
    if len(others) > 2:
        for each in others:
            yield state("one", [other for other in others if other != each])
        for _ in range(4):
            yield state("half, by chance", [each for each in others
                if chance.random() < 0.5])


def copy(source, target):
    """Without the holes."""
    with open(source, "rb") as old, open(target, "wb",
            buffering=0) as new:
        size, at = os.fstat(old.fileno()).st_size, 0
        new.truncate(size)
        while at < size:
            try:
                at = os.lseek(old.fileno(), at, os.SEEK_DATA)
            except OSError:	# no more data
                return
            end = os.lseek(old.fileno(), at, os.SEEK_HOLE)
            new.seek(at)
            while at < end:
                at += new.write(os.pread(old.fileno(), min(end - at, 1 << 20),
                    at))


def write(log, image, wanted):
    with open(log, "rb") as source, open(image, "r+b") as target:
        for each in wanted:
            if each.count and not each.flags & DISCARD:
                source.seek(each.at)
                target.seek(each.sector * SECTOR)
                target.write(source.read(each.count * SECTOR))


def states(log, first, start, cut, seed=1):
    """first: the image before all.  For each state the file cut becomes the
    disk as it was, and the state is given."""
    chance = random.Random(seed)
    done, *rest = epochs(log, start)
    write(log, first, done)
    length = done[-1].end
    for epoch in rest:
        writes = [each for each in epoch if each.count]
        end = writes[-1].end if writes else length
        for state in [*prefixes(writes, length), *losses(writes, end, chance)]:
            copy(first, cut)
            write(log, cut, state.requests)
            yield state
        write(log, first, epoch)
        length = epoch[-1].end if epoch else length
