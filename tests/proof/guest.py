"""What the scripts that run in the VM share."""

import os
import shutil
import subprocess
import tempfile

from harness import COMM, SCRATCH, Receiver, make_maildir


def say(*words):
    """A line for the host, in one piece whoever else is writing."""
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


def mount(kind, disk, directory, options=""):
    os.makedirs(directory, exist_ok=True)
    subprocess.run(["mount", "-t", kind, *(["-o", options] if options else []),
        disk, directory], check=True)
    os.chmod(directory, 0o755)
    return directory


def make_boxes(directory, number=5):
    return {"box%d" % each: make_maildir("%s/box%d" % (directory, each))
        for each in range(1, number + 1)}


def receiver_for(boxes, program=None, **conf):
    """Its map and its log are not on the disk that is tried.  program: another
    than the shipped one."""
    receiver = Receiver(users="".join("%s@example.org %s/\n" % each
        for each in boxes.items()), boxes=(), **conf)
    if program:
        directory = tempfile.mkdtemp(dir=SCRATCH)
        os.chmod(directory, 0o755)
        receiver.command[0] = shutil.copy(program, directory + "/" + COMM)
    return receiver
