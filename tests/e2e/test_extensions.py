"""EHLO's list against what works: each extension that is announced is used
here, each parameter of one that is not hears 555."""

from harness import *
from secure import *

BODY = b"Subject: hi\r\n\r\nhi\r\n"
SENDER, TO = "MAIL FROM:<eve@example.com>", "RCPT TO:<ann@example.org>"

# Of extensions in the registry that this is no server of.  What an extension
# brings that is announced is taken out by its name.
MAIL_PARAMETERS = {
    "BINARYMIME": ["BODY=BINARYMIME"],
    "SMTPUTF8": ["SMTPUTF8"],
    "DSN": ["RET=HDRS", "RET=FULL", "ENVID=x"],
    "AUTH": ["AUTH=<>", "AUTH=eve@example.com"],
    "DELIVERBY": ["BY=120;R"],
    "FUTURERELEASE": ["HOLDFOR=60", "HOLDUNTIL=2030-01-01T00:00:00Z"],
    "MT-PRIORITY": ["MT-PRIORITY=3"],
    "MTRK": ["MTRK=x"],
    "CHECKPOINT": ["TRANSID=<x@y>"],
    "SUBMITTER": ["SUBMITTER=eve@example.com"],
    "CONPERM": ["CONPERM"],
    "NO-SOLICITING": ["SOLICIT=x"],
    "REQUIRETLS": ["REQUIRETLS"],
    "none": ["X-FOO", "FOO=1", "SIZ=1", "BODYS=7BIT"],
}
RCPT_PARAMETERS = {
    "DSN": ["NOTIFY=NEVER", "NOTIFY=SUCCESS,FAILURE",
        "ORCPT=rfc822;ann@example.org"],
    "RRVS": ["RRVS=2020-01-01T00:00:00Z"],
    "CONNEG": ["CONNEG"],
    "none": ["X-FOO", "SIZE=1", "BODY=8BITMIME", "REQUIRETLS"],
}


# How each is used: by a client that has said EHLO, with the announced value.

def pipelining(client, value):
    client.say(b"%s\r\n%s\r\nNOOP\r\nRSET\r\n" % (SENDER.encode(), TO.encode()))
    for wanted in "250 2.1.0", "250 2.1.5", "250 2.0.0", "250 2.0.0":
        client.hear(wanted)


def size(client, value):
    client.ask("%s SIZE=%d" % (SENDER, int(value) + 1), "552 5.3.4")
    client.ask("%s SIZE=%s" % (SENDER, value), "250 2.1.0")
    client.ask("RSET", "250")


def eight_bit(client, value):
    for body in "8BITMIME", "7BIT", "8bitmime":
        client.ask("%s BODY=%s" % (SENDER, body), "250 2.1.0")
        client.ask(TO, "250")
        client.ask("DATA", "354")
        client.say(stuffed("Subject: x\r\n\r\ngr\u00fcn\r\n".encode()))
        client.hear("250")


def status_codes(client, value):
    for line, wanted in ("RSET", "250 2."), ("FOO", "500 5."), (SENDER,
            "250 2."), (TO.replace("ann", "nobody"), "550 5."), ("RSET",
            "250 2."):
        client.ask(line, wanted)


def require_tls(client, value):
    client.ask(SENDER + " REQUIRETLS", "250 2.1.0")
    client.ask(TO, "250 2.1.5")
    client.ask("DATA", "354")
    client.say(stuffed(BODY))
    client.hear("250 2.0.0")


def chunking(client, value):
    client.ask(SENDER, "250")
    client.ask(TO, "250")
    client.say(b"BDAT %d\r\n%s" % (len(BODY), BODY))
    client.hear("250")
    client.ask("BDAT 0 LAST", "250 2.0.0")


def limits(client, value):
    found = dict(each.split("=") for each in value.split(" "))
    equal(set(found), {"RCPTMAX", "MAILMAX"})
    client.ask(SENDER, "250")
    for number in range(int(found["RCPTMAX"])):
        client.ask("RCPT TO:<ann+%d@example.org>" % number, "250")
    client.ask(TO, "452 4.5.3")
    client.ask("RSET", "250")


def start_tls(client, value):
    client.ask("STARTTLS", "220 2.0.0")
    secure = Secure(client).handshake()
    secure.hello()
    secure.quit()


# That which ends the client's plain session is used last.
USES = {
    "PIPELINING": pipelining, "SIZE": size, "8BITMIME": eight_bit,
    "ENHANCEDSTATUSCODES": status_codes, "REQUIRETLS": require_tls,
    "CHUNKING": chunking, "LIMITS": limits, "STARTTLS": start_tls,
}


def announced(heard):
    """By keyword, with what stands behind it."""
    lines = [line[4:].partition(" ") for line in heard.split("\n")[1:]]
    equal(len({line[0] for line in lines}), len(lines), "twice")
    return {line[0]: line[2] for line in lines}


def used(client, heard):
    found = announced(heard)
    equal(set(found) - set(USES), set(), "announced, and not tested here")
    true({"PIPELINING", "SIZE", "8BITMIME", "ENHANCEDSTATUSCODES"}
        <= set(found), found)
    for name, use in USES.items():
        if name in found:
            use(client, found[name])
    if "STARTTLS" not in found:
        client.quit()


def unannounced(client, heard):
    found = announced(heard)
    for name, parameters in MAIL_PARAMETERS.items():
        for each in parameters if name not in found else ():
            client.ask("%s %s" % (SENDER, each), "555 5.5.4")
    client.ask(SENDER, "250")
    for name, parameters in RCPT_PARAMETERS.items():
        for each in parameters if name not in found else ():
            client.ask("%s %s" % (TO, each), "555 5.5.4")
    client.ask(TO, "250")
    client.ask("RSET", "250")
    client.quit()


def in_plain(receiver):
    client = receiver.connect()
    return client, client.hello()


def under_tls(receiver):
    client = Secure(to_starttls(receiver)).handshake()
    return client, client.hello()


CONNECTIONS = [("in plain, without a certificate", in_plain, dict),
    ("in plain, with a certificate", in_plain, keyed),
    ("under TLS", under_tls, keyed)]

for how, connect, conf in CONNECTIONS:
    @test("each announced extension works " + how)
    def works(connect=connect, conf=conf):
        with Receiver(**conf(max_message_size="1M")) as receiver:
            used(*connect(receiver))

    @test("parameters of the others: 555 " + how)
    def refused(connect=connect, conf=conf):
        with Receiver(**conf(max_errors=100)) as receiver:
            unannounced(*connect(receiver))
            receiver.nothing()


if __name__ == "__main__":
    run()
