"""That nothing crosses from the plain side to TLS, and what comes of octets
that are no handshake."""

import ssl

from harness import *
from secure import *

BODY = b"Subject: hi\r\n\r\nhi\r\n"
PLAIN = "EHLO plain.example"


def untouched(receiver):
    """Nothing came of it."""
    receiver.nothing()
    equal(set(receiver.statuses), {0}, "exit statuses")


def rest_octets(client):
    octets = b""
    while (more := client.read()):
        octets += more
    client.close()
    return octets


@test("plain text behind STARTTLS: 554 5.5.1 and the end, nothing of it done")
def injected():
    mail = ENVELOPE + b"DATA\r\n" + BODY + b".\r\n"
    behind = [b"NOOP\r\n", b"N", b"\r\n", b"\0", mail, Secure(Unconnected(),
        blind()).first()]
    with vault() as receiver:
        for each in behind:
            client = receiver.connect(first=PLAIN.encode() + b"\r\nSTARTTLS\r\n"
                + each)
            equal(client.rest(), ["220", "250", "554"], each)
        untouched(receiver)
        equal(len(receiver.log("refused", reply="554")), len(behind))
        equal(receiver.log("tls"), [])


class Unconnected:
    incoming = outgoing = deadline = -1
    monitor = None


@test("plain text behind STARTTLS in a segment of its own: never a command")
def injected_later():
    for head, tail in (b"STARTTLS\r\nNO", b"OP\r\n"), (b"STARTTLS\r",
            b"\nNOOP\r\n"), (b"STARTTLS\r\n", b"NOOP\r\n"):
        with vault() as receiver:
            client = receiver.connect()
            client.hello(PLAIN)
            client.say(head)
            time.sleep(0.05)
            try:
                client.say(tail)
            except (BrokenPipeError, ConnectionResetError):
                pass
            heard = rest_octets(client)
            true(heard[:3] in (b"554", b"220", b""), heard)
            true(b"250" not in heard, heard)
            untouched(receiver)


@test("plain text behind STARTTLS that our read did not reach: never a command")
def injected_behind_the_buffer():
    size = 64 * 1024	# INPUT_SIZE
    lines = b"NOOP " + b"x" * 1017 + b"\r\n"
    end = b"STARTTLS\r\n"
    # One read(2) ends with STARTTLS, wherever the one before has ended.
    first = (lines * 64)[:size - len(end) - 2]
    first = first[:first.rindex(b"\r\n") + 2]
    first += b"NOOP" + b" " * (size - len(end) - len(first) - 6) + b"\r\n" + end
    equal(len(first), size)
    with vault() as receiver:
        client = receiver.connect()
        client.hello(PLAIN)
        session, = children(client.monitor.pid)
        stop(session)
        client.say(first + b"MAIL FROM:<eve@example.com>\r\n")
        go(session)
        heard = rest_octets(client)
        true(b"\r\n220 2.0.0" in heard or b"\r\n554 5.5.1" in heard, heard)
        true(b"Sender accepted" not in heard and b"503" not in heard, heard)
        untouched(receiver)


GARBAGE = {
    "a command": b"NOOP\r\n" * 20,
    "HTTP": b"GET / HTTP/1.0\r\n\r\n",
    "noughts": bytes(2000),
    "random octets": bytes(range(255, -1, -1)) * 200,
    "SSL 2.0": b"\x80\x2e\x01\x00\x02\x00\x15\x00\x00\x00\x10" + b"\7\0\xc0" * 7
        + bytes(16),
    "a record of another kind": b"\x17\3\3\0\5hello",
    "a record that is too long": b"\x16\3\1\xff\xff" + b"\1" * 65535,
    "an empty record": b"\x16\3\1\0\0" * 100,
    "a ClientHello of no form": b"\x16\3\1\0\4\1\0\0\0",
}


@test("garbage in the place of a handshake: the end, event=notls says why")
def garbage():
    with vault() as receiver:
        for name, octets in GARBAGE.items():
            client = to_starttls(receiver)
            try:
                client.say(octets)
                os.set_blocking(client.outgoing, True)
            except (BrokenPipeError, ConnectionResetError):
                pass
            end_of_output(client)
            heard = rest_octets(client)
            true(b"\r\n" not in heard, "%s: %r" % (name, heard))
            equal(receiver.status(client), 0, name)
        untouched(receiver)
        found = receiver.log("notls")
        equal(len(found), len(GARBAGE), "event=notls")
        true(all(line.get("why") for line in found), found)
        equal(receiver.log("tls"), [])
        equal(receiver.log("attack") + receiver.log("failed"), [])


def end_of_output(client):
    try:
        socket.socket(fileno=os.dup(client.outgoing)).shutdown(socket.SHUT_WR)
    except OSError:
        pass


@test("a client that does not trust us: its alert is in event=notls")
def distrusted():
    with vault() as receiver:
        client = to_starttls(receiver)
        context = ssl.create_default_context()
        try:
            Secure(client, context).handshake()
            raise AssertionError("it trusts us")
        except ssl.SSLCertVerificationError:
            pass
        client.close()
        untouched(receiver)
        line, = receiver.log("notls")
        true("unknown ca" in line["why"].lower(), line)


@test("tls = implicit, a client that speaks plain: it hears nothing in plain")
def plain_to_implicit():
    with vault(tls="implicit") as receiver:
        client = receiver.connect(first=PLAIN.encode() + b"\r\nQUIT\r\n")
        heard = rest_octets(client)
        true(b"220" not in heard and len(heard) < 16, heard)
        untouched(receiver)


if __name__ == "__main__":
    run()
