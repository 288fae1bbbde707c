"""BDAT (RFC 3030) and LIMITS (RFC 9422) through the front door: what is
stored below the three headers is what came, with CR LF and LF as LF."""

import re
import time

from hard import OWN, corpus
from harness import *
from stored import Stored

TWO = b"MAIL FROM:<eve@example.com>\r\nRCPT TO:<ann@example.org>\r\n"


def chunks(body, size):
    """As it goes over the wire, LAST with the last octets."""
    pieces = [body[i:i + size] for i in range(0, len(body), size)] or [b""]
    more = b"".join(b"BDAT %d\r\n%s" % (len(piece), piece)
        for piece in pieces[:-1])
    return more + b"BDAT %d LAST\r\n%s" % (len(pieces[-1]), pieces[-1])


def plain(body):
    return body.replace(b"\r\n", b"\n")


def bdat(client, body, wanted="250 2.0.0", last=True):
    client.say(b"BDAT %d%s\r\n%s" % (len(body), b" LAST" if last else b"",
        body))
    return client.hear(wanted)


def send(receiver, body, size):
    """In a connection of its own; the chunks that are not the last."""
    client = receiver.connect()
    client.hello()
    client.envelope()
    client.say(chunks(body, size))
    more = max(0, -(-len(body) // size) - 1)
    for _ in range(more):
        client.hear("250 2.0.0 Chunk taken")
    client.hear("250 2.0.0 Stored as ")
    client.quit()
    return more


def all_stored(messages, size):
    """One after the other in one connection."""
    with Receiver(max_message_size="100M", max_messages=100000) as receiver:
        client = receiver.connect()
        client.hello()
        for name, body in messages.items():
            client.envelope()
            client.say(chunks(body, size))
            for _ in range(-(-len(body) // size) - 1):
                client.hear("250 2.0.0 Chunk taken")
            client.hear("250 2.0.0 Stored as ")
            path, = receiver.files()
            equal(Stored(path).body, plain(body), name)
            os.unlink(path)
        client.quit()


@test("our own hard messages, in one chunk: bare CR and LF are no fault")
def own():
    all_stored(OWN, 1 << 30)


@test("the same in chunks of 65,535 octets and of 4,097")
def own_in_chunks():
    for size in 65535, 4097:
        all_stored(OWN, size)


@test("the small ones in chunks of 1 and of 3 octets")
def small_chunks():
    for size in 1, 3:
        all_stored({name: body for name, body in OWN.items()
            if len(body) < 1000}, size)


@test("CORPUS, as it is, in one chunk and in several")
def corpus_messages():
    messages = corpus()
    for size in 1 << 30, 4096:
        all_stored(messages, size)


@test("50 MiB in one chunk")
def large():
    body = b"%077d\r\n" % 0 * (50 * 1024 * 1024 // 79)
    with Receiver() as receiver:
        send(receiver, body, 1 << 30)
        equal(receiver.one().body, plain(body))


@test("50 MiB in 12,800 chunks of 4 KiB: no limit of commands ends it")
def many_chunks():
    body = os.urandom(64 * 1024).replace(b"\r", b"").replace(b"\n", b"")
    body = (body + b"\n") * (50 * 1024 * 1024 // (len(body) + 2))
    with Receiver() as receiver:
        true(send(receiver, body, 4096) > 12700, "so many chunks")
        equal(receiver.one().body, body)


@test("CR at the end of one packet and chunk, LF in the next")
def split_line_end():
    with Receiver() as receiver:
        client = receiver.connect()
        client.hello()
        client.envelope()
        bdat(client, b"a\r", "250 2.0.0 Chunk", False)
        time.sleep(.05)
        bdat(client, b"\nb\r", "250 2.0.0 Chunk", False)
        bdat(client, b"", "250 2.0.0 Empty", False)
        bdat(client, b"c\r")
        client.quit()
        equal(receiver.one().body, b"a\nb\rc\r")


@test("envelope, chunks, a next mail by DATA and QUIT in one write")
def pipelined():
    with Receiver() as receiver:
        client = receiver.connect()
        client.hello()
        client.say(TWO + b"BDAT 4\r\nhi\r\nBDAT 0\r\nBDAT 6 LAST\r\n.\r\nho!"
            b"MAIL FROM:<>\r\nRCPT TO:<bob@example.org>\r\nDATA\r\nhe\r\n.\r\n"
            b"QUIT\r\n")
        equal(client.rest(), ["250"] * 2 + ["250"] * 3
            + ["250", "250", "354", "250", "221"])
        equal(receiver.one().body, b"hi\n.\nho!")
        equal(receiver.one("bob").body, b"he\n")


@test("what is refused is eaten: 503, 554, 552 and no command in it")
def eaten():
    with Receiver(max_message_size="64K") as receiver:
        client = receiver.connect()
        client.hear("220")
        evil = b"MAIL FROM:<evil@example.com>\r\n"
        bdat(client, evil, "503 5.5.1")
        client.ask("EHLO client.example", "250")
        bdat(client, evil, "503 5.5.1")
        client.ask("MAIL FROM:<eve@example.com>", "250")
        bdat(client, evil, "554 5.5.1")
        client.ask("RCPT TO:<nobody@example.org>", "550 5.1.1")
        bdat(client, evil, "554 5.5.1", False)
        client.ask("RCPT TO:<ann@example.org>", "250")
        bdat(client, b"x" * 65536, "250 2.0.0 Chunk", False)
        bdat(client, evil * 100000, "552 5.3.4", False)
        bdat(client, evil, "503 5.5.1")
        client.mail(b"hi\r\n")
        client.quit()
        equal(receiver.one().body, b"hi\n")
        equal([line["reply"] for line in receiver.log("refused",
            command="BDAT")], ["503", "503", "554", "554", "552", "503"])
        equal(receiver.log("refused", command="BDAT", reply="552")[0]["to"],
            "ann@example.org")


@test("BDAT without a size: 501 and the end, how=chunk")
def no_size():
    for line in "BDAT", "BDAT LAST", "BDAT -1", "BDAT 5 FIRST", \
            "BDAT 18446744073709551616", "BDAT 1e3 LAST":
        with Receiver() as receiver:
            client = receiver.connect()
            client.hello()
            client.envelope()
            client.say(line.encode() + b"\r\nNOOP\r\nQUIT\r\n")
            equal(client.rest(), ["501"])
            equal(receiver.reap(), [0])
            receiver.nothing()
            equal(receiver.log("closed")[0]["how"], "chunk")


@test("RSET and EHLO between chunks drop the mail; RCPT and DATA are 503")
def between():
    with Receiver() as receiver:
        client = receiver.connect()
        client.hello()
        for command in "RSET", "EHLO x", "HELO x":
            client.envelope()
            bdat(client, b"lost\r\n", "250", False)
            client.ask("DATA", "503 5.5.1")
            client.ask("RCPT TO:<bob@example.org>", "503 5.5.1")
            client.ask(command, "250")
            bdat(client, b"lost\r\n", "503 5.5.1")
        client.quit()
        equal(receiver.reap(), [0])
        receiver.nothing()


@test("a client that is gone in a chunk, or between two, leaves nothing")
def gone():
    for octets in b"BDAT 9\r\nhi", b"BDAT 9 LAST\r\n", b"BDAT 4\r\nhi\r\n":
        with Receiver() as receiver:
            client = receiver.connect()
            client.hello()
            client.envelope()
            client.say(octets)
            client.close()
            equal(receiver.reap(), [0])
            receiver.nothing()
            equal(receiver.log("closed")[0]["messages"], "0")


@test("a client that is silent in a chunk: 421 4.4.2 by command-timeout")
def silent():
    with Receiver(command_timeout=1) as receiver:
        client = receiver.connect()
        client.hello()
        client.envelope()
        client.say(b"BDAT 9 LAST\r\nhi")
        client.hear("421 4.4.2")
        client.end()
        equal(receiver.reap(), [0])
        receiver.nothing()


@test("BODY=8BITMIME with BDAT works, BODY=BINARYMIME is 555 5.5.4")
def bodies():
    with Receiver() as receiver:
        client = receiver.connect()
        client.hello()
        client.ask("MAIL FROM:<a@b> BODY=BINARYMIME", "555 5.5.4")
        client.ask("MAIL FROM:<a@b> BODY=8BITMIME", "250")
        client.ask("RCPT TO:<ann@example.org>", "250")
        bdat(client, b"\xff\0\xe4\n")
        client.quit()
        equal(receiver.one().body, b"\xff\0\xe4\n")


@test("LIMITS are kept: RCPTMAX + 1 is 452, MAILMAX + 1 is 421 and the end")
def limits():
    with Receiver(max_messages=3, max_recipients=101) as receiver:
        client = receiver.connect()
        said = client.hello()
        true(re.search(r"(?m)^250-LIMITS RCPTMAX=101 MAILMAX=3$", said), said)
        client.envelope(*["ann+%d@example.org" % n for n in range(101)])
        client.ask("RCPT TO:<bob@example.org>", "452 4.5.3")
        bdat(client, b"hi\r\n")
        client.envelope()
        client.ask("RSET", "250")
        client.mail(b"ho\r\n", "bob@example.org")
        client.ask("MAIL FROM:<a@b>", "421 4.7.0")
        client.end()
        equal(receiver.reap(), [0])
        receiver.one()
        receiver.one("bob")
        equal(receiver.log("closed")[0]["how"], "messages")


if __name__ == "__main__":
    run()
