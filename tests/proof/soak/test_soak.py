"""The oracle of the soak: what it allows, and that it allows nothing else."""

import signal

from harness import *
from judge import LEFT, Judge, leftovers
from ledger import Ledger, body
from plan import BOXES, Blow, Plan
from sender import Connection

TOKEN = "test.400"
HEAD = ("Return-Path: <a@b>\nReceived: from x (unknown) by y with ESMTP id z.1"
    "\n\tfor <a@b>; Mon, 23 Nov 2026 17:00:00 +0000\n").encode()
KILLED = {who: (signal.SIGKILL, who) for who in ("monitor", "session", "tls")}
TERMINATED = (signal.SIGTERM, "monitor")
LOGGED = 'event=stored id=z.1 message-id="<%s@proof.example>" mailbox=/x/%s\n'
NAMED = 'event=failed id=z.1 what="%s, from cur/"\n' % LEFT


class Case:
    """One message to ann and bob, and what became of it."""

    count = 0

    def __init__(self, reply=None, end="lost", struck=None):
        Case.count += 1
        self.base = "%s/case%d" % (SCRATCH, Case.count)
        os.mkdir(self.base)
        for box in BOXES:
            make_maildir(self.base + "/" + box)
        self.ledger = Ledger()
        self.ledger.send(TOKEN, ["ann", "bob"])
        self.connection = Connection(Plan(0, [], 0), None, self.ledger)
        self.connection.end = end
        self.log = ""
        if struck:
            self.connection.hits = [(Blow(*struck, 0, "dot", 0), 4711)]
        if reply:
            self.ledger.heard(TOKEN, reply)
        else:
            self.connection.unheard = TOKEN

    def store(self, *boxes, octets=None, folder="", log=True):
        for box in boxes:
            self.log += LOGGED % (TOKEN, box) if log else ""
            whole = HEAD + (octets or body(TOKEN))
            directory = "%s/%s%s/cur/" % (self.base, box, folder)
            os.makedirs(directory, exist_ok=True)
            os.makedirs(directory + "../new", exist_ok=True)
            name = "1.M1P1R%032x.host,S=%d,W=%d:2,S" % (len(directory),
                len(whole), len(whole) + whole.count(b"\n"))
            with open(directory + (name if not folder else "7.x"),
                    "wb") as file:
                file.write(whole)
            os.chmod(file.name, 0o600)
        return self

    def faults(self, expunged=(), log=""):
        self.judge = Judge(self.ledger, [self.connection],
            {(TOKEN, box): 1 for box in expunged}, self.base,
            self.log + log)
        return {kind: len(each) for kind, each
            in vars(self.judge.verdict).items() if each}


@test("acknowledged: in the box, in the readers' folder, or expunged; once")
def acknowledged():
    def case():
        return Case("250 2.0.0", "quit").store("ann")
    equal(case().store("bob").faults(), {})
    equal(case().store("bob", folder="/.Archive").faults(), {})
    equal(case().faults(expunged=["bob"]), {})
    equal(case().faults(), {"missing": 1})
    equal(case().faults(expunged=["ann", "bob"]), {"twice": 1})
    equal(case().store("ann", "bob", folder="/.Archive").faults(),
        {"twice": 1})
    equal(case().store("bob", "carol").faults(), {"surplus": 1})


@test("one octet less, in the box or in the folder: inexact")
def inexact():
    for folder in "", "/.Archive":
        case = Case("250 2.0.0", "quit").store("ann", "bob")
        equal(case.store("carol", octets=body(TOKEN)[:-1],
            folder=folder, log=False).faults(), {"inexact": 1})


@test("refused: nowhere, unless a reader moved it and the log names it")
def refused():
    for reply in "451 4.3.0", "550 5.6.0", "421 4.3.2":
        equal(Case(reply).faults(), {})
        equal(Case(reply).faults(expunged=["ann"]), {"surplus": 1})
        case = Case(reply).store("ann", log=False)
        equal(case.faults(log=NAMED), {"surplus": 1, "unlogged": 1})
        case = Case(reply).store("ann", folder="/.Archive")
        equal(case.faults(), {"surplus": 1})
        equal(case.faults(log=NAMED), {})
        equal(len(case.judge.excused), 1)
        equal(case.faults(log=NAMED.replace("z.1", "z.2")), {"surplus": 1})


@test("its dot never went out: nowhere")
def no_dot():
    case = Case().store("ann")
    case.ledger.boxes.clear()
    equal(case.faults(), {"surplus": 1})


@test("unheard: there only after SIGKILL, or if the client vanished")
def unheard():
    for end, struck in ("lost", KILLED["monitor"]), \
            ("lost", KILLED["session"]), ("lost", KILLED["tls"]), \
            ("vanished", None):
        equal(Case(None, end, struck).store("ann", "bob").faults(), {})
        equal(Case(None, end, struck).faults(), {})
    for end, struck in ("lost", None), ("lost", TERMINATED), \
            ("421", TERMINATED), ("lost", (signal.SIGTERM, "session")):
        case = Case(None, end, struck)
        equal(case.faults(), {})
        equal(case.store("ann", "bob").faults(), {"unheard": 1})
    equal(case.judge.window(), [TOKEN])


@test("unheard: for some recipients only after SIGKILL of the monitor")
def partial():
    equal(Case(None, "lost", KILLED["monitor"]).store("ann").faults(), {})
    for end, struck in ("lost", KILLED["session"]), ("vanished", None):
        case = Case(None, end, struck).store("ann", folder="/.Archive")
        equal(case.faults(), {"partial": 1})
        equal(case.faults(expunged=["bob"]), {})
        equal(case.faults(log=NAMED), {})


@test("the log: what it calls stored is there, and what is there it calls so, "
    "unless the monitor was killed")
def logged():
    for end, struck in ("lost", KILLED["session"]), ("vanished", None):
        case = Case(None, end, struck)
        case.log = LOGGED % (TOKEN, "ann") + LOGGED[:30] + "\n"
        equal(case.faults(), {"lost": 1})
        equal(case.faults(expunged=["ann"]), {})
        case = Case(None, end, struck).store("ann", "bob", log=False,
            folder="/.Archive")
        equal(case.faults(), {"unlogged": 2})
        equal(case.faults(log=NAMED), {})
    case = Case(None, "lost", KILLED["monitor"])
    equal(case.store("ann", "bob", log=False).faults(), {})
    equal(case.judge.withdrawn({(TOKEN, "ann"), (TOKEN, "carol")}), 1)


@test("in tmp/ a file of a killed monitor is told from all others")
def tmp():
    for struck, wanted in (KILLED["monitor"], (1, 1)), \
            (KILLED["session"], (0, 2)), (TERMINATED, (0, 2)):
        case = Case(None, "lost", struck)
        for pid in 4711, 4712:
            open("%s/ann/tmp/1.M1P%dR%032x.host" % (case.base, pid, 7),
                "w").close()
        found = leftovers(case.base, [case.connection])
        equal(tuple(map(len, found)), wanted)


if __name__ == "__main__":
    run()
