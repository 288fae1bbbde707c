"""Clients of a booted host, and what comes of their mail."""

import glob
import os
import pwd

from booted import ANN
from host import connect
from tap import equal

BODY = b"Message-ID: <1@client.example>\r\nSubject: hi\r\n\r\nhi\r\n"


def send(*to, wanted="250 2.0.0", **where):
    client = connect(**where)
    client.hello()
    client.mail(BODY, *to, wanted=wanted)
    client.quit()


def files(box=ANN, part="new"):
    return sorted(glob.glob("%s/%s/*" % (box, part)))


def arrives(box=ANN, to="ann@example.org", owner="vmail", **where):
    """One mail more for that Maildir, of its owner."""
    before = set(files(box))
    send(to, **where)
    new = set(files(box)) - before
    equal(len(new), 1, "new messages for " + to)
    stat = os.stat(new.pop())
    equal((pwd.getpwuid(stat.st_uid).pw_name, stat.st_mode & 0o7777),
        (owner, 0o600))
    equal(files(box, "tmp"), [])
