"""A host that has just been booted for this test: tests/with-systemd starts it,
"make install" and the README's commands make it a mail host.

The users are ann, whose Maildir is vmail's, and bob, who has an account.  What
a test changes by drop_in() it takes back by leaving the context."""

import os
import subprocess
import sys

from host import sh, write
from manual import readme_block
from proc import status
from tap import TOP, equal, until

BOOT = TOP + "/tests/with-systemd"
SYSTEM = "/etc/systemd/system"
DOC = "/usr/local/share/doc/smtp-receive"
SOCKET = "smtp-receive.socket"
SERVICE = "smtp-receive@.service"
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
    sys.exit(0 if done.returncode == 77 else done.returncode)


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
    sh(readme_block("systemctl daemon-reload\nsystemctl enable --now "
        "smtp-receive.socket"))


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


# Processes

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
