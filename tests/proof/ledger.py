"""What was said of each message, beside what the Maildirs have: the oracle
of all proofs.

A message is known by its token, "NAME.SIZE", which stands in its Subject;
its bytes follow from the token alone.  So any file in new/ or cur/ can be
judged by itself, and the ledger holds no more than the client's word:

	ledger = Ledger()
	ledger.send(token, ["ann", "bob"])	before the dot goes out
	ledger.heard(token, reply)		when the client has heard it

	verdict = ledger.judge({"ann": "/path/of/her/Maildir", ...})

A message whose reply was never heard is neither acknowledged nor refused:
it may be there, once, or not.  A verdict is empty, and so false, where the
promise was kept."""

import collections
import functools
import os
import random
import re
import types

from stored import Stored
from tap import equal

PARTS = ("new", "cur")


# The messages

@functools.lru_cache(maxsize=64)
def message(token):
    """Its bytes as the client has them: CR LF, dots not yet doubled."""
    size = int(token.rsplit(".", 1)[1])
    chance = random.Random(token)
    head = (b"Subject: %s\r\nMessage-ID: <%s@proof.example>\r\n\r\n"
        b".a line that begins with a dot\r\n" % ((token.encode(),) * 2))
    text = chance.randbytes(max(0, size - len(head)) // 2).hex().encode()
    lines = [text[at:at + 76] for at in range(0, len(text), 76)]
    return head + b"".join(line + b"\r\n" for line in lines)


@functools.lru_cache(maxsize=64)
def body(token):
    """The same as it must be stored."""
    return message(token).replace(b"\r\n", b"\n")


# The judgement

def read(path):
    """The token of a file that is exact to the last byte; else AssertionError
    says what it is not."""
    stored = Stored(path)
    subject = re.match(rb"Subject: ([-a-z0-9]+\.[0-9]+)\n", stored.body)
    if not subject:
        raise AssertionError("no message of ours: %.200r" % stored.body)
    token = subject[1].decode()
    equal(stored.body, body(token), "body")
    return token


def files(maildir, parts=PARTS):
    """Their paths.  One that is in both places is there twice."""
    return [os.path.join(maildir, part, name)
        for part in parts for name in os.listdir(os.path.join(maildir, part))]


class Verdict(types.SimpleNamespace):
    """missing: acknowledged, but not there.  surplus: refused, but there.
    twice: more than one copy in a box.  inexact: files that are not what was
    sent, and why.  The first three are lists of (token, box)."""

    def __init__(self):
        super().__init__(missing=[], surplus=[], twice=[], inexact=[])

    def __bool__(self):
        return any(vars(self).values())


class Ledger:
    def __init__(self):
        self.boxes = {}		# token: the boxes it was sent to
        self.replies = {}	# token: what the client heard

    def send(self, token, boxes):
        self.boxes[token] = list(boxes)

    def heard(self, token, reply):
        self.replies[token] = reply

    def says(self, code):
        """The tokens whose reply begins so."""
        return [token for token, reply in self.replies.items()
            if reply.startswith(code)]

    def judge(self, maildirs):
        verdict = Verdict()
        for box, maildir in maildirs.items():
            self.judge_box(box, self.count(maildir, verdict), verdict)
        return verdict

    @staticmethod
    def count(maildir, verdict):
        """How many exact copies of each token there are."""
        found = collections.Counter()
        for path in files(maildir):
            try:
                found[read(path)] += 1
            except AssertionError as why:
                verdict.inexact.append((path, str(why)))
        return found

    def judge_box(self, box, found, verdict):
        for token, boxes in self.boxes.items():
            reply = self.replies.get(token, "")
            copies = found.pop(token, 0)
            if reply.startswith("250") and box in boxes and copies == 0:
                verdict.missing.append((token, box))
            if copies and (box not in boxes or reply[:1] in ("4", "5")):
                verdict.surplus.append((token, box))
            if copies > 1:
                verdict.twice.append((token, box))
        verdict.surplus += [(token, box) for token in found]
