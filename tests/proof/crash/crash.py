"""The power fails: at every moment of a delivery, on every file system that
we make promises for, each state of the disk that could be left is mounted and
looked at.  Nothing acknowledged is missing, nothing in new/ or cur/ is
inexact, everything mounts.  The same test finds known bugs, each linked into
the shipped objects.

cell.py has what is done and judged, states.py which states there are, disk.c
and disk.py the disk that writes all down.

time limit: 2700"""

import libexec
from cell import *
from exceptions import allow
from mounts import own_mounts
from secure import HELPER

FULL = os.environ.get("PROOF", "full") != "short"
JOURNALS = [kind for kind in KINDS if kind != "ext4 no journal"]
SMALL, LARGE = 4 << 10, 300 << 10
LEAST = 10000 if FULL else 500
FAULTS = "missing", "inexact", "surplus", "twice", "not mounted"

total = collections.Counter()


def prepare():
    """Once, because there are mounts in no other process."""
    need_root()
    need(os.path.exists("/dev/fuse"), "no /dev/fuse")
    if not prepare.done:
        own_mounts()
        libexec.place(HELPER)
    prepare.done = True


prepare.done = False


def cells(kind, **conf):
    """What is run on a file system, and at most how many states between two
    flushes: in company there are many flushes."""
    for recipients, size in (1, SMALL), (1, LARGE), (5, SMALL), (5, LARGE):
        if FULL or recipients == 1 or size == SMALL:
            yield Cell(kind, recipients, size, "alone", **conf)
    for recipients, size in (1, SMALL), (1, LARGE), (5, SMALL), (5, LARGE):
        if FULL or (recipients, size) == (1, SMALL):
            yield Cell(kind, recipients, size, "neighbour", **conf)
    for way in "BDAT", "TLS":
        if FULL or kind == "ext4 ordered":
            yield Cell(kind, 1, SMALL, "alone", way=way, **conf)
    for recipients in 1, 5:
        if FULL or recipients == 5:
            yield Cell(kind, recipients, SMALL, "reader", **conf)
    if FULL:
        for company in "alone", "neighbour":
            yield Cell(kind, 3, SMALL, company, delivered_to="no", **conf)
        for recipients in 3, 5:
            yield Cell(kind, recipients, SMALL, "reader", delivered_to="no",
                **conf)


def most(cell):
    """A window of many writes has their square in states."""
    if not FULL:
        return 12 if cell.company == "alone" else 3
    return 300 if cell.company == "alone" and cell.size == SMALL else 30


def flushes(cell):
    """Of each message, where they are not the same."""
    return " and ".join(str(each) for each in (cell.flushes
        if len(set(cell.flushes)) > 1 else cell.flushes[:1]))


def told(cell, what=""):
    """The line of a cell; it counts for the total."""
    total.update(cell.count)
    total["cells"] += 1
    print("# %s%s: %s flushes per message; %d states, %d missing, %d inexact, "
        "%d not mounted" % (what, cell, flushes(cell), *[cell.count[each]
        for each in ("states", "missing", "inexact", "not mounted")]),
        flush=True)


def company_came(cell):
    """Before each step of each message; the reader while a message was in
    new/ and not yet acknowledged."""
    files = 1 if "delivered_to" in cell.conf else cell.recipients
    many, before = cell.recipients > 4, "sync_file_range"
    if cell.kind == "btrfs":
        before = "syncfs" if many else "fsync"
    many |= files < cell.recipients
    steps = collections.Counter(renameat2=cell.recipients,
        fsync=1 if many else files + cell.recipients, syncfs=many)
    if cell.conf.get("sync") != "strict":
        steps[before] += files if before == "fsync" else 1
    for step, times in steps.items():
        true(cell.seen[step] >= times * cell.messages,
            "%s: came %d times before %s" % (cell, cell.seen[step], step))
    moved = sum(times for step, times in cell.seen.items()
        if step.startswith("moved"))
    if cell.company == "reader":
        equal(moved, cell.messages * cell.recipients, "moved by the reader")


def looked_at_something(cell):
    """A test that checks nothing fails: of the messages some had been
    promised, and some states were without them."""
    copies = cell.messages * cell.recipients
    true(0 < cell.count["promised"] <= cell.count["found"]
        < cell.count["states"] * copies, "%s: nothing was looked at: %s"
        % (cell, cell.count))
    if cell.company != "alone":
        company_came(cell)


def kept(cell):
    """The promise, in all states."""
    for fault in FAULTS:
        true(not cell.count[fault], "%s: %s: %s" % (cell, fault,
            cell.first.get(fault)))
    true(cell.count["states"] >= 10, "%s: too few states" % cell)
    true(min(cell.flushes) > 0, "%s: no flush" % cell)


def holds(cell):
    cell.run(most(cell))
    told(cell)
    kept(cell)
    looked_at_something(cell)


def promise(kind, **conf):
    @test("%s: nothing is lost, nothing torn, and it mounts" % ", ".join(
        [kind] + ["%s = %s" % each for each in conf.items()]))
    def kept_there():
        prepare()
        for cell in cells(kind, **conf):
            holds(cell)


for each in JOURNALS:
    promise(each)
promise("ext4 no journal", sync="strict")


def refusals():
    """ext4 with fast_commit is not for company here: where a file is unlinked
    while it is open, by us or by anybody, and another is synced meanwhile,
    Linux 6.18 leaves states that do not mount."""
    for kind in JOURNALS:
        yield kind, "alone"
        if kind == "ext4 ordered" or FULL and kind != "ext4 fast_commit":
            yield kind, "neighbour"


@test("what was refused does not come back")
def refused():
    """syncfs fails when all names are in new/; they are taken out again."""
    prepare()
    for kind, company in refusals():
        stays_refused(Cell(kind, 5, SMALL, company, "mutant_refuse",
            wanted="451"))


def stays_refused(cell):
    cell.run(most(cell))
    told(cell, "refused: ")
    kept(cell)
    equal(cell.count["promised"], 0, "promised")
    true(cell.count["refused"] > cell.count["states"], "none was refused")


@test("enough was looked at")
def enough():
    prepare()
    print("# all: %(cells)d cells, %(states)d states, %(promised)d promised "
        "copies: " % total + ", ".join(
        "%d %s" % (total[fault], fault) for fault in FAULTS))
    true("ONLY" in os.environ or total["states"] >= LEAST,
        "%d states, wanted %d" % (total["states"], LEAST))


# Known bugs

def found(bug, cell):
    """Does the test see that bug there?"""
    cell.run(300 if FULL else 12)
    print("# %s: %s: %d states, %d missing, %d inexact" % (bug, cell,
        *[cell.count[each] for each in ("states", "missing", "inexact")]),
        flush=True)
    equal(cell.count["not mounted"], 0, "not mounted")
    return cell.count["missing"] + cell.count["inexact"] > 0


def known_bug(bug, program, surely, *rows, **conf):
    """surely: kinds of file system on which it must be found."""
    @test("a known bug is found: " + bug)
    def is_found():
        prepare()
        kinds = set()
        for kind in JOURNALS if FULL else surely:
            for recipients, company in rows:
                if found(bug, Cell(kind, recipients, SMALL, company, program,
                        **conf)):
                    kinds.add(kind)
        print("# %s: found on %s" % (bug, ", ".join(sorted(kinds))))
        true(kinds >= set(surely), "found on %s only" % kinds)


# Its name may come to the disk with a later fsync of the file: only where one
# of five files is synced it does not.
known_bug("no fsync of new/", "mutant_name", ["btrfs"], (1, "alone"),
    (5, "alone"))
known_bug("no sync after the rename", "mutant_after",
    ["ext4 ordered", "xfs", "btrfs"], (1, "alone"), sync="strict")
known_bug("no sync_file_range", "mutant_bytes", ["ext4 ordered", "xfs"],
    (1, "neighbour"))
known_bug("rename, then fsync of new/ only", "mutant_only",
    ["ext4 ordered", "xfs", "btrfs"], (1, "alone"))


@test("ext4 without a journal and sync = fast: the exception is there")
def no_journal_fast():
    """Partial files of messages that were not acknowledged: what sync =
    strict is for.  Nothing acknowledged is lost all the same."""
    prepare()
    torn = 0
    for cell in (Cell("ext4 no journal", 1), Cell("ext4 no journal", 5),
            Cell("ext4 no journal", 3, SMALL, "reader", delivered_to="no")):
        cell.run(300)
        print("# with sync = fast: %s: %d states, %d missing, %d inexact" % (
            cell, *[cell.count[each]
            for each in ("states", "missing", "inexact")]))
        equal(cell.count["missing"], 0, "missing")
        torn += cell.count["inexact"]
    allow("journal", torn)
    true(torn, "no partial file: is sync = strict still needed?")


if __name__ == "__main__":
    run()
