"""A fresh Debian in a directory, made once, and a copy of this tree."""

import hashlib
import os
import re
import shutil
import subprocess
import tempfile

from manual import evening
from tap import TOP, tool

BUILD = os.path.abspath(os.environ.get("BUILD", TOP + "/build"))
RELEASE = "bookworm"

# What an installed Debian has, and the smallest that debootstrap makes lacks.
STANDARD = "dbus init iproute2 less libpam-systemd netbase procps".split()


def wanted(*titles):
    """What stands behind apt-get install in those sections of the README."""
    lines = {re.sub(r"\\\n *", "", line) for title in titles
        for typed, _ in evening(title) for line in
        re.findall(r"(?m)^apt-get install ((?:.*\\\n)*.*)", typed)}
    return sorted(lines)


def call(*command):
    """Its last words are shown where it fails."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8",
        env=dict(os.environ, DEBIAN_FRONTEND="noninteractive", LC_ALL="C"))
    if done.returncode != 0:
        raise AssertionError("%s: %s" % (command[0], done.stdout[-3000:]))


def root(*titles):
    """Its path.  What the README installs is in the cache of its apt-get, for
    there is no network when it has booted; another list makes another root."""
    lines = wanted(*titles)
    name = hashlib.sha256("\n".join([RELEASE, *STANDARD, *lines]).encode())
    above = BUILD + "/evening"
    place = "%s/%s" % (above, name.hexdigest()[:12])
    if not os.path.exists(place):
        shutil.rmtree(above, ignore_errors=True)
        os.makedirs(above)
        call(tool("debootstrap"), "--variant=minbase",
            "--include=" + ",".join(STANDARD), RELEASE, place + ".new")
        for line in lines:
            call("chroot", place + ".new", "apt-get", "-q", "-y",
                "--download-only", "install", *line.split())
        # Nobody is asked for names: apt-get update gives up at once.
        open(place + ".new/etc/resolv.conf", "w").close()
        os.rename(place + ".new", place)
    return place


def tree():
    """A copy of this one, as if somebody had just unpacked it."""
    place = tempfile.mkdtemp() + "/smtp-receive"
    shutil.copytree(TOP, place, symlinks=True, ignore=lambda path, names:
        {".git", "build", "__pycache__"} & set(names))
    return place
