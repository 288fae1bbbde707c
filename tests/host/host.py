"""What every whole host of these tests has: a shell, files, port 25."""

import os
import socket
import subprocess
import time

from client import Client
from tap import equal


def sh(command, wanted=0, **more):
    """What it says, both outputs."""
    done = subprocess.run(["sh", "-ec", command], stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8",
        timeout=120, **more)
    equal(done.returncode, wanted, command + ": " + done.stdout)
    return done.stdout.strip()


def write(path, text, age=10):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        file.write(text)
    then = time.time() - age
    os.utime(path, (then, then))


def listens():
    """Somebody does, on port 25."""
    for table in "tcp", "tcp6":
        with open("/proc/net/" + table) as file:
            if any(":0019 " in line and " 0A " in line for line in file):
                return True
    return False


def connect(source="", address="127.0.0.1", seconds=30, port=25):
    there = socket.create_connection((address, port), timeout=seconds,
        source_address=(source, 0) if source else None)
    there.settimeout(None)
    return Client(*[there.detach()] * 2, seconds)
