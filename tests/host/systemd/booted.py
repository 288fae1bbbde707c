"""A host that has just been booted for this test: tests/with-systemd starts it,
"make install" and the README's commands make it a mail host.

The users are ann, whose Maildir is vmail's, and bob, who has an account.  What
a test changes by drop_in() it takes back by leaving the context."""

import glob
import json
import os
import pwd
import re
import shutil
import socket
import subprocess
import sys
import time

from client import Client
from manual import readme_block
from tap import TOP, equal, true, until

BOOT = TOP + "/tests/with-systemd"
SYSTEM = "/etc/systemd/system"
DOC = "/usr/local/share/doc/smtp-receive"
SOCKET = "smtp-receive.socket"
SERVICE = "smtp-receive@.service"
BODY = b"Message-ID: <1@client.example>\r\nSubject: hi\r\n\r\nhi\r\n"
ANN, BOB = "/var/vmail/ann/Maildir", "/home/bob/Maildir"

CONF = "hostname = mx.example.org\nmin-free = 1M\n"
MAP = """\
ann@example.org         /var/vmail/ann/Maildir/
gone@example.org        /var/vmail/gone/Maildir/
postmaster              ann@example.org
"""
ACCOUNTS = MAP + """\
bob@example.org         ~bob/Maildir/
@users.example.org      ~/Maildir/
"""


def booted():
    """Goes on inside a systemd; what called this only waits for it."""
    if os.path.exists("/run/with-systemd"):
        return
    done = subprocess.run([BOOT, sys.executable, *sys.argv],
        stdin=subprocess.DEVNULL)
    if done.returncode == 77:
        print("1..0 # SKIP this machine cannot boot a systemd")
    sys.exit(done.returncode % 77)


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


def install():
    """The program, its users and what it finds at boot; not yet started."""
    sh("make -s -C %s install BUILD=%s/build" % (TOP, TOP))
    sh("systemd-sysusers; systemd-tmpfiles --create smtp-receive.conf")


def make_maildir(path, user):
    sh("install -d -o {0} -g {0} -m 700 {1} {1}/Maildir {1}/Maildir/cur"
        " {1}/Maildir/new {1}/Maildir/tmp".format(user, path))


def configure(users=MAP, conf=CONF):
    write("/etc/smtp-receive/users", users)
    write("/etc/smtp-receive/smtp-receive.conf", conf)


def serve(users=MAP):
    """All of it, to the README's last word."""
    install()
    sh("install -d -g vmail -m 750 /var/vmail")
    make_maildir("/var/vmail/ann", "vmail")
    sh("useradd --create-home --user-group bob")
    make_maildir("/home/bob", "bob")
    configure(users)
    sh(readme_block("systemctl daemon-reload"))


# systemd

def show(unit, name):
    return sh("systemctl show --value -p %s '%s'" % (name, unit))


def reload():
    sh("systemctl daemon-reload")


class drop_in:
    """These settings, or a file of the documentation's directory, are in a
    drop-in of that unit.  restart: what must begin anew to see them."""

    def __init__(self, *settings, unit=SERVICE, name="test.conf",
            section="Service", restart=None):
        self.path, self.restart = "%s/%s.d/%s" % (SYSTEM, unit, name), restart
        self.text = "[%s]\n%s\n" % (section, "\n".join(settings))
        if not settings:
            with open("%s/%s" % (DOC, name)) as file:
                self.text = file.read()

    def __enter__(self):
        write(self.path, self.text)
        self.again()
        return self

    def __exit__(self, *error):
        os.unlink(self.path)
        self.again()

    def again(self):
        reload()
        if self.restart:
            sh("systemctl restart " + self.restart)


def hardened(**more):
    return drop_in(name="hardened.conf", **more)


def system_users(**more):
    return drop_in(name="system-users.conf", **more)


def instances():
    """Of smtp-receive@.service that systemd remembers, failed ones too."""
    return sh("systemctl list-units --all --plain --no-legend"
        " 'smtp-receive@*'").splitlines()


def healthy():
    """No connection is left, and nothing that has failed."""
    until(lambda: not instances(), "all instances to be forgotten", 60)
    equal(show(SOCKET, "ActiveState"), "active")
    equal(sh("systemctl --failed --plain --no-legend"), "")


def listens():
    """Somebody does, on port 25."""
    for table in "tcp", "tcp6":
        with open("/proc/net/" + table) as file:
            if any(":0019 " in line and " 0A " in line for line in file):
                return True
    return False


# The journal

class Journal:
    """What is written from now on."""

    def __init__(self):
        sh("journalctl --sync")
        self.after = json.loads(sh("journalctl -q -n 1 -o json"))["__CURSOR"]

    def entries(self):
        sh("journalctl --sync")
        said = sh("journalctl -q -o json --after-cursor '%s'" % self.after)
        return [json.loads(line) for line in said.splitlines()]

    def events(self, name=None):
        """(priority, line) of each line of the program's."""
        found = []
        for each in self.entries():
            if each.get("SYSLOG_IDENTIFIER") == "smtp-receive":
                event = re.match(r"event=(\w+) ", each["MESSAGE"])
                true(event, each["MESSAGE"])
                if name in (None, event[1]):
                    found.append((int(each["PRIORITY"]), each["MESSAGE"]))
        return found

    def statuses(self):
        """What systemd found worth a line in how services ended."""
        return sorted(each["EXIT_CODE"] + " " + each["EXIT_STATUS"]
            for each in self.entries() if "EXIT_STATUS" in each
            and each.get("UNIT", "").startswith("smtp-receive"))


# Clients

def connect(source="", address="127.0.0.1", seconds=30):
    there = socket.create_connection((address, 25), timeout=seconds,
        source_address=(source, 0) if source else None)
    there.settimeout(None)
    return Client(*[there.detach()] * 2, seconds)


def send(*to, wanted="250 2.0.0", **where):
    client = connect(**where)
    client.hello()
    client.mail(BODY, *to, wanted=wanted)
    client.quit()


def files(box=ANN, part="new"):
    return sorted(glob.glob("%s/%s/*" % (box, part)))


def arrives(box=ANN, to="ann@example.org", owner="vmail", **where):
    """One mail more for that Maildir, of its owner."""
    before = set(files(box))
    send(to, **where)
    new = set(files(box)) - before
    equal(len(new), 1, "new messages for " + to)
    stat = os.stat(new.pop())
    equal((pwd.getpwuid(stat.st_uid).pw_name, stat.st_mode & 0o7777),
        (owner, 0o600))
    equal(files(box, "tmp"), [])


# Processes

def status(pid):
    with open("/proc/%d/status" % pid) as file:
        return dict(line.rstrip("\n").split(":\t", 1) for line in file
            if ":\t" in line)


def pair():
    """The monitor and the session of the one connection that there is."""
    found = [int(pid) for pid in os.listdir("/proc") if pid.isdigit()
        and os.path.exists("/proc/%s/comm" % pid)
        and open("/proc/%s/comm" % pid).read() == "smtp-receive\n"]
    parents = {pid: int(status(pid)["PPid"]) for pid in found}
    sessions = [pid for pid in found if parents[pid] in found]
    equal(len(sessions), 1, "sessions")
    return parents[sessions[0]], sessions[0]


def cpu(pid):
    """Seconds of the processor that it has had."""
    with open("/proc/%d/stat" % pid) as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
