"""No room on a file system: in each amount that is too little, and at each
step."""

from filler import *
from moments import BOXES, held, moments

ENOUGH = 5	# attempts in a row that are stored: all that is more will be
MOST = 40 << 20
FINER = 16


# Each amount of room

def attempt_with(disk, size, octets):
    disk.filler.leave(octets)
    return disk.judge(deliver(disk.place, size), NO_ROOM)


def outcome(attempt):
    """What two attempts must have in common to be taken for the same."""
    return attempt.summary(), [call_of(line) for line in attempt.failed]


def sweep(disk, size, step):
    """From no room at all up to enough, in steps; between two amounts that
    differ in what came of them, in smaller ones."""
    octets, enough, last = 0, 0, None
    fine = max(BLOCK, step // FINER)
    while enough < ENOUGH:
        true(octets < MOST, "refused, with %d octets of room" % octets)
        attempt = attempt_with(disk, size, octets)
        if last and outcome(attempt) != last:
            for between in range(octets - step + fine, octets, fine):
                attempt_with(disk, size, between)
        last = outcome(attempt)
        stored = attempt.stored and not attempt.refusals
        enough = enough + 1 if stored else 0
        octets += step


def step_for(kind):
    """btrfs needs megabytes of room for its trees."""
    if kind == "btrfs mixed":
        return 64 << 10 if FULL else 1 << 20
    return BLOCK if FULL else 64 << 10


# The calls that must have failed on each, at least.
RUN_OUT = {
    "ext4": {"write header", "write body"},
    "xfs": {"openat", "write body"},
    "btrfs": {"write header", "write body"},
    "btrfs mixed": {"openat", "renameat2"},
}


def sweep_all(kind, **conf):
    calls = set()
    for boxes in 1, BOXES:
        for size in SMALL, LARGE:
            title = "from no room up, %d recipients, %d KiB" % (boxes,
                size >> 10)
            with Disk(kind, boxes, title, **conf) as disk:
                sweep(disk, size, step_for(kind))
                calls |= set(disk.tally.calls)
    true(calls >= RUN_OUT[kind], "only these ran out: %s" % calls)


@test("ext4, from no room up: 452 4.3.1 and nothing, or 250 and all")
def sweep_ext4():
    sweep_all("ext4")


@test("xfs, from no room up: 452 4.3.1 and nothing, or 250 and all")
def sweep_xfs():
    sweep_all("xfs")


@test("btrfs, from no room up: 452 4.3.1 and nothing, or 250 and all")
def sweep_btrfs():
    sweep_all("btrfs")
    sweep_all("btrfs mixed")


@test("one file for all mailboxes, from no room up: the same")
def sweep_shared():
    for kind in ("ext4", "xfs", "btrfs mixed") if FULL else ("ext4",):
        with Disk(kind, BOXES, "from no room up, hard links",
                delivered_to="no") as disk:
            sweep(disk, LARGE, step_for(kind))
            disk.tally.require("renameat2" if kind == "btrfs mixed"
                else "write body")


# Each step

@test("full at each step, on each file system: 452 4.3.1 and nothing, or 250")
def at_each_step():
    for kind in KINDS:
        with Disk(kind, BOXES, "full at each step") as disk:
            for moment in moments(kind):
                disk.works()
                disk.judge(held(disk.place, moment,
                    lambda: disk.filler.leave(0)), NO_ROOM)
            disk.tally.require("write body")
