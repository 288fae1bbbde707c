"""What clients say and hear: typed dialogues, order, limits."""

from harness import *

BODY = b"Subject: hi\r\n\r\nhi\r\n"
MAIL = (b"MAIL FROM:<eve@example.com>\r\nRCPT TO:<ann@example.org>\r\n"
    b"DATA\r\n" + BODY + b".\r\n")


@test("the encyclopedia's dialogue, with a space after the colon")
def encyclopedia():
    with Receiver() as receiver:
        client = receiver.connect()
        client.hear("220 mx.example.org ESMTP")
        client.ask("HELO relay.example.com", "250 mx.example.org")
        client.ask("MAIL FROM: <eve@example.com>", "250 2.1.0")
        client.ask("RCPT TO: <ann@example.org>", "250 2.1.5")
        client.ask("DATA", "354 ")
        for line in "Subject: hi", "", "Hello Ann.", "..", "Yours, Eve":
            client.say(line)
        client.ask(".", "250 2.0.0 Stored as ")
        client.quit()
        equal(receiver.reap(), [0])
        equal(receiver.one().body,
            b"Subject: hi\n\nHello Ann.\n.\nYours, Eve\n")
        equal(receiver.log("closed")[0]["messages"], "1")


@test("EHLO announces what works, no more")
def announced():
    with Receiver(max_message_size="1M") as receiver:
        client = receiver.connect()
        lines = client.hello().split("\n")
        equal(lines[0][4:].split(" ")[0], HOST)
        equal(sorted(line[4:] for line in lines[1:]), ["8BITMIME", "CHUNKING",
            "ENHANCEDSTATUSCODES", "LIMITS RCPTMAX=100 MAILMAX=1000",
            "PIPELINING", "SIZE 1048576"])
        client.quit()


@test("every verb is answered as the manual says, in and out of order")
def verbs():
    with Receiver() as receiver:
        client = receiver.connect()
        client.hear("220")
        for line, wanted in [
                ("MAIL FROM:<a@b>", "503 5.5.1"), ("EHLO", "501 A host"),
                ("helo x", "250 "), ("ehlo y", "250"),
                ("RCPT TO:<ann@example.org>", "503 5.5.1"),
                ("DATA", "503 5.5.1"), ("RSET", "250 2.0.0"),
                ("NOOP", "250 2.0.0"), ("NOOP x", "250 2.0.0"),
                ("HELP", "214 2.0.0"), ("VRFY ann", "252 2.1.5"),
                ("EXPN ann", "502 5.5.1"), ("ETRN x", "502 5.5.1"),
                ("TURN", "502 5.5.1"), ("HELLO", "500 5.5.1"), ("", "500"),
                ("MAIL FROM:<a@b> FOO=1", "555 5.5.4"),
                ("MAIL TO:<a@b>", "501 5.5.4"), ("MAIL FROM:a", "501"),
                ("MAIL FROM:<a@b> BODY=8BITMIME SIZE=100", "250 2.1.0"),
                ("MAIL FROM:<a@b>", "503 5.5.1"), ("DATA", "554 5.5.1"),
                ("RCPT TO:<ann>", "501 5.1.3"),
                ("RCPT TO:<Postmaster>", "250 2.1.5"),
                ("RCPT TO:<@a,@b:\"ann\"@EXAMPLE.org>", "250 2.1.5"),
                ("HELO z", "250 "), ("DATA", "503 5.5.1")]:
            client.ask(line, wanted)
        client.quit()
        receiver.nothing()


@test("pipelining: all at once, one reply each, in order")
def pipelining():
    with Receiver() as receiver:
        client = receiver.connect(first=b"EHLO client.example\r\n" + MAIL * 2
            + b"NOOP\r\nRCPT TO:<nobody@example.org>\r\nQUIT\r\n")
        equal(client.rest(), "220 250 250 250 354 250 250 250 354 250 250"
            " 503 221".split())
        receiver.reap()
        equal(len(receiver.files("new", "ann")), 2)


@test("10 MB without a line end: 500, and the connection works on")
def no_line_end():
    with Receiver() as receiver:
        client = receiver.connect()
        client.hello()
        for _ in range(160):
            client.say(b"x" * 65536)
        client.say(b"\r\n")
        client.hear("500 5.5.2")
        client.mail(BODY)
        client.quit()
        receiver.one()


@test("a command that ends in LF alone: 500 5.5.2, and it is not done")
def bare_lf():
    with Receiver() as receiver:
        client = receiver.connect()
        client.hello()
        for line in b"NOOP\n", b"MAIL FROM:<a@b>\n":
            client.say(line)
            client.hear("500 5.5.2")
        client.ask("RCPT TO:<ann@example.org>", "503")
        client.quit()


@test("greeting-delay: who talks early hears 554, then 503, then 221")
def early_talker():
    with Receiver(greeting_delay=300) as receiver:
        client = receiver.connect(first=b"EHLO x\r\n"
            b"MAIL FROM:<a@b>\r\nRSET\r\nQUIT\r\n")
        equal(client.rest(), "554 503 503 503 221".split())
        client = receiver.connect()
        client.hello()
        client.mail(BODY)
        client.quit()
        receiver.one()


@test("max-errors = 3: the fourth wrong command gets 421")
def max_errors():
    with Receiver(max_errors=3) as receiver:
        client = receiver.connect()
        client.hello()
        for line in "FOO", "EXPN x", "MAIL FROM:<a@b> X=Y":
            client.ask(line, "5")
        client.ask("NOOP", "250")
        client.ask("FOO", "421 4.7.0")
        client.end()
        equal(receiver.reap(), [0])


@test("max-unknown = 2: the third is 452, the mail goes on, MAIL gets 421")
def max_unknown():
    with Receiver(max_unknown=2) as receiver:
        client = receiver.connect()
        client.hello()
        client.envelope()
        for wanted in "550 5.1.1", "550 5.1.1", "452 4.5.3":
            client.ask("RCPT TO:<nobody@example.org>", wanted)
        client.ask("DATA", "354")
        client.say(BODY + b".\r\n")
        client.hear("250 2.0.0")
        client.ask("MAIL FROM:<a@b>", "421 4.7.0")
        client.end()
        receiver.one()


@test("max-recipients = 100: the 101st is 452 4.5.3, the others get it")
def max_recipients():
    with Receiver() as receiver:
        client = receiver.connect()
        client.hello()
        client.envelope(*["ann+%d@example.org" % n for n in range(100)])
        client.ask("RCPT TO:<bob@example.org>", "452 4.5.3")
        client.ask("DATA", "354")
        client.say(stuffed(BODY))
        client.hear("250 2.0.0")
        client.mail(BODY, "carol@example.org")
        client.quit()
        equal(receiver.one().header["to"], b"ann+0@example.org")
        equal(receiver.files("new", "bob"), [])
        receiver.one("carol")


@test("SIZE= above max-message-size: 552 5.3.4 at MAIL")
def size_parameter():
    with Receiver(max_message_size="100K") as receiver:
        client = receiver.connect()
        client.hello()
        client.ask("MAIL FROM:<a@b> SIZE=102401", "552 5.3.4")
        client.ask("MAIL FROM:<a@b> SIZE=" + "9" * 100, "552 5.3.4")
        client.ask("MAIL FROM:<a@b> SIZE=102400", "250 2.1.0")
        client.quit()


@test("a message that grows past the limit: 552 5.3.4 at its end, nothing")
def too_big():
    with Receiver(max_message_size="100K") as receiver:
        client = receiver.connect()
        client.hello()
        client.mail(b"x" * 102398 + b"\r\n", wanted="250 2.0.0")
        client.mail(b"x" * 102399 + b"\r\n", "bob@example.org",
            wanted="552 5.3.4")
        client.mail(b"x" * 5000000 + b"\r\n", "bob@example.org",
            wanted="552 5.3.4")
        client.mail(b"x" * 5000000 + b"\ny\r\n", "bob@example.org",
            wanted="550 5.6.0")
        client.quit()
        receiver.one("ann")
        equal(receiver.files("new", "bob"), [])


@test("a hundred Received: lines in the header: 554 5.4.6")
def loop():
    with Receiver() as receiver:
        client = receiver.connect()
        client.hello()
        line = b"Received: from a by b; now\r\n"
        client.mail(line * 99 + b"\r\n" + line, wanted="250 2.0.0")
        client.mail(line * 100 + b"\r\nhi\r\n", wanted="554 5.4.6")
        client.quit()
        receiver.one()


@test("a line of 2,048 octets is taken, one more is 500 5.5.2")
def long_lines():
    with Receiver() as receiver:
        client = receiver.connect()
        client.hello()
        client.ask("NOOP " + "x" * 2041, "250")
        client.ask("NOOP " + "x" * 2042, "500 5.5.2")
        client.ask("MAIL FROM:<" + "a" * 307 + "@example.b>", "250")
        client.ask("RSET", "250")
        client.ask("MAIL FROM:<" + "a" * 310 + "@example.b>", "501 5.1.7")
        client.quit()


if __name__ == "__main__":
    run()
