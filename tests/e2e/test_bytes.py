"""Byte-exactness: what is stored below the three headers is what came, with
CR LF as LF and dots unstuffed; what has a bare CR or LF is not stored."""

import re
import time
from email.utils import parsedate_to_datetime

from hard import OWN, corpus
from harness import *


def ended(octets):
    return octets + b"\r\n" if octets and octets[-2:] != b"\r\n" else octets


def clean(octets):
    return not re.search(rb"\r(?!\n)|(?<!\r)\n", ended(octets))


def with_crlf(octets):
    return octets.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def send_all(messages):
    """Each in a mail of its own, one connection per 20; returns how many were
    stored and how many refused."""
    counts = [0, 0]
    names = list(messages)
    for start in range(0, len(names), 20):
        with Receiver() as receiver:
            client = receiver.connect(seconds=60)
            client.hello()
            for name in names[start:start + 20]:
                kept = clean(messages[name])
                try:
                    send_one(receiver, client, messages[name], kept)
                except AssertionError as why:
                    raise AssertionError("%s: %s" % (name, why)) from None
                counts[not kept] += 1
            client.quit()
            equal(receiver.reap(), [0], "exit status")
    return counts


def send_one(receiver, client, octets, kept):
    client.mail(octets, wanted="250 2.0.0" if kept else "550 5.6.0")
    if not kept:
        equal(receiver.files("new") + receiver.files("cur"), [], "left")
        return
    equal(receiver.one().body, ended(octets).replace(b"\r\n", b"\n"),
        "the body")
    os.unlink(receiver.files()[0])


@test("own set, as it is: stored where clean, else 550 5.6.0 and nothing")
def own_as_is():
    kept, refused = send_all(OWN)
    equal((kept, refused), (21, 10))


@test("own set, line ends made CR LF: a bare CR alone is refused")
def own_with_crlf():
    made = {name: with_crlf(octets) for name, octets in OWN.items()}
    kept, refused = send_all(made)
    equal((kept, refused), (26, 5))


@test("CORPUS, as it is: stored where clean, else 550 5.6.0 and nothing")
def corpus_as_is():
    kept, refused = send_all(corpus())
    print("# as it is: %d stored, %d refused" % (kept, refused))


@test("CORPUS, line ends made CR LF: stored, a bare CR refused")
def corpus_with_crlf():
    kept, refused = send_all({name: with_crlf(octets)
        for name, octets in corpus().items()})
    print("# with CR LF: %d stored, %d refused" % (kept, refused))


@test("one octet at a time: the same bytes")
def one_by_one():
    octets = OWN["lines that begin with dots"] + OWN["NUL"]
    with Receiver() as receiver:
        client = receiver.connect()
        client.hello()
        client.envelope()
        client.ask("DATA", "354")
        for octet in stuffed(octets):
            client.say(bytes([octet]))
        client.hear("250 2.0.0")
        client.quit()
        equal(receiver.one().body, ended(octets).replace(b"\r\n", b"\n"))


@test("Return-Path, Delivered-To and Received are as the manual shows them")
def header_block():
    with Receiver() as receiver:
        client = receiver.connect()
        client.hello("EHLO relay.example.com")
        before = int(time.time())
        said = client.mail(b"hi\r\n", "Ann+list@Example.ORG",
            sender="eve+tag@example.com")
        client.quit()
        stored = receiver.one()
        header = stored.header
        equal(header["sender"], b"eve+tag@example.com")
        equal(header["to"], b"Ann+list@Example.ORG")
        equal(header["for"], b"Ann+list@Example.ORG")
        equal(header["helo"], b"relay.example.com")
        equal(header["client"], b"[127.0.0.1]")
        equal(header["by"], HOST.encode())
        equal(header["proto"], b"ESMTP")
        equal("250 2.0.0 Stored as %s" % header["id"].decode(), said)
        date = parsedate_to_datetime(header["date"].decode())
        true(before <= date.timestamp() <= time.time(), "the date is wrong")
        line = receiver.log("stored", id=header["id"].decode())[0]
        equal(line["file"], os.path.basename(stored.path))


@test("the block as a whole, word by word")
def whole_block():
    with Receiver() as receiver:
        client = receiver.connect()
        client.hello("HELO x")
        client.mail(b"hi\r\n", sender="")
        client.quit()
        whole = receiver.one().whole
        true(re.fullmatch(
            rb"Return-Path: <>\n"
            rb"Delivered-To: ann@example.org\n"
            rb"Received: from x \(\[127\.0\.0\.1\]\) by mx\.example\.org"
            rb" with SMTP id [0-9a-z]{13}\.1\n"
            rb"\tfor <ann@example\.org>; \w{3}, \d\d? \w{3} \d{4}"
            rb" \d\d:\d\d:\d\d [+-]\d{4}\nhi\n", whole), "not %r" % whole)


@test("no `for` where there are two recipients, each its own Delivered-To")
def two_recipients():
    with Receiver() as receiver:
        client = receiver.connect()
        client.hello()
        client.mail(b"hi\r\n", "ann@example.org", "bob@example.org")
        client.quit()
        for box in "ann", "bob":
            header = receiver.one(box).header
            equal(header["to"], box.encode() + b"@example.org")
            equal(header["for"], None)


@test("an alias to two mailboxes: one copy each, Delivered-To as asked for")
def alias():
    with Receiver() as receiver:
        client = receiver.connect()
        client.hello()
        client.mail(b"hi\r\n", "bob@example.org", "all@example.org")
        client.quit()
        equal(receiver.one("ann").header["to"], b"all@example.org")
        equal(receiver.one("bob").header["to"], b"bob@example.org")
        equal(receiver.one("carol").header["to"], b"all@example.org")


@test("delivered-to = no: one file, hard links, no Delivered-To")
def hard_links():
    with Receiver(delivered_to="no") as receiver:
        client = receiver.connect()
        client.hello()
        client.mail(b"hi\r\n", "all@example.org")
        client.quit()
        boxes = [receiver.one(box) for box in ("ann", "bob", "carol")]
        equal(len({os.stat(box.path).st_ino for box in boxes}), 1, "inodes")
        equal([box.header["to"] for box in boxes], [None] * 3)
        equal({box.body for box in boxes}, {b"hi\n"})


@test("IPv6: the client is [IPv6:::1]")
def ipv6():
    with Receiver() as receiver:
        client = receiver.connect(socket.AF_INET6)
        client.hello()
        client.mail(b"hi\r\n")
        client.quit()
        equal(receiver.one().header["client"], b"[IPv6:::1]")
        true(receiver.log("connect")[0]["client"] in ("::1", "[::1]",
            "IPv6:::1"), "client= in the log")


@test("a HELO name cannot end a line nor forge a clause")
def helo_name():
    with Receiver() as receiver:
        client = receiver.connect()
        client.hello("EHLO a(b) by c;d [1.2.3.4]\"")
        client.mail(b"hi\r\n")
        client.ask("EHLO " + "h" * 300, "250")
        client.mail(b"ho\r\n", "bob@example.org")
        client.quit()
        equal(receiver.one("bob").header["helo"], b"h" * 255)
        helo = receiver.one("ann").header["helo"]
        true(re.fullmatch(rb"[A-Za-z0-9._:?\[\]-]+", helo),
            "not cleaned: %r" % helo)


if __name__ == "__main__":
    run()
