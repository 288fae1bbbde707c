"""The oracle of the proofs: that it finds each kind of broken promise."""

from harness import *
from ledger import Ledger, Verdict, body, message

TOKEN = "test.400"
HEAD = ("Return-Path: <a@b>\nReceived: from x (unknown) by y with ESMTP id z\n"
    "\tfor <a@b>; Mon, 23 Nov 2026 17:00:00 +0000\n").encode()


def store(maildir, octets, part="new", flags="", number=0):
    octets = HEAD + octets
    name = "1.M1P1R%032x.host,S=%d,W=%d%s" % (number, len(octets),
        len(octets) + octets.count(b"\n"), flags)
    path = "%s/%s/%s" % (maildir, part, name)
    with open(path, "wb") as file:
        file.write(octets)
    os.chmod(path, 0o600)


def box():
    box.count = getattr(box, "count", 0) + 1
    return make_maildir("%s/box%d" % (SCRATCH, box.count))


def verdict(reply, fill, boxes=("ann",)):
    maildir, ledger = box(), Ledger()
    ledger.send(TOKEN, boxes)
    if reply:
        ledger.heard(TOKEN, reply)
    fill(maildir)
    found = ledger.judge({"ann": maildir})
    equal(bool(found), any(vars(found).values()))
    return {kind: len(each) for kind, each in vars(found).items() if each}


@test("one exact copy, in new/ or cur/, keeps the promise")
def kept():
    for part, flags in ("new", ""), ("cur", ":2,S"):
        for reply in "250 2.0.0", "":
            equal(verdict(reply, lambda maildir: store(maildir, body(TOKEN),
                part, flags)), {})
    for reply in "451 4.3.0", "":
        equal(verdict(reply, lambda maildir: None), {})


@test("acknowledged and not there: missing")
def missing():
    equal(verdict("250 2.0.0", lambda maildir: None), {"missing": 1})
    equal(verdict("250 2.0.0", lambda maildir: store(maildir, body(TOKEN),
        "tmp")), {"missing": 1})


@test("refused and there, or another's: surplus")
def surplus():
    for reply in "451 4.3.0", "550 5.6.0":
        equal(verdict(reply, lambda maildir: store(maildir, body(TOKEN))),
            {"surplus": 1})
    equal(verdict("", lambda maildir: store(maildir, body(TOKEN)), ["bob"]),
        {"surplus": 1})
    equal(verdict("", lambda maildir: store(maildir, body("other.400"))),
        {"surplus": 1})


@test("two copies: twice")
def twice():
    def fill(maildir):
        store(maildir, body(TOKEN), number=1)
        store(maildir, body(TOKEN), "cur", ":2,", number=2)
    equal(verdict("250 2.0.0", fill), {"twice": 1})
    def both(maildir):
        store(maildir, body(TOKEN))
        store(maildir, body(TOKEN), "cur", ":2,S")
    equal(verdict("250 2.0.0", both), {"twice": 1})


@test("one octet less, more, or another: inexact")
def inexact():
    right = body(TOKEN)
    for wrong in (right[:-1], right + b"\n", b"", right[:9],
            right[:200] + bytes([right[200] ^ 1]) + right[201:]):
        equal(verdict("", lambda maildir: store(maildir, wrong)),
            {"inexact": 1})


@test("a message has the size that its token names")
def sizes():
    for size in 400, 4096, 300 * 1024:
        found = len(message("a.%d" % size))
        true(abs(found - size) < size / 30 + 200, "%d for %d" % (found, size))
    true(not Verdict(), "an empty verdict")


if __name__ == "__main__":
    run()
