"""File systems of a test's own: made, mounted, filled up."""

import errno
import os
import subprocess

from harness import SCRATCH, make_maildir
from tap import equal, need, need_root, tool, until


class Mounted:
    """A directory on a file system of its own (root only)."""

    def __init__(self, command):
        need_root()
        Mounted.count = getattr(Mounted, "count", 0) + 1
        self.path = "%s/mnt%d" % (SCRATCH, Mounted.count)
        os.mkdir(self.path)
        self.command = command
        done = self.mount()
        need(done.returncode == 0, "cannot mount: "
            + done.stderr.decode().strip())

    def __enter__(self):
        os.chmod(self.path, 0o755)
        return self.path

    def __exit__(self, *error):
        self.umount()
        return False

    def mount(self):
        return subprocess.run(self.command + [self.path], capture_output=True)

    def umount(self):
        until(lambda: subprocess.run(["umount", self.path],
            capture_output=True).returncode == 0, "umount")

    def again(self):
        """As after a new start of the machine, its journal read."""
        self.umount()
        done = self.mount()
        equal(done.returncode, 0, "mount: " + done.stderr.decode().strip())


def memory(*options):
    """How to mount a directory in memory: images there are as quick as the
    machine, whatever its disk has to do."""
    return ["mount", "-t", "tmpfs", *options, "none"]


def image(kind, megabytes, *options, where=SCRATCH):
    need_root()
    path = "%s/%s.%d" % (where, kind, megabytes)
    with open(path, "wb") as file:
        file.truncate(megabytes << 20)
    subprocess.run([tool("mkfs." + kind), *options, path], check=True,
        capture_output=True)
    return ["mount", "-o", "loop", path]


def fill(directory, leave=0):
    """Until there is no room but leave octets."""
    path = directory + "/filler"
    with open(path, "wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 65536)
        except OSError as error:
            equal(error.errno, errno.ENOSPC)
        os.fsync(file.fileno())
        file.truncate(max(0, file.tell() - leave))
        os.fsync(file.fileno())
    return path


def make_maildir_of(disk, receiver):
    """ann's, on that file system; a full one has room for directories only
    when its filler goes for a moment."""
    filler = disk + "/filler"
    size = os.path.getsize(filler) if os.path.exists(filler) else 0
    if size:
        os.truncate(filler, size - 65536 if size > 65536 else 0)
    box = make_maildir(disk + "/ann")
    if size:
        os.unlink(filler)
        fill(disk)
    with open(receiver.users) as file:
        receiver.write_map(file.read().replace(
            receiver.base + "/ann/", box))
    return box


def files(box):
    return [name for part in ("tmp", "new", "cur")
        for name in os.listdir(box + "/" + part)]
