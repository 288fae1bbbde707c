"""A client that turns to TLS, by Python's ssl on memory: what goes over the
connection can be held back, cut and torn at every octet."""

import os
import signal
import ssl

import certificates
import libexec
from certificates import certificate
from client import HOST, Client
from harness import Receiver, children, need_root, until
from mounts import own_mounts

HELPER = "smtp-receive-tls"
ENVELOPE = (b"EHLO client.example\r\nMAIL FROM:<eve@example.com>\r\n"
    b"RCPT TO:<ann@example.org>\r\n")	# three replies


def trusting(version=None, **more):
    """A context that takes what the tests' root has signed, and nothing else;
    version: that one alone."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(certificates.ROOT)
    if version:
        context.minimum_version = context.maximum_version = version
    for name, value in more.items():
        setattr(context, name, value)
    return context


def blind():
    """One that takes everything."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def keyed(*pairs, **conf):
    """The settings for these certificates; a fresh one where none is given."""
    need_root()
    if not libexec.placed:
        own_mounts()
        libexec.place(HELPER)
    pairs = pairs or [certificate(HOST)]
    return dict(conf, tls_certificate=", ".join(each.chain for each in pairs),
        tls_key=", ".join(each.key for each in pairs))


class Secure(Client):
    """Takes a client's place.  After the end, notified says whether the
    other side has ended TLS itself (close_notify)."""

    def __init__(self, client, context=None, name=HOST):
        super().__init__(client.incoming, client.outgoing)
        self.monitor, self.notified = client.monitor, None
        self.deadline = client.deadline
        self.inside, self.outside = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = (context or trusting()).wrap_bio(self.inside, self.outside,
            server_hostname=name)

    def said(self, call, *arguments):
        """Does that to the TLS side; the octets that it wants to be sent."""
        try:
            call(*arguments)
        except ssl.SSLWantReadError:
            pass
        return self.outside.read()

    def feed(self):
        """From the connection into the TLS side; False at the end."""
        octets = super().read()
        if octets:
            self.inside.write(octets)
        else:
            self.inside.write_eof()
        return bool(octets)

    def shake(self):
        """One step, and what it has to say; is the handshake done?"""
        try:
            self.tls.do_handshake()
            done = True
        except ssl.SSLWantReadError:
            done = False
        finally:
            super().say(self.outside.read())	# an alert, too
        return done

    def handshake(self):
        while not self.shake():
            self.feed()
        return self

    def first(self):
        """The ClientHello, as it goes over the wire."""
        return self.said(self.tls.do_handshake)

    def sealed(self, octets):
        """As they go over the wire."""
        return self.said(self.tls.write, octets) if octets else b""

    def say(self, octets):
        if isinstance(octets, str):
            octets = octets.encode("latin-1") + b"\r\n"
        for at in range(0, len(octets), 65536):
            super().say(self.sealed(octets[at:at + 65536]))

    def read(self):
        while True:
            try:
                octets = self.tls.read(65536)
                self.notified = self.notified or not octets
                return octets
            except ssl.SSLWantReadError:
                self.feed()
            except ssl.SSLEOFError:
                self.notified = False
                return b""

    def farewell(self):
        """Our close_notify, as it goes over the wire."""
        return self.said(self.tls.unwrap)

    def end(self):
        super().end()
        if not self.notified:
            raise AssertionError("the end came without close_notify")

    def hello(self, verb="EHLO client.example"):
        """After STARTTLS there is no second greeting."""
        return self.ask(verb, "250")


def starttls(client, context=None, name=HOST):
    """From the greeting on, without the EHLO under TLS."""
    client.hello("EHLO plain.example")
    client.ask("STARTTLS", "220 2.0.0")
    return Secure(client, context, name).handshake()


def to_starttls(receiver):
    """A client that may begin the handshake."""
    client = receiver.connect()
    client.hello()
    client.ask("STARTTLS", "220 2.0.0")
    return client


def in_handshake(receiver):
    """A client that has heard all that the helper can say by then."""
    client = to_starttls(receiver)
    Secure(client, blind()).shake()
    client.read()
    return client


def implicit(client, context=None, name=HOST):
    """With its greeting."""
    secure = Secure(client, context, name).handshake()
    secure.hear("220 " + HOST + " ESMTP")
    return secure


def helper(client):
    """The pid of the one that serves this connection."""
    return until(lambda: [pid for pid in children(client.monitor.pid)
        if pid in libexec.running()], "the helper to run")[0]


def stop(pid):
    """Now it does nothing, as if the processor had forgotten it."""
    os.kill(pid, signal.SIGSTOP)

    def stopped():
        with open("/proc/%d/stat" % pid) as file:
            return file.read().rsplit(")", 1)[1].split()[0] == "T"
    until(stopped, "%d to be stopped" % pid)


def go(pid):
    os.kill(pid, signal.SIGCONT)


def vault(**conf):
    """A receiver with a certificate."""
    return Receiver(**keyed(**conf))
