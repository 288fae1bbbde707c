"""What all of them stand on: one file system, and the users they want.

For root both are in a mount namespace that ends with this process: an ext4
with a journal on a loop device, whose counters tell of flushes, and an
/etc/passwd and /etc/group with some more lines.  For others it is TMPDIR."""

import os
import subprocess
import sys
import tempfile

import server

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)),
    os.pardir, "e2e"))
from mounts import own_mounts	# noqa: E402

SIZE = 3 << 30		# of the file below it, which has holes
USERS = {"postfix": 64323, "postdrop": 64324, "Debian-exim": 64325}


def run(*command):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE, encoding="utf-8")


class Ground:
    """path: where the directories of the servers are."""

    def __enter__(self):
        self.top = tempfile.TemporaryDirectory()
        os.chmod(self.top.name, 0o755)
        self.path, self.device = self.top.name + "/fs", None
        os.mkdir(self.path)
        if server.ROOT:
            try:
                self.mount()
            except (OSError, subprocess.CalledProcessError) as error:
                print("No file system of its own: %s" %
                    getattr(error, "stderr", error))
        return self

    def mount(self):
        own_mounts()
        for name, line in ("passwd", "{0}:x:{1}:{1}::/:/bin/false"), \
                ("group", "{0}:x:{1}:"):
            self.add_users("/etc/" + name, line)
        if os.path.exists("/dev/log"):	# this machine's log is none of ours
            run("mount", "--bind", "/dev/null", os.path.realpath("/dev/log"))
        image = self.top.name + "/image"
        with open(image, "wb") as file:
            file.truncate(SIZE)
        # Else the kernel goes on making it while we measure.
        run("mkfs.ext4", "-q", "-E", "lazy_itable_init=0,lazy_journal_init=0",
            image)
        run("mount", "-o", "loop", image, self.path)
        os.chmod(self.path, 0o755)
        device = os.stat(self.path).st_dev
        self.device = "/sys/dev/block/%d:%d/stat" % (os.major(device),
            os.minor(device))

    def add_users(self, path, line):
        with open(path) as file:
            text = file.read().rstrip("\n") + "\n"
        known = [each.split(":")[0] for each in text.splitlines()]
        own = self.top.name + "/" + os.path.basename(path)
        with open(own, "w") as file:
            file.write(text + "".join(line.format(name, number) + "\n"
                for name, number in USERS.items() if name not in known))
        run("mount", "--bind", own, path)

    def __exit__(self, *error):
        if self.device:
            subprocess.run(["umount", self.path])
        self.top.cleanup()
        return False

    def counter(self, field):
        """Of the device, None where it has none."""
        if self.device is None:
            return None
        with open(self.device) as file:
            return int(file.read().split()[field])

    def flushes(self):
        return self.counter(15)

    def written(self):
        """MiB."""
        sectors = self.counter(6)
        return None if sectors is None else sectors / 2048

    def settle(self):
        """What was removed is removed for good, and costs no later one."""
        subprocess.run(["sync", "-f", self.path], check=True)
