"""A host for the length of a test: its own mounts and its own network, an
/etc in which anything can be written, and a /dev/log that remembers."""

import ctypes
import os
import re
import signal
import socket
import subprocess
import threading

from harness import COMM, SCRATCH, UID, Receiver
from host import connect, listens, write
from manual import read
from mounts import mount
from people import Host
from stored import parse_log
from tap import need_root, tool, true, until

NEWNET = 0x40000000
FACILITIES = {2: "mail", 3: "daemon"}
PRIORITIES = "emerg alert crit err warning notice info debug".split()
BOB, SESSION = 64322, 64323
HOME = SCRATCH + "/bob"

PASSWD = """\
root:x:0:0:root:/root:/bin/sh
vmail:x:%d:%d::/var/vmail:/usr/sbin/nologin
smtp-receive:x:%d:%d::/:/usr/sbin/nologin
bob:x:%d:%d::%s:/bin/sh
""" % (UID, UID, SESSION, SESSION, BOB, BOB, HOME)


def make_host():
    """Once, before any thread is made."""
    host = Host(SCRATCH)
    host.passwd(PASSWD)
    host.install()
    write("/etc/services", "smtp 25/tcp\n")
    write("/etc/protocols", "tcp 6 TCP\n")
    make_network()
    make_devices(SCRATCH + "/dev")


def make_network():
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    subprocess.run([tool("ip"), "link", "set", "lo", "up"], check=True)


def make_devices(place):
    """A /dev in which nobody has made a log yet."""
    os.mkdir(place)
    mount("-t", "tmpfs", "-o", "mode=755", "none", place)
    for name in "null", "zero", "full", "random", "urandom", "tty":
        write("%s/%s" % (place, name), "")
        mount("--bind", "/dev/" + name, "%s/%s" % (place, name))
    mount("--rbind", place, "/dev")


class Syslog:
    """/dev/log: what was written to it, as (facility, priority, tag, text)."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind("/dev/log")
        os.chmod("/dev/log", 0o666)
        self.lines = []
        self.thread = threading.Thread(target=self.loop, daemon=True)
        self.thread.start()

    def loop(self):
        while octets := self.socket.recv(65536):
            match = re.fullmatch(rb"<(\d+)>\w{3} [ \d]\d [\d:]{8} "
                rb"([^:\[]+)(?:\[\d+\])?: (.*)\n?", octets, re.S)
            number = int(match[1])
            self.lines.append((FACILITIES[number >> 3],
                PRIORITIES[number & 7], match[2].decode(),
                match[3].decode()))

    def of(self, tag):
        return [line for line in self.lines if line[2] == tag]

    def says(self, tag, text):
        until(lambda: any(text in line[3] for line in self.of(tag)),
            "%s to say %r" % (tag, text))

    def events(self):
        """Of smtp-receive: (facility, priority, the line taken apart)."""
        return [(facility, priority, *parse_log(text))
            for facility, priority, _, text in self.of("smtp-receive")]

    def close(self):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as last:
            last.sendto(b"", "/dev/log")
        self.thread.join()
        self.socket.close()
        os.unlink("/dev/log")


class SuperServer:
    """One of the two, with its file of units/, on port 25.  change: pairs of
    texts, the first of which the file must have.  Keeps its Receiver's map
    and configuration where the program looks without -c."""

    def __init__(self, kind, *change, log=True, **more):
        need_root()
        self.kind, self.binary = kind, tool(kind)
        self.syslog = Syslog() if log else None
        self.receiver = Receiver(log="auto", **more)
        with open(self.receiver.conf) as file:
            write("/etc/smtp-receive/smtp-receive.conf", file.read())
        text = read("units", {"inetd": "inetd.conf"}.get(kind, kind))
        for before, after in [("@SBINDIR@/smtp-receive",
                SCRATCH + "/" + COMM), *change]:
            true(before in text, "no %r in units/" % before)
            text = text.replace(before, after)
        self.conf = self.receiver.base + "/" + kind
        write(self.conf, text)

    def __enter__(self):
        options = {"inetd": ["-i", self.conf], "xinetd": ["-dontfork",
            "-pidfile", self.conf + ".pid", "-f", self.conf]}[self.kind]
        with open(self.conf + ".said", "ab") as said:
            self.process = subprocess.Popen([self.binary, *options], cwd="/",
                stdin=subprocess.DEVNULL, stdout=said, stderr=said,
                env={"PATH": os.environ["PATH"], "SECRET": "1"})
        try:
            until(self.listening, self.kind + " to listen")
        except Exception:
            self.stop()
            raise
        return self

    def listening(self):
        true(self.process.poll() is None, self.kind + " has ended")
        return listens()

    connect = staticmethod(connect)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=10)
        if self.syslog:
            self.syslog.close()

    def __exit__(self, kind, error, trace):
        try:
            self.receiver.__exit__(kind, error, trace)
        finally:
            self.stop()
            if error and self.syslog:
                for line in self.syslog.lines[-20:]:
                    print("# syslog:", *line)
        return False
