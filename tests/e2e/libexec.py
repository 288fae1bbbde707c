"""The programs that smtp-receive executes, where it looks for them: a build
that is not installed has them there in mounts that nobody else sees."""

import os
import re
import shutil

from mounts import mount
from tap import PROGRAM, TOP, need_root, true

BUILD = os.path.abspath(os.environ.get("BUILD", TOP + "/build"))
placed = set()	# what they are: device and inode


def compiled_in(name):
    """Where the program looks for that one."""
    with open(PROGRAM, "rb") as file:
        found = re.search(rb"/[^\0\n]*/" + name.encode() + rb"(?=\0)",
            file.read())
    true(found, "no path of %s in %s" % (name, PROGRAM))
    return found[0].decode()


def make_directory(path):
    """Below a copy of the mounts of what is there, so that the host itself
    gets nothing."""
    if os.path.isdir(path):
        mount("-t", "tmpfs", "-o", "mode=755", "none", path)
        return
    above = os.path.dirname(path)
    while not os.path.isdir(above):
        above = os.path.dirname(above)
    old = os.open(above, os.O_PATH)
    mount("-t", "tmpfs", "-o", "mode=755", "none", above)
    for name in os.listdir("/proc/self/fd/%d" % old):
        there, here = "/proc/self/fd/%d/%s" % (old, name), above + "/" + name
        if os.path.islink(there):
            os.symlink(os.readlink(there), here)
        elif os.path.isdir(there):
            os.mkdir(here)
            mount("--bind", os.path.realpath(there), here)
        else:
            shutil.copy(there, here)
    os.close(old)
    os.makedirs(path)


def place(name):
    """build/NAME, from now on until the test's process ends; its path.  Own
    mounts come first."""
    need_root()
    path = compiled_in(name)
    directory = os.path.dirname(path)
    if not os.path.ismount(directory) and not placed:
        make_directory(directory)
    shutil.copy(BUILD + "/" + name, path + ".new")
    os.chmod(path + ".new", 0o755)
    os.rename(path + ".new", path)
    placed.add(identity(path))
    return path


def identity(path):
    found = os.stat(path)
    return found.st_dev, found.st_ino


def running():
    """The pids of the processes that execute one of them."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc") if placed else []):
        try:
            if identity("/proc/%s/exe" % pid) in placed:
                found.append(int(pid))
        except (FileNotFoundError, PermissionError, ProcessLookupError):
            continue
    return found
