#!/usr/bin/env python3
"""How the cost of a connection grows with the size of its work.

    tests/bench/growth.py [--quick] [--only CURVE] [OUT]

Writes OUT.txt and, by gnuplot, OUT.svg (build/bench/growth).  Each curve is a
function that gives for one size its columns: milliseconds, medians.  Beside
ours stands the floor: the bare system calls of the same delivery.  Root: on an
ext4 of its own.  README tells what came of it."""

import argparse
import math
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import floor	# noqa: E402
import receiver	# noqa: E402
import server	# noqa: E402
from talk import BUILD, talk	# noqa: E402

sys.path.append(os.path.join(HERE, os.pardir, "e2e"))
from mounts import own_mounts	# noqa: E402

SMALL = 4096
COMPILER = os.path.join(BUILD, "smtp-receive-map")


def call(*words):
    subprocess.run(words, check=True)


class Place:
    """A file system with the mailboxes, one receiver at a time that serves
    them, and how long a point may take."""

    def __init__(self, top, quick):
        self.top, self.path = top, top + "/fs"
        self.seconds = 0.3 if quick else 3
        self.server, self.count = None, 0

    def __enter__(self):
        os.mkdir(self.path)
        if server.ROOT:
            self.mount(self.top + "/image")
        os.chmod(self.path, 0o755)
        return self

    def mount(self, image):
        """Room for 1 GiB twice, and for a million files; what is written
        goes to the disk below, not into memory a second time."""
        own_mounts()
        with open(image, "wb") as file:
            file.truncate(6 << 30)
        call("mkfs.ext4", "-q", "-N", "1200000", "-E",
            "lazy_itable_init=0,lazy_journal_init=0", image)
        device = subprocess.run(["losetup", "--show", "--direct-io=on", "-f",
            image], check=True, stdout=subprocess.PIPE, text=True).stdout
        call("mount", device.strip(), self.path)
        call("losetup", "-d", device.strip())	# when it is unmounted

    def __exit__(self, *error):
        self.end()
        if server.ROOT:
            call("umount", self.path)
        return False

    def end(self):
        if self.server:
            self.server.end()
        self.server = None

    def serve(self, **more):
        """Instead of the one before."""
        self.end()
        self.count += 1
        self.server = receiver.start("%s/%d" % (self.path, self.count), **more)
        return self.server

    def rounds(self, measure):
        """Its columns' medians, of up to 31 rounds; of three, where one takes
        long."""
        start, rows = time.monotonic(), []
        while len(rows) < 31:
            spent = time.monotonic() - start
            if spent > (self.seconds if len(rows) >= 3 else 4 * self.seconds):
                break
            rows.append(measure())
        return [statistics.median(column) for column in zip(*rows)]


def costs(s, boxes, size=SMALL, **more):
    """One mail: of the way from its first octet to 250, and of that from the
    dot, the milliseconds; those of the floor; CPU."""
    before = s.cpu()
    took = talk(s, 1, size=size, **more)
    s.settle()
    cpu = s.cpu() - before
    s.clear()
    return [1e3 * each for each in (took.data[0], took.dot[0],
        floor.deliver(boxes, size), cpu)]


# The curves

def sizes(place, points):
    """octets; ms from the first octet to 250; floor; CPU"""
    s = place.serve(options=["max-message-size=2G"])
    box = os.path.dirname(s.boxes[0])
    for size in points:
        data, _, bare, cpu = place.rounds(lambda: costs(s, [box], size))
        yield size, data, bare, cpu


def recipients(place, points):
    """recipients, each with a mailbox; ms from the dot to 250; floor; CPU"""
    s = place.serve(many=max(points), options=["max-recipients=1000",
        "max-mailboxes=1000"])
    boxes = [os.path.dirname(box) for box in s.boxes]
    for count in points:
        some = boxes[1:count + 1] if count > 1 else boxes[:1]
        _, dot, bare, cpu = place.rounds(lambda: costs(s, some,
            recipients=count))
        yield count, dot, bare, cpu


def maps(place, points):
    """addresses in the map; ms for a RCPT, the first of a mail: by the text,
    by the compiled map"""
    s = place.serve()
    box = os.path.dirname(s.boxes[0])
    users = os.path.dirname(box) + "/users"
    for count in points:
        with open(users, "w") as file:
            file.write("ann@example.org %s/\n" % box)
            file.writelines("user%d@example.org %s/\n" % (number, box)
                for number in range(1, count))
        os.utime(users, (1, 1))
        text = place.rounds(lambda: [rcpt(s)])
        compiled = [math.nan]
        if os.path.exists(COMPILER):
            call(COMPILER, users)
            compiled = place.rounds(lambda: [rcpt(s)])
            os.unlink(users + ".cdb")
        yield count, *text, *compiled


def rcpt(s):
    """Milliseconds."""
    with socket.create_connection(("127.0.0.1", s.port)) as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        stream = client.makefile("rb")

        def ask(line, wanted):
            client.sendall(line)
            while (reply := stream.readline())[3:4] == b"-":
                pass
            if not reply.startswith(wanted):
                raise RuntimeError("%r: %r" % (line, reply))
        ask(b"", b"220")
        ask(b"EHLO bench.example\r\n", b"250")
        ask(b"MAIL FROM:<bench@example.com>\r\n", b"250")
        start = time.monotonic()
        ask(b"RCPT TO:<ann@example.org>\r\n", b"250")
        took = time.monotonic() - start
        ask(b"QUIT\r\n", b"221")
        stream.read()
    return 1e3 * took


def parallel(place, points):
    """connections at a time; ms from the dot to 250: median, 99th of 100; ms
    from connect to 220: the same; CPU of each; ms for each"""
    s = place.serve()
    for count in points:
        yield count, *place.rounds(lambda: crowd(s, count))


def crowd(s, count):
    sessions = max(200, 2 * count)
    before = s.cpu()
    took = talk(s, sessions, parallel=count)
    s.settle()
    cpu = s.cpu() - before
    s.clear()
    return [1e3 * each for each in (*percentiles(took.dot),
        *percentiles(took.greeting), cpu / sessions, took.seconds / sessions)]


def percentiles(values):
    values = sorted(values)
    return values[len(values) // 2], values[len(values) * 99 // 100]


def files(place, points):
    """files in new/; ms from the dot to 250; floor; CPU"""
    s = place.serve()
    box = os.path.dirname(s.boxes[0])
    kept = box + "/new"
    s.boxes = []	# whose files would be removed
    made = 0
    for count in points:
        for made in range(made + 1, count + 1):
            os.mknod("%s/%d.M%06dP%dR%032x.mx.example.org,S=4096,W=4160" %
                (kept, 1.7e9 + made, made % 10 ** 6, made % 30000, made))
        call("sync", "-f", kept)
        _, dot, bare, cpu = place.rounds(lambda: costs(s, [box]))
        yield count, dot, bare, cpu


KIB = 1 << 10
CURVES = {
    sizes: [KIB << n for n in range(0, 21, 2)],
    recipients: [1, 3, 10, 30, 100, 300, 1000],
    maps: [1, 10, 100, 1000, 10 ** 4, 10 ** 5, 10 ** 6],
    parallel: [1, 3, 10, 30, 100, 300, 1000],
    files: [0, 100, 1000, 10 ** 4, 10 ** 5, 10 ** 6],
}


def powers(rows):
    """Over the last factor of a hundred: 1 is what grows as its work does."""
    last = rows[-1]
    first = next(row for row in rows if row[0] * 100 >= last[0])
    return [math.log(b / a) / math.log(last[0] / first[0])
        for a, b in zip(first[1:], last[1:])]


def write(file, curve, rows):
    """A block that gnuplot finds by its name."""
    print("# %s\n# %s" % (curve.__name__, " ".join(curve.__doc__.split())),
        file=file)
    seen = []
    for row in rows:
        line = "%d %s" % (row[0], " ".join("%.4g" % each for each in row[1:]))
        print(line, file=file, flush=True)
        print("%s: %s" % (curve.__name__, line), flush=True)
        seen.append(row)
    line = "# powers " + " ".join("%.2f" % each for each in powers(seen))
    print(line + "\n\n", file=file)
    print(line)


def wanted(words):
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", choices=[c.__name__ for c in CURVES])
    parser.add_argument("out", nargs="?", default=BUILD + "/bench/growth")
    return parser.parse_args(words)


def main(words):
    options = wanted(words)
    with tempfile.TemporaryDirectory() as top, \
            open(options.out + ".txt", "w") as file:
        os.chmod(top, 0o755)
        with Place(top, options.quick) as place:
            for curve, points in CURVES.items():
                if options.only in (None, curve.__name__):
                    points = points[:-2] if options.quick else points
                    write(file, curve, curve(place, points))
    if not options.only:
        subprocess.run(["gnuplot", "-e", "out = '%s'" % options.out,
            HERE + "/growth.gnuplot"], check=True)


if __name__ == "__main__":
    main(sys.argv[1:])
