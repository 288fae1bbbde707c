"""How connections end, and what else they can be than TCP: half-closed,
vanished, silent and deaf clients, pipes and terminals."""

import errno
import select
import struct

from filter import deny, install
from harness import *

BODY = b"Subject: hi\r\n\r\nhi\r\n"

# How far a client gets before something happens to it.
STATES = [
    ("before EHLO", b""),
    ("in the middle of a line", b"EHLO cli"),
    ("after EHLO", b"EHLO client.example\r\n"),
    ("after MAIL", b"EHLO client.example\r\nMAIL FROM:<eve@example.com>\r\n"),
]
TO_RCPT = STATES[-1][1] + b"RCPT TO:<ann@example.org>\r\n"
STATES += [
    ("after RCPT", TO_RCPT),
    ("after DATA", TO_RCPT + b"DATA\r\n"),
    ("in the header", TO_RCPT + b"DATA\r\nSubject: h"),
    ("in the body", TO_RCPT + b"DATA\r\nSubject: hi\r\n\r\n" + b"x" * 300000),
    ("before the dot's line end", TO_RCPT + b"DATA\r\n" + BODY + b"."),
    ("after RSET", TO_RCPT + b"RSET\r\n"),
]
TO_DOT = TO_RCPT + b"DATA\r\n" + BODY + b".\r\n"


def reset(sock):
    """Whoever closes now sends RST."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
        struct.pack("ii", 1, 0))


def unread(client):
    """Octets that the receiver has not read yet."""
    ours = socket.socket(fileno=os.dup(client.outgoing)).getsockname()[1]
    with open("/proc/net/tcp") as file:
        for line in file:
            fields = line.split()
            if fields[2].endswith(":%04X" % ours):
                return int(fields[4].split(":")[1], 16)
    return 0


@test("half-closed after QUIT: stored, and every reply is heard")
def half_closed_after_quit():
    with Receiver() as receiver:
        client = receiver.connect(first=TO_DOT + b"QUIT\r\n",
            before=lambda ours: ours.shutdown(socket.SHUT_WR))
        equal(client.rest(), "220 250 250 250 354 250 221".split())
        equal(receiver.reap(), [0])
        equal(receiver.one().body, b"Subject: hi\n\nhi\n")


@test("more octets behind QUIT: no reset eats the last replies")
def unread_input():
    with Receiver() as receiver:
        for last in b"QUIT\r\n", b"FOO\r\n" * 25:
            client = receiver.connect(first=b"EHLO x\r\n" + last
                + b"NOOP\r\n" * 30000,
                before=lambda ours: ours.shutdown(socket.SHUT_WR))
            equal(receiver.status(client), 0)
            heard = b""
            while (more := os.read(client.incoming, 65536)):
                heard += more	# ECONNRESET would be an exception
            true(heard.splitlines()[-1][:3] in (b"221", b"421"), heard)
            client.close()


@test("half-closed after the dot, no QUIT: 451 4.4.2, nothing is stored")
def half_closed_after_dot():
    with Receiver() as receiver:
        client = receiver.connect(first=TO_DOT,
            before=lambda ours: ours.shutdown(socket.SHUT_WR))
        equal(client.rest(), "220 250 250 250 354 451".split())
        equal(receiver.reap(), [0])
        receiver.nothing()


@test("vanished in each state, by FIN and by RST: nothing is stored")
def vanished():
    with Receiver() as receiver:
        for name, said in STATES:
            for by_reset in False, True:
                client = receiver.connect()
                client.hear("220")
                client.say(said)
                until(lambda: not unread(client), "octets to go")
                if by_reset:
                    reset(socket.socket(fileno=os.dup(client.outgoing)))
                client.close()
        equal(set(receiver.reap()), {0})
        receiver.nothing()
        equal(len(receiver.log("closed")), 2 * len(STATES))


@test("vanished before we look, the dot sent: nothing is stored")
def vanished_at_once():
    with Receiver() as receiver:
        client = receiver.connect(first=TO_DOT,
            before=lambda ours: ours.shutdown(socket.SHUT_RDWR))
        client.close()
        equal(receiver.reap(), [0])
        receiver.nothing()


@test("vanished after the 250: stored, once")
def vanished_after():
    with Receiver() as receiver:
        for by_reset in False, True:
            client = receiver.connect()
            client.hello()
            client.mail(BODY, "bob@example.org" if by_reset else
                "ann@example.org")
            if by_reset:
                reset(socket.socket(fileno=os.dup(client.outgoing)))
            client.close()
        equal(receiver.reap(), [0, 0])
        receiver.one("ann")
        receiver.one("bob")


@test("a client that never reads its replies: the end after command-timeout")
def deaf():
    with Receiver(command_timeout=1) as receiver:
        client = receiver.connect(narrow=True)
        os.set_blocking(client.outgoing, False)
        began = time.monotonic()
        left = b"HELP\r\n" * 4000
        while client.monitor.poll() is None:
            true(time.monotonic() < began + 15, "it lives on")
            try:
                left = left[os.write(client.outgoing, left):]
                time.sleep(0.01)
            except BlockingIOError:
                time.sleep(0.01)
            except (ConnectionResetError, BrokenPipeError):
                break
        equal(receiver.status(client), 0)
        client.close()
        receiver.nothing()
        equal(receiver.log("closed")[0]["how"], "deaf")


@test("deaf on a pipe: the same")
def deaf_pipe():
    with Receiver(command_timeout=1) as receiver:
        client = receiver.pipes()
        began = time.monotonic()
        os.set_blocking(client.outgoing, False)
        while client.monitor.poll() is None:
            true(time.monotonic() < began + 15, "it lives on")
            try:
                client.say(b"HELP\r\n" * 500)
            except BlockingIOError:
                time.sleep(0.01)
            except BrokenPipeError:
                break
        equal(receiver.status(client), 0)
        client.close()


@test("nothing said: 421 4.4.2 after command-timeout")
def silent():
    with Receiver(command_timeout=1) as receiver:
        client = receiver.connect()
        client.hello()
        client.hear("421 4.4.2")
        client.end()
        pipe = receiver.pipes()
        pipe.hear("220")
        pipe.hear("421 4.4.2")
        equal(receiver.reap(), [0, 0])


@test("silent in the middle of a message: 421 4.4.2, nothing is stored")
def silent_in_data():
    with Receiver(command_timeout=1) as receiver:
        client = receiver.connect()
        client.hello()
        client.envelope()
        client.ask("DATA", "354")
        client.say(BODY)
        client.hear("421 4.4.2")
        client.end()
        receiver.nothing()


@test("one octet at a time for ever: the end at session-timeout")
def drop_by_drop():
    with Receiver(command_timeout=2, session_timeout=2) as receiver:
        client = receiver.connect()
        client.hear("220")
        began = time.monotonic()
        while not drop(client):
            true(time.monotonic() < began + 15, "it lives on")
        client.hear("421")
        true(time.monotonic() > began + 1, "too early")
        client.end()
        receiver.nothing()


@test("a message drop by drop: the end at session-timeout, nothing is stored")
def message_drop_by_drop():
    with Receiver(command_timeout=2, session_timeout=2) as receiver:
        client = receiver.connect()
        client.hello()
        began = time.monotonic()
        client.envelope("all@example.org")
        client.ask("DATA", "354")
        while not drop(client):
            true(time.monotonic() < began + 15, "it lives on")
        client.hear("421")
        true(time.monotonic() > began + 1.9, "too early")
        client.end()
        receiver.nothing()


def drop(client):
    """Says one octet; is there an answer?"""
    try:
        client.say(b"N")
    except (ConnectionResetError, BrokenPipeError):
        return True
    return select.select([client.incoming], [], [], 0.2)[0]


@test("on a pair of pipes, and on a socket pair: the client is unknown")
def unknown_client():
    with Receiver() as receiver:
        for client, to in (receiver.pipes(), "ann"), (receiver.pair(), "bob"):
            client.hello()
            client.mail(BODY, to + "@example.org")
            client.quit()
            equal(receiver.one(to).header["client"], b"unknown")
        equal(len(receiver.log("closed", client="unknown")), 2)


@test("a pipe whose writer is gone behind the dot: 451, nothing is stored")
def vanished_pipe():
    with Receiver() as receiver:
        client = receiver.pipes()
        client.say(TO_DOT)
        os.close(client.outgoing)
        client.outgoing = client.incoming
        equal(client.rest(), "220 250 250 250 354 451".split())
        receiver.nothing()


@test("on a terminal: raw it works, typed lines hear that CR is missing")
def terminal():
    with Receiver() as receiver:
        client = receiver.terminal()
        client.hello()
        client.mail(BODY)
        client.quit()
        equal(receiver.one().header["client"], b"unknown")
        client = receiver.terminal(raw=False)
        client.say(b"NOOP\n")
        heard = b""
        while b"500 5.5.2" not in heard:
            heard += client.read()
        client.say(b"\x04")	# the end of the file, as typed
        equal(receiver.status(client), 0)
        client.close()


@test("inetd, the socket is descriptor 2: only replies come over it")
def inetd():
    with Receiver(log="auto") as receiver, Server(receiver, "inetd") as server:
        client = server.connect()
        client.hello()
        client.ask("FOO", "500")
        client.mail(BODY)
        client.quit()
        receiver.one()


def without(calls, number, fd=None):
    """Before the program starts: these fail, that descriptor is closed."""
    def prepare():
        if fd is not None:
            os.close(fd)
        install(b"".join(deny(call, number) for call in calls))
    return dict(preexec_fn=prepare)


@test("2 is closed and /dev/null cannot be opened: 421, never silence")
def no_null():
    with Receiver(log="auto") as receiver:
        receiver.spawn_options = without(["open", "openat"], errno.EMFILE, 2)
        client = receiver.connect()
        client.hear("421 4.3.2")
        client.end()
        equal(receiver.status(client), 75)


@test("no signalfd: 421, and its own errno in the log, on a pipe as well")
def no_signalfd():
    with Receiver() as receiver:
        receiver.spawn_options = without(["signalfd4"], errno.EMFILE)
        client = receiver.pipes()
        client.hear("421 4.3.2")
        client.end()
        equal(receiver.status(client), 75)
        true(any(shows(line, errno.EMFILE)
            for line in receiver.log("failed", call="signalfd")),
            receiver.log_text())


@test("2 may be the client's socket, it cannot be seen: no log goes there")
def unseen():
    with Receiver(log="auto") as receiver, Server(receiver, "inetd") as server:
        receiver.spawn_options = without(["fstat", "newfstatat"], errno.EIO)
        client = server.connect()
        client.hello()
        client.quit()


if __name__ == "__main__":
    run()
