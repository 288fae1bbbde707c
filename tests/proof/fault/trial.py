"""One connection with a fault in it, and what is wrong with what came of it.

	stand = Stand(conf)		Maildirs, a map and a configuration
	trial = stand.trial(tracer, mails)	the receiver below that command

A trial has what the client heard, the exit status, the log and the findings:
everything that is not as the promise says.  Which of them are excused, and
why, is excuse.py's matter."""

import collections
import os
import re
import signal
import ssl
import subprocess

import libexec
from chunks import chunks
from client import Client
from harness import (COMM, Receiver, children, give, parse_log, stuffed,
    until)
from ledger import Ledger, Verdict, message
from secure import HELPER, Secure, keyed, trusting

AWAY = ".Other"		# another folder of the reader's
SECONDS = 20		# for one connection, and then for its processes
BOXES = ("ann", "bob", "carol", "dan", "eve")
OWNERS = {box: 64331 + number for number, box in enumerate(BOXES)}
AS_ROOT = dict(user=0, group=0, extra_groups=[])
MAP = "".join("%s@example.org  {base}/%s/\n" % (box, box) for box in BOXES) \
    + "five@example.org " + ", ".join(box + "@example.org" for box in BOXES) \
    + "\n"

# What a client sends: a message's token, its recipients, whether RSET takes
# it back before DATA, and in how many chunks it comes, if not by DATA.
Mail = collections.namedtuple("Mail", "token to reset chunks",
    defaults=(False, 0))
Finding = collections.namedtuple("Finding", "kind what")


class Over(Exception):
    """The connection has ended."""


class Talker(Client):
    """A client that goes on as long as it can, and writes down all replies.
    meanwhile is called while it waits for the reply to a message.  tls: it
    asks for TLS, and goes on without where it may not have it."""

    def __init__(self, client, meanwhile=None, tls=False):
        super().__init__(client.incoming, client.outgoing, SECONDS)
        self.monitor, self.meanwhile, self.tls = (client.monitor, meanwhile,
            tls)
        self.replies, self.secure, self.turning = [], None, False

    def say(self, octets):
        try:
            (self.secure or super()).say(octets)
        except (BrokenPipeError, ConnectionResetError):
            pass		# what was said before can be read all the same

    def read(self):
        try:
            return (self.secure or super()).read()
        except ssl.SSLError:
            return b""

    def turn(self):
        """To TLS, if that is granted."""
        self.turning = True
        if self.ask("STARTTLS").startswith("220"):
            try:
                self.secure = Secure(self, trusting()).handshake()
            except (ssl.SSLError, BrokenPipeError, ConnectionResetError):
                raise Over
        self.turning = False
        self.ask("EHLO client.example")

    def hear(self, wanted=""):
        if not self.waiting:
            self.waiting = self.read()
        if not self.waiting:
            raise Over
        reply = super().hear()
        self.replies.append(reply)
        if reply.startswith("421"):
            self.rest_text()
            raise Over
        return reply

    def take(self, mail, ledger):
        """One mail, for those recipients who are accepted."""
        ledger.send(mail.token, [])
        self.ask("MAIL FROM:<eve@example.com>")
        accepted = []
        for to in mail.to:
            reply = self.ask("RCPT TO:<%s@example.org>" % to)
            if reply.startswith("250"):
                accepted += BOXES if to == "five" else [to]
        if mail.reset:
            return self.ask("RSET")
        if mail.chunks:
            ledger.send(mail.token, accepted)
            return self.take_chunks(mail, ledger)
        if not self.ask("DATA").startswith("354"):
            ledger.heard(mail.token, self.replies[-1])
            return self.ask("RSET")
        ledger.send(mail.token, accepted)
        self.say(stuffed(message(mail.token)))
        if self.meanwhile:
            self.meanwhile(mail.token)
        return ledger.heard(mail.token, self.answer(mail, ledger))

    def take_chunks(self, mail, ledger):
        """The 250 of the last alone is the message's."""
        *some, last = chunks(message(mail.token), mail.chunks)
        for chunk in some:
            self.say(chunk)
            reply = self.answer(mail, ledger)
            if not reply.startswith("250"):
                ledger.heard(mail.token, reply)
                return self.ask("RSET")
        self.say(last)
        return ledger.heard(mail.token, self.answer(mail, ledger))

    def rest_text(self):
        """After 221 a 421 may come, if we were ending it at that moment."""
        rest = super().rest_text()
        if re.fullmatch(r"421 [^\r]*\r\n", rest):
            self.replies.append(rest[:-2])
        elif rest:
            raise AssertionError("after the end: %r" % rest)
        return rest

    def answer(self, mail, ledger):
        """421 is an answer, too."""
        try:
            return self.hear()
        except Over:
            if self.replies[-1].startswith("421"):
                ledger.heard(mail.token, self.replies[-1])
            raise

    def converse(self, mails, ledger):
        """True: up to the reply to QUIT."""
        try:
            self.hear()
            self.ask("EHLO client.example")
            if self.tls:
                self.turn()
            for mail in mails:
                self.take(mail, ledger)
            self.ask("QUIT")
            return self.rest_text() == ""
        except Over:
            return False
        finally:
            if self.incoming != -1:
                self.close()


class Stand:
    """Two must not share one: it is swept between two trials."""

    number = 0

    def __init__(self, base=None, pipes=False, root=False, homes=None,
            tls=False, **conf):
        Stand.number += 1
        self.pipes, self.tls = pipes, tls
        if tls:
            conf = keyed(**conf)
            libexec.place(HELPER)	# beside the other that is there
        self.receiver = Receiver(MAP, BOXES, base=base, **conf)
        self.command = list(self.receiver.command)
        self.trace = give_file(self.receiver.base + "/trace")
        self.boxes = {box: self.receiver.base + "/" + box for box in BOXES}
        for box in self.boxes.values():
            os.mkdir(box + "/" + AWAY)
        if root:
            self.receiver.spawn_options = dict(AS_ROOT)
            self.give_away()
        if homes:
            self.make_users(homes)

    def make_users(self, host):
        """The directory of all is the home of each; no two stands have users
        of one name."""
        mine = {box: "%s-%d" % (box, self.number) for box in BOXES}
        with open("/etc/passwd") as file:
            before = file.read()
        host.passwd(before + "".join("%s:x:%d:%d::%s:/bin/sh\n" % (mine[box],
            OWNERS[box], OWNERS[box], self.receiver.base) for box in BOXES))
        self.receiver.write_map("".join("%s@example.org ~%s/%s/\n" % (box,
            mine[box], box) for box in BOXES))

    def give_away(self):
        """Each Maildir to a user of its own."""
        for name, box in self.boxes.items():
            for path, _, _ in os.walk(box):
                os.chown(path, *[OWNERS[name]] * 2)

    def sweep(self):
        for part in "new", "cur", "tmp", AWAY:
            for path in self.receiver.files(part):
                os.unlink(path)
        open(self.receiver.logfile, "w").close()
        open(self.trace, "w").close()

    def trial(self, tracer, mails, meanwhile=None):
        """tracer(self.trace) are the words before the program's own."""
        self.sweep()
        self.receiver.command = tracer(self.trace) + self.command
        client = (self.receiver.pipes() if self.pipes
            else self.receiver.connect(seconds=SECONDS))
        talker = Talker(client, meanwhile
            and (lambda token: meanwhile(self, token)), self.tls)
        try:
            return Trial(self, talker, mails, client.monitor)
        finally:
            self.receiver.monitors.clear()


def give_file(path):
    open(path, "w").close()
    return give(path)


def lives(pid):
    try:
        with open("/proc/%d/stat" % pid) as stat:
            comm, rest = stat.read().split("(", 1)[1].rsplit(")", 1)
    except (FileNotFoundError, ProcessLookupError):
        return False
    return comm in (COMM, HELPER[:15]) and rest.split()[0] not in "ZX"


class Trial:
    def __init__(self, stand, talker, mails, monitor):
        self.findings, self.ledger, self.mails = [], Ledger(), mails
        self.boxes = stand.boxes
        try:
            self.finished = talker.converse(mails, self.ledger)
        except AssertionError as why:
            self.finished = False
            self.find("reply", str(why))
        self.replies, self.turning = talker.replies, talker.turning
        self.status = self.wait(monitor)
        with open(stand.trace) as file:
            self.trace_text = file.read()
        self.read_log(stand)
        self.left = stand.receiver.files("tmp")
        self.read = stand.receiver.files("cur")
        self.away = stand.receiver.files(AWAY)

    def wait(self, monitor):
        """strace ends as its program does; one that hangs is ended."""
        try:
            return monitor.wait(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            self.find("hang", "no end in %d seconds" % SECONDS)
            for pid in children(monitor.pid):
                os.kill(pid, signal.SIGKILL)
            return monitor.wait(timeout=SECONDS)

    def find(self, kind, what):
        self.findings.append(Finding(kind, what))

    def read_log(self, stand):
        self.log_text = stand.receiver.log_text()
        try:
            self.log = parse_log(self.log_text)
        except AssertionError as why:
            self.log = []
            self.find("log", str(why))

    # What was said

    def heard(self, code):
        return [reply for reply in self.replies if reply.startswith(code)]

    def refusals(self):
        return self.heard("4")

    def stored(self):
        return self.ledger.says("250")

    def wanted(self):
        return [mail.token for mail in self.mails if not mail.reset]

    # What is wrong

    def judge(self, killed, made):
        """All findings but those that a log has."""
        for kind, found in vars(self.ledger.judge(self.boxes)).items():
            for each in found:
                self.find(kind, each)
        for path in self.left:
            self.find("tmp", path)
        for path in self.away:
            self.find("away", path)
        self.judge_unheard()
        for pid in made:
            self.judge_process(pid)
        for reply in self.heard("5"):
            self.find("permanent", reply)
        if not killed:
            self.judge_ending()

    def judge_unheard(self):
        """A mail without a reply that is there nevertheless."""
        for token, boxes in self.ledger.boxes.items():
            if token not in self.ledger.replies:
                for box in boxes:
                    if self.holds(box, token):
                        self.find("unheard", (token, box))

    def holds(self, box, token):
        return Ledger.count(self.boxes[box], Verdict())[token] > 0

    def judge_process(self, pid):
        try:
            until(lambda: not lives(pid), "a process's end", SECONDS)
        except AssertionError as why:
            self.find("process", str(why))
            os.kill(pid, signal.SIGKILL)

    def judge_ending(self):
        """The status, and that one fault costs no more than one mail or the
        connection."""
        if not self.finished and not self.heard("421"):
            self.find("silent", "the end after %r" % self.replies[-1:])
        wanted = 75 if self.refusals() else 0
        if self.status != wanted:
            self.find("status", "%r, wanted %r; heard %r" % (self.status,
                wanted, self.refusals()))
        if self.finished and len(self.stored()) < len(self.wanted()) - 1:
            self.find("greedy", "%d of %d mails were stored" % (
                len(self.stored()), len(self.wanted())))

    def judge_log(self, errnos):
        """What was refused for our fault is in the log, with one of these."""
        if self.refusals() and not any(self.tells(each)
                for each in errnos if each):
            self.find("untold", "%s; the log: %s" % (self.refusals()[0],
                self.log_text))

    def tells(self, errno):
        return any(line["event"] in ("failed", "map")
            and line.get("errno", "").startswith(errno + ": ")
            for line in self.log)
