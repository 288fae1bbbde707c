"""What the tests of scarcity share: Maildirs on a file system of their own
(a Place), a message on its way into them, step by step (an Attempt), and a
count of what came of many (a Tally)."""

import collections
import os
import threading

from harness import *
from ledger import Ledger, message

FULL = os.environ.get("PROOF", "full") == "full"

# Errnos that a scarcity brings, and what the client hears of them.
NO_ROOM = {"ENOSPC": ("452 4.3.1",)}
NO_QUOTA = {"EDQUOT": ("452 4.2.2",)}

# Calls that have to do with no file.
NO_PATH = {"mmap", "socketpair", "signalfd", "fork", "setrlimit", "prctl"}

SMALL = 3000			# octets of a message: one write
LARGE = 300 * 1024		# a full buffer of 256 KiB, and a rest


class Tally:
    """Figures of many attempts under one title."""

    def __init__(self, title):
        self.title = title
        self.attempts = 0
        self.replies = collections.Counter()
        self.calls = collections.Counter()
        self.notes = collections.Counter()

    def add(self, attempt):
        self.attempts += 1
        self.replies[attempt.summary()] += 1
        for line in attempt.failed:
            self.calls[call_of(line)] += 1

    def require(self, *calls):
        """Each of them failed at least once: else nothing was shown."""
        for call in calls:
            true(self.calls[call] > 0, "%s: no %s failed, only %s"
                % (self.title, call, listed(self.calls)))

    def show(self):
        print("# %s: %d attempts: %s" % (self.title, self.attempts,
            listed(self.replies)))
        if self.calls:
            print("#   failed calls: " + listed(self.calls))
        if self.notes:
            print("#   " + listed(self.notes))


def listed(counter):
    return ", ".join("%s %d" % each for each in sorted(counter.items()))


def call_of(line):
    """A failed line's system call, and of two kinds of write which."""
    call = line.get("call") or "map"
    if call == "write":
        call += " header" if "header" in line["what"] else " body"
    return call


class Place:
    """boxes Maildirs in a directory, r0 r1 ..., all of one receiver; what is
    stored in them is forgotten before each attempt."""

    def __init__(self, directory, boxes, **conf):
        self.directory = directory
        self.names = ["r%d" % number for number in range(boxes)]
        self.boxes = {name: "%s/%s" % (directory, name)
            for name in self.names}
        for path in self.boxes.values():
            make_maildir(path)
        conf.setdefault("min_free", "0")
        self.receiver = Receiver(boxes=(), users="".join(
            "%s@example.org %s/\n" % each for each in self.boxes.items()),
            **conf)

    def __enter__(self):
        self.receiver.__enter__()
        return self

    def __exit__(self, *error):
        return self.receiver.__exit__(*error)

    def paths(self, *parts):
        return ["%s/%s/%s" % (box, part, name) for box in self.boxes.values()
            for part in parts or ("new", "cur", "tmp")
            for name in os.listdir("%s/%s" % (box, part))]

    def clear(self):
        for path in self.paths():
            os.unlink(path)

    def forget_log(self):
        open(self.receiver.logfile, "w").close()

    def log(self):
        """The lines that name a fault of ours."""
        return self.receiver.log("failed") + self.receiver.log("map")


class Attempt:
    """One message to all boxes of a place.  Each reply may be any; what may
    be heard is judged at the end."""

    count = 0

    def __init__(self, place, size):
        Attempt.count += 1
        self.place = place
        self.token = "m%d.%d" % (Attempt.count, size)
        self.refusals, self.accepted, self.reply = [], [], None
        self.failed, self.ledger, self.sender = [], Ledger(), None
        place.forget_log()

    # Step by step

    def connect(self, **more):
        self.client = self.place.receiver.connect(**more)
        self.monitor = self.client.monitor.pid
        return self

    def hello(self):
        self.note(self.hear("220"))
        if self.reply is None:
            self.note(self.ask("EHLO client.example"))
        if self.reply is None:
            self.note(self.ask("MAIL FROM:<eve@example.com>"))
        return self

    def note(self, reply):
        """A refusal of the whole mail is its reply."""
        if reply[:1] != "2":
            self.reply = reply

    def rcpt(self, name):
        reply = self.ask("RCPT TO:<%s@example.org>" % name)
        self.rcpt_heard(name, reply)

    def rcpt_heard(self, name, reply):
        if reply.startswith("250"):
            self.accepted.append(name)
        else:
            self.refusals.append(reply)

    def envelope(self):
        self.connect().hello()
        for name in self.place.names:
            if self.reply is None:
                self.rcpt(name)
        return self

    def data(self):
        """The message, by a thread: the receiver may stand still."""
        if not self.accepted and self.reply is None:
            self.reply = self.refusals[0]
        if self.reply is not None:
            return self
        reply = self.ask("DATA")
        if not reply.startswith("354"):
            self.reply = reply
            return self
        self.ledger.send(self.token, self.accepted)
        self.sender = threading.Thread(target=self.send)
        self.sender.start()
        return self

    def send(self):
        try:
            self.client.say(stuffed(message(self.token)))
        except ConnectionError:
            pass

    def finish(self):
        """Hears the reply to the dot, and ends the connection."""
        if self.reply is None:
            self.reply = self.hear()
        self.ledger.boxes.setdefault(self.token, [])
        if self.reply:
            self.ledger.heard(self.token, self.reply)
            self.hear_end()
        if self.sender:
            self.sender.join()
        self.client.close()
        self.statuses = self.place.receiver.reap()
        self.place.receiver.statuses = []
        self.failed = self.place.log()
        return self

    def hear_end(self):
        self.ask("QUIT")

    def ask(self, line):
        try:
            self.client.say(line)
        except ConnectionError:
            pass
        return self.hear()

    def hear(self, wanted=""):
        """A reply, or "" where the connection is at its end."""
        try:
            return self.client.hear()
        except AssertionError as why:
            if not str(why).startswith("the end"):
                raise
            return ""

    # What came of it

    def summary(self):
        """250, or the reply with its enhanced code and where it came."""
        if self.reply == "":
            return "nothing heard" + (" after RCPT" if self.accepted else "")
        text = " ".join(self.reply.split()[:2])
        if self.reply.startswith("250"):
            return "250" if not self.refusals else "250 for some"
        return text + ("" if self.accepted else " at RCPT")

    def unborn(self):
        """The kernel could not even load the program."""
        return self.reply == "" and self.statuses[0] < 0 \
            and self.place.receiver.log_text() == ""

    def paths(self):
        """That the log has."""
        return {line.get("path") for line in self.failed}

    @property
    def stored(self):
        return self.reply.startswith("250")

    def check(self, causes):
        """The promise, as it can be seen at once.  causes: the errnos that
        may be in the log, and what is heard of each."""
        what = "%s, %s" % (self.token, self.reply)
        verdict = self.ledger.judge(self.place.boxes)
        true(not verdict, "%s: %s" % (what, verdict))
        equal(self.place.paths("tmp"), [], what + ": in tmp/")
        return self.check_words(causes)

    def check_words(self, causes):
        """What was said to the client and to the log.  Who is killed says
        nothing, where the errno None is among the causes."""
        said = tuple(word for words in causes.values() for word in words)
        for reply in [self.reply, *self.refusals]:
            true(reply.startswith(("250", *filter(None, said)))
                or reply == "" and None in causes,
                "another reply than %s: %r" % (causes, reply))
        if self.reply and (not self.stored or self.refusals):
            self.check_log(causes)
            equal(self.statuses, [78 if "4.3.5" in self.reply else 75],
                "exit status")
        return self

    def check_log(self, causes):
        """A line with path and cause, for each kind of refusal."""
        true(self.failed, "%s, and no line that says why" % self.reply)
        for line in self.failed:
            true(line.get("path") or line.get("file")
                or line["call"] in NO_PATH, "no path in %r" % line)
            name = line.get("errno", "none").split(":")[0]
            # Where no call failed, statfs said it beforehand.
            true(name in causes or name == "none"
                and "left on the file system" in line["what"],
                "another cause than %s: %r" % (causes, line))


def deliver(place, size):
    """One attempt without a pause, from connecting to the end."""
    return Attempt(place, size).envelope().data().finish()


def works(place, size=SMALL):
    """Mail comes in, now that there is room, and is exact."""
    place.clear()
    attempt = deliver(place, size).check({})
    true(attempt.stored and not attempt.refusals,
        "still refused: %s %s" % (attempt.reply, attempt.refusals))
    place.clear()
    return attempt
