"""A program that listens on 127.0.0.1, and all that it starts."""

import os
import signal
import socket
import subprocess
import time

import processes
from account import Account

ROOT = os.getuid() == 0
UID = 64322 if ROOT else os.getuid()	# who the servers and mailboxes are
GID = 64322 if ROOT else os.getgid()
CHANGE = (UID, GID) if ROOT else None	# what tcpserver has to become


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def until(true, what, seconds=60):
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise RuntimeError("waited in vain for " + what)
        time.sleep(0.01)


def own(path, user=(UID, GID)):
    """All below path is theirs."""
    if ROOT:
        subprocess.check_call(["chown", "-R", "%d:%d" % user, path])
    return path


def maildir(path):
    for part in "tmp", "new", "cur":
        os.makedirs(os.path.join(path, part))
    return path


class Server:
    """name: what it is called in the table.  boxes: the directories its
    messages come into.  queues: those below which there is a file for each
    that was accepted and is not yet there."""

    lmtp = False
    inetd = None	# the command that serves one connection on 0 and 1

    def __init__(self, name, command, port, boxes, environ={}, queues=()):
        self.name, self.port, self.boxes = name, port, boxes
        self.queues = queues
        self.account = Account()
        self.process = subprocess.Popen(command,
            env={**os.environ, **environ}, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            preexec_fn=self.account.enter)
        until(self.listens, name + " to listen")

    def listens(self):
        if self.process.poll() is not None:
            raise RuntimeError(self.name + " has ended")
        try:
            socket.create_connection(("127.0.0.1", self.port)).close()
        except ConnectionRefusedError:
            return False
        return True

    def cpu(self):
        """Seconds, of the whole tree."""
        return self.account.seconds(self.process.pid)

    def processes(self):
        """Those that it has started."""
        return processes.below(self.process.pid)

    def busy(self):
        """Does it still work for a session that is over?"""
        return any(files for queue in self.queues
            for _, _, files in os.walk(queue))

    def settle(self):
        until(lambda: not self.busy(), self.name + " to be done")

    def stored(self):
        return sum(len(os.listdir(box)) for box in self.boxes)

    def clear(self):
        for box in self.boxes:
            for name in os.listdir(box):
                os.unlink(box + "/" + name)

    def end(self):
        """By process id; what does not go in 10 s is killed, by id too."""
        left = [self.process.pid] + self.processes()
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
            until(lambda: not any(map(alive, left)), self.name + "'s end", 10)
        except (subprocess.TimeoutExpired, RuntimeError):
            for pid in filter(alive, left):
                os.kill(pid, signal.SIGKILL)
            self.process.wait()
        self.account.close()


def alive(pid):
    try:
        return processes.fields(pid)[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


class Tcpserver(Server):
    """tcpserver, and a program for each connection."""

    def __init__(self, name, command, boxes, environ={}, user=CHANGE,
            queues=()):
        port = free_port()
        self.inetd, self.environ, self.user = command, environ, user
        super().__init__(name, ["tcpserver", "-HR", "-l0", "-c1200", "-b1200",
            *(["-u", str(user[0]), "-g", str(user[1])] if user else []),
            "127.0.0.1", str(port)] + command, port, boxes, environ,
            queues)
        self.settle()		# the connection that saw it listen is over

    def busy(self):
        return bool(self.processes()) or super().busy()
