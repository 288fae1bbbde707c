"""No system call but read, write, exit and rt_sigreturn, by whatever way.

time limit: 600"""

import itertools
import platform

import attacks
from world import *


@settled
def run_list(world, names):
    """Calls one after the other, at points and paths in turn."""
    paths = itertools.cycle(world.targets())
    points = itertools.cycle(POINTS)
    for name in names:
        point, argument = next(points), next(paths)
        if name in OF_MONITOR:
            argument = "MONITOR"
        die(world, name, point, argument)


OF_MONITOR = {"ptrace", "vm-read", "vm-write", "kill", "tgkill", "sigqueue",
    "pidfd", "prlimit", "fcntl-own"}


@each_position("each system call that would give something is death")
def calls(position):
    names = list(attacks.KILLED)
    share_out(run_list, [(position, each) for each in part(names, 8)])


@settled
def run_open(world, point):
    paths = world.targets()
    if world.position is not POSITIONS[0]:
        paths = [paths[POINTS.index(point)]]
    for path in paths:
        die(world, "open-read", point, path)


@each_position("at each point of the dialogue, for many paths")
def points(position):
    share_out(run_open, [(position, point) for point in POINTS])


# Every number, by every way into the kernel.  A call that is allowed comes
# back with an error, but for exit, and the return from no signal.

WAYS = ["64", "x32", "32", "sysenter"]
DEATH = ("", [KILLED])
ALLOWED = {("64", mode, number): [("alive: call %d gave -9" % number, [])]
    for mode in "12" for number in (0, 1)}
ALLOWED.update({("64", mode, 60): [("", [LEFT])] for mode in "12"})
# The same four have other numbers here, if the kernel has 32-bit calls.
ALLOWED.update({("32", "1", number): [DEATH,
    ("alive: 32-bit call %d gave -9" % number, [])] for number in (3, 4)})
ALLOWED["32", "1", 1] = [DEATH, ("", [LEFT])]
# "uprobe": the kernel makes an exception for it, wherever it knows it; nobody
# has set a probe on us, and it is refused.
ALLOWED.update({("64", mode, 336): [DEATH, ("alive: call 336 gave -6", [])]
    for mode in "12"})

SAMPLE = sorted({*range(0, 501, 13), 1, 2, 3, 4, 5, 11, 15, 20, 37, 60, 102,
    119, 120, 173, 231, 252, 257, 295, 335, 336, 437})


@settled
def run_numbers(world, way, numbers):
    for number in numbers:
        client = world.connect(seconds=60)
        launch(client, "number", "now", "%s %d" % (way, number))
        say(client, "QUIT")
        heard = everything(client).decode("latin-1").split("\r\n")
        what = found(world.news_of(client), "attack", "what")
        wanted = ALLOWED.get((way, world.position.mode, number), [DEATH])
        true((heard[0], what) in wanted, "%s %d: %r" % (way, number,
            (heard, what)))


@each_position("of all numbers from 0 to 500, by all ways, these four live")
@launches("number")
@runs("uprobe")
def numbers(position):
    need(platform.machine() == "x86_64", "ways of x86_64 only")
    share_out(run_numbers, [(position, way, each) for way in
        (WAYS[:1] if position.root else WAYS)
        for each in part(range(501) if way == "64" and not position.root
        else SAMPLE, 2)], 8)


if __name__ == "__main__":
    run()
