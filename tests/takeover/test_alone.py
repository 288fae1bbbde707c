"""What read, write, exit and rt_sigreturn give by themselves; and a session
that does not end.

time limit: 600"""

import platform

from world import *

X86 = platform.machine() == "x86_64"


def hear_all(world, name, argument="", point="now", **more):
    """What the attack says, when the session has gone on to QUIT."""
    client = world.connect(seconds=60, **more)
    launch(client, name, point, argument)
    say(client, "QUIT")
    return everything(client), world.news_of(client)


def unharmed(lines):
    equal(found(lines, "attack", "what"), [])
    equal(found(lines, "closed", "how"), ["quit"])


@each_position("descriptors: the client's two and one to the monitor")
@launches("descriptors", "touch")
def descriptors(position):
    with World(position) as world:
        heard, lines = hear_all(world, "descriptors")
        equal(heard.split(b"\r\n")[:-2],
            [b"descriptor 0", b"descriptor 1", b"descriptor 3"])
        unharmed(lines)
        heard, lines = hear_all(world, "touch")
        equal(heard.split(b"\r\n")[:-2], [b"done: touch"])
        unharmed(lines)
        world.untouched()


@each_position("garbage to the client is the client's alone")
@launches("garbage")
def garbage(position):
    with World(position) as world:
        heard, lines = hear_all(world, "garbage")
        true(len(heard) > 1 << 20, "not all came")
        unharmed(lines)
        world.untouched()


@each_position("memory: its own, in which there is nothing of others")
@launches("dump", "kernel-memory")
def memory(position):
    with World(position) as world:
        heard, lines = hear_all(world, "dump")
        true(world.users.encode() in heard, "the dump shows too little")
        true(SECRET.encode() not in heard, "environment, mail or key")
        true(b"reject This address" not in heard, "the user map")
        unharmed(lines)
        heard, lines = hear_all(world, "kernel-memory")
        equal(heard.split(b"\r\n")[:-2], [b"done: kernel-memory"])
        unharmed(lines)
        world.untouched()


DEATHS = ["stack", "heap", "unfit", "scribble", "vsyscall"]
FRAMES = ["frame-32", "frame-kernel", "frame-flags", "frame-ones",
    "frame-away"]


@each_position("the ways to die: stack, heap, faults, marks")
@launches("segfault", *DEATHS)
def deaths(position):
    with World(position) as world:
        for name in DEATHS:
            die(world, name)
        for address in 0, 1 << 47, -1, 0x400000:
            die(world, "segfault", "now", str(address))


@each_position("a forged frame that is death")
@launches(*FRAMES)
def bad_frames(position):
    need(X86, "frames of x86_64 only")
    with World(position) as world:
        for name in FRAMES:
            die(world, name)


@each_position("a forged frame jumps, and gives nothing more")
@launches("frame-jump", "frame-unblock")
def frames(position):
    need(X86, "frames of x86_64 only")
    with World(position) as world:
        for name in "frame-jump", "frame-unblock":
            heard, lines = hear_all(world, name)
            equal(heard, b"landed\r\n", name)
            equal(found(lines, "attack", "what"), [KILLED])
        world.untouched()


@each_position("the processor's clock is death, or a clock")
@launches("rdtsc")
def counter(position):
    need(X86, "rdtsc is x86_64's")
    with World(position) as world:
        heard, lines = hear_all(world, "rdtsc")
        caught = found(lines, "attack", "what")
        true((heard[:5], caught) in ((b"alive", []), (b"", [KILLED])), heard)


@each_position("an odd exit status is an attack, and not our status")
@launches("exit")
def statuses(position):
    with World(position) as world:
        for status in 0, 1, 2, 64, 75, 78, 127, 128, 137, 255, 256, -1:
            client = world.connect()
            launch(client, "exit", "now", str(status))
            equal(everything(client), b"")
            equal(found(world.news_of(client), "attack", "what"), [LEFT])
        world.untouched()


# Without end.  Each is ended by the monitor: session-timeout, then at most
# 4 s for a session that says that it has something in hand, as the page says;
# then 2 s for a client that does not close, which "closed" does not count.

SESSION = 2	# seconds, in which all get to where they begin
SLACK = 1500	# ms: 16 run at a time, and most of them spin


def run_timed(job):
    position, name, point = job
    with World(position, session_timeout=str(SESSION),
            command_timeout=str(SESSION)) as world:
        if name == "forge":
            client = world.pipes()
        else:
            client = world.connect(seconds=60)
        launch(client, name, point)
        if name == "flood":
            world.reap(20)
            client.close()
        else:
            everything(client)
            world.reap(20)
        lines = world.news()
        equal(found(lines, "closed", "how"), ["session-timeout"], name)
        equal(found(lines, "attack", "what"), [], name)
        ms, = map(int, found(lines, "closed", "ms"))
        true(ms < (SESSION + 4) * 1000 + SLACK, "%s took %d ms" % (name, ms))
        equal(world.statuses, [0])
        world.untouched()


TIMED = [("spin", "now"), ("sleep-pair", "rcpt"), ("flood", "now"),
    ("spin", "data"), ("sleep-client", "now"), ("flip-on", "body"),
    ("forge", "now"), ("pretend", "mail")]


@test("a session without end is ended at session-timeout")
@launches(*[name for name, _ in TIMED])
def timed():
    jobs = [(position, *each) for position in POSITIONS
        if ROOT or not position.root for each in TIMED]
    share_out(run_timed, jobs, len(jobs) // 2)


def run_term(job):
    position, name = job
    with World(position) as world:
        client = world.connect(seconds=60)
        launch(client, name)
        start = time.monotonic()
        client.monitor.terminate()
        everything(client)
        lines = world.news_of(client)
        true(time.monotonic() - start < 10, name)
        equal(found(lines, "closed", "how"), ["signal"])
        world.untouched()


@test("a session that ignores the monitor is ended by TERM")
@runs("spin-term")
def term():
    jobs = [(position, name) for position in POSITIONS
        if ROOT or not position.root for name in ("spin", "sleep-pair")]
    share_out(run_term, jobs, len(jobs))


@each_position("its processor time has an end")
@runs("spin-cpu")
def processor_time(position):
    """The limit is 60 s and one for each MiB; the 61 s of this one
    are made 1 s by hook.c."""
    with World(position, max_message_size="1M") as world:
        client = world.connect(seconds=60)
        launch(client, "spin")
        equal(everything(client), b"")
        equal(found(world.news_of(client), "attack", "what"), [KILLED])
        world.untouched()


# The buffer, while the monitor has it in hand

def changed(path):
    """The flipper's y is in no line of the client's."""
    with open(path, "rb") as file:
        octets = file.read()
    return b"y" in octets[Stored.BLOCK.match(octets).end():]


def flipped(position, point, lines):
    """A mail to three; is one of them changed?"""
    with World(position) as world:
        client = world.connect(seconds=60)
        client.hear("220")
        client.ask("NOOP attack flip %s 100" % point, "250")
        client.ask("EHLO x", "250")
        client.mail(b"Subject: x\r\n\r\n" + b"hello\r\n" * lines,
            "all@example.org")
        client.quit()
        equal(found(world.news_of(client), "attack", "what"), [])
        came = world.mail()
        equal(len(came), 3)
        return any(map(changed, came))


@each_position("a buffer that changes while it is written: any bytes, no more")
@runs("flip")
def flips(position):
    flipped(position, "commit", 30000)
    # The monitor may be done before the flipper begins.
    until(lambda: flipped(position, "body", 100000), "an octet to change", 30)


if __name__ == "__main__":
    run()
