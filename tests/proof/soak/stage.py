"""One run of the soak: the disk, the receiver behind tcpserver, Dovecot and
its users, and all the clients."""

import json
import os
import queue
import random
import subprocess
import sys
import threading
import time

import readers
from dovecot import Dovecot
from harness import *
from judge import Judge, leftovers
from ledger import Ledger
from plan import BOXES, LIMIT, plans
from sender import Connection
from secure import keyed

SHORT = os.environ.get("PROOF", "full") == "short"
CONNECTIONS = 250 if SHORT else 1000
AT_ONCE = 50
SECONDS = 400		# for all of them
SEED = os.environ.get("SEED") or "%d" % random.SystemRandom().getrandbits(32)


class Disk:
    """An ext4 of its own: that is where every step of a commit is taken."""

    def __init__(self, megabytes=4096):
        need_root()
        self.image, self.path = SCRATCH + "/image", SCRATCH + "/disk"
        os.mkdir(self.path)
        with open(self.image, "wb") as file:
            file.truncate(megabytes << 20)
        subprocess.run([tool("mkfs.ext4"), "-q", "-m", "0", self.image],
            check=True)
        done = subprocess.run(["mount", "-o", "loop", self.image, self.path],
            capture_output=True)
        need(done.returncode == 0, "cannot mount: "
            + done.stderr.decode().strip())

    def __enter__(self):
        os.mkdir(self.path + "/mail", 0o755)
        return self.path + "/mail"

    def __exit__(self, *error):
        until(lambda: subprocess.run(["umount", self.path],
            capture_output=True).returncode == 0, "umount")
        return False


def descriptors(pid):
    return len(os.listdir("/proc/%d/fd" % pid))


class Soak:
    """One run; what it left is for the tests below."""

    def __init__(self):
        self.ledger, self.connections = Ledger(), []
        self.plans = queue.SimpleQueue()
        for plan in plans(SEED, CONNECTIONS):
            self.plans.put(plan)
        self.most = 0	# monitors at a time

    def take(self):
        """The next plan; None after the last."""
        try:
            return self.plans.get_nowait()
        except queue.Empty:
            return None

    def client(self, server):
        while plan := self.take():
            connection = Connection(plan, server, self.ledger)
            self.connections.append(connection)
            connection.run()

    def clients(self, server):
        threads = [threading.Thread(target=self.client, args=[server],
            daemon=True) for _ in range(AT_ONCE)]
        for thread in threads:
            thread.start()
        deadline = time.monotonic() + SECONDS
        while any(thread.is_alive() for thread in threads):
            self.most = max(self.most, len(children(server.process.pid)))
            true(time.monotonic() < deadline, "not done in time")
            time.sleep(0.05)

    def load(self, server, dovecot):
        before = descriptors(server.process.pid)
        users = subprocess.Popen([sys.executable, readers.__file__,
            str(dovecot.port), SEED], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE)
        try:
            self.clients(server)
            until(lambda: not processes(), "the program's processes to end",
                60)
            self.fds = before, descriptors(server.process.pid)
            self.imap = json.loads(users.communicate(timeout=90)[0])
        except BaseException:
            self.abandon(server)
            raise
        finally:
            users.kill()
            users.communicate()

    def abandon(self, server):
        """After a failure: no connection more, and an end to those that are."""
        while self.take():
            pass
        server.process.kill()
        server.process.wait()
        for pid in processes():	# ours by their name
            os.kill(pid, signal.SIGKILL)

    def run(self):
        start = time.monotonic()
        conf = keyed(max_message_size=LIMIT)
        with Disk() as base, Receiver(boxes=BOXES, base=base,
                users="".join("%s@example.org %s/%s/\n" % (box, base, box)
                for box in BOXES), **conf) as receiver:
            with Server(receiver, "tcpserver") as server, \
                    Dovecot(base) as dovecot:
                self.load(server, dovecot)
            self.complaints = dovecot.complaints()
            self.seconds = time.monotonic() - start
            self.look(receiver)
        return self

    def look(self, receiver):
        self.done = self.imap["done"]
        self.expunged = {(token, box): times
            for token, box, times in self.imap["expunged"]}
        self.judge = Judge(self.ledger, self.connections, self.expunged,
            receiver.base, receiver.log_text())
        self.tmp, self.strange = leftovers(receiver.base, self.connections)
        for path in self.tmp + self.strange:
            os.unlink(path)
