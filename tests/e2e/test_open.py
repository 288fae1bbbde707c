"""A session that calls open(2): it is the shipped build but for one object
(open.c), static and in the real cage, and does so on "NOOP open"."""

import os

os.environ["SMTP_RECEIVE"] = os.path.join(os.environ.get("BUILD", "build"),
    "test/smtp-receive-open")

import filter
from harness import *

LINES = ["EHLO x", "MAIL FROM:<a@b>", "RCPT TO:<ann@example.org>"]


def mode(client):
    """Of seccomp, in the session."""
    client.hear("220")
    pid, = children(client.monitor.pid)
    with open("/proc/%d/status" % pid) as file:
        return next(line.split()[1] for line in file
            if line.startswith("Seccomp:"))


def open_is_death(lines, **more):
    with Receiver() as receiver:
        client = receiver.connect(**more)
        equal(mode(client), "2" if more else "1")
        for line in lines:
            client.ask(line, "250")
        client.ask("NOOP opens", "250")
        client.say("NOOP open")
        equal(client.rest(), [], "a reply after open(2)")
        equal(receiver.status(client), 0)
        equal([line["what"] for line in receiver.log("attack")],
            ["the session was killed by a signal"])
        equal([line["how"] for line in receiver.log("closed")], ["attack"])
        receiver.nothing()


@test("strict mode: open(2) kills the session in each state")
def strict():
    for steps in range(len(LINES) + 1):
        open_is_death(LINES[:steps])


@test("under a filter: the session's own kills it in each state")
def filtered():
    for steps in range(len(LINES) + 1):
        open_is_death(LINES[:steps], preexec_fn=filter.install)


@test("what was stored before stays, and is the only one")
def after_a_mail():
    with Receiver() as receiver:
        client = receiver.connect()
        client.hear("220")
        client.ask("EHLO x", "250")
        client.mail(b"hi\r\n")
        client.ask("MAIL FROM:<a@b>", "250")
        client.ask("RCPT TO:<ann@example.org>", "250")
        client.say("NOOP open")
        equal(client.rest(), [])
        equal(receiver.status(client), 0)
        equal(len(receiver.log("attack")), 1)
        receiver.one()


if __name__ == "__main__":
    run()
