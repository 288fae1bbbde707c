"""What the end-to-end tests share: a receiver with a scratch directory of its
own, and the ways to connect to it.

"compiled" as an argument of the script: every map is compiled, if it can be.

A test is a function with @test("the rule it holds"); run() at the end of
the file calls them in order.  A Receiver is a context: on leaving it waits
until no process of its program is left and looks whether tmp/ is empty.

Environment: SMTP_RECEIVE the program (build/smtp-receive), PEERS programs of
other mail systems (build/peers), CORPUS a directory of *.eml, ONLY a
regular expression that chooses tests by name, KEEP=1 leaves the scratch."""

import os
import re
import pty
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import tty

import libexec
import tap
from client import HOST, Client, stuffed
from spawn import spawn
from stored import Stored, parse_log, shows
from tap import (PEERS, PROGRAM, ROOT, TOP, Skip, equal, need, need_root, test,
    tool, true, until)

UID = 64321 if ROOT else os.geteuid()	# the program refuses to be root
AS_USER = dict(user=UID, group=UID, extra_groups=[]) if ROOT else {}
# No heap, no leaks; and the search for them makes processes at the end.
ENVIRONMENT = ({"ASAN_OPTIONS": "detect_leaks=0"}
    if "SMTP_RECEIVE_ASAN" in os.environ else {})
COMM = "smtp-r%d" % os.getpid()		# what its processes are called in /proc

COMPILED = sys.argv[1:] == ["compiled"]
forms = set()		# of maps that were read, says the log

MAP = """\
ann@example.org     {base}/ann/
bob@example.org     {base}/bob/
carol@example.org   {base}/carol/
info@example.org    ann@example.org, bob@example.org
all@example.org     info@example.org, carol@example.org
postmaster          ann@example.org
old@example.org     reject This address is no longer used
moving@example.org  later We are moving, please try again tomorrow
@example.net        ann@example.org
"""


# The scratch directory: all below it can be entered by UID.

def make_scratch():
    if not os.path.exists(PROGRAM):
        print("1..0 # SKIP no %s: run make first" % PROGRAM)
        sys.exit(1)
    path = tempfile.mkdtemp(prefix="smtp-e2e-", dir="/tmp")
    os.chmod(path, 0o755)
    shutil.copy(PROGRAM, path + "/" + COMM)
    os.chmod(path + "/" + COMM, 0o755)
    return path


SCRATCH = make_scratch()


def run():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if COMPILED:
        test("so far, compiled maps were read")(
            lambda: true("cdb" in forms, forms))
    try:
        tap.run_all()
    finally:
        if os.environ.get("KEEP") != "1":
            shutil.rmtree(SCRATCH, ignore_errors=True)


def give(path):
    """To the receiver's uid."""
    if ROOT:
        os.chown(path, UID, UID)
    return path


def make_maildir(path):
    for each in path, path + "/tmp", path + "/new", path + "/cur":
        os.mkdir(each, 0o700)
        give(each)
    return path


# Processes

def processes():
    """Those of the program under test that still live, by pid; and those of
    the programs that it executes."""
    found = libexec.running()
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            if first("/proc/%s/comm" % pid) != COMM.encode() + b"\n":
                continue
            stat = first("/proc/%s/stat" % pid)
        except (FileNotFoundError, ProcessLookupError):
            continue
        if stat.rsplit(b")", 1)[1].split()[0] not in b"ZX":
            found.append(int(pid))
    return found


def first(path):
    """Its first octets, for a tenth of what open() takes."""
    fd = os.open(path, os.O_RDONLY)
    try:
        return os.read(fd, 4096)
    finally:
        os.close(fd)


def children(pid):
    with open("/proc/%d/task/%d/children" % (pid, pid)) as file:
        return [int(each) for each in file.read().split()]


# The receiver

def compile_map(path):
    """Not one with faults: what it says of these is not this test's."""
    done = subprocess.run([os.path.dirname(PROGRAM) + "/smtp-receive-map",
        path], stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
    true(done.returncode in (0, 65), done)


class Receiver:
    """A map, Maildirs, a configuration; and connections to the program."""

    count = 0

    def __init__(self, users=MAP, boxes=("ann", "bob", "carol"), options=(),
            base=None, **conf):
        Receiver.count += 1
        self.base = base or "%s/%d" % (SCRATCH, Receiver.count)
        if base is None:
            os.mkdir(self.base)
            os.chmod(self.base, 0o755)
        for box in boxes:
            make_maildir(self.base + "/" + box)
        self.users = self.base + "/users"
        self.write_map(users.format(base=self.base))
        self.conf = self.base + "/conf"
        self.logfile = self.base + "/log"
        settings = dict(hostname=HOST, users=self.users, log="stderr",
            min_free="1M")
        settings.update(conf)
        with open(self.conf, "w") as file:
            for key, value in settings.items():
                file.write("%s = %s\n" % (key.replace("_", "-"), value))
        self.command = [SCRATCH + "/" + COMM, "-c", self.conf, *options]
        self.spawn_options = {}
        self.monitors, self.statuses, self.fds = [], [], []

    def write_map(self, text, age=10):
        with open(self.users, "w") as file:
            file.write(text)
        then = time.time() - age
        os.utime(self.users, (then, then))
        if COMPILED and age > 2:
            compile_map(self.users)

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if error is None:
            self.reap()
            until(lambda: not processes(), "the program's processes to end")
            equal(self.files("tmp"), [], "left in tmp/")
            forms.update(line.get("map") for line in self.log("closed"))
        for monitor in self.monitors:
            if monitor.poll() is None:
                monitor.kill()
                monitor.wait()
        if kind not in (None, Skip):
            for line in self.log_text()[-3000:].splitlines():
                print("# log: " + line)
        return False

    # Connections

    def spawn(self, stdin, stdout, stderr=None, **more):
        with open(self.logfile, "ab") as log:
            options = dict(env=ENVIRONMENT, cwd="/", **AS_USER)
            options.update(self.spawn_options)
            options.update(more)
            monitor = spawn(self.command, stdin=stdin, stdout=stdout,
                stderr=log if stderr is None else stderr, **options)
        self.monitors.append(monitor)
        return monitor

    def connect(self, family=socket.AF_INET, first=b"", before=None,
            narrow=False, seconds=30, **more):
        """A TCP connection whose other end is the receiver's 0 and 1.  first
        is sent, and before(socket) called, before there is a receiver.
        narrow: few replies fit into it."""
        address = "::1" if family == socket.AF_INET6 else "127.0.0.1"
        with socket.create_server((address, 0), family=family) as server:
            ours = socket.create_connection(server.getsockname()[:2])
            theirs, _ = server.accept()
        if narrow:
            ours.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            theirs.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        ours.sendall(first)
        if before:
            before(ours)
        with theirs:
            client = Client(*[ours.detach()] * 2, seconds)
            client.monitor = self.spawn(theirs, theirs, **more)
        return client

    def pair(self):
        ours, theirs = socket.socketpair()
        with theirs:
            client = Client(*[ours.detach()] * 2)
            client.monitor = self.spawn(theirs, theirs)
        return client

    def pipes(self):
        in_read, in_write = os.pipe()
        out_read, out_write = os.pipe()
        client = Client(out_read, in_write)
        client.monitor = self.spawn(in_read, out_write)
        os.close(in_read)
        os.close(out_write)
        return client

    def terminal(self, raw=True):
        ours, theirs = pty.openpty()
        if raw:
            tty.setraw(theirs)
        client = Client(ours, ours)
        client.monitor = self.spawn(theirs, theirs)
        os.close(theirs)
        return client

    def reap(self, seconds=15):
        """Waits for all; the exit statuses, in the order of connecting."""
        for monitor in self.monitors:
            monitor.wait(timeout=seconds)
            self.statuses.append(monitor.returncode)
        self.monitors = []
        return self.statuses

    def status(self, client):
        return client.monitor.wait(timeout=15)

    # What came of it

    def files(self, part="new", box=None):
        found = []
        for each in [box] if box else sorted(os.listdir(self.base)):
            directory = "%s/%s/%s" % (self.base, each, part)
            if os.path.isdir(directory):
                found += [directory + "/" + name
                    for name in sorted(os.listdir(directory))]
        return found

    def nothing(self):
        """Is stored anywhere, when all connections have ended."""
        self.reap()
        for part in "new", "cur", "tmp":
            equal(self.files(part), [], "in %s/" % part)

    def one(self, box="ann"):
        files = self.files("new", box)
        equal(len(files), 1, "messages for " + box)
        return Stored(files[0])

    def log_text(self):
        if not os.path.exists(self.logfile):
            return ""
        with open(self.logfile, encoding="latin-1") as file:
            return file.read()

    def log(self, event=None, **wanted):
        """The lines of that event that have these values."""
        return [line for line in parse_log(self.log_text())
            if event in (None, line["event"]) and all(
            line.get(key.replace("_", "-")) == str(value)
            for key, value in wanted.items())]


class Server:
    """A port that many can connect to; a receiver for each connection.
    kind: "python", "inetd" (the socket is descriptor 2, too), "tcpserver",
    "systemd" (systemd-socket-activate)."""

    def __init__(self, receiver, kind="python", address="127.0.0.1"):
        self.receiver, self.kind, self.address = receiver, kind, address
        self.process = self.listener = None
        if kind in ("python", "inetd"):
            self.accept()
        else:
            self.port = free_port(address)
            self.start()

    def accept(self):
        family = socket.AF_INET6 if ":" in self.address else socket.AF_INET
        self.listener = socket.create_server((self.address, 0),
            family=family, backlog=512)
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self.loop, daemon=True)
        self.thread.start()

    def loop(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection:
                self.receiver.spawn(connection, connection,
                    connection if self.kind == "inetd" else None)

    def start(self):
        if self.kind == "tcpserver":
            command = [tool("tcpserver"), "-HRDl0", "-c", "200",
                "-b", "512", self.address, str(self.port)]
        else:
            command = [tool("systemd-socket-activate"), "--accept",
                "--inetd", "-l", "[%s]:%d" % (self.address, self.port)
                if ":" in self.address else
                "%s:%d" % (self.address, self.port)]
        with open(self.receiver.logfile + ".server", "ab") as log:
            self.process = spawn(
                command + self.receiver.command, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log if self.kind != "tcpserver" else
                open(self.receiver.logfile, "ab"), cwd="/", env=ENVIRONMENT,
                **AS_USER)
        until(self.listening, self.kind + " to listen")

    def listening(self):
        true(self.process.poll() is None, self.kind + " has ended")
        port = ":%04X " % self.port
        for table in "tcp", "tcp6":
            with open("/proc/net/" + table) as file:
                if any(port in line and " 0A " in line for line in file):
                    return True
        return False

    def connect(self):
        return Client(*[socket.create_connection((self.address, self.port))
            .detach()] * 2)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        if self.listener:
            self.listener.shutdown(socket.SHUT_RDWR)
            self.listener.close()
            self.thread.join()
        if self.process:
            until(lambda: not processes(), "connections to end")
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(timeout=10)
        return False


def free_port(address="127.0.0.1"):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.create_server((address, 0), family=family) as server:
        return server.getsockname()[1]
