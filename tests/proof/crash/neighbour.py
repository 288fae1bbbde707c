"""Two mails for the same Maildirs at once.  One has got its names into new/ and
stands still there; the other is delivered to the end, its syncs included; then
the power fails.  The first is nobody's yet, but if it is there it is whole:
what one fsync brings to the disk of another's file is the file system's own
choice.
time limit: 120"""

import signal

from guest import make_boxes, mount, receiver_for
from harness import *
from ledger import Ledger, Verdict, files, message

KINDS = "ext4", "xfs", "btrfs"
MEGABYTES = 300


class Disk:
    """An image, mounted; and a copy of it as it is now."""

    def __init__(self, kind):
        need_root()
        self.kind, self.image = kind, "%s/%s" % (SCRATCH, kind)
        with open(self.image, "wb") as file:
            file.truncate(MEGABYTES << 20)
        subprocess.run([tool("mkfs." + kind), "-q", self.image], check=True,
            capture_output=True)

    def __enter__(self):
        self.path = mount(self.kind, self.image, self.image + ".mounted",
            "loop")
        return self

    def __exit__(self, *error):
        until(lambda: subprocess.run(["umount", self.path],
            capture_output=True).returncode == 0, "umount")
        return False

    def copy(self):
        subprocess.run(["cp", "--sparse=always", self.image,
            self.image + ".cut"], check=True)

    def cut(self):
        """The copy in its place."""
        os.rename(self.image + ".cut", self.image)


class Mail:
    """One, to these boxes, in a receiver of its own."""

    def __init__(self, ledger, token, boxes):
        self.ledger, self.token, self.boxes = ledger, token, boxes
        self.receiver = receiver_for(boxes)

    def stop_after(self, number):
        """SIGSTOP with that renameat2: it is done, what follows is not."""
        self.receiver.command[:0] = [tool("strace"), "-qq", "-o", "/dev/null",
            "-e", "trace=renameat2", "-e",
            "inject=renameat2:signal=STOP:when=%d" % number]

    def send(self):
        self.client = self.receiver.connect()
        self.client.hello()
        self.client.envelope(*[box + "@example.org" for box in self.boxes])
        self.ledger.send(self.token, self.boxes)
        self.client.ask("DATA", "354")
        self.client.say(stuffed(message(self.token)))

    def hear(self):
        self.ledger.heard(self.token, self.client.hear("250"))

    def go_on(self):
        """Behind the cut: what is heard now does not count."""
        monitor, = children(self.client.monitor.pid)
        os.kill(monitor, signal.SIGCONT)
        self.client.hear("250")
        self.end()

    def end(self):
        self.client.quit()
        equal(self.receiver.reap(), [0])


def in_new(boxes):
    return sum(len(files(path, ["new"])) for path in boxes.values())


def both(boxes, few, ledger, disk):
    still = Mail(ledger, "still.4096", boxes)
    still.stop_after(len(boxes))
    still.send()
    until(lambda: in_new(boxes) == len(boxes), "step 4")
    other = Mail(ledger, "other.4096", few)
    other.send()
    other.hear()
    disk.copy()
    other.end()
    still.go_on()


def neighbours(kind, recipients, others):
    ledger, disk = Ledger(), Disk(kind)
    with disk:
        boxes = make_boxes(disk.path, recipients)
        os.sync()
        both(boxes, dict(list(boxes.items())[:others]), ledger, disk)
    disk.cut()
    with disk:
        verdict = ledger.judge(boxes)
        print("# %s, %d recipients, the other mail %d: %d missing, "
            "%d inexact, %d files" % (kind, recipients, others,
            len(verdict.missing), len(verdict.inexact), in_new(boxes)),
            flush=True)
        equal(vars(verdict), vars(Verdict()))


for kind in KINDS:
    @test("%s: a neighbour's syncs do not show half a mail" % kind)
    def half(kind=kind):
        for recipients, others in (1, 1), (5, 5), (5, 1):
            neighbours(kind, recipients, others)


if __name__ == "__main__":
    run()
