"""What the tests of clients share that nobody here wrote: a message, and what
must have come of it."""

from harness import *

TEXT = """From: eve@example.com\r\nTo: ann@example.org\r\nSubject: hello\r\n\
\r\nHello Ann,\r\n.\r\n..two dots\r\n\r\nGr\u00fc\u00dfe, Eve\r\n""".encode()
TO = ["ann@example.org", "bob@example.org"]
ADDRESSES = ["127.0.0.1", "::1"]


def need_family(address):
    try:
        free_port(address)
    except OSError as why:
        raise Skip("no %s: %s" % (address, why.strerror))


def call(*command, stdin=b"", **more):
    done = subprocess.run([str(each) for each in command], input=stdin,
        capture_output=True, timeout=30, **more)
    if done.returncode:
        raise AssertionError("%s: exit %d: %s" % (command[0],
            done.returncode, (done.stdout + done.stderr).decode()[-800:]))
    return done.stdout


def message_file(text=TEXT, name="message"):
    path = SCRATCH + "/" + name
    with open(path, "wb") as file:
        file.write(text)
    return path


def message_lf():
    """For who makes CRLF of LF."""
    return message_file(TEXT.replace(b"\r\n", b"\n"), "message.lf")


def sent_by(client, host, proto=b"ESMTP", **conf):
    """client(host, port) brings TEXT from eve@example.com to TO."""
    need_family(host)
    with Receiver(**conf) as receiver, Server(receiver, address=host) as server:
        client(host, server.port)
        equal(receiver.reap(), [0], "exit status")
        for box in "ann", "bob":
            stored = receiver.one(box)
            # Some add header lines above, or an empty line below.
            wanted = TEXT.replace(b"\r\n", b"\n")
            true(stored.body.rstrip(b"\n").endswith(wanted.rstrip(b"\n")),
                "the body: %r" % stored.body)
            equal(stored.header["client"], b"[IPv6:::1]" if ":" in host
                else b"[127.0.0.1]")
            equal(stored.header["sender"], b"eve@example.com")
            equal(stored.header["proto"], proto)
        closed = receiver.log("closed")
        equal([line["messages"] for line in closed], ["1"])
