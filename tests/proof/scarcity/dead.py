"""The disk dies while a mail is on its way: 4xx before 250, what was said
250 to is there after the next start, and what was refused and is there all
the same is in the log."""

from dying import *
from hold import Held
from moments import held, moments, settling

# File system, how it dies, and with which options it is mounted.
WAYS = [
    ("ext4", shutdown, ()),
    ("ext4", shutdown_flushed, ()),
    ("ext4", abort, ()),
    ("ext4", error, ("errors=remount-ro",)),
    ("xfs", shutdown, ()),
    ("xfs", shutdown_flushed, ()),
]


def named(way):
    return way.__name__.replace("_", " ")


def die_at_each_step(kind, way, options):
    """Alone, and with all that was done so far on the disk already."""
    for before, what in (way, ""), (after_a_neighbour(way), ", synced before"):
        with Dying(kind, named(way) + what, *options) as disk:
            for moment in moments(kind):
                disk.judge(held(disk.place, moment, lambda: before(disk)))
            true(disk.tally.notes["logged in new/ after a new mount"] > 0,
                "no refused message was ever there: is it looked for?")


def die_all(kind):
    for each, way, options in WAYS:
        if each == kind and (FULL or way in (shutdown, error)):
            die_at_each_step(kind, way, options)


@test("ext4 shut down, aborted or in error at each step")
def ext4_dies():
    die_all("ext4")


@test("xfs shut down at each step")
def xfs_dies():
    die_all("xfs")


def between(place, act):
    """RCPT and DATA."""
    attempt = Attempt(place, LARGE).envelope()
    equal(attempt.refusals, [], "refused too early")
    act()
    return attempt.data().finish()


@test("read-only between RCPT and DATA, by what the kernel has for it")
def read_only_before_data():
    # xfs writes on into its journal, and waits for room.
    for kind, way, options in WAYS + [("ext4", read_only, ()),
            ("btrfs", read_only, ())]:
        with Dying(kind, named(way) + " before DATA", *options) as disk:
            attempt = between(disk.place, lambda: way(disk))
            true(not attempt.stored, "stored")
            disk.judge(attempt, way is read_only)


@test("remount,ro between RCPT and DATA is EBUSY, and the mail is stored")
def remount():
    for kind in "ext4", "xfs", "btrfs":
        with Dying(kind, "remount,ro before DATA") as disk:
            attempt = between(disk.place, lambda: refused_remount(disk))
            true(attempt.stored, attempt.reply)
            disk.judge(attempt)


def refused_remount(disk):
    done = subprocess.run([tool("mount"), "-o", "remount,ro", disk.path],
        capture_output=True, text=True)
    true("busy" in done.stderr, "mount said: " + done.stderr)


@test("a thin volume whose pool is full at each step")
def thin_at_each_step():
    for kind in "ext4", "xfs", "btrfs":
        with Dying(kind, "no room beneath") as disk:
            for moment in moments(kind):
                disk.judge(held(disk.place, moment,
                    lambda: no_room_beneath(disk)), True)
            disk.tally.require(settling(kind)[0])


@test("a thin volume whose pool has some room: each amount that is too little")
def thin_sweep():
    for kind in "ext4", "xfs", "btrfs":
        with Dying(kind, "from no room beneath up") as disk:
            octets, stored = 0, 0
            while stored < 3:
                no_room_beneath(disk, octets)
                attempt = deliver(disk.place, LARGE)
                disk.judge(attempt, True)
                stored = stored + 1 if attempt.stored else 0
                octets += (32 if FULL else 256) << 10
                true(octets < 8 << 20, "never stored")
            disk.tally.require(settling(kind)[0])


def die_in_undo(disk):
    """The last box cannot be had, so the others' names, which somebody has
    synced, are taken back; and the disk dies before that is on it."""
    attempt = Attempt(disk.place, LARGE).envelope()
    with Held(attempt.monitor) as monitor:
        attempt.data()
        monitor.run_to("renameat2", BOXES)
        call("sync", "-f", disk.path)
        monitor.run_to("fsync")
        shutdown(disk)
    return attempt.finish()


@test("the disk dies while a mail is undone: the log has what may be there")
def dies_in_undo():
    for kind in "ext4", "xfs":
        with Dying(kind, "shut down while undoing") as disk:
            last = disk.place.boxes[disk.place.names[-1]] + "/new"
            os.chmod(last, 0o500)
            call("sync", "-f", disk.path)
            attempt = die_in_undo(disk)
            disk.revive()
            os.chmod(last, 0o700)
            disk.judge(attempt, True)
            came = sum(count for note, count in disk.tally.notes.items()
                if "in new/" in note)
            true(1 <= came <= BOXES - 1, "%d messages came back" % came)
