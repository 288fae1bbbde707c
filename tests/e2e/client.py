"""A client that says what it is told to, and knows nothing of SMTP but the
form of a reply."""

import os
import re
import select
import time

from tap import equal, true

HOST = "mx.example.org"


class Client:
    """Octets to and fro; what it hears is one whole reply, "250 2.1.0 ..."."""

    def __init__(self, read, write, seconds=30):
        self.incoming, self.outgoing = read, write
        self.waiting, self.deadline = b"", time.monotonic() + seconds

    def say(self, octets):
        if isinstance(octets, str):
            octets = octets.encode("latin-1") + b"\r\n"
        while octets:
            octets = octets[os.write(self.outgoing, octets):]

    def line(self):
        while b"\n" not in self.waiting:
            octets = self.read()
            if not octets:
                raise AssertionError("the end after %r" % self.waiting)
            self.waiting += octets
        line, self.waiting = self.waiting.split(b"\n", 1)
        true(line.endswith(b"\r"), "not CR LF: %r" % line)
        return line[:-1].decode("ascii")

    def read(self):
        left = self.deadline - time.monotonic()
        if left <= 0 or not select.select([self.incoming], [], [], left)[0]:
            raise AssertionError("nothing came")
        try:
            return os.read(self.incoming, 65536)
        except ConnectionResetError:
            return b""
        except OSError as error:	# a terminal's way to say it
            if error.errno == 5:
                return b""
            raise

    def hear(self, wanted=""):
        lines = [self.line()]
        while lines[-1][3:4] == "-":
            lines.append(self.line())
        true(lines[0].startswith(wanted),
            "heard %r, wanted %r" % (lines[0], wanted))
        for line in lines:
            true(len(line) <= 510 and line[:3] == lines[0][:3],
                "a reply of no form: %r" % line)
        if lines[0][0] in "45":
            true(re.search(r" \[[0-9a-z]{13}(\.\d+)?\]$", lines[-1]),
                "no id at the end: %r" % lines[-1])
        return "\n".join(lines)

    def ask(self, line, wanted=""):
        self.say(line)
        return self.hear(wanted)

    def hello(self, verb="EHLO client.example"):
        self.hear("220 " + HOST + " ESMTP")
        return self.ask(verb, "250")

    def envelope(self, *to, sender="eve@example.com"):
        self.ask("MAIL FROM:<%s>" % sender, "250 2.1.0")
        for each in to or ["ann@example.org"]:
            self.ask("RCPT TO:<%s>" % each, "250 2.1.5")

    def mail(self, body, *to, sender="eve@example.com", wanted="250 2.0.0"):
        """body with CRLF; dots are doubled here."""
        self.envelope(*to, sender=sender)
        self.ask("DATA", "354")
        self.say(stuffed(body))
        return self.hear(wanted)

    def refused(self, to, wanted, *others):
        """A connection for a mail that one recipient may not have, but the
        others, if any; what is said of the one."""
        self.hello()
        self.ask("MAIL FROM:<eve@example.com>", "250")
        said = self.ask("RCPT TO:<%s>" % to, wanted)
        for each in others:
            self.ask("RCPT TO:<%s>" % each, "250")
        if others:
            self.ask("DATA", "354")
            self.ask("hi\r\n.", "250")
        self.quit()
        return said

    def quit(self):
        self.ask("QUIT", "221 2.0.0")
        self.end()

    def end(self):
        """Nothing more may come."""
        rest = self.waiting + self.read()
        equal(rest, b"", "after the end")
        self.close()

    def rest_text(self):
        """All replies until the end."""
        octets = self.waiting
        while (more := self.read()):
            octets += more
        self.close()
        return octets.decode("ascii")

    def rest(self):
        """Their codes."""
        return [line[:3] for line in self.rest_text().split("\r\n")
            if line[3:4] == " "]

    def close(self):
        for fd in {self.incoming, self.outgoing}:
            os.close(fd)
        self.incoming = self.outgoing = -1


def stuffed(body):
    """As it goes over the wire, with the dot that ends it."""
    body = re.sub(rb"(\A|\r\n)\.", rb"\1..", body)
    if body and not body.endswith(b"\r\n"):
        body += b"\r\n"
    return body + b".\r\n"
