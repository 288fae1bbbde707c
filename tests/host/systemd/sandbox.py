"""The drop-ins: system-users.conf has what root needs and no more,
hardened.conf all that still works, alone and with it;
smtp-receive-tcpserver.service has the same once.  What the comments of units/
say is broken does break.

time limit: 600"""

import os
import pwd
import re

from booted import *
from clients import *
from journal import Journal
from sandboxes import FILTER, STRICT, TCPSERVER, all_of, tcpserver
from tap import run_all, test, true

# The capabilities of system-users.conf: their numbers, and without each, what
# fails of attempts(), and in which call.
NEEDED = {
    "CAP_DAC_READ_SEARCH": (2, ["ann"], ["openat2"]),
    "CAP_KILL": (5, ["ann", "stop", "bob"], ["capget"]),
    "CAP_SETGID": (6, ["ann", "stop", "bob"], ["setgroups"]),
    "CAP_SETUID": (7, ["ann", "stop", "bob"], ["setresuid"]),
    "CAP_SYS_CHROOT": (18, ["ann", "stop", "bob"], ["chroot"]),
}


# What hardened.conf cannot take away.
COMMON = {"SystemCallFilter=~@resources", "SystemCallFilter=~@privileged",
    "SystemCallFilter=~@mount", "RestrictAddressFamilies=~AF_UNIX",
    "RestrictSUIDSGID=", "DeviceAllow=", "RootDirectory=/RootImage="}
ROOT = {"User=/DynamicUser=", "ProtectHome=", "PrivateUsers=",
    "CapabilityBoundingSet=~CAP_KILL", "CapabilityBoundingSet=~CAP_SYS_CHROOT",
    "CapabilityBoundingSet=~CAP_(DAC_*|FOWNER|IPC_OWNER)",
    "CapabilityBoundingSet=~CAP_SET(UID|GID|PCAP)"}
NETWORK = {"PrivateNetwork=", "IPAddressDeny=", "AmbientCapabilities=",
    "CapabilityBoundingSet=~CAP_NET_(BIND_SERVICE|BROADCAST|RAW)",
    "RestrictAddressFamilies=~AF_(INET|INET6)", "PrivateUsers="}


def sandboxed(wanted):
    """How the session of a connection is confined; and the two processes."""
    client = connect()
    client.hello()
    monitor, session = map(status, pair())
    equal(session["Seccomp"], wanted)
    client.quit()
    return monitor, session


def exposure(unit, most):
    """systemd-analyze's figure, if it is no more than that."""
    said = sh("systemd-analyze security --no-pager --threshold=%d '%s'"
        % (most * 10, unit))
    print("# %s: %s" % (unit, said.splitlines()[-1].split(":")[1].split()[0]))


def open_left(unit, *wanted):
    """What systemd-analyze still marks; COMMON always."""
    said = sh("LC_ALL=C.UTF-8 systemd-analyze security --no-pager '%s'"
        " || true" % unit)
    marked = {line.split()[1] for line in said.splitlines()
        if line.startswith("\N{BALLOT X}")}
    equal(sorted(marked), sorted(COMMON.union(wanted)))


def accounts(*more):
    """The host is one for system users, too."""
    configure(ACCOUNTS)
    return all_of(system_users, *more)


# system-users.conf

def both_arrive():
    """For vmail's Maildir and for an account's, each its owner's."""
    arrives()
    for to in "bob@example.org", "Bob+lists@users.example.org":
        arrives(BOB, to, "bob")
    connect().refused("nosuch@users.example.org", "550 5.1.1")
    connect().refused("vmail@users.example.org", "550 5.1.1")


@test("system-users.conf: mail for virtual and for system users")
def system():
    with accounts():
        both_arrive()
        healthy()


@test("system-users.conf: the session is smtp-receive's, in strict mode, "
    "without capabilities, in an empty root")
def session():
    with accounts():
        client = connect()
        client.hello()
        monitor, session = pair()
        equal(os.listdir("/proc/%d/root" % session), [])
        one, two = status(monitor), status(session)
        uid = str(pwd.getpwnam("smtp-receive").pw_uid)
        equal((two["Uid"], two["Gid"], two["Groups"].strip()),
            ("\t".join([uid] * 4), "\t".join([uid] * 4), ""))
        equal((int(two["CapPrm"], 16), two["Seccomp"]), (0, STRICT))
        equal(int(one["CapBnd"], 16),
            sum(1 << number for number, _, _ in NEEDED.values()))
        client.quit()


def stopped():
    """A stop in the middle of a connection: the client is told."""
    client = connect(seconds=10)
    client.hello()
    sh("systemctl stop --no-block 'smtp-receive@*'")
    try:
        true("421" in client.rest_text(), "not told")
    finally:
        sh("systemctl kill -s KILL 'smtp-receive@*' || true")


def attempts():
    """What the capabilities are there for: that which goes wrong, and the
    system calls that the log names."""
    journal, wrong = Journal(), []
    for what, act in (("ann", arrives), ("stop", stopped),
            ("bob", lambda: arrives(BOB, "bob@example.org", "bob"))):
        try:
            act()
        except (AssertionError, OSError):
            wrong.append(what)
    return wrong, sorted({re.search(r" call=(\w+)", line)[1]
        for _, line in journal.events("failed")})


@test("CapabilityBoundingSet of system-users.conf: with all, all works")
def with_all():
    with accounts():
        equal(attempts(), ([], []))


def without(capability):
    @test("without %s: no %s" % (capability,
        ", no ".join(NEEDED[capability][1])))
    def taken():
        with accounts(lambda: drop_in("CapabilityBoundingSet=~" + capability,
                name="zz-test.conf")):
            equal(attempts(), NEEDED[capability][1:])


for each in NEEDED:
    without(each)


# hardened.conf

@test("hardened.conf, virtual users: mail arrives, under a filter; at most 1.2")
def hard_virtual():
    with hardened():
        arrives()
        monitor, session = sandboxed(FILTER)
        equal(monitor["Seccomp"], FILTER)
        healthy()
        exposure("smtp-receive@x.service", 1.2)
        open_left("smtp-receive@x.service")


@test("hardened.conf, system users: mail arrives, under a filter; at most 2.0")
def hard_system():
    with accounts(hardened):
        both_arrive()
        sandboxed(FILTER)
        healthy()
        exposure("smtp-receive@x.service", 2.0)
        open_left("smtp-receive@x.service", *ROOT)


@test("hardened.conf: only below ReadWritePaths= can there be Maildirs")
def read_write():
    make_maildir("/srv/carol", "vmail")
    configure(MAP + "carol@example.org /srv/carol/Maildir/\n")
    with hardened():
        connect().refused("carol@example.org", "451")
        with drop_in("ReadWritePaths=/srv", name="mine.conf"):
            arrives("/srv/carol/Maildir", "carol@example.org")


@test("hardened.conf: with RestrictSUIDSGID= no mail would arrive")
def suid_sgid():
    configure()
    with hardened(), drop_in("RestrictSUIDSGID=yes"):
        connect().refused("ann@example.org", "451")


# tcpserver

@test("smtp-receive-tcpserver.service: mail for virtual and system users, in "
    "the same sandbox; at most 2.0 and 3.1")
def served():
    configure(ACCOUNTS)
    with tcpserver():
        journal = Journal()
        arrives()
        sandboxed(FILTER)
        equal({priority for priority, _ in journal.events()}, {6})
        exposure(TCPSERVER, 2.0)
        open_left(TCPSERVER, *NETWORK)
    with system_users(unit=TCPSERVER), tcpserver():
        both_arrive()
        sandboxed(FILTER)
        exposure(TCPSERVER, 3.1)
        open_left(TCPSERVER, *NETWORK, *ROOT)


booted()
serve()
run_all()
