"""What SIGKILL has left in tmp/ goes by itself: systemd's timer, its service,
the line of units/tmpfiles.conf; for system users, units/user-tmpfiles.conf,
with their own rights.

time limit: 200"""

import subprocess
import time

from booted import *
from tap import run_all, test

OLD, YOUNG = 37 * 3600, 35 * 3600
TIMER = "systemd-tmpfiles-clean.timer"


def nodes():
    """For mount -o loop, in a /dev that has none."""
    sh("mknod /dev/loop-control c 10 237; for i in $(seq 0 31); do"
        " mknod /dev/loop$i b 7 $i; done")


class Aged:
    """A file system in which each file was last touched as many seconds ago,
    in all its four times, and which is mounted at that place."""

    def __init__(self, at, owner, ages):
        self.at, self.ages, self.owner = at, ages, owner
        self.source, self.image = "/tmp/aged", "/tmp/aged.image"

    def __enter__(self):
        for name in self.ages:
            write("%s/%s" % (self.source, name), "half a mess")
        sh("chown -R {0}:{0} {1}; truncate -s 8M {2};"
            " mkfs.ext4 -q -d {1} {2}".format(self.owner, self.source,
            self.image))
        now = int(time.time())
        subprocess.run(["debugfs", "-w", "-f", "-", self.image], check=True,
            capture_output=True, encoding="utf-8", input="".join(
            "set_inode_field /%s %s @%d\n" % (name, field, now - age)
            for name, age in self.ages.items()
            for field in ("atime", "mtime", "ctime", "crtime")))
        sh("mount -o loop,noatime %s %s" % (self.image, self.at))
        return self

    def __exit__(self, *error):
        sh("umount %s; rm -rf %s %s" % (self.at, self.source, self.image))

    def left(self):
        return sorted(name for name in self.ages
            if os.path.exists("%s/%s" % (self.at, name)))


VIRTUAL = {"ann/Maildir/tmp/old": OLD, "ann/Maildir/tmp/young": YOUNG,
    "ann/Maildir/new/old": OLD, "ann/Maildir/cur/old": OLD}


def without_old_tmp(ages):
    return sorted(name for name, age in ages.items()
        if age == YOUNG or "/tmp/" not in "/" + name)


@test("the timer runs, and its service takes from tmp/ what is old, no more")
def timer():
    equal(show(TIMER, "ActiveState"), "active")
    with Aged("/var/vmail", "vmail", VIRTUAL) as aged:
        equal(aged.left(), sorted(VIRTUAL))
        with drop_in("OnBootSec=", "OnUnitActiveSec=", "OnActiveSec=1s",
                "AccuracySec=1us", unit=TIMER, section="Timer",
                restart=TIMER):
            until(lambda: aged.left() != sorted(VIRTUAL), "the timer", 30)
        until(lambda: show("systemd-tmpfiles-clean.service", "ActiveState")
            == "inactive", "its service to end")
        equal(aged.left(), without_old_tmp(VIRTUAL))


@test("system users: their own systemd does the same, with their rights")
def own():
    ages = {name[4:]: age for name, age in VIRTUAL.items()}
    with Aged("/home/bob", "bob", ages) as aged:
        said = sh("setpriv --reuid=bob --regid=bob --clear-groups env -i"
            " HOME=/home/bob XDG_RUNTIME_DIR=/home/bob PATH=/usr/bin:/bin"
            " systemd-tmpfiles --user --clean")
        equal((said, aged.left()), ("", without_old_tmp(ages)))


@test("a user who makes his Maildir a link gets nothing removed by root")
def link():
    with Aged("/srv", "root", {"tmp/old": OLD}) as aged:
        sh("mv /home/bob/Maildir /home/bob/was; ln -s /srv /home/bob/Maildir")
        try:
            sh("systemctl start systemd-tmpfiles-clean.service")
            equal(aged.left(), ["tmp/old"])
        finally:
            sh("rm /home/bob/Maildir; mv /home/bob/was /home/bob/Maildir")


booted()
nodes()
serve()
run_all()
