"""One cell of the crash test: a kind of file system, a number of recipients, a
size, and the company; first what the program does there is recorded, then
every state in which a power cut could leave it is judged."""

import collections
import random
import threading

from chunks import chunks
from disk import *
from harness import *
from ledger import Ledger, Verdict, files, message
from secure import keyed, starttls
from states import states

BOXES = ("ann", "bob", "carol", "dave", "erin")

# check: what a boot does first.
Kind = collections.namedtuple("Kind", "mkfs megabytes made mount check",
    defaults=[None])

EXT4 = ("-b", "4096", "-J", "size=16", "-E", "lazy_itable_init=0")

KINDS = {
    "ext4 ordered": Kind("ext4", 64, EXT4, "data=ordered"),
    "ext4 writeback": Kind("ext4", 64, EXT4, "data=writeback"),
    "ext4 journal": Kind("ext4", 64, EXT4, "data=journal"),
    "ext4 fast_commit": Kind("ext4", 64, EXT4 + ("-O", "fast_commit"), ""),
    "xfs": Kind("xfs", 300, (), ""),
    # A disk of ours knows no TRIM.
    "btrfs": Kind("btrfs", 128, (), "nodiscard"),
    "ext4 no journal": Kind("ext4", 64, ("-b", "4096", "-O", "^has_journal",
        "-E", "lazy_itable_init=0"), "", "e2fsck"),
}

# Somebody comes in before each of these.
STEPS = "sync_file_range,renameat2,fsync,syncfs,fremovexattr"


def proof_program(name):
    """A program of this room, where the receiver's user can run it."""
    path = "%s/%s" % (SCRATCH, name)
    if not os.path.exists(path):
        shutil.copy("%s/proof/%s" % (os.path.dirname(PROGRAM), name), path)
        os.chmod(path, 0o755)
    return path


def sync(path, call="fsync"):
    fd = os.open(path, os.O_RDONLY)
    try:
        called(call, fd)
    finally:
        os.close(fd)


# Who else is there

class Alone:
    """Nobody."""

    def __init__(self, path):
        self.seen = collections.Counter()

    def spawn_by(self, receiver):
        pass

    def end(self):
        pass


class Company(Alone):
    """Comes in before each step, by steps.c: not likely, but certainly."""

    def spawn_by(self, receiver):
        self.asked, to = os.pipe()
        answered, self.answer = os.pipe()
        self.error = None
        receiver.command = [proof_program("steps"), str(to), str(answered),
            STEPS] + receiver.command
        receiver.spawn_options = dict(pass_fds=(to, answered))
        self.theirs = to, answered
        self.thread = threading.Thread(target=self.serve)
        self.thread.start()

    def serve(self):
        with os.fdopen(self.asked) as steps, os.fdopen(self.answer,
                "wb", buffering=0) as answer:
            try:
                for step in steps:
                    self.come_in(step.strip())
                    self.seen[step.strip()] += 1
                    answer.write(b"x")
            except Exception as error:
                self.error = error

    def end(self):
        for fd in self.theirs:
            os.close(fd)
        self.thread.join()
        if self.error:
            raise self.error


class Neighbour(Company):
    """Syncs files of its own, and with them a part of ours."""

    def __init__(self, path):
        super().__init__(path)
        self.path = path + "/neighbour"
        os.mkdir(self.path)

    def come_in(self, step):
        name = "%s/%d" % (self.path, sum(self.seen.values()))
        with open(name + ".new", "wb", buffering=0) as file:
            file.write(b"neighbour\n" * 200)
            os.fsync(file.fileno())
        os.rename(name + ".new", name)
        sync(self.path)


class Reader(Company):
    """Takes what is in new/ to cur/, long before 250."""

    def __init__(self, path):
        super().__init__(path)
        self.path = path

    def come_in(self, step):
        for box in BOXES:
            for name in os.listdir("%s/%s/new" % (self.path, box)):
                os.rename("%s/%s/new/%s" % (self.path, box, name),
                    "%s/%s/cur/%s:2,S" % (self.path, box, name))
                self.seen["moved before " + step] += 1


COMPANY = {"alone": Alone, "neighbour": Neighbour, "reader": Reader}


class Cell:
    """wanted: the reply to each message.  way: how it comes, by BDAT or
    through TLS, else by DATA.  conf: keys of the receiver's configuration.
    After run():

	count	states; promised: copies that had to be in them; refused: copies
		that must not be; found: those that were; and of each kind of
		fault how many, summed over the states
	first	the first fault of each kind
	flushes	of each message
	seen	how often the company came in before each step"""

    def __init__(self, kind, recipients=1, size=4096, company="alone",
            program=None, messages=2, wanted="250",
            way="", **conf):
        self.kind, self.recipients, self.size = kind, recipients, size
        self.company, self.messages = company, messages
        self.program, self.wanted, self.conf = program, wanted, conf
        self.way = way
        self.count, self.first = collections.Counter(), {}
        self.flushes, self.heard = [], []

    def __str__(self):
        return ", ".join([self.kind, "%d recipient%s" % (self.recipients,
            "s" if self.recipients > 1 else ""), "%d KiB" % (self.size >> 10),
            self.company, *[self.way] * bool(self.way)] + [
            "%s = %s" % (key.replace("_", "-"), value)
            for key, value in self.conf.items()])

    def run(self, most=None):
        """most: a random choice of so many states between two flushes."""
        Cell.number = getattr(Cell, "number", 0) + 1
        kind = KINDS[self.kind]
        with Disk(proof_program("disk"), "%s/disk%d" % (SCRATCH, Cell.number),
                kind.megabytes) as disk:
            subprocess.run([tool("mkfs." + kind.mkfs), "-q", *kind.made,
                disk.image], check=True, capture_output=True)
            disk.start()
            self.record(disk, kind)
            self.judge(disk, kind, most)
        return self

    # What is done

    def record(self, disk, kind):
        with disk.mounted(kind.mkfs, kind.mount) as path:
            os.chmod(path, 0o755)
            for box in BOXES:
                make_maildir("%s/%s" % (path, box))
            company = COMPANY[self.company](path)
            sync(path, "syncfs")
            self.start = disk.position()
            self.deliver(disk, path, company)
        self.seen = company.seen

    def deliver(self, disk, path, company):
        receiver = Receiver(boxes=(), users="".join("%s@example.org %s/%s/\n"
            % (box, path, box) for box in BOXES), **(keyed(**self.conf)
            if self.way == "TLS" else self.conf))
        if self.program:
            receiver.command[0] = proof_program(self.program)
        company.spawn_by(receiver)
        try:
            with receiver:
                client = receiver.connect(seconds=300)
                if self.way == "TLS":
                    client = starttls(client)
                client.hello()
                for number in range(self.messages):
                    self.mail(client, "m%d.%d" % (number, self.size), disk)
                client.quit()
                equal(receiver.reap(), [0 if self.wanted == "250" else 75])
        finally:
            company.end()

    def mail(self, client, token, disk):
        before = disk.position()
        reply = self.send(client, message(token), ["%s@example.org" % box
            for box in BOXES[:self.recipients]])
        at = disk.position()
        self.heard.append((token, reply, at))
        self.flushes.append(sum(each.octets is None and
            before < each.end <= at for each in disk.read_log()))

    def send(self, client, octets, to):
        if self.way != "BDAT":
            return client.mail(octets, *to, wanted=self.wanted)
        client.envelope(*to)
        for chunk in chunks(octets, 3):
            client.say(chunk)
            reply = client.hear("250")
        return reply

    # What may be left of it

    def ledger(self, position):
        """What was said until the log had this length."""
        ledger = Ledger()
        for token, reply, at in self.heard:
            ledger.send(token, BOXES[:self.recipients])
            if at <= position:
                ledger.heard(token, reply)
        return ledger

    def judge(self, disk, kind, most):
        disk.forget()
        for number, window in enumerate(windows(disk.read_log())):
            if window.end > self.start:
                self.judge_window(disk, kind, window,
                    states(window, number, most))
            disk.settle(window.sectors())

    def judge_window(self, disk, kind, window, found):
        sectors = window.sectors()
        chance = random.Random(window.end)
        ledger = self.ledger(window.end)
        for state, why in found.items():
            writes = [sectors[each] for each in state]
            disk.assume(writes)
            if sectors:
                offset, octets = chance.choice(sectors)
                disk.verify(offset, len(octets), writes)
            self.judge_state(disk, kind, ledger, why)

    def judge_state(self, disk, kind, ledger, why):
        self.count["states"] += 1
        self.count[why] += 1
        self.count["promised"] += len(ledger.says("250")) * self.recipients
        self.count["refused"] += len(ledger.says("4")) * self.recipients
        try:
            if kind.check:
                disk.check(tool(kind.check))
            with disk.mounted(kind.mkfs, kind.mount) as path:
                verdict = self.look(path, ledger)
        except OSError as error:
            self.note("not mounted", why, [error])
        else:
            for what, found in vars(verdict).items():
                self.note(what, why, found)

    def look(self, path, ledger):
        boxes = {box: "%s/%s" % (path, box) for box in BOXES}
        verdict = Verdict()
        try:
            verdict = ledger.judge(boxes)
            self.count["found"] += sum(len(files(each))
                for each in boxes.values())
        except OSError as error:	# a file that cannot be read
            verdict.inexact.append(error)
        return verdict

    def note(self, what, why, found):
        if found:
            self.count[what] += len(found)
            self.first.setdefault(what, "%s: %.300s" % (why, found[0]))
