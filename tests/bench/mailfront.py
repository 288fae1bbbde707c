#!/usr/bin/env python3
"""CPU per session and memory per idle connection, beside mailfront.

    tests/bench/mailfront.py [ROUNDS [SESSIONS]]

Both programs stand behind tcpserver on 127.0.0.1, not as root, and get the
same work: a session with one 4 KiB message for one recipient, a client that
waits for every reply.  mailfront's queuedir backend syncs its file, and
stores no Maildir; ours does the whole delivery.  The rounds are interleaved;
what is printed is the median and the ratio.  CPU is the whole process
tree's: tcpserver's own time and that of all it has reaped.
"""
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

UID = 64322 if os.getuid() == 0 else os.getuid()
TICK = os.sysconf("SC_CLK_TCK")
MESSAGE = (b"Subject: bench\r\n\r\n" + (b"x" * 70 + b"\r\n") * 57)[:4094]
MESSAGE = MESSAGE[:MESSAGE.rfind(b"\r\n")] + b"\r\n.\r\n"
TALK = [b"EHLO bench.example\r\n", b"MAIL FROM:<bench@example.com>\r\n",
        b"RCPT TO:<ann@example.org>\r\n", b"DATA\r\n", MESSAGE, b"QUIT\r\n"]


def read_reply(stream):
    while True:
        line = stream.readline()
        if line[3:4] != b"-":
            return line


def session(port):
    with socket.create_connection(("127.0.0.1", port)) as s:
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        stream = s.makefile("rb")
        read_reply(stream)
        for said in TALK:
            s.sendall(said)
            reply = read_reply(stream)
            if reply[:1] not in (b"2", b"3"):
                sys.exit(f"port {port}: {said[:20]!r} was answered {reply!r}")
        stream.read()


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Server:
    """A program behind tcpserver."""

    def __init__(self, name, command, environ):
        self.name, self.port = name, free_port()
        self.process = subprocess.Popen(
            ["tcpserver", "-HR", "-l0", "-c200", "-b200", "-u", str(UID),
             "-g", str(UID), "127.0.0.1", str(self.port)] + command,
            env={**os.environ, **environ}, stderr=subprocess.DEVNULL)
        for _ in range(100):
            try:
                session(self.port)
                break
            except ConnectionRefusedError:
                time.sleep(0.05)

    def cpu(self):
        """Seconds that it and all its reaped children have used."""
        with open(f"/proc/{self.process.pid}/stat") as f:
            fields = f.read().rpartition(")")[2].split()
        return sum(map(int, fields[11:15])) / TICK

    def children(self):
        """The processes below it, all generations."""
        found, parents = [], {self.process.pid}
        table = {}
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{pid}/stat") as f:
                    fields = f.read().rpartition(")")[2].split()
                    table[int(pid)] = int(fields[1])
            except OSError:
                pass
        while parents:
            parents = {p for p, q in table.items() if q in parents}
            found += parents
        return found

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


def round_of(server, sessions):
    """CPU milliseconds per session, and sessions per second."""
    before, start = server.cpu(), time.monotonic()
    for _ in range(sessions):
        session(server.port)
    seconds = time.monotonic() - start
    while server.children():
        time.sleep(0.01)
    return (server.cpu() - before) * 1000 / sessions, sessions / seconds


def kib(pid, file, key):
    with open(f"/proc/{pid}/{file}") as f:
        return int(re.search(rf"^{key}:\s+(\d+)", f.read(), re.M)[1])


def idle(server, count=100):
    """KiB per idle connection: PSS and page tables of all its processes."""
    clients = [socket.create_connection(("127.0.0.1", server.port))
               for _ in range(count)]
    for c in clients:
        c.recv(512)
    time.sleep(0.5)
    total = sum(kib(p, "smaps_rollup", "Pss") + kib(p, "status", "VmPTE")
                for p in server.children())
    for c in clients:
        c.close()
    return total / count


def ours(scratch):
    mailbox = os.path.join(scratch, "ann")
    for part in ("tmp", "new", "cur"):
        os.makedirs(os.path.join(mailbox, part))
    users = os.path.join(scratch, "users")
    with open(users, "w") as f:
        f.write(f"ann@example.org {mailbox}/\n")
    os.utime(users, (1, 1))
    program = os.path.join(scratch, "smtp-receive")
    subprocess.check_call(
        ["cp", os.environ.get("SMTP_RECEIVE", "build/smtp-receive"), program])
    subprocess.check_call(["chown", "-R", f"{UID}:{UID}", scratch])
    return Server("smtp-receive", [program, "-o", f"users={users}"], {})


def theirs(scratch):
    for part in ("tmp", "new"):
        os.makedirs(os.path.join(scratch, "queue", part))
    subprocess.check_call(["chown", "-R", f"{UID}:{UID}", scratch])
    root = os.path.abspath(os.path.join(
        os.environ.get("PEERS", "build/peers"), "mailfront/usr"))
    return Server("mailfront", [root + "/sbin/mailfront", "smtp", "queuedir",
                                "add-received", "accept"],
                  {"QUEUEDIR": os.path.join(scratch, "queue"),
                   "MODULE_PATH": root + "/lib/mailfront",
                   "LD_LIBRARY_PATH": root + "/lib"})


def main():
    rounds, sessions = (list(map(int, sys.argv[1:])) + [5, 300])[:2] \
        if len(sys.argv) != 2 else (int(sys.argv[1]), 300)
    with tempfile.TemporaryDirectory() as scratch:
        os.chmod(scratch, 0o755)
        servers = [ours(os.path.join(scratch, "ours")),
                   theirs(os.path.join(scratch, "theirs"))]
        results = {s.name: [] for s in servers}
        for _ in range(rounds):
            for s in servers:
                results[s.name].append(round_of(s, sessions))
        for s in servers:
            cpu = statistics.median(r[0] for r in results[s.name])
            rate = statistics.median(r[1] for r in results[s.name])
            print(f"{s.name}: {cpu:.2f} ms CPU per session, "
                  f"{rate:.0f} sessions/s one at a time, "
                  f"{idle(s):.0f} KiB per idle connection")
        ratios = [a[0] / b[0] for a, b in zip(*results.values())]
        print(f"CPU, ours to mailfront's: {statistics.median(ratios):.2f} "
              f"(from {min(ratios):.2f} to {max(ratios):.2f} "
              f"in {rounds} rounds of {sessions} sessions)")
        for s in servers:
            s.end()


if __name__ == "__main__":
    main()
