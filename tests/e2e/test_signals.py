"""Signals, whoever sends them: 421 or nothing, and what got 250 is stored."""

import signal
import threading

from harness import *

BODY = b"Subject: hi\r\n\r\nhi\r\n"
WAITING = ["EHLO client.example", "MAIL FROM:<eve@example.com>",
    "RCPT TO:<ann@example.org>", "DATA", "Subject: hi"]


@test("TERM while the client is awaited: 421 4.3.2, nothing is stored")
def term():
    with Receiver() as receiver:
        for steps in range(len(WAITING) + 1):
            client = receiver.connect()
            client.hear("220")
            for line in WAITING[:steps][:4]:
                client.ask(line)
            if steps == 5:
                client.say(WAITING[4])
            client.monitor.send_signal([signal.SIGTERM, signal.SIGINT,
                signal.SIGHUP, signal.SIGQUIT, signal.SIGALRM,
                signal.SIGUSR1][steps])
            client.hear("421 4.3.2")
            client.end()
            equal(receiver.status(client), 0, "exit status")
        receiver.nothing()


# Not those that stop, that the kernel sends for a fault of the program's, or
# that nobody dies of; 34 is musl's own.
DEADLY = signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP,
    signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU, signal.SIGCONT,
    signal.SIGCHLD, signal.SIGURG, signal.SIGWINCH, signal.SIGPIPE,
    signal.SIGXFSZ, signal.SIGSEGV, signal.SIGBUS, signal.SIGILL,
    signal.SIGFPE, signal.SIGABRT, signal.SIGTRAP, signal.SIGSYS, 34}


@test("whatever signal else would end the monitor is taken as TERM")
def every_signal():
    with Receiver() as receiver:
        for number in sorted(DEADLY):
            client = receiver.connect()
            client.hello()
            client.envelope()
            client.monitor.send_signal(number)
            client.hear("421 4.3.2")
            client.end()
            equal(receiver.status(client), 0, "after signal %d" % number)
        receiver.nothing()


@test("TERM at any moment: what got 250 is stored, all else is not")
def term_at_any_moment():
    stored = 0
    for step in range(60):
        with Receiver() as receiver:
            client = receiver.connect()
            client.hello()
            client.envelope("all@example.org")
            client.ask("DATA", "354")
            octets = stuffed(BODY + b"x" * 300000)
            client.say(octets[:100 * step])
            term = threading.Thread(target=client.monitor.send_signal,
                args=[signal.SIGTERM])
            term.start()
            try:
                client.say(octets[100 * step:])
            except (BrokenPipeError, ConnectionResetError):
                pass
            term.join()
            codes = client.rest()
            equal(receiver.status(client), 0, "exit status")
            heard = codes == ["250", "421"]
            true(heard or codes == ["421"], "heard %r" % codes)
            equal(len(receiver.files()), 3 * heard, "files after %r" % codes)
            stored += heard
    print("# stored %d of 60" % stored)


@test("TERM while whole mails come in one burst: as many 250 as stored")
def term_in_a_burst():
    mail = (b"MAIL FROM:<eve@example.com>\r\nRCPT TO:<ann@example.org>\r\n"
        b"DATA\r\nhi\r\n.\r\n")
    for burst in range(5):
        with Receiver() as receiver:
            client = receiver.connect()
            client.hello()
            client.say(mail * 300)
            until(lambda: len(receiver.files()) > 5 * burst, "mails")
            client.monitor.send_signal(signal.SIGTERM)
            replies = client.rest_text()
            equal(receiver.status(client), 0, "exit status")
            equal(replies.count("Stored as"), len(receiver.files()),
                "replies for the files")


@test("TERM at the session alone changes nothing")
def term_session():
    with Receiver() as receiver:
        client = receiver.connect()
        client.hello()
        for number in signal.SIGTERM, signal.SIGINT, signal.SIGHUP:
            os.kill(children(client.monitor.pid)[0], number)
        client.mail(BODY)
        client.quit()
        equal(receiver.reap(), [0])
        receiver.one()


if __name__ == "__main__":
    run()
