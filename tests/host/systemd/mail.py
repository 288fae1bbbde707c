"""smtp-receive.socket with real mail, real faults, real strangers, under a
real systemd.

time limit: 600"""

import os
import pwd
import re
import signal
import socket
import struct

from booted import *
from clients import *
from journal import Journal, documented
from tap import run_all, test, true


@test("sysusers: smtp-receive and vmail, who can never log in")
def users():
    for name, home in ("smtp-receive", "/"), ("vmail", "/var/vmail"):
        user = pwd.getpwnam(name)
        equal((user.pw_dir, user.pw_shell), (home, "/usr/sbin/nologin"), name)
        true(0 < user.pw_uid < 1000, "%s has uid %d" % (name, user.pw_uid))


@test("tmpfiles: an empty root for the session, which nobody but root can fill")
def empty_root():
    for path in "/run/smtp-receive", "/run/smtp-receive/empty":
        stat = os.stat(path)
        equal((stat.st_uid, stat.st_gid, stat.st_mode), (0, 0, 0o40755), path)
    equal(os.listdir("/run/smtp-receive/empty"), [])


@test("virtual users: mail by IPv4 and by IPv6, with its lines in the journal")
def virtual():
    for address in "127.0.0.1", "::1":
        journal = Journal()
        arrives(address=address)
        healthy()
        events = [line.split()[0][6:] for _, line in journal.events()]
        equal(events, ["connect", "helo", "stored", "closed"])
        true(all(" client=%s " % address in line
            for _, line in journal.events()), address)
        equal(journal.statuses(), [])


@test("no filter: the session is in strict mode, the monitor is vmail, neither "
    "has a capability")
def strict():
    client = connect()
    client.hello()
    monitor, session = map(status, pair())
    equal((monitor["Seccomp"], session["Seccomp"]), ("0", "1"))
    vmail = "\t".join([str(pwd.getpwnam("vmail").pw_uid)] * 4)
    for each in monitor, session:
        equal(each["Uid"], vmail)
        equal([int(each["Cap" + kind], 16) for kind in
            ("Eff", "Prm", "Inh", "Bnd", "Amb")], [0] * 5)
        equal(each["NoNewPrivs"], "1")
    client.quit()


@test("the journal has each event with the priority of smtp-receive(8)")
def priorities():
    journal = Journal()
    client = connect()
    client.hello()
    client.ask("FOO", "500")
    client.mail(BODY)
    client.ask("MAIL FROM:<>", "250")
    client.ask("RCPT TO:<gone@example.org>", "451")
    os.kill(pair()[1], signal.SIGKILL)
    client.rest_text()
    configure(MAP + "no target\n")
    connect().refused("nobody@example.org", "451 4.3.5")
    configure()
    sh("/usr/local/sbin/smtp-receive-map")
    configure()				# it is stale
    connect().refused("nobody@example.org", "550 5.1.1")
    healthy()
    os.unlink("/etc/smtp-receive/users.cdb")
    seen = {re.match(r"event=(\w+)", line)[1]: priority
        for priority, line in journal.events()}
    wanted = documented()
    for name in "tls", "notls", "certificate":	# tls.py
        del wanted[name]
    equal(seen, wanted)


def vanish(client):
    """As a client that loses its power: with a reset."""
    there = socket.socket(fileno=os.dup(client.outgoing))
    there.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
        struct.pack("ii", 1, 0))
    client.close()
    there.close()


def in_data(client):
    client.hello()
    client.envelope()
    client.ask("DATA", "354")
    client.say("half a mess")
    return client


HOSTILE = {
    "says nothing and leaves": lambda client: client.close(),
    "resets in the greeting": lambda client: (client.hear("220"),
        vanish(client)),
    "sends noise": lambda client: (client.say(os.urandom(3000)),
        client.close()),
    "errs until we close": lambda client: (client.say(b"FOO\r\n" * 30),
        client.rest_text()),
    "relays": lambda client: (client.hello(), client.say(b"MAIL FROM:<>\r\n"
        + b"RCPT TO:<a@b>\r\n" * 30 + b"QUIT\r\n"), client.rest_text()),
    "leaves in DATA": lambda client: in_data(client).close(),
    "resets in DATA": lambda client: vanish(in_data(client)),
    "smuggles": lambda client: (in_data(client).say(b"\n.\r\n.\r\n"),
        client.hear("550 5.6.0"), client.quit()),
}


@test("hostile clients: none makes a service fail, nothing is stored")
def hostile():
    before, journal = files(), Journal()
    for act in HOSTILE.values():
        act(connect())
    healthy()
    equal(journal.statuses(), [])
    equal(len(journal.events("closed")), len(HOSTILE))
    equal(journal.events("failed") + journal.events("attack"), [])
    equal(files(part="tmp") + files(), before)
    vanish(connect())	# systemd itself may find nobody there
    healthy()
    equal(journal.statuses(), [])


@test("faults of ours: exit status 75 or 78 in the journal, and no unit stays "
    "failed")
def faults():
    for users, conf, greeting, wanted in (
            (MAP, CONF, "220", ["exited 75"]),
            (MAP, CONF + "nokey = 1\n", "421 4.3.5", ["exited 78"]),
            (MAP, "sync = never\n", "421 4.3.5", ["exited 78"])):
        journal = Journal()
        configure(users, conf)
        client = connect()
        if greeting == "220":
            client.refused("gone@example.org", "451 4.3.0")
        else:
            true(client.rest_text().startswith(greeting), greeting)
        healthy()
        equal(journal.statuses(), wanted, conf)
    configure()
    arrives()


def killed():
    client = connect()
    client.hello()
    os.kill(pair()[0], signal.SIGKILL)
    client.rest_text()


def at_once():
    connect().rest_text()


@test("no failure of the service takes the socket down: killed, not to be "
    "started, no such user")
def socket_stays():
    for settings, fail, wanted in (
            ([], killed, "killed 9"),
            (["ExecStart=", "ExecStart=/nonexistent"], at_once, "exited 203"),
            (["User=nobody-of-this-name"], at_once, "exited 217")):
        journal = Journal()
        with drop_in(*(settings or ["User=vmail"])):
            for _ in range(20):
                fail()
            healthy()
        equal(journal.statuses(), [wanted] * 20)
        arrives()


def seen():
    return int(show(SOCKET, "NAccepted")) + int(show(SOCKET, "NRefused"))


@test("500 quick connections do not stop the socket, be the limit as it may; "
    "nor 100 at a time, of which ten are served")
def quick():
    with drop_in("TriggerLimitBurst=20", unit=SOCKET, section="Socket",
            restart=SOCKET):
        before = seen()
        for number in range(500):
            connect(source="127.1.%d.1" % (number % 50)).close()
        healthy()
        equal(seen() - before, 500)
        crowd = [connect() for _ in range(100)]
        until(lambda: seen() - before == 600, "systemd to see them", 30)
        equal(show(SOCKET, "NConnections"), "10")
        for client in crowd:
            client.close()
        healthy()
        arrives()


@test("MaxConnectionsPerSource=3: the fourth is closed, another source is "
    "served, the next, too, when one has gone")
def per_source():
    with drop_in("MaxConnectionsPerSource=3", unit=SOCKET, section="Socket",
            restart=SOCKET):
        three = [connect() for _ in range(3)]
        for client in three:
            client.hello()
        equal(connect().rest_text(), "")
        arrives(source="127.0.0.2")
        three.pop().quit()
        until(lambda: show(SOCKET, "NConnections") == "2", "one to be gone")
        arrives()
        for client in three:
            client.quit()
        healthy()


booted()
serve()
run_all()
