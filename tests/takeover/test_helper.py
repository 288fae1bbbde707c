"""A smtp-receive-tls that was taken over: the calls that it can make, and what
it can say to the monitor.

For the calls it is the shipped program with tests/tls/attack.c in it.  For its
reports a script stands in its place, which no kernel holds: what the monitor
hears is all the same to it.

time limit: 300"""

import attacks
from world import *

import tlshelper
from secure import HELPER, keyed
from tlshelper import FAILED, NO_PAIR, READY, REPORT, UNFIT, UP, Helper

TAKEN = os.path.join(os.path.dirname(tlshelper.PROGRAM),
    "test/smtp-receive-tls-taken")
LATER = 2 ** 40		# when the certificate expires
SIZE = "a report of another size"
TURN = "a report out of turn"
TEXT = "a report with a string too long or not printable"
PAIR = "a report of a certificate that there is not"
WORD = "a report with a version or a cipher that is no word"
WHOSE = "a report without a certificate"
DEAD = "the TLS process was killed by a signal"
MAIL = b"EHLO x\r\nMAIL FROM:<e@x>\r\nRCPT TO:<ann@example.org>\r\nDATA\r\n" \
    b"hi\r\n.\r\nQUIT\r\n"


# The calls

@test("in smtp-receive-tls each call that would give something is death")
@runs(*attacks.TLS_KILLED)
def calls():
    need(os.path.exists(TAKEN), "no " + TAKEN)
    for name in attacks.TLS_KILLED:
        name = name.removeprefix("tls-")
        with Helper(program=TAKEN) as helper:
            helper.report(READY)
            helper.session.sendall(name.encode())
            equal((name, helper.session.recv(100)), (name, b""))
            equal((name, helper.wait()), (name, -signal.SIGSYS))


@test("what it may do is seen to be done: the test can tell")
@runs("tls-getpid", "tls-memory", "tls-too-much")
def allowed():
    need(os.path.exists(TAKEN), "no " + TAKEN)
    for name, said in (("getpid", b"alive: done"), ("memory", b"alive: done"),
            ("too-much", b"alive: Cannot allocate memory")):
        with Helper(program=TAKEN) as helper:
            helper.session.sendall(name.encode())
            equal((name, helper.session.recv(100)), (name, said))


# The reports

def report(kind, pair=0, error=0, version=b"TLSv1.3",
        cipher=b"TLS_AES_128_GCM_SHA256", name=b"", what=b"", **lengths):
    """A good one, but for what is given."""
    texts = dict(version=version, cipher=cipher, name=name, what=what)
    return REPORT.pack(kind, pair, error, *[lengths.get(each + "_len",
        len(texts[each])) for each in texts], 0, LATER, *texts.values())


class Stage:
    """A directory of the script's: it has one line for each step."""

    def __init__(self, world):
        self.world, self.count = world, 0
        self.place = libexec.compiled_in(HELPER)

    def put(self, octets):
        self.count += 1
        path = "%s/octets%d" % (os.path.dirname(self.place), self.count)
        with open(path, "wb") as file:
            file.write(octets)
        return path

    def line(self, step):
        if isinstance(step, bytes):
            return "cat %s >&4" % self.put(step)
        return step

    def begin(self, *steps):
        """Bytes are written as a report, in one write; else it is sh's."""
        with open(self.place + ".new", "w") as file:
            file.write("#!/bin/sh\n" + "\n".join(map(self.line, steps))
                + "\n")
        os.chmod(self.place + ".new", 0o755)
        os.rename(self.place + ".new", self.place)
        client = self.world.connect(seconds=30)
        client.hello()
        return client

    def play(self, *steps):
        client = self.begin(*steps)
        return client, client.ask("STARTTLS")


HEARD = "head -c 1 >/dev/null"		# the client's first octet
WAIT = "sleep 30"
GOOD = report(READY)
FIRST = {
    # name: reports of which none is a READY, each by itself
    "report-first": [report(UP), report(FAILED), report(0), report(5),
        report(2 ** 32 - 1), bytes(REPORT.size), b"\xff" * REPORT.size],
    "report-size": [GOOD[:1], GOOD[:-1], GOOD + b"x", GOOD * 2, GOOD * 100],
    "report-text": [report(UNFIT, what=b"a\nevent=stored"),
        report(READY, name=b"\x1b[2J"), report(UNFIT, what_len=257),
        report(READY, name_len=2 ** 32 - 1), report(UNFIT, pair=1)],
}


def refused(world, client, reply):
    """454, a line about it, and the connection goes on without."""
    true(reply.startswith("454 4.7.0"), reply)
    client.mail(b"hi\r\n")
    client.quit()
    lines = world.news_of(client, 75)
    equal(found(lines, "closed", "how"), ["quit"])
    equal(found(lines, "attack", "what"), [])
    path, = world.mail()
    equal(Stored(path).header["proto"], b"ESMTP")
    os.unlink(path)
    return found(lines, "failed", "what")


@each_position("no good READY: TLS cannot be had, for this client")
@runs(*FIRST, "report-none", "report-endless")
def first(position):
    with World(position, **keyed()) as world:
        stage = Stage(world)
        for name, reports in FIRST.items():
            for each in reports:
                what, = refused(world, *stage.play(each, WAIT))
                true(what in (TURN, SIZE, TEXT, PAIR), what)
        for steps, what in ((["kill -9 $$"], "a signal has killed it"),
                (["exit 0"], "it has ended without a word"),
                (["exec 4>&-", "sleep .1"], "it has ended without a word")):
            equal(refused(world, *stage.play(*steps)), [what], repr(steps))
        # The first is a good one; the second may come before the 220.
        client = stage.begin("while cat %s >&4; do :; done" % stage.put(GOOD))
        say(client, b"STARTTLS\r\n")
        end(world, client, [[TURN]])


@test("never READY: 454 after 10 seconds")
@runs("report-never")
def never():
    with World(**keyed()) as world:
        start = time.monotonic()
        refused(world, *Stage(world).play(WAIT))
        true(9.5 < time.monotonic() - start < 15, "seconds")


SECOND = {
    # name: (reports behind READY, and what the monitor calls the attack)
    "report-twice": [(GOOD, TURN), (report(UNFIT), TURN),
        (report(UP) * 2, SIZE), (GOOD * 3, SIZE)],
    "report-form": [(report(UP)[:-1], SIZE), (report(7), TURN),
        (report(UP, pair=1), PAIR), (report(UP, pair=NO_PAIR), WHOSE),
        (report(UP, name_len=257), TEXT), (report(UP, name=b"a\r\nb"), TEXT),
        (report(FAILED, what=b"\0"), TEXT)],
    "report-words": [(report(UP, **{key: text}), WORD)
        for key in ("version", "cipher") for text in (b"", b"a b", b"a)",
        b"(a", b"a\n\tb", b"a\r", b"a;b", b"a\0b", b"\xe4")] + [
        (report(UP, version_len=17), WORD), (report(UP, cipher_len=65), WORD)],
}


def end(world, client, attacks, how="attack"):
    """Of one that was granted TLS: one of these, each a list."""
    say(client, b"x")
    everything(client)
    lines = world.news_of(client)
    true(found(lines, "attack", "what") in attacks, repr(lines))
    equal(found(lines, "closed", "how"), [how])
    world.untouched()


@each_position("behind READY: a report that is not UP or FAILED is an attack")
@runs(*SECOND)
def second(position):
    with World(position, **keyed()) as world:
        stage = Stage(world)
        for name, rows in SECOND.items():
            for octets, wanted in rows if position is POSITIONS[0] \
                    else rows[::4]:
                client, reply = stage.play(GOOD, HEARD, octets)
                true(reply.startswith("220"), "%s: %s" % (name, reply))
                end(world, client, [[wanted]])


@each_position("its death is the connection's end, and is in the log")
@runs("report-death")
def death(position):
    with World(position, **keyed()) as world:
        stage = Stage(world)
        for steps in [GOOD], [GOOD, report(UP)]:
            client, _ = stage.play(*steps, HEARD, "kill -9 $$")
            end(world, client, [[DEAD]], "eof")


# What works

def ours(world, client):
    """The mail of who is the client himself, without an octet of his."""
    say(client, b"x")
    everything(client)
    lines = world.news_of(client)
    equal(found(lines, "closed", "how"), ["quit"])
    path, = world.mail()
    header = Stored(path).header
    os.unlink(path)
    return header, lines


def talk(stage):
    """The dialogue, at leisure."""
    return "cat %s >&3; sleep 0.2" % stage.put(MAIL)


@each_position("it is the client: mail, a word for a cipher, a name in the log")
@runs("tls-client", "tls-words")
def client_itself(position):
    evil = b'x" event=stored id=0 \\"to=root@example.org'
    with World(position, **keyed()) as world:
        stage = Stage(world)
        client, _ = stage.play(GOOD, HEARD, report(UP, version=b"TLSv9",
            cipher=b"NONE", name=evil), talk(stage))
        header, lines = ours(world, client)
        equal(header["proto"], b"ESMTPS")
        equal([line["event"] for line in lines],
            ["connect", "helo", "tls", "helo", "stored", "closed"])
        equal(found(lines, "tls", "name"), [evil.decode()])
        client, _ = stage.play(GOOD, HEARD, report(FAILED, what=evil),
            talk(stage))
        header, lines = ours(world, client)
        equal(header["proto"], b"ESMTP")
        equal(found(lines, "notls", "why"), [evil.decode()])


@each_position("it says nothing of UP: that is no TLS, where that is required")
@runs("tls-silent")
def silent(position):
    with World(position, **keyed(tls_required="yes")) as world:
        stage = Stage(world)
        client, _ = stage.play(GOOD, HEARD, talk(stage))
        end(world, client, [["mail: without TLS"]])


if __name__ == "__main__":
    try:
        run()
    finally:
        shutil.rmtree(tlshelper.SCRATCH, ignore_errors=True)
