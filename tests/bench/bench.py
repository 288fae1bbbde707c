#!/usr/bin/env python3
"""smtp-receive beside its peers: the same work, in turns.

    make bench [ROUNDS=5] [SESSIONS=100] [PEERS_ONLY="mailfront postfix"]

Prints a table, and leaves it in BUILD/bench, as text, as data, and as a
picture.  README says how each figure is measured.  No figure makes it fail,
but what could not be measured does."""

import os
import signal
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import count	# noqa: E402
import dovecot	# noqa: E402
import exim	# noqa: E402
import mailfront	# noqa: E402
import measure	# noqa: E402
import postfix	# noqa: E402
import receiver	# noqa: E402
import server	# noqa: E402
from ground import Ground	# noqa: E402
from table import BARE, OURS, Table	# noqa: E402
from talk import BUILD	# noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
ROUNDS = int(os.environ.get("ROUNDS") or 5)
SESSIONS = int(os.environ.get("SESSIONS") or 100)
PEERS = {"mailfront": mailfront, "postfix": postfix, "dovecot": dovecot,
    "exim": exim}
ONLY = (os.environ.get("PEERS_ONLY") or " ".join(PEERS)).split()
UNCONFINED = os.path.abspath(os.environ.get("BENCH_RECEIVE",
    BUILD + "/bench/smtp-receive-counted"))
TABLE = os.environ.get("TABLE") or BUILD + "/bench/table"	# .txt, .svg


class Bench:
    def __init__(self, ground):
        self.ground, self.table, self.failed = ground, Table(), False
        self.servers = []
        self.bare = server.own(server.maildir(ground.path + "/bare"))

    def start(self):
        self.servers.append(receiver.start(self.ground.path + "/ours", OURS))
        if server.ROOT:
            self.servers.append(receiver.start(self.ground.path + "/root",
                "as root", user=None, options=["session-user=64326:64326"]))
        for name in ONLY:
            self.start_peer(name)
        for each in self.servers:
            self.table.add(each.name, {})

    def start_peer(self, name):
        if getattr(PEERS[name], "WANTS_USERS", False) and \
                self.ground.device is None:
            print("%s is left out: it needs root" % name)
            return
        started = self.attempt(name, PEERS[name].start,
            self.ground.path + "/" + name)
        if started:
            self.servers.append(started)

    def attempt(self, name, function, *arguments, **more):
        try:
            return function(*arguments, **more)
        except (RuntimeError, OSError, subprocess.SubprocessError) as error:
            print("%s, %s: %s" % (name, function.__name__, error), flush=True)
            self.failed = True
            return None

    def measure(self, each, function, *arguments, **more):
        found = self.attempt(each.name, function, each, *arguments, **more)
        self.table.add(each.name, found or {})

    def round(self):
        """Each figure for all, before the next: what disturbs one of them
        disturbs all."""
        for function, work in (measure.serial, SESSIONS), \
                (measure.parallel, SESSIONS), (measure.stream, SESSIONS):
            for each in self.servers:
                self.measure(each, function, self.ground, work)
        for each in self.servers:
            self.measure(each, measure.large, self.ground)
        user = dict(user=server.UID, group=server.GID) if server.ROOT else {}
        self.table.add(BARE, measure.bare(self.bare, SESSIONS, **user))

    def once(self):
        for each in self.servers:
            self.measure(each, measure.peak, self.ground)
            self.measure(each, count.calls)
            self.measure(each, count.instructions, UNCONFINED
                if each.name in (OURS, "as root") else None)

    def many(self):
        """What is asked of ours alone."""
        for function, options in (measure.many, ()), (measure.linked,
                ["delivered-to=no"]):
            more = receiver.start("%s/%s" % (self.ground.path,
                function.__name__), OURS, many=50, options=options)
            self.measure(more, function, self.ground, rounds=ROUNDS)
            more.end()

    def run(self):
        try:
            self.start()
            for each in self.servers:
                self.measure(each, measure.idle)
            for number in range(1, ROUNDS + 1):
                print("round %d of %d" % (number, ROUNDS), file=sys.stderr)
                self.round()
            self.once()
            self.many()
        finally:
            for each in self.servers:
                each.end()


def write(table):
    text = "\n".join(table.medians() + [""] + table.targets()) + "\n"
    print(text, end="")
    with open(TABLE + ".txt", "w") as file:
        file.write(text)
    with open(TABLE + ".dat", "w") as file:
        file.write("\n".join(table.data()) + "\n")
    with open(TABLE + ".svg", "w") as file:
        subprocess.run(["gnuplot", "-e", "data = '%s.dat'" % TABLE,
            HERE + "/table.gnuplot"], stdout=file, check=True)


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with Ground() as ground:
        bench = Bench(ground)
        bench.run()
    write(bench.table)
    sys.exit(bench.failed)


if __name__ == "__main__":
    main()
