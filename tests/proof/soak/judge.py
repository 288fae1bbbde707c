"""The soak's oracle: what the clients heard, beside what is in the Maildirs,
in the readers' folder, and what the readers have expunged.

What it allows, and nothing else, by the names of exceptions.py:

twice	A message whose reply its client did not hear may be there or not,
	if the client vanished behind the dot or a process was killed by
	SIGKILL.  Unless that was the monitor, it is there for all its
	recipients or for none, and what is there the log calls stored.
reader	A message that should not be there may be in another folder, where a
	reader had moved it, if a line of the log names it.
tmp	A file there, of a monitor that was killed by SIGKILL.

After SIGTERM nothing is allowed: what is there has been acknowledged."""

import collections
import os
import re
import signal

from ledger import Verdict, files
from readers import FOLDER, token_of
from plan import BOXES
from stored import Stored, parse_log

KILLS = [(signal.SIGKILL, "monitor"), (signal.SIGKILL, "session"),
    (signal.SIGKILL, "tls")]
LEFT = "a mail that was refused may still be there"

# moved: it is in the readers' folder.
Copy = collections.namedtuple("Copy", "token box id moved")


def copy(path, box, ours):
    """Of the readers' files only the content is known."""
    if ours:
        Stored(path)
    with open(path, "rb") as file:
        octets = file.read()
    return Copy(token_of(octets), box,
        Stored.BLOCK.match(octets)["id"].decode(), not ours)


def gather(base, inexact):
    """Every copy in every box; what is none goes to inexact."""
    found = []
    for box in BOXES:
        for place, ours in ("", True), ("/." + FOLDER, False):
            directory = "%s/%s%s" % (base, box, place)
            if not os.path.isdir(directory):
                continue
            for path in files(directory):
                try:
                    found.append(copy(path, box, ours))
                except AssertionError as why:
                    inexact.append((path, str(why)))
    return found


def events(text, *wanted):
    """The log's lines of these events.  A monitor that was killed may have
    left half a line."""
    lines = []
    for line in text.splitlines():
        try:
            lines += parse_log(line)
        except AssertionError:
            continue
    return [line for line in lines if line["event"] in wanted]


def logged(text):
    """The copies that the log calls stored."""
    return {(line["message-id"].lstrip("<").split("@")[0],
        os.path.basename(line["mailbox"].rstrip("/")))
        for line in events(text, "stored")}


class Judge:
    """verdict: the ledger's, and with it what only the soak knows.  The
    figures are counts of (message, box) unless they say something else."""

    def __init__(self, ledger, connections, expunged, base, log):
        self.ledger, self.connections = ledger, connections
        self.verdict = Verdict()
        self.verdict.unheard, self.verdict.partial = [], []
        self.verdict.unlogged, self.verdict.lost = [], []
        self.copies = gather(base, self.verdict.inexact)
        self.expunged = expunged
        self.failures = events(log, "failed", "attack", "map")
        self.logged = logged(log)
        self.left = {line["id"] for line in self.failures
            if line.get("what", "").startswith(LEFT)}
        self.excused = set()
        self.judge_boxes()
        for connection in connections:
            if connection.unheard in ledger.boxes:
                self.judge_unheard(connection, connection.unheard)
        self.judge_log()

    def there(self, token, box):
        return any(copy.token == token and copy.box == box
            for copy in self.by_token.get(token, ()))

    def judge_boxes(self):
        counts = {box: collections.Counter() for box in BOXES}
        self.by_token = collections.defaultdict(list)
        for each in self.copies:
            self.by_token[each.token].append(each)
            counts[each.box][each.token] += 1
        for (token, box), times in self.expunged.items():
            counts[box][token] += times
        self.total = sum(sum(each.values()) for each in counts.values())
        for box in BOXES:
            self.ledger.judge_box(box, counts[box], self.verdict)
        self.verdict.surplus = [each for each in self.verdict.surplus
            if not self.is_left(*each)]

    def is_left(self, token, box):
        """Each copy is where it could not be found, and the log names it."""
        copies = [each for each in self.by_token.get(token, ())
            if each.box == box]
        left = copies and all(each.moved and each.id in self.left
            for each in copies)
        if left:
            self.excused.add((token, box))
        return left

    def judge_unheard(self, connection, token):
        boxes = self.ledger.boxes[token]
        there = [box for box in boxes if self.there(token, box)]
        gone = [box for box in boxes if box not in there
            and (token, box) not in self.expunged]
        bad = [box for box in there if not self.is_left(token, box)]
        if bad and not (connection.end == "vanished"
                or connection.struck(*KILLS)):
            self.verdict.unheard.append((token, bad, connection.end))
        if bad and gone and not connection.struck(KILLS[0]):
            self.verdict.partial.append((token, bad, gone))

    def judge_log(self):
        """A monitor that was killed may have had no time for its lines."""
        killed = {each.unheard for each in self.connections
            if each.struck(KILLS[0])}
        there = {(each.token, each.box) for each in self.copies}
        self.verdict.lost = sorted(self.logged - there - set(self.expunged))
        self.verdict.unlogged = sorted(each for each in there - self.logged
            if each[0] not in killed and not self.is_left(*each))

    def withdrawn(self, seen):
        """How many copies a reader had seen that are nowhere now."""
        there = {(each.token, each.box) for each in self.copies}
        return len(seen - there - set(self.expunged))

    def window(self):
        """The tokens that are there and whose reply nobody heard."""
        seen = set(self.by_token) | {token for token, _ in self.expunged}
        return [token for token in seen if token in self.ledger.boxes
            and token not in self.ledger.replies]


def leftovers(base, connections):
    """(what killed monitors left in tmp/, what else is there)."""
    killed = {pid for each in connections for pid in each.struck(KILLS[0])}
    theirs, others = [], []
    for directory, _, names in os.walk(base):
        for name in names if os.path.basename(directory) == "tmp" else ():
            found = re.match(r"\d+\.M\d+P(\d+)R[0-9a-f]{32}\.", name)
            (theirs if found and int(found[1]) in killed
                else others).append(directory + "/" + name)
    return theirs, others
