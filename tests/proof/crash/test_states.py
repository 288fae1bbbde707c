"""The states of the crash test: that none is forgotten."""

import io
import struct

from disk import SECTOR, records, windows
from states import states
from tap import equal, run_all, test, true

FLUSH = None


def log(*what):
    """Each a flush, or how many sectors are written."""
    octets = b""
    for number, sectors in enumerate(what):
        written = bytes([number]) * SECTOR * (sectors or 0)
        offset = 2 ** 64 - 1 if sectors is FLUSH else number * 100 * SECTOR
        octets += struct.pack("=QQ", offset, len(written)) + written
    return list(records(io.BytesIO(octets)))


@test("a window holds what was written between two flushes, and its end")
def between_flushes():
    found = windows(log(1, 2, FLUSH, FLUSH, 1))
    equal([len(window.sectors()) for window in found], [3, 0, 1])
    equal([window.last for window in found], [False, False, True])
    head = 16
    equal([window.end for window in found], [2 * head + 3 * SECTOR,
        3 * head + 3 * SECTOR, 5 * head + 4 * SECTOR])
    equal(found[0].sectors()[2], (101 * SECTOR, b"\1" * SECTOR))


@test("of three writes: every subset")
def three_writes():
    last = windows(log(1, 1, 1))[0]
    true(set(states(last, 0)) >= {(), (0,), (1,), (2,), (0, 1), (0, 2),
        (1, 2), (0, 1, 2)}, "some are forgotten")


@test("all of a window is left to the next, but for the last")
def all_of_it():
    before, last = windows(log(1, 1, FLUSH, 1))
    true((0, 1) not in states(before, 0), "twice")
    true((0,) in states(last, 0), "never")
    empty = windows(log(1, FLUSH, FLUSH, 1))[1]
    equal(states(empty, 0), {})


@test("a write of many sectors: whole where it is alone, in part at random")
def many_sectors():
    last = windows(log(2, 8))[0]
    found = states(last, 0)
    equal(found[tuple(range(2, 10))], "one alone")
    halves = [state for state, why in found.items()
        if why == "a random half" and len(state) == 5]
    true(halves, "no half of ten sectors")


@test("the same log has the same states; most is the most")
def repeats():
    window = windows(log(*[3] * 10))[0]
    equal(states(window, 5), states(window, 5))
    true(states(window, 5) != states(window, 6), "no chance in it")
    equal(len(states(window, 5, 20)), 20)


@test("however few are chosen, the last flush and the end are among them")
def always():
    for writes in 3, 10, 40:
        before, last = windows(log(*[3] * writes, FLUSH, *[3] * writes))
        for seed in range(20):
            true(() in states(before, seed, 3), "not as the flush left it")
            found = states(last, seed, 3)
            true(() in found and tuple(range(3 * writes)) in found,
                "not as the end left it")


if __name__ == "__main__":
    run_all()
