"""A client of the soak: it follows its plan, tells the ledger what it heard,
and lets the blows fall that are meant for its two processes."""

import os
import random
import signal
import socket
import ssl
import struct
import threading
import time

from chunks import chunks
from harness import COMM, Client, children, stuffed, true, until
from ledger import message
from plan import FLAWS
from secure import HELPER, Secure, trusting


PAUSE = 0.15	# seconds that a stopped monitor stands still


class Lost(Exception):
    """The receiver has gone without a word."""


class Closing(Exception):
    """It has said 421."""


class Gone(Exception):
    """The client has."""


# The processes of a connection.  A pid can be another's at any moment, so it
# is held by a descriptor before one looks whose it is.

def stat(pid):
    """(name, state, parent)"""
    with open("/proc/%d/stat" % pid) as file:
        name, rest = file.read().split("(", 1)[1].rsplit(")", 1)
    state, parent = rest.split()[:2]
    return name, state, int(parent)


def monitor_of(server, port):
    """tcpserver says in the environment which client it is for."""
    mark = b"\0TCPREMOTEPORT=%d\0" % port
    for pid in children(server):
        try:
            with open("/proc/%d/environ" % pid, "rb") as file:
                if mark in b"\0" + file.read() and stat(pid)[0] == COMM:
                    return pid
        except (FileNotFoundError, ProcessLookupError):
            continue
    return None


def below(pid, who):
    """The monitor's child of that kind."""
    wanted = COMM if who == "session" else HELPER[:15]
    return [each for each in children(pid) if stat(each)[0] == wanted][0]


def strike(server, port, who, number):
    """The pid that was struck, or None: the connection is over."""
    try:
        pid, parent = monitor_of(server, port), server
        if who != "monitor" and pid:
            pid, parent = below(pid, who), pid
        fd = os.pidfd_open(pid) if pid else None
    except (FileNotFoundError, ProcessLookupError, IndexError):
        return None
    if fd is None:
        return None
    try:
        name, state, above = stat(pid)
        if (name, above) != (HELPER[:15] if who == "tls" else COMM, parent) \
                or state in "ZX":
            return None
        signal.pidfd_send_signal(fd, number)
        if number == signal.SIGSTOP:
            time.sleep(PAUSE)
            signal.pidfd_send_signal(fd, signal.SIGCONT)
        return pid
    except (FileNotFoundError, ProcessLookupError):
        return None
    finally:
        os.close(fd)


class Caller(Client):
    """Client, for which an end is no surprise."""

    secure = monitor = None

    def read(self):
        try:
            octets = (self.secure or super()).read()
        except ssl.SSLError:
            octets = b""
        if not octets:
            raise Lost
        return octets

    def say(self, octets):
        try:
            (self.secure or super()).say(octets)
        except (BrokenPipeError, ConnectionResetError, ssl.SSLError):
            raise Lost

    def turn(self):
        """To TLS; no blow has fallen yet."""
        self.ask("STARTTLS", "220 2.0.0")
        self.secure = Secure(self, trusting()).handshake()
        self.ask("EHLO client.example", "250")

    def hear(self, wanted=""):
        reply = super().hear()
        if reply.startswith("421"):
            raise Closing(reply)
        true(reply.startswith(wanted),
            "heard %r, wanted %r" % (reply, wanted))
        return reply


def wire(mail):
    octets = message(mail.token)
    if mail.flaw == "bare":
        octets += b"a bare\nLF\r\n"
    return stuffed(octets)


class Connection:
    """hits: the blows that found their process, with its pid.  unheard: the
    message whose dot went out and whose reply did not come.  end: "quit",
    "lost", "421", "vanished", or what the client did not expect."""

    def __init__(self, plan, server, ledger):
        self.plan, self.server, self.ledger = plan, server, ledger
        self.chance = random.Random(plan.seed)
        self.pending, self.timers = list(plan.blows), []
        self.hits, self.missed = [], []
        self.socket = self.unheard = self.end = None

    def struck(self, *kinds):
        """Was one of these (signal, who) on it?"""
        return [pid for blow, pid in self.hits
            if (blow.number, blow.who) in kinds]

    def run(self):
        try:
            self.call()
            self.dialogue()
            self.end = "quit"
        except Lost:
            self.end = "lost"
        except Closing:
            self.end = "421"
        except Gone:
            self.end = "vanished"
        except Exception as why:
            self.end = "%s: %s" % (type(why).__name__, why)
        for timer in self.timers:
            timer.join()
        if self.socket:
            self.socket.close()

    def call(self):
        self.socket = socket.create_connection((self.server.address,
            self.server.port))
        self.port = self.socket.getsockname()[1]
        self.client = Caller(*[self.socket.fileno()] * 2, seconds=120)

    def dialogue(self):
        self.client.hear("220 ")
        self.client.ask("EHLO client.example", "250")
        if self.plan.tls:
            self.client.turn()
        before = self.at_rest()
        for number, mail in enumerate(self.plan.mails):
            self.mail(number, mail)
            self.pause()
        if before is not None:
            until(lambda: self.descriptors() == before,
                "a monitor to have %d descriptors again" % before)
        self.client.ask("QUIT", "221 2.0.0")

    def at_rest(self):
        """How many descriptors its monitor has when it has just answered a
        question; not where the monitor may be gone."""
        if self.plan.blows or self.plan.vanishing:
            return None
        self.client.ask("MAIL FROM:<eve@example.com>", "250 2.1.0")
        self.client.ask("RCPT TO:<nobody@example.org>", "550 5.1.1")
        before = self.descriptors()
        self.client.ask("RSET", "250 2.0.0")
        return before

    def descriptors(self):
        pid = until(lambda: monitor_of(self.server.process.pid, self.port),
            "a monitor")
        return len(os.listdir("/proc/%d/fd" % pid))

    def mail(self, number, mail):
        self.envelope(number, mail)
        octets = wire(mail)
        half = self.chance.randrange(len(octets) - 5)
        first, last = (chunks(message(mail.token), 2) if mail.chunks
            else (octets[:half], octets[half:]))
        self.reach(number, "body")
        self.client.say(first)
        self.leave_at(number, "body")
        self.pause()
        if mail.chunks:
            self.client.hear("250 2.0.0")
        self.client.say(last[:-3])
        self.leave_at(number, "line", b".")
        self.reach(number, "dot")
        self.ledger.send(mail.token, mail.boxes)
        self.unheard = mail.token
        self.dot(number, last[-3:])
        self.answer(mail)

    def envelope(self, number, mail):
        lines = ["MAIL FROM:<eve@example.com>"] + ["RCPT TO:<%s@example.org>"
            % box for box in mail.boxes]
        wanted = ["250 2.1.0"] + ["250 2.1.5"] * len(mail.boxes)
        if not mail.chunks:
            lines, wanted = lines + ["DATA"], wanted + ["354"]
        if mail.flaw == "unknown":
            lines.insert(1, "RCPT TO:<nobody@example.org>")
            wanted.insert(1, "550 5.1.1")
        self.leave_at(number, "command", b"MAIL FR")
        if mail.pipelined and not self.plan.vanishing:
            for step in "mail", "rcpt", "data":
                self.reach(number, step)
            self.client.say("\r\n".join(lines))
            for each in wanted:
                self.client.hear(each)
            return
        for line, each in zip(lines, wanted):
            self.reach(number, line[:4].lower())
            if line.startswith("RCPT"):
                self.leave_at(number, "rcpt")
            self.client.ask(line, each)

    def dot(self, number, octets):
        """Or what else a message ends with."""
        try:
            self.client.say(octets)
        except Lost:
            pass	# what it said before it went can still be heard
        self.leave_at(number, "dot")

    def answer(self, mail):
        try:
            reply = self.client.hear()
        except Closing as closing:
            self.hear(mail, str(closing))
            raise
        self.hear(mail, reply)
        wanted = FLAWS.get(mail.flaw, "250 2.0.0")
        true(reply.startswith(wanted), "heard %r after the dot, wanted %r"
            % (reply, wanted))

    def hear(self, mail, reply):
        self.ledger.heard(mail.token, reply)
        self.unheard = None

    # What befalls it

    def pause(self):
        time.sleep(min(0.4, self.chance.expovariate(1 / 0.08)))

    def reach(self, number, step):
        for blow in list(self.pending):
            if (blow.mail, blow.step) == (number, step):
                self.pending.remove(blow)
                timer = threading.Timer(blow.delay, self.fall, [blow])
                timer.daemon = True
                timer.start()
                self.timers.append(timer)

    def fall(self, blow):
        pid = strike(self.server.process.pid, self.port, blow.who,
            blow.number)
        if pid:
            self.hits.append((blow, pid))
        else:
            self.missed.append(blow)

    def leave_at(self, number, step, last=b""):
        leaving = self.plan.vanishing
        if not leaving or (leaving.mail, leaving.step) != (number, step):
            return
        self.client.say(last)
        time.sleep(leaving.delay)
        if leaving.how == "reset":
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                struct.pack("ii", 1, 0))
        self.socket.close()
        raise Gone
