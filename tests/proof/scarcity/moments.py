"""The moments of a mail, each just before a system call of the monitor, and
what can happen in one of them while the monitor stands still."""

from hold import Held
from scarce import *

BOXES = 3

# The nth call, for three boxes and a message of two writes: smtp-receive(8)
# has the order.  Up to the envelope it is counted from the connection's
# start, later from the end of the envelope on.
RCPT = [("openat", nth) for nth in (1, 2, 3)]
HEADER = [("write", nth) for nth in (1, 2, 3)]
BODY = [("write", nth) for nth in (4, 5, 6, 7, 8, 9)]
RENAME = [("renameat2", nth) for nth in (1, 2, 3)]
JOURNAL = [("fremovexattr", 1)]		# ext4 only
ANSWER = [("sendto", 2)]		# the first is the full buffer's


def settling(kind):
    """Which call brings the bytes to the disk, and how often it is made."""
    return ("fsync", 3) if kind.startswith("btrfs") else ("sync_file_range", 6)


def moments(kind):
    call, times = settling(kind)
    settle = [(call, nth) for nth in range(1, times + 1)]
    before = times if call == "fsync" else 0
    sync = [("fsync", before + nth) for nth in (1, 2, 3, 4, 5, 6)]
    last = ANSWER + (JOURNAL if kind == "ext4" else [])
    if FULL:
        return RCPT + HEADER + BODY + settle + RENAME + sync + last
    return (RCPT[1:2] + HEADER[1:2] + BODY[1::3] + settle[1::3] + RENAME[1:2]
        + sync[:2] + sync[4:5] + last)


def held(place, moment, act, size=LARGE):
    """An attempt in which act() is called in that moment."""
    attempt = Attempt(place, size).connect().hello()
    equal(attempt.reply, None, "refused too early")
    if moment in RCPT:
        held_at_rcpt(attempt, moment[1] - 1, act)
        return attempt.data().finish()
    for name in place.names:
        attempt.rcpt(name)
    equal(attempt.refusals, [], "refused too early")
    with Held(attempt.monitor) as monitor:
        attempt.data()
        monitor.run_to(*moment)
        act()
    return attempt.finish()


def held_at_rcpt(attempt, which, act):
    for number, name in enumerate(attempt.place.names):
        if number != which:
            attempt.rcpt(name)
            continue
        with Held(attempt.monitor) as monitor:
            attempt.client.say("RCPT TO:<%s@example.org>" % name)
            monitor.run_to("openat")
            act()
        attempt.rcpt_heard(name, attempt.hear())
