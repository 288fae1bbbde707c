"""TLS below a real systemd: keys that only root may read, port 465, the
drop-ins, and what is left when a key is not there.

time limit: 600"""

import os
import re
import socket
import ssl

from booted import *
from client import Client
from clients import *
from credentials import NAMES, PATHS, STORE, credentials, make
from host import listens
from journal import Journal, documented
from manual import read
from sandboxes import FILTER, STRICT, TCPSERVER, all_of, tcpserver
from tap import run_all, test, true

SMTPS = "smtp-receive-smtps@.service"


class Inside(Client):
    """What is said within TLS; subject: whose certificate it is."""

    def __init__(self, client):
        super().__init__(-1, -1)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        there = socket.socket(fileno=client.incoming)
        there.settimeout(30)
        self.tls = context.wrap_socket(there)
        text = sh("openssl x509 -noout -subject -inform pem <<'E'\n%s\nE\n"
            % ssl.DER_cert_to_PEM_cert(self.tls.getpeercert(True)))
        self.subject = text.split("CN = ")[1]

    def say(self, octets):
        if isinstance(octets, str):
            octets = octets.encode() + b"\r\n"
        self.tls.sendall(octets)

    def read(self):
        return self.tls.recv(65536)

    def close(self):
        self.tls.close()


def begun(**where):
    """By STARTTLS, and EHLO after it."""
    client = connect(**where)
    true("STARTTLS" in client.hello(), "not announced")
    client.ask("STARTTLS", "220 2.0.0")
    inside = Inside(client)
    inside.ask("EHLO client.example", "250")
    return inside


def implicit():
    inside = Inside(connect(port=465))
    inside.hello()
    return inside


def encrypted(client=begun, box=ANN, to="ann@example.org"):
    """A mail arrives; the journal says that it was within TLS.  The name on
    the certificate."""
    before, journal = files(box), Journal()
    inside = client()
    inside.mail(BODY, to)
    inside.quit()
    new, = set(files(box)) - set(before)
    with open(new) as file:
        true(re.search(r"with ESMTPS id .*\n?.* tls TLS_\w+ \(TLSv1.3\)",
            file.read()), "Received: has no TLS")
    equal([priority for priority, _ in journal.events("tls")], [6])
    equal(journal.events("failed"), [])
    return inside.subject


def plain():
    """It is not offered, and mail arrives."""
    journal = Journal()
    client = connect()
    true("STARTTLS" not in client.hello(), "announced")
    client.mail(BODY)
    client.quit()
    (priority, line), = journal.events("failed")
    equal(priority, 3, line)
    return line


@test("LoadCredential=, as the unit has it: a key that only root may read "
    "serves vmail; the session is in strict mode")
def by_name():
    make("one")
    configure(conf=CONF + NAMES)
    with credentials():
        equal(encrypted(), "one")
        client = connect()
        client.hello()
        monitor, session = map(status, pair())
        equal((monitor["Seccomp"], session["Seccomp"]), ("0", STRICT))
        true(monitor["Uid"].split()[0] != "0", "the monitor is root")
        client.quit()
        healthy()


@test("a renewed certificate is the next connection's, also when it is "
    "renewed behind a link; nothing stays mounted")
def renewed():
    with credentials():
        make("one")
        open_still = begun()
        make("two")
        equal(encrypted(), "two")
        equal(open_still.subject, "one")
        open_still.quit()
        sh("cd %s; mkdir -m 700 /srv/live; for each in crt key; do "
            "mv smtp-receive.$each /srv/live/; "
            "ln -s /srv/live/smtp-receive.$each .; done" % STORE)
        equal(encrypted(), "two")
        healthy()
        until(lambda: "smtp" not in "".join(os.listdir("/run/credentials")),
            "the copies to be gone")
        sh("rm -r /srv/live %s/*" % STORE)


@test("what cannot be had: no STARTTLS, a line at err, mail in plain: no "
    "LoadCredential=, no such file, a link that leads nowhere, a key that "
    "only root may read")
def cannot():
    make("one")
    configure(conf=CONF + NAMES)
    true("call=getenv" in plain(), "why")
    configure(conf=CONF + PATHS)
    true("EACCES" in plain(), "why")
    configure(conf=CONF + NAMES)
    with credentials():
        sh("rm %s/smtp-receive.key" % STORE)
        true("ENOENT" in plain(), "why")
        sh("ln -s /srv/none %s/smtp-receive.key" % STORE)
        true("ENOENT" in plain(), "why")
        sh("rm %s/smtp-receive.key" % STORE)
        with drop_in("LoadCredential=smtp-receive.key:/srv/none",
                name="z.conf"):
            equal(connect().rest_text(), "")	# as the unit's comment says
    healthy()


@test("the journal has the events of TLS with the priorities of "
    "smtp-receive(8)")
def priorities():
    make("soon", days=3)
    journal = Journal()
    with credentials():
        begun().quit()
        client = connect()
        client.hello()
        client.ask("STARTTLS", "220 2.0.0")
        client.say(b"GET / HTTP/1.0\r\n\r\n" * 20)
        while client.read():
            pass
        client.close()
        healthy()
    wanted = {name: documented()[name] for name in
        ("tls", "notls", "certificate")}
    equal({re.match(r"event=(\w+)", line)[1]: priority
        for priority, line in journal.events()
        if re.match(r"event=(tls|notls|certificate) ", line)}, wanted)


class on_465:
    """smtp-receive-smtps.socket, with the drop-ins of the other: as its
    service's comment has it."""

    def __enter__(self):
        sh(re.sub("(?m)^#\t", "", "\n".join(re.findall("(?m)^#\t.*",
            read("units", SMTPS)))))
        sh("systemctl start smtp-receive-smtps.socket")

    def __exit__(self, *error):
        sh("systemctl stop smtp-receive-smtps.socket; rm -r %s/%s.d"
            % (SYSTEM, SMTPS))
        reload()


@test("port 465: TLS from the start; with the drop-ins of port 25")
def smtps():
    make("one")
    configure(conf=CONF + NAMES)
    for more in [], [hardened]:
        with all_of(credentials, *more), on_465():
            equal(encrypted(implicit), "one")
            healthy()
    configure(ACCOUNTS, CONF + NAMES)
    with all_of(credentials, system_users), on_465():
        equal(encrypted(implicit, BOB, "bob@example.org"), "one")
        healthy()


@test("hardened.conf: mail arrives in TLS, under a filter")
def hard():
    configure(conf=CONF + NAMES)
    with all_of(credentials, hardened):
        equal(encrypted(), "one")
        client = connect()
        client.hello()
        equal({status(pid)["Seccomp"] for pid in pair()}, {FILTER})
        client.quit()
        healthy()


@test("system-users.conf: a key that only root may read needs no credential; "
    "with one, and with hardened.conf, too")
def system():
    configure(ACCOUNTS, CONF + PATHS)
    with system_users():
        equal(encrypted(), "one")
        equal(encrypted(begun, BOB, "bob@example.org"), "one")
    configure(ACCOUNTS, CONF + NAMES)
    for more in [], [hardened]:
        with all_of(credentials, system_users, *more):
            equal(encrypted(begun, BOB, "bob@example.org"), "one")
            healthy()


@test("smtp-receive-tcpserver.service: TLS in its sandbox; a renewed "
    "certificate after a restart")
def served():
    configure(conf=CONF + NAMES)
    make("one")
    with credentials(TCPSERVER):
        with tcpserver():
            equal(encrypted(), "one")
            make("two")
            equal(encrypted(), "one")
            sh("systemctl restart " + TCPSERVER)
            until(listens, "tcpserver to listen")
            equal(encrypted(), "two")
        with system_users(unit=TCPSERVER), tcpserver():
            equal(encrypted(), "two")


booted()
serve()
run_all()
