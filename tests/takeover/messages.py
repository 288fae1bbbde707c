"""The messages of ask.h, made by hand, and a session that sends them for the
client: puppet.c."""

import struct

from world import *

ABORT, HELO, MAIL, DATA, NOTE, TLS, RCPT, BODY, COMMIT, QUIT = (1 << i
    for i in range(10))
NAMES = "ABORT HELO MAIL DATA NOTE TLS RCPT BODY COMMIT QUIT".split()
UNKNOWN = QUIT << 1		# and all above
QUESTIONS = TLS | RCPT | BODY | COMMIT
BODY_SIZE = 256 * 1024

NUMBERS = ["parts", "helo_len", "sender_len", "recipient_len", "verb_len",
    "said_len", "message_id_len", "extended", "note_reply", "len", "more",
    "ending", "size", "crlf", "commands", "octets"]
STRINGS = {"helo": 256, "sender": 320, "recipient": 320, "verb": 8,
    "said": 256, "message_id": 256}
FORM = struct.Struct("=12I4Q" + "".join("%ds" % n for n in STRINGS.values()))
SEND, TAKE, POKE, END, CHAIN = 1, 2, 3, 4, 5


def reply_numbers():
    """name -> enum reply, from the source."""
    with open(TOP + "/smtp-receive/reply.h") as file:
        return {name: number for number, name in enumerate(
            re.findall(r"REPLY\((\w+),\s*\d", file.read()))}


def ending_count():
    with open(TOP + "/smtp-receive/backend.h", encoding="utf-8") as file:
        return len(re.findall(r"(?m)^\tENDING_\w+,", file.read()))


REPLIES = reply_numbers()
ENDINGS = ending_count()


def message(parts, before=0, **more):
    """A good one, but for what is given.  before: octets of the body that
    were sent already."""
    fields = dict.fromkeys(NUMBERS, 0)
    fields.update(helo=b"client", sender=b"eve@example.net",
        recipient=b"ann@example.org", verb=b"MAIL", said=b"MAIL FROM:<>",
        message_id=b"<1@example.net>", parts=parts, more=1, extended=1,
        len=BODY_SIZE if parts & BODY else 3,
        note_reply=REPLIES["unknown_command"])
    fields["crlf"] = before + fields["len"]
    fields.update(more)
    for name in STRINGS:
        fields[name + "_len"] = more.get(name + "_len", len(fields[name]))
    return FORM.pack(*[fields[name] for name in NUMBERS],
        *[fields[name] for name in STRINGS])


class Puppet:
    """A connection whose session does what it is told to."""

    def __init__(self, world, client=None):
        self.world = world
        self.client = client or world.connect(seconds=60)
        launch(self.client, "puppet")
        equal(self.client.line().split(), ["puppet", str(FORM.size),
            "%d" % (2000 + 4 + 260)])

    def read(self, size):
        """Less at the end."""
        while len(self.client.waiting) < size:
            octets = self.client.read()
            if not octets:
                break
            self.client.waiting += octets
        found = self.client.waiting[:size]
        self.client.waiting = self.client.waiting[size:]
        return found

    def order(self, kind, octets=b"", times=1, answers=0):
        say(self.client, struct.pack("=4I", kind, len(octets), times, answers)
            + octets)

    def report(self):
        """(result, how often), or None where it is dead."""
        octets = self.read(8)
        return struct.unpack("=iI", octets) if len(octets) == 8 else None

    def send(self, octets, times=1, answers=0):
        self.order(SEND, octets, times, answers)
        return self.report()

    def take(self):
        """An answer, or None."""
        self.order(TAKE)
        report = self.report()
        return self.read(report[0]) if report and report[0] > 0 else None

    def ask(self, octets):
        """Sends a question; the answer, or None."""
        return self.send(octets) and self.take()

    def end(self, status=0):
        """The session exits; what the log says of it."""
        self.order(END, times=status)
        return self.over()

    def over(self, status=0):
        everything(self.client)
        return self.world.news_of(self.client, status)

    def caught(self):
        """What the attack was, when the monitor has seen it."""
        lines = self.over()
        equal(found(lines, "closed", "how"), ["attack"], "how")
        what, = found(lines, "attack", "what")
        return what


def verdict(answer):
    """Of RCPT and BODY: the name of the reply."""
    return list(REPLIES)[struct.unpack_from("=I", answer)[0]]


# The contract, as backend.h has it in words

STATES = ["FRESH", "READY", "SENDER", "RCPTS", "DATA", "REFUSED"]
BUSY = {"SENDER", "RCPTS", "DATA", "REFUSED"}
WHEN = {ABORT: BUSY, HELO: {"FRESH", "READY"}, MAIL: {"READY"},
    RCPT: {"SENDER", "RCPTS"}, DATA: {"RCPTS"}, BODY: {"DATA"},
    COMMIT: {"DATA"}, TLS: {"READY"}, NOTE: set(STATES), QUIT: set(STATES)}
NEXT = {ABORT: "READY", HELO: "READY", MAIL: "SENDER", RCPT: "RCPTS",
    DATA: "DATA", TLS: "FRESH", COMMIT: "READY", QUIT: "CLOSED"}


def permitted(state, parts, offered=False):
    """The state behind a message, or None for an attack.  offered: TLS can
    be begun."""
    if parts == 0 or parts >= UNKNOWN or (parts & ABORT and parts != ABORT):
        return None
    if bin(parts & (QUESTIONS | QUIT)).count("1") > 1:
        return None
    for i in range(10):
        if parts & 1 << i:
            if state not in WHEN[1 << i] or (1 << i == TLS and not offered):
                return None
            state = NEXT.get(1 << i, state)
    return state


LEADS = {
    "FRESH": [], "READY": [HELO], "SENDER": [HELO | MAIL],
    "RCPTS": [HELO | MAIL | RCPT], "DATA": [HELO | MAIL | RCPT, DATA | NOTE],
    "REFUSED": [HELO | MAIL | RCPT, DATA | BODY],
}


def lead(puppet, state):
    """By good messages only."""
    for parts in LEADS[state]:
        octets = message(parts)
        if parts & QUESTIONS:
            true(puppet.ask(octets), "no answer on the way to " + state)
        else:
            puppet.send(octets)
