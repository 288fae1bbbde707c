"""One function for each figure, or for those that one run gives together: a
dict of figures, by the names that table.py has for them."""

import statistics
import subprocess
import threading
import time

import processes
from talk import BUILD, greeted, talk

MIB = 1 << 20


def ms(seconds):
    return statistics.median(seconds) * 1e3


class Spent:
    """What server has used, and the disk, for what is done in between."""

    def __init__(self, server, ground):
        self.server, self.ground = server, ground

    def __enter__(self):
        self.server.clear()
        self.ground.settle()
        self.cpu, self.flushes = self.server.cpu(), self.ground.flushes()
        self.written = self.ground.written()
        return self

    def __exit__(self, *error):
        self.server.settle()
        self.cpu = (self.server.cpu() - self.cpu) * 1e3
        if self.flushes is not None:
            self.flushes = self.ground.flushes() - self.flushes
            self.ground.settle()
            self.written = self.ground.written() - self.written
        return False


def stored(server, wanted):
    if server.stored() != wanted:
        raise RuntimeError("%s: %d messages stored, not %d" % (server.name,
            server.stored(), wanted))


def serial(server, ground, sessions):
    """One session at a time."""
    with Spent(server, ground) as spent:
        took = talk(server, sessions)
    stored(server, sessions)
    found = {"cpu": spent.cpu / sessions, "rate": sessions / took.seconds,
        "greeting": ms(took.greeting), "dot": ms(took.dot)}
    if spent.flushes is not None:
        found["flushes"] = spent.flushes / sessions
    return found


def parallel(server, ground, sessions):
    with Spent(server, ground):
        took = talk(server, sessions, parallel=20)
    stored(server, sessions)
    return {"parallel": sessions / took.seconds}


def stream(server, ground, messages):
    """All in one connection."""
    with Spent(server, ground):
        took = talk(server, 1, messages=messages)
    stored(server, messages)
    return {"stream": messages / took.seconds}


def large(server, ground):
    with Spent(server, ground) as spent:
        took = talk(server, 1, size=50 * MIB)
    stored(server, 1)
    return {"speed": 50 * MIB / 1e6 / took.data[0], "large": spent.cpu}


def bare(maildir, count, **more):
    """What stands before 250, in a loop: tests/bench/bare.c."""
    said = subprocess.run([BUILD + "/bench/bare", maildir, str(count)],
        check=True, capture_output=True, **more).stdout
    return {"dot": statistics.median(map(int, said.split())) / 1e6}


def idle(server, count=100):
    """KiB for each of so many connections that have heard 220."""
    before = processes.memory(server.processes())
    clients = greeted(server, count)
    time.sleep(0.5)
    try:
        after = processes.memory(server.processes())
    except PermissionError:	# a session of ours shows it to root alone
        return {}
    finally:
        for client in clients:
            client.close()
        server.settle()
    return {"idle": (after - before) / count}


class Sampled:
    """The most memory that server had, looked at again and again."""

    def __init__(self, server):
        self.server, self.most, self.over = server, 0, False
        self.thread = threading.Thread(target=self.look)

    def look(self):
        while not self.over:
            self.most = max(self.most, processes.memory(
                self.server.processes()))
            time.sleep(0.001)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *error):
        self.over = True
        self.thread.join()
        return False


def peak(server, ground):
    """KiB that 50 MiB take more than a connection that says nothing.  Of a
    daemon's processes some come and go meanwhile that have no part in it."""
    if not server.inetd:
        return {}
    client, = greeted(server, 1)
    time.sleep(0.2)
    try:
        before = processes.memory(server.processes())
    except PermissionError:
        return {}
    finally:
        client.close()
        server.settle()
    with Spent(server, ground), Sampled(server) as sampled:
        talk(server, 1, size=50 * MIB)
    return {"peak": sampled.most - before}


def many(server, ground, boxes=50, rounds=5):
    """4 KiB to so many mailboxes."""
    took, flushes = [], []
    for _ in range(rounds):
        with Spent(server, ground) as spent:
            took += talk(server, 1, recipients=boxes).dot
        stored(server, boxes)
        flushes.append(spent.flushes)
    found = {"many": ms(took)}
    if None not in flushes:
        found["flushes of many"] = statistics.median(flushes)
    return found


def linked(server, ground, boxes=50, rounds=5):
    """20 MiB to so many mailboxes of one owner, and to one."""
    one, all_of_them, written = [], [], []
    for _ in range(rounds):
        for count, found in (1, one), (boxes, all_of_them):
            with Spent(server, ground) as spent:
                found += talk(server, 1, recipients=count,
                    size=20 * MIB).data
            stored(server, count)
        written.append(spent.written)
    found = {"linked": ms(all_of_them), "linked times": ms(all_of_them) /
        ms(one)}
    if None not in written:
        found["linked written"] = statistics.median(written)
    return found
