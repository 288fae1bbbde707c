"""What a client says, and how long it waits: load.c does both, the same for
all, because a client in Python takes more CPU than some servers."""

import os
import socket
import subprocess

BUILD = os.environ.get("BUILD", "build")
LOAD = os.path.join(BUILD, "bench", "load")


class Talk:
    """What came of it: seconds for all; lists of seconds, to 220 from
    connect, and to the last reply from the first octet of a message (data)
    and from the write with its dot (dot)."""

    def __init__(self, said):
        self.greeting, self.data, self.dot = [], [], []
        for line in said.splitlines():
            kind, *values = line.split()
            if kind == "seconds":
                self.seconds = float(values[0])
            elif kind == "greeting":
                self.greeting.append(int(values[0]) / 1e9)
            else:
                self.data.append(int(values[0]) / 1e9)
                self.dot.append(int(values[1]) / 1e9)


def command(server, count, parallel=1, messages=1, size=4096, recipients=1):
    """count sessions, so many at a time, with so many messages each."""
    return [LOAD, *(["-L"] if server.lmtp else []), "-s", str(parallel), "-m",
        str(messages), "-l", str(size), "-r", str(recipients),
        str(server.port), str(count)]


def talk(server, count, **more):
    ran = subprocess.run(command(server, count, **more), timeout=900,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8")
    if ran.returncode != 0:
        raise RuntimeError("%s: %s" % (server.name, ran.stderr.strip()))
    return Talk(ran.stdout)


def greeted(server, count):
    """So many connections that have heard 220 and say nothing."""
    clients = [socket.create_connection(("127.0.0.1", server.port))
        for _ in range(count)]
    for client in clients:
        if not client.recv(512).startswith(b"220"):
            raise RuntimeError(server.name + ": no greeting")
    return clients
