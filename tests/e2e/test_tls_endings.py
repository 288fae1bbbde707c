"""How connections under TLS end: by QUIT, by 421, by a client that is gone, by
one that says nothing; and what is stored then."""

import select
import struct

from harness import *
from secure import *

BODY = b"Subject: hi\r\n\r\nhi\r\n"
STATES = {	# what is said, and how many replies come before the end
    "before EHLO": (b"", 0),
    "in the middle of a line": (b"EHLO cli", 0),
    "after RCPT": (ENVELOPE, 3),
    "after DATA": (ENVELOPE + b"DATA\r\n", 4),
    "in the body": (ENVELOPE + b"DATA\r\nSubject: hi\r\n\r\n"
        + b"x" * 300000, 4),
    "before the dot's line end": (ENVELOPE + b"DATA\r\n" + BODY + b".", 4),
}


def wire(client):
    """The socket below, as long as it is kept."""
    return socket.socket(fileno=os.dup(client.outgoing))


def by_fin(client):
    client.close()


def by_reset(client):
    sock = wire(client)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
        struct.pack("ii", 1, 0))
    client.close()
    sock.close()


def by_notify(client):
    Client.say(client, client.farewell())
    client.close()


def by_notify_alone(client):
    """Without FIN: the other side ends it."""
    Client.say(client, client.farewell())
    while Client.read(client):
        pass


# The client is gone

def offered(receiver):
    client = receiver.connect()
    client.hello()
    return client


def asked(receiver):
    client = offered(receiver)
    client.say("STARTTLS")
    return client


def greeted(part):
    def begin(receiver):
        client = to_starttls(receiver)
        octets = Secure(client).first()
        client.say(octets[:int(len(octets) * part)])
        return client
    return begin


HANDSHAKE = {
    "STARTTLS said": asked,
    "220 heard": to_starttls,
    "half of ClientHello": greeted(0.5),
    "ClientHello": greeted(1),
    "ServerHello": in_handshake,
}


@test("vanished at each step of the handshake, by FIN and by RST: no attack, "
    "no fault, nothing left")
def vanished_early():
    for name, begin in HANDSHAKE.items():
        for leave in by_fin, by_reset:
            with vault() as receiver:
                client = begin(receiver)
                leave(client)
                equal(receiver.status(client), 0, name)
                receiver.nothing()
                equal(receiver.log("attack") + receiver.log("failed"), [],
                    name)
                equal(len(receiver.log("closed")), 1, name)


@test("vanished in each state under TLS, with and without close_notify, by FIN "
    "and by RST: nothing is stored")
def vanished():
    with vault() as receiver:
        leaves = by_fin, by_reset, by_notify, by_notify_alone
        for said, replies in STATES.values():
            for leave in leaves:
                client = starttls(receiver.connect())
                client.say(said)
                for _ in range(replies):
                    client.hear()
                leave(client)
        equal(set(receiver.reap()), {0})
        receiver.nothing()
        equal(len(receiver.log("closed")), len(leaves) * len(STATES))
        equal(receiver.log("attack") + receiver.log("failed"), [])


def hung_up(last, leave):
    """A client that says the dot and that, and is gone before the monitor
    looks; what is stored."""
    with vault() as receiver:
        client = starttls(receiver.connect())
        client.hello()
        client.envelope()
        client.ask("DATA", "354")
        stop(client.monitor.pid)
        client.say(BODY + b".\r\n" + last)
        pid = helper(client)
        leave(client)
        until(lambda: idle(pid), "the helper to have passed on all")
        go(client.monitor.pid)
        equal(receiver.reap(), [0])
        until(lambda: not processes(), "the end")
        return len(receiver.files("new", "ann"))


def idle(pid):
    """Has it read all that came, and sleeps or is gone?"""
    try:
        with open("/proc/%d/stat" % pid) as file:
            state = file.read().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return True
    time.sleep(0.05)
    return state in "SZ"


@test("gone right after the dot, however: nothing is stored (RFC 1047)")
def gone_after_dot():
    for leave in by_fin, by_reset, by_notify:
        equal(hung_up(b"", leave), 0, leave.__name__)


@test("QUIT behind the dot, and gone: stored")
def quit_after_dot():
    for leave in by_fin, by_notify:
        equal(hung_up(b"QUIT\r\n", leave), 1, leave.__name__)


@test("half-closed after QUIT: stored, and every reply is heard")
def half_closed_after_quit():
    with vault() as receiver:
        client = starttls(receiver.connect())
        client.say(ENVELOPE + b"DATA\r\n" + BODY + b".\r\nQUIT\r\n")
        wire(client).shutdown(socket.SHUT_WR)
        equal(client.rest(), "250 250 250 354 250 221".split())
        true(client.notified, "no close_notify")
        receiver.one()


@test("gone after the 250: stored, once")
def vanished_after():
    with vault() as receiver:
        for leave in by_fin, by_reset, by_notify:
            client = starttls(receiver.connect())
            client.hello()
            client.mail(BODY)
            leave(client)
        equal(receiver.reap(), [0] * 3)
        equal(len(receiver.files("new", "ann")), 3)


@test("QUIT: 221, close_notify, FIN, in that order; no reset eats them")
def bye():
    with vault() as receiver:
        client = starttls(receiver.connect())
        client.say(b"EHLO x\r\nQUIT\r\n" + b"NOOP\r\n" * 20000)
        equal(receiver.status(client), 0)
        equal(client.rest(), ["250", "221"])
        true(client.notified, "no close_notify")


# 421, encrypted

def hears_421(code, begin=None, **conf):
    with vault(**conf) as receiver:
        client = starttls(receiver.connect())
        client.hello()
        if begin:
            begin(client)
        client.hear("421 " + code)
        client.end()
        receiver.nothing()


@test("nothing said under TLS: 421 4.4.2 after command-timeout, encrypted")
def silent():
    hears_421("4.4.2", command_timeout=1)
    def in_data(client):
        client.envelope()
        client.ask("DATA", "354")
        client.say(BODY)
    hears_421("4.4.2", in_data, command_timeout=1)


@test("session-timeout: 421 4.4.2, encrypted")
def too_long():
    def often(client):
        deadline = time.monotonic() + 15
        while not select.select([client.incoming], [], [], 0.2)[0]:
            true(time.monotonic() < deadline, "it lives on")
            client.say(b"N")
    hears_421("4.4.2", often, command_timeout=2, session_timeout=2)


@test("SIGTERM: 421 4.3.2, encrypted")
def terminated():
    hears_421("4.3.2", lambda client: client.monitor.terminate())


@test("max-errors: 421 4.7.0, encrypted")
def errors():
    hears_421("4.7.0", lambda client: [client.ask("FOO", "500")
        for _ in range(2)] + [client.say("FOO")], max_errors=2)


# Silence and drops in the handshake

def ends(receiver, client, seconds):
    began = time.monotonic()
    equal(client.monitor.wait(timeout=seconds), 0)
    receiver.nothing()
    until(lambda: not processes(), "its processes to end", 6)
    equal(receiver.log("attack"), [])
    return time.monotonic() - began


@test("a handshake that stalls ends by command-timeout, at every step")
def stalled():
    for name in "220 heard", "half of ClientHello", "ClientHello", \
            "ServerHello":
        with vault(command_timeout=1) as receiver:
            client = HANDSHAKE[name](receiver)
            ends(receiver, client, 8)
            equal(len(receiver.log("notls")), 1, name)
            client.close()


@test("tls = implicit and not an octet: the same")
def stalled_implicit():
    with vault(tls="implicit", command_timeout=1) as receiver:
        client = receiver.connect()
        ends(receiver, client, 8)
        client.close()


@test("a handshake drop by drop ends at session-timeout at the latest")
def drop_by_drop():
    with vault(command_timeout=2, session_timeout=2) as receiver:
        client = to_starttls(receiver)
        octets = Secure(client).first()
        began = time.monotonic()
        for at in range(len(octets)):
            if client.monitor.poll() is not None:
                break
            try:
                client.say(octets[at:at + 1])
            except (BrokenPipeError, ConnectionResetError):
                break
            true(time.monotonic() < began + 15, "it lives on")
            time.sleep(0.2)
        ends(receiver, client, 8)
        client.close()


@test("a client under TLS that never reads its replies: the end after "
    "command-timeout")
def deaf():
    with vault(command_timeout=1) as receiver:
        client = starttls(receiver.connect(narrow=True))
        os.set_blocking(client.outgoing, False)
        began = time.monotonic()
        left = b""
        while client.monitor.poll() is None:
            true(time.monotonic() < began + 20, "it lives on")
            left = left or client.sealed(b"HELP\r\n" * 500)
            try:
                left = left[os.write(client.outgoing, left):]
            except BlockingIOError:
                time.sleep(0.01)
            except (ConnectionResetError, BrokenPipeError):
                break
        equal(receiver.status(client), 0)
        until(lambda: not processes(), "its processes to end", 6)
        client.close()
        receiver.nothing()
        equal(receiver.log("attack"), [])


if __name__ == "__main__":
    run()
