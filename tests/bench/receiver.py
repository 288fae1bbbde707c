"""smtp-receive, the program of this tree."""

import os
import shutil

import server

PROGRAM = os.environ.get("SMTP_RECEIVE", "build/smtp-receive")


def map_of(scratch, boxes):
    """ann's Maildir; and those of m1 to mN."""
    users = os.path.join(scratch, "users")
    with open(users, "w") as file:
        for name, box in boxes.items():
            file.write("%s@example.org %s/\n" % (name, box))
    os.utime(users, (1, 1))
    return users


def start(scratch, name="smtp-receive", user=server.CHANGE,
        many=0, options=()):
    """scratch: a directory to be made.  many: of that many mailboxes more."""
    names = ["ann"] + ["m%d" % n for n in range(1, many + 1)]
    boxes = {name: server.maildir(os.path.join(scratch, name))
        for name in names}
    users = map_of(scratch, boxes)
    program = shutil.copy(PROGRAM, os.path.join(scratch, "smtp-receive"))
    server.own(scratch)
    options = ["users=" + users, "hostname=mx.example.org", *options]
    return server.Tcpserver(name, [program] + [word for option in options
        for word in ("-o", option)], [box + "/new" for box in boxes.values()],
        user=user)
