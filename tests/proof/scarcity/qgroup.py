"""A quota that is used up: btrfs counts what a subvolume refers to, and
needs nobody's daemon for that."""

import subprocess

from filler import *
from moments import BOXES, held, moments

PLENTY = 16 << 20
STEP = 16 << 10 if FULL else 128 << 10


def btrfs(*arguments):
    done = subprocess.run([tool("btrfs"), *arguments], capture_output=True,
        text=True)
    equal(done.returncode, 0, "btrfs: " + done.stderr)
    return done.stdout.strip()


class Limited:
    """Maildirs in a subvolume that has a limit."""

    def __init__(self, boxes, title):
        self.boxes, self.tally = boxes, Tally("btrfs qgroup, " + title)

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            where = stack.enter_context(Mounted(memory()))
            path = stack.enter_context(Mounted(image("btrfs", 256, "-q",
                where=where)))
            self.top, self.path = path, path + "/limited"
            btrfs("quota", "enable", path)
            btrfs("subvolume", "create", self.path)
            btrfs("quota", "rescan", "-w", path)
            os.chmod(self.path, 0o755)
            self.group = "0/" + btrfs("inspect-internal", "rootid", self.path)
            self.place = stack.enter_context(Place(self.path, self.boxes))
            self.stack = stack.pop_all()
        return self

    def __exit__(self, kind, *error):
        if kind is None:
            self.place.clear()
            self.tally.show()
        return self.stack.__exit__(kind, *error)

    def limit(self, octets):
        """Set from outside: it needs a transaction, which a full one has
        not."""
        sync(self.top)
        btrfs("qgroup", "limit", str(octets), self.group, self.top)

    def judge(self, attempt):
        self.tally.add(attempt.check(NO_QUOTA))
        self.limit(PLENTY)
        if not attempt.stored or attempt.refusals:
            works(self.place)
        self.place.clear()
        return attempt


@test("btrfs quota from nothing up: 452 4.2.2 and nothing, or 250 and all")
def quota_sweep():
    for boxes in 1, BOXES:
        with Limited(boxes, "from nothing up, %d recipients" % boxes) as home:
            octets, stored = STEP, False
            while not stored:
                home.limit(octets)
                attempt = home.judge(deliver(home.place, LARGE))
                stored = attempt.stored and not attempt.refusals
                octets += STEP
                true(octets < PLENTY, "never stored")
            home.tally.require("write body", "renameat2")


@test("btrfs quota used up at each step: 452 4.2.2 and nothing, or 250")
def quota_at_each_step():
    with Limited(BOXES, "used up at each step") as home:
        for moment in moments("btrfs"):
            home.judge(held(home.place, moment, lambda: home.limit(BLOCK)))
        home.tally.require("openat", "write header", "write body", "renameat2")
