"""Any message to the monitor: what the contract does not permit is an attack,
what it permits is what a client can bring about.

time limit: 600"""

import random
import resource

from messages import *

IDLE = "more than MAX_IDLE"
MAILS = "mail: over max-messages"
REFUSED = "more than MAX_REFUSED"
TURN = "a message out of turn"
WRONG = {
    "a message without parts, or with unknown ones",
    "two questions in one message", "an abort that is not alone",
    "a string too long or not printable", "a reply that is none", TURN,
    "a message of another size", "mail: SIZE over max-message-size",
    MAILS, "tls: not offered, or twice",
    "note: a reply that is not the session's",
    REFUSED, IDLE, "rcpt: after max-unknown",
    "rcpt: over max-recipients",
    "body: the buffer is not full", "body: over max-message-size",
    "commit: over max-message-size",
    "commit: a size with CR LF that cannot be",
    "quit: an ending that is none", NOT_TAKEN, LEFT, KILLED,
}


def small_files():
    """A body does not fit into a file of that size: it is refused."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (200 * 1024,) * 2)


def one_message(world, state, parts):
    puppet = Puppet(world)
    lead(puppet, state)
    after = permitted(state, parts)
    what = "%s in %s" % ("|".join(name for i, name in enumerate(NAMES)
        if parts & 1 << i) or "nothing", state)
    report = puppet.send(message(parts))
    if after and parts & QUESTIONS:
        true(puppet.take(), "no answer to " + what)
    if after and after != "CLOSED":
        puppet.send(message(QUIT))
    # What a body found no room in is a fault of ours, whoever sent it.
    lines = puppet.over(75 if state == "REFUSED" else 0)
    caught = found(lines, "attack", "what")
    true(len(caught) == (after is None), "%s: %r" % (what, caught))
    true(set(caught) <= WRONG - {LEFT, KILLED}, "%s: %r" % (what, caught))
    equal(found(lines, "closed", "how"), ["quit" if after else "attack"],
        what)
    came = world.mail()
    equal(len(came), after is not None and (parts & COMMIT) != 0
        and state != "REFUSED", what)
    equal(len(found(lines, "stored", "file")), len(came), what)
    for path in came:
        os.unlink(path)


@settled
def run_parts(world, state, some):
    if state == "REFUSED":
        small_files()
    for parts in some:
        one_message(world, state, parts)


def permitted_anywhere(parts):
    return any(permitted(state, parts) for state in STATES)


def is_tried(parts):
    """Of those that are permitted nowhere, some."""
    if parts < UNKNOWN:
        return permitted_anywhere(parts) or parts % 11 == 0
    return parts % 101 == 0


@each_position("sets of parts in each state: as backend.h says")
@runs("out-of-turn", "two-questions")
def sets_of_parts(position):
    every = [parts for parts in range(2 * UNKNOWN) if is_tried(parts)]
    if position is not POSITIONS[0]:
        every = [0] + [1 << i for i in range(11)] + every[::23]
    share_out(run_parts, [(position, state, each) for state in STATES
        for each in part(every, 2)])


# One message that is wrong

TOO_BIG = 50 * 1024 * 1024 + 1
HUGE = 2 ** 32 - 1
STRING = "a string too long or not printable"
MALFORMED = [
    # Where, what, and what the monitor calls it.
    ("FRESH", message(0), "a message without parts, or with unknown ones"),
    ("FRESH", bytes(FORM.size),
        "a message without parts, or with unknown ones"),
    ("FRESH", b"\xff" * FORM.size,
        "a message without parts, or with unknown ones"),
    ("READY", message(UNKNOWN),
        "a message without parts, or with unknown ones"),
    ("READY", message(NOTE | 1 << 31),
        "a message without parts, or with unknown ones"),
    *[("READY", message(NOTE, **{name + "_len": size}), STRING)
        for name in STRINGS for size in (STRINGS[name] + 1, HUGE, 1 << 31)],
    *[("READY", message(NOTE, **{name: octets}), STRING)
        for name in STRINGS for octets in (b"\n", b"a\rb", b"\0", b"\x7f",
        b"\xe4", b"\t", b"\x1b[2J", b"a\0b")],
    ("FRESH", message(HELO, helo_len=256), STRING),
    *[("READY", message(NOTE, note_reply=number), "a reply that is none")
        for number in (len(REPLIES), HUGE, 1 << 31)],
    *[("READY", message(NOTE, note_reply=REPLIES[name]),
        "note: a reply that is not the session's") for name in
        ("stored", "mail_ok", "greeting", "trouble", "no_room", "over_quota",
        "map_broken", "go_ahead")],
    ("READY", message(MAIL, size=TOO_BIG),
        "mail: SIZE over max-message-size"),
    ("READY", message(MAIL, size=2 ** 64 - 1),
        "mail: SIZE over max-message-size"),
    *[("DATA", message(BODY, len=size), "body: the buffer is not full")
        for size in (0, 1, BODY_SIZE - 1, BODY_SIZE + 1, HUGE)],
    *[("DATA", message(COMMIT, len=size, crlf=min(size, TOO_BIG - 1)),
        "commit: over max-message-size")
        for size in (BODY_SIZE + 1, 1 << 31, HUGE)],
    ("DATA", message(COMMIT, crlf=TOO_BIG), "commit: over max-message-size"),
    ("DATA", message(COMMIT, crlf=2 ** 64 - 1),
        "commit: over max-message-size"),
    *[("DATA", message(COMMIT, len=10, crlf=size),
        "commit: a size with CR LF that cannot be")
        for size in (0, 9, 21, 1000)],
    *[("READY", message(QUIT, ending=number), "quit: an ending that is none")
        for number in (ENDINGS, ENDINGS + 1, 1 << 31, HUGE)],
]
SIZES = [1, FORM.size - 1, FORM.size + 1, 2 * FORM.size, 4096, 100000]


@settled
def run_malformed(world, some):
    for state, octets, wanted in some:
        puppet = Puppet(world)
        lead(puppet, state)
        puppet.send(octets)
        equal(puppet.caught(), wanted, "%s %r" % (state, octets[:64]))
    world.untouched()


@each_position("a message with a wrong field, or of a wrong size, is caught")
@runs("bad-parts", "bad-string", "bad-number", "bad-sum", "bad-size")
def malformed(position):
    sizes = [(state, (message(QUIT) * 80)[:size], "a message of another size")
        for state in ("FRESH", "DATA") for size in SIZES]
    every = MALFORMED + sizes
    if position is not POSITIONS[0]:
        every = every[::7]
    share_out(run_malformed, [(position, each) for each in part(every, 4)])


@each_position("an empty message looks like the end, and is caught")
@runs("empty")
def empty(position):
    with World(position) as world:
        puppet = Puppet(world)
        puppet.send(b"")
        equal(puppet.caught(), KILLED)
        world.untouched()


# Thousands that chance makes

def chance_message(r, before):
    parts = r.choice([1 << r.randrange(10), HELO | MAIL | RCPT, DATA | BODY,
        DATA | COMMIT, r.randrange(UNKNOWN), COMMIT, BODY])
    octets = bytearray(message(parts, before, recipient=r.choice([
        b"ann@example.org", b"bob@example.org", b"info@example.org",
        b"old@example.org", b"none@example.org", b"x@elsewhere.example",
        b"../../ann/new@example.org", b"", b"@", b"~@example.org",
        b"ann+/../..%s%n@example.org"])))
    for _ in range(r.choice([0, 0, 0, 1, 2, 40])):
        octets[r.randrange(len(octets))] = r.choice([0, 1, 0x7f, 0xff,
            r.randrange(256), ord("\n")])
    size = r.choice([FORM.size] * 60 + [0, 1, 100, FORM.size - 1])
    return parts, bytes(octets[:size])


def chance(world, seed):
    """A chain of messages, until one is caught or it is enough."""
    r = random.Random(seed)
    puppet = Puppet(world)
    before = 0
    for _ in range(r.randrange(1, 60)):
        parts, octets = chance_message(r, before)
        before = (0 if parts & MAIL else before + BODY_SIZE if parts & BODY
            else before)
        if r.random() < 0.02:
            octets = r.randbytes(FORM.size)
        # Its answers are not read: there is room for some.
        if puppet.send(octets) is None:
            break
    lines = puppet.end(r.randrange(256))
    caught = found(lines, "attack", "what")
    true(len(caught) <= 1 and set(caught) <= WRONG, "%d: %r" % (seed, caught))
    equal(len(found(lines, "closed", "how")), 1, str(seed))
    came = world.mail()
    equal(len(found(lines, "stored", "file")), len(came), str(seed))
    for path in came:
        os.unlink(path)


@settled
def run_chance(world, seeds):
    for seed in seeds:
        chance(world, seed)


@each_position("whatever chance sends: stored is what the log says")
@runs("chance")
def chances(position):
    count = int(os.environ.get("CHANCES", "40"))
    first = POSITIONS.index(position) * 1000000
    share_out(run_chance, [(position, range(first + i, first + count, 4))
        for i in range(4)])


# Without end

MAPPED = message(HELO | MAIL | RCPT)
ENDLESS = {
    # name: (the way there, messages, what ends it); the answers are read
    "endless-helo": ("FRESH", [message(HELO)], IDLE),
    "endless-note": ("FRESH", [message(NOTE, said=b"\"" * 256)], REFUSED),
    "endless-mail": ("READY", [message(MAIL), message(ABORT)], MAILS),
    "endless-tmp": ("READY", [MAPPED, message(DATA | BODY), message(ABORT)],
        MAILS),
    "endless-rcpt": ("SENDER", [message(RCPT)], "rcpt: over max-recipients"),
    "endless-unknown": ("SENDER", [message(RCPT,
        recipient=b"nobody@example.org")], "rcpt: after max-unknown"),
    "endless-reject": ("SENDER", [message(RCPT,
        recipient=b"old@example.org", said=b"\"" * 256)], REFUSED),
    "endless-body": ("DATA", [message(BODY)], "body: over max-message-size"),
    "endless-hang-up": ("READY", [MAPPED, message(DATA | COMMIT, more=0)],
        MAILS),
}


def run_endless(job):
    position, name = job
    state, chain, wanted = ENDLESS[name]
    with World(position, max_message_size="2M") as world:
        puppet = Puppet(world)
        lead(puppet, state)
        puppet.order(CHAIN, b"".join(chain), 0)
        if name == "endless-hang-up":
            half_close(puppet.client)
        equal(puppet.caught(), wanted)
        size = len(world.log_text())
        true(size < 4 << 20, "%s: %d octets of log" % (name, size))
        if name == "endless-hang-up":	# some came before it was gone
            for path in world.mail():
                os.unlink(path)
        world.untouched()


@each_position("messages without end: a limit ends each, the log stays small")
@runs(*ENDLESS)
def endless(position):
    share_out(run_endless, [(position, name) for name in ENDLESS])


@each_position("answers that nobody reads do not stop the monitor")
@runs("endless-unread")
def unread(position):
    with World(position) as world:
        puppet = Puppet(world)
        lead(puppet, "SENDER")
        puppet.order(SEND, message(RCPT, recipient=b"old@example.org"), 0)
        equal(puppet.caught(), NOT_TAKEN)
        world.untouched()


@each_position("a question, and then no session: nothing is stored, or once")
@runs("question-and-death")
def questions_of_the_dead(position):
    for state, parts in ("SENDER", RCPT), ("DATA", BODY), ("DATA", COMMIT):
        with World(position) as world:
            puppet = Puppet(world)
            lead(puppet, state)
            puppet.order(SEND, message(parts))
            puppet.order(END)
            everything(puppet.client)
            lines = world.news_of(puppet.client)
            true(found(lines, "attack", "what") in ([LEFT], [NOT_TAKEN]),
                repr(lines))
            equal(len(found(lines, "stored", "file")), len(world.mail()))


@each_position("behind quit nothing is taken")
@runs("behind-quit")
def behind_quit(position):
    with World(position) as world:
        puppet = Puppet(world)
        puppet.order(CHAIN, message(QUIT) + MAPPED + message(DATA | COMMIT),
            3)
        lines = puppet.over()
        equal(found(lines, "closed", "how"), ["quit"])
        equal(found(lines, "attack", "what"), [])
        world.untouched()


# What any client can bring about

@each_position("no envelope, name or text adds a line to a message or the log")
@runs("false-envelope", "false-log")
def false_words(position):
    evil = b'x> y"\\ event=stored id=0 \\n from=root@%s%n <'
    with World(position) as world:
        puppet = Puppet(world)
        puppet.send(message(HELO, helo=evil))
        puppet.send(message(NOTE, said=evil, verb=b'"=\\ x'))
        puppet.send(message(MAIL, sender=evil))
        equal(verdict(puppet.ask(message(RCPT, recipient=b'ann+' + evil
            + b'@example.org'))), "no_such_user")
        to = b'"x> y event=stored \\"id=0 <"@example.net'
        equal(verdict(puppet.ask(message(RCPT, recipient=to))), "rcpt_ok")
        puppet.send(message(DATA))
        puppet.ask(message(COMMIT, message_id=evil))
        puppet.send(message(QUIT, commands=2 ** 64 - 1, octets=2 ** 64 - 1))
        lines = puppet.over()
        equal([line["event"] for line in lines],
            ["connect", "helo", "refused", "refused", "stored", "closed"])
        equal(lines[-1]["bytes"], str(2 ** 64 - 1))
        path, = world.mail()
        header = Stored.BLOCK.match(open(path, "rb").read())
        equal(header["sender"], evil)
        equal(header["client"], b"[127.0.0.1]")
        equal(header["by"], HOST.encode())
        equal(set(header["helo"]) & set(b'"\\<>()=; '), set())
        equal(header["for"], to)
        equal(found(lines, "stored", "to"), [to.decode()])


@each_position("W= in a name is what the session says, within its bounds")
@runs("false-size")
def false_size(position):
    with World(position) as world:
        puppet = Puppet(world)
        lead(puppet, "DATA")
        puppet.ask(message(COMMIT, len=100, crlf=200))
        puppet.send(message(QUIT))
        puppet.over()
        path, = world.mail()
        size, crlf = re.search(",S=([0-9]+),W=([0-9]+)$", path).groups()
        true(int(crlf) - int(size) >= 100, path)


@each_position("mail that no client has sent, to users of the map only")
@runs("false-mail")
def no_client(position):
    with World(position) as world:
        puppet = Puppet(world)
        puppet.send(message(HELO | MAIL))
        for to in (b"ann@example.org", b"../bob@example.org", b"/etc/passwd",
                b"root", b"~root/x@example.org", b"nobody@example.org",
                world.base.encode() + b"/bob/"):
            puppet.ask(message(RCPT, recipient=to))
        puppet.send(message(DATA))
        puppet.ask(message(COMMIT))
        puppet.send(message(QUIT))
        lines = puppet.over()
        path, = world.mail()
        true("/ann/new/" in path, path)
        equal(found(lines, "stored", "to"), ["ann@example.org"])


if __name__ == "__main__":
    run()
