"""readers.py PORT SEED: Dovecot's users of the soak.

Each of them logs in, reads, flags, moves and expunges some of what has come,
logs out, and again, until the standard input ends; then the report, as JSON,
goes to the standard output.  A process of its own, so that the clients who
send do not slow them."""

import collections
import functools
import hashlib
import imaplib
import json
import random
import re
import sys
import threading

from ledger import body
from plan import BOXES
from stored import Stored
from tap import equal, true

FOLDER = "Archive"


@functools.lru_cache(maxsize=None)
def digest(token):
    return hashlib.sha256(body(token)).digest()


def token_of(octets):
    """As ledger.read, of octets that need not be in a file of our name."""
    block = Stored.BLOCK.match(octets)
    true(block, "no header block: %.200r" % octets)
    rest = octets[block.end():]
    subject = re.match(rb"Subject: ([-a-z0-9]+\.[0-9]+)\n", rest)
    true(subject, "no message of ours: %.200r" % rest)
    token = subject[1].decode()
    if hashlib.sha256(rest).digest() != digest(token):
        equal(rest, body(token), "body")
    return token


class Withdrawn(Exception):
    """The message is not there any more: taken back, or expunged by the one
    to whom the box belongs."""


def ok(answer):
    """The data of an answer."""
    if answer[0] == "NO" and b"[EXPUNGEISSUED]" in answer[1][0]:
        raise Withdrawn
    true(answer[0] == "OK", "IMAP: %r" % (answer,))
    return answer[1]


class User(threading.Thread):
    """Reads in all boxes, and has one for its own: only there it moves and
    expunges, so that it is known which message went which way.  done counts
    what it did; expunged counts (token, box), seen has them; inexact has
    (box, why)."""

    def __init__(self, port, own, seed):
        super().__init__(daemon=True)
        self.port, self.own = port, own
        self.chance = random.Random(seed)
        self.stop = threading.Event()
        self.done, self.expunged = collections.Counter(), collections.Counter()
        self.seen, self.inexact, self.error = set(), [], None

    def run(self):
        try:
            while not self.stop.is_set():
                self.visit(self.own if self.chance.random() < 0.5
                    else self.chance.choice(BOXES))
                self.stop.wait(0.01)
        except Exception as why:
            self.error = "%s: %s" % (type(why).__name__, why)

    def visit(self, box):
        imap = imaplib.IMAP4("127.0.0.1", self.port, timeout=60)
        imap.login(box, "secret")
        self.done["logins"] += 1
        imap.create(FOLDER)	# it may be there
        for _ in range(3):
            ok(imap.select("INBOX"))
            self.look(imap, box)
        imap.logout()

    def look(self, imap, box):
        """At the newest above all: they may be on their way still."""
        uids = ok(imap.uid("SEARCH", "ALL"))[0].split()
        picked = uids[-3:] + self.chance.sample(uids, min(len(uids), 3))
        tokens = [(uid, self.fetch(imap, box, uid)) for uid in set(picked)]
        for uid, token in tokens:
            try:
                if token:
                    self.handle(imap, box, uid, token)
            except Withdrawn:
                self.done["gone"] += 1

    def fetch(self, imap, box, uid):
        """The token; None if it is not there any more, or not exact."""
        what = self.chance.choice(["(BODY[])", "(BODY.PEEK[])"])
        kind, parts = imap.uid("FETCH", uid, what)
        octets = [part[1] for part in parts or () if isinstance(part, tuple)]
        if kind != "OK" or not octets:
            self.done["gone"] += 1
            return None
        self.done["fetched"] += 1
        try:
            token = token_of(octets[0].replace(b"\r\n", b"\n"))
            self.seen.add((token, box))
            return token
        except AssertionError as why:
            self.inexact.append((box, str(why)))
            return None

    def handle(self, imap, box, uid, token):
        lot = self.chance.random()
        if box == self.own and lot < 0.2:
            self.move(imap, uid)
        elif box == self.own and lot < 0.25:
            self.expunge(imap, box, uid, token)
        elif lot < 0.7:
            flag = self.chance.choice(["Flagged", "Answered", "Seen"])
            ok(imap.uid("STORE", uid, self.chance.choice("+-") + "FLAGS",
                "(\\%s)" % flag))
            self.done["flagged"] += 1

    def move(self, imap, uid):
        ok(imap.uid("MOVE", uid, FOLDER))
        if imap.response("COPYUID")[1] != [None]:	# else it is gone
            self.done["moved"] += 1

    def expunge(self, imap, box, uid, token):
        ok(imap.uid("STORE", uid, "+FLAGS", "(\\Deleted)"))
        ok(imap.uid("EXPUNGE", uid))
        self.expunged[token, box] += 1
        self.done["expunged"] += 1


def report(users):
    """What User counts, of all of them together."""
    done, expunged = collections.Counter(), collections.Counter()
    for user in users:
        done += user.done
        expunged += user.expunged
    return dict(done=done, seen=list(set().union(*[user.seen
        for user in users])), expunged=[(*key, times) for key, times
        in expunged.items()], inexact=sum((user.inexact for user in users),
        []), errors=[user.error for user in users if user.error])


def main(port, seed):
    users = [User(int(port), box, "%s.%s" % (seed, box)) for box in BOXES]
    for user in users:
        user.start()
    sys.stdin.read()
    for user in users:
        user.stop.set()
    for user in users:
        user.join(60)
        if user.is_alive():
            user.error = "does not come to an end"
    print(json.dumps(report(users)))


if __name__ == "__main__":
    main(*sys.argv[1:])
