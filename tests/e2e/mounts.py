"""Mounts that nobody else sees, and that go with the test."""

import ctypes
import errno
import subprocess

from tap import TOP, need

NEWNS, REC, PRIVATE = 0x20000, 0x4000, 1 << 18


def own_mounts():
    """From now on this process has a mount namespace to itself.  Others that
    make one, ip-netns(8) among them, would take copies of our mounts along:
    a file system that we unmount would live on there, not mounted anew but
    as it was.  What of theirs we have copied goes for the same reason."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(NEWNS) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    # EINVAL: in a chroot / may be no mount point.
    if (libc.mount(b"none", b"/", None, REC | PRIVATE, None) != 0
            and ctypes.get_errno() != errno.EINVAL):
        raise OSError(ctypes.get_errno(), "mount")
    with open("/proc/self/mounts") as file:
        points = [line.split()[1] for line in file]
    for point in reversed(points):
        if point.startswith("/tmp/") and not TOP.startswith(point):
            subprocess.run(["umount", "-l", point], capture_output=True)


def mount(*arguments):
    done = subprocess.run(["mount", *arguments], capture_output=True,
        text=True)
    need(done.returncode == 0, "cannot mount: " + done.stderr.strip())
