"""TLS as the dialogue sees it: what is announced, what STARTTLS hears, and what
a client may ask for behind it."""

import ssl

from secure import *
from harness import *

BODY = b"Subject: hi\r\n\r\nhi\r\n"
TLS12, TLS13 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3


def extensions(heard):
    return {line[4:] for line in heard.split("\n")[1:]}


# What is said

@test("EHLO announces STARTTLS in the plain, REQUIRETLS under TLS alone")
def announced():
    with vault() as receiver:
        client = receiver.connect()
        plain = extensions(client.hello())
        client.ask("STARTTLS", "220 2.0.0")
        client = Secure(client).handshake()
        sealed = extensions(client.hello())
        equal(plain - sealed, {"STARTTLS"})
        equal(sealed - plain, {"REQUIRETLS"})
        client.quit()


@test("without a certificate: not announced, 502 5.5.1, no REQUIRETLS")
def none():
    with Receiver() as receiver:
        client = receiver.connect()
        true(not extensions(client.hello()) & {"STARTTLS", "REQUIRETLS"},
            "announced")
        client.ask("STARTTLS", "502 5.5.1")
        client.ask("MAIL FROM:<eve@example.com> REQUIRETLS", "555 5.5.4")
        client.mail(BODY)
        client.quit()
        receiver.one()


@test("STARTTLS before EHLO and in a mail 503, with an argument 501; the "
    "mail goes on")
def out_of_order():
    with vault() as receiver:
        client = receiver.connect()
        client.hear("220")
        client.ask("STARTTLS", "503 5.5.1")
        client.ask("EHLO client.example", "250")
        client.ask("STARTTLS now", "501 5.5.4")
        client.ask("MAIL FROM:<eve@example.com>", "250")
        client.ask("STARTTLS", "503 5.5.1")
        client.ask("RCPT TO:<ann@example.org>", "250")
        client.ask("STARTTLS", "503 5.5.1")
        client.ask("DATA", "354")
        client.say(stuffed(BODY))
        client.hear("250 2.0.0")
        client.ask("STARTTLS", "220 2.0.0")
        client = Secure(client).handshake()
        client.hello()
        client.quit()
        equal(receiver.one().header["proto"], b"ESMTP")


@test("STARTTLS twice: 503 5.5.1, announced no more")
def twice():
    with vault() as receiver:
        client = starttls(receiver.connect())
        client.ask("STARTTLS", "503 5.5.1")
        client.hello()
        client.ask("STARTTLS", "503 5.5.1")
        client.mail(BODY)
        client.quit()
        receiver.one()


@test("the plain session is forgotten: EHLO anew, its name alone counts")
def forgotten():
    with vault() as receiver:
        client = starttls(receiver.connect())
        client.ask("MAIL FROM:<eve@example.com>", "503 5.5.1")
        client.ask("RCPT TO:<ann@example.org>", "503 5.5.1")
        client.hello("EHLO tls.example")
        client.mail(BODY)
        client.quit()
        equal(receiver.one().header["helo"], b"tls.example")


@test("tls-required: MAIL hears 530 5.7.0, and is taken under TLS")
def required():
    with vault(tls_required="yes") as receiver:
        client = receiver.connect()
        client.hello()
        for line in "MAIL FROM:<eve@example.com>", "MAIL FROM:<>":
            client.ask(line, "530 5.7.0")
        client.ask("RCPT TO:<ann@example.org>", "503")
        for line in "NOOP", "RSET", "VRFY ann", "HELP":
            client.ask(line, "2")
        client.ask("STARTTLS", "220")
        client = Secure(client).handshake()
        client.hello()
        client.mail(BODY)
        client.quit()
        receiver.one()


@test("tls-required after HELO: 530 as well")
def required_helo():
    with vault(tls_required="yes") as receiver:
        client = receiver.connect()
        client.hello("HELO plain.example")
        client.ask("MAIL FROM:<eve@example.com>", "530 5.7.0")
        client.quit()
        receiver.nothing()
        equal(receiver.statuses, [0])


@test("tls = implicit: TLS from the first octet, STARTTLS 503, not announced")
def first_octet():
    with vault(tls="implicit", tls_required="yes") as receiver:
        client = implicit(receiver.connect())
        heard = extensions(client.hello())
        true("REQUIRETLS" in heard and "STARTTLS" not in heard, heard)
        client.ask("STARTTLS", "503 5.5.1")
        client.mail(BODY)
        client.quit()
        equal(receiver.one().header["proto"], b"ESMTPS")


@test("tls = implicit and greeting-delay: a ClientHello is no early talker")
def early():
    with vault(tls="implicit", greeting_delay=300) as receiver:
        client = implicit(receiver.connect())
        client.hello()
        client.quit()


# What a client may ask for under TLS

NAMES = {
    "TLS_AES_256_GCM_SHA384": "TLS_AES_256_GCM_SHA384",
    "ECDHE-ECDSA-AES256-GCM-SHA384": "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
}


def received(stored):
    """The trace, in one line."""
    return re.search(rb"\nReceived: (.*?;)", stored.whole, re.S)[1].replace(
        b"\n\t", b" ")


@test("Received and the log have version and cipher; the log the name asked "
    "for")
def trace():
    """IANA's names of the ciphers, not OpenSSL's."""
    for version, name in (TLS12, "TLSv1.2"), (TLS13, "TLSv1.3"):
        with vault() as receiver:
            client = starttls(receiver.connect(), trusting(version))
            cipher = NAMES[client.tls.cipher()[0]]
            client.hello()
            client.mail(BODY)
            client.quit()
            equal(receiver.reap(), [0])
            stored = receiver.one()
            equal(stored.header["proto"], b"ESMTPS")
            true(b" for <ann@example.org> tls %s (%s);" % (cipher.encode(),
                name.encode()) in received(stored), received(stored))
            line, = receiver.log("tls")
            equal([line[key] for key in ("version", "cipher", "name")],
                [name, cipher, HOST])
            equal(line["id"], receiver.log("connect")[0]["id"])
            true(b"\r" not in stored.whole, "a CR is stored")


@test("several recipients: the tls clause is there, the for clause is not")
def trace_of_many():
    with vault() as receiver:
        client = starttls(receiver.connect())
        client.hello()
        client.mail(BODY, "ann@example.org", "bob@example.org")
        client.quit()
        for box in "ann", "bob":
            text = received(receiver.one(box))
            true(b" tls TLS_" in text and b" for " not in text, text)


@test("no name asked for: the log has none")
def nameless():
    with vault() as receiver:
        client = starttls(receiver.connect(), blind(), None)
        client.hello()
        client.quit()
        equal(receiver.reap(), [0])
        line, = receiver.log("tls", version="TLSv1.3")
        equal(line.get("name", ""), "")


@test("REQUIRETLS: taken under TLS, with a value 501 or 555")
def require_tls():
    with vault() as receiver:
        client = receiver.connect()
        client.hello()
        client.ask("MAIL FROM:<eve@example.com> REQUIRETLS", "555 5.5.4")
        client.ask("STARTTLS", "220")
        client = Secure(client).handshake()
        client.hello()
        client.ask("MAIL FROM:<eve@example.com> REQUIRETLS=1", "5")
        client.ask("MAIL FROM:<eve@example.com> SIZE=20 REQUIRETLS "
            "BODY=8BITMIME", "250")
        client.ask("RCPT TO:<ann@example.org>", "250")
        client.ask("DATA", "354")
        client.say(stuffed(BODY))
        client.hear("250 2.0.0")
        client.quit()
        receiver.one()


@test("pipelining under TLS: all at once, one reply each, in order; the "
    "last is followed by close_notify")
def pipelining():
    with vault() as receiver:
        client = starttls(receiver.connect())
        client.say(ENVELOPE + b"DATA\r\n" + BODY + b".\r\nNOOP\r\nQUIT\r\n")
        equal(client.rest(), "250 250 250 354 250 250 221".split())
        true(client.notified, "no close_notify")
        receiver.one()


@test("one octet in each record: the same")
def records():
    with vault() as receiver:
        client = starttls(receiver.connect())
        said = ENVELOPE + b"DATA\r\n" + BODY + b".\r\nQUIT\r\n"
        for at in range(len(said)):
            client.say(said[at:at + 1])
        equal(client.rest(), "250 250 250 354 250 221".split())
        equal(receiver.one().body, BODY.replace(b"\r\n", b"\n"))


@test("a mail of 50 MiB: every octet of it")
def large():
    body = b"Subject: large\r\n\r\n" + random_lines(50 << 20)
    with vault(max_message_size="60M") as receiver:
        client = starttls(receiver.connect(seconds=100))
        client.hello()
        client.envelope()
        client.ask("DATA", "354")
        client.say(body + b".\r\n")
        client.hear("250 2.0.0")
        client.quit()
        true(receiver.one().body == body.replace(b"\r\n", b"\n"),
            "another body")


def random_lines(size):
    """No two records are alike; none begins with a dot."""
    line = os.urandom(48).hex().encode()
    return b"".join(b"%08d%s\r\n" % (number, line)
        for number in range(size // (len(line) + 10)))


if __name__ == "__main__":
    run()
