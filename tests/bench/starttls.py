#!/usr/bin/env python3
"""What TLS costs a connection: all processes, beside the same without it.

    make BUILD=build/bench LIBEXECDIR=$PWD/build/bench all
    tests/bench/starttls.py build/bench/smtp-receive [CONNECTIONS]

A connection is STARTTLS (TLS 1.3, a P-256 certificate), one mail of 4 KiB and
QUIT.  CPU is that of smtp-receive and its children, user and system, by
wait4(2).  Plain and secret take turns; medians, quartiles, and the difference
in starts of a static program that does nothing, with the libc that
smtp-receive-tls has.  Then a mail of 50 MiB, five of each in turns."""

import os
import smtplib
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import time

ANN = "ann@example.org"
NOTHING = b"int main(void) { return 0; }\n"


def shell(command, **more):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, **more)


class Place:
    """A Maildir, a map, a certificate, a program that does nothing."""

    def __init__(self, top, program):
        self.program = program
        self.box = top + "/ann"
        for name in "tmp", "new", "cur":
            os.makedirs(self.box + "/" + name)
        with open(top + "/users", "w") as users:
            users.write("%s %s/\n" % (ANN, self.box))
        os.utime(top + "/users", (1, 1))
        shell(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
            "ec_paramgen_curve:P-256", "-nodes", "-days", "30", "-subj",
            "/CN=mx.example.org", "-keyout", top + "/pem", "-out",
            top + "/pem.crt"])
        with open(top + "/pem", "ab") as pem, open(top + "/pem.crt", "rb") \
                as certificate:
            pem.write(certificate.read())
        self.nothing = top + "/nothing"
        shell(["cc", "-O2", "-static", "-x", "c", "-", "-o", self.nothing],
            input=NOTHING)
        self.options = ["-o", "users=" + top + "/users", "-o",
            "hostname=mx.example.org", "-o", "tls-certificate=" + top + "/pem"]
        for name in os.listdir(top):
            os.chmod(top + "/" + name, 0o755)
        if os.getuid() == 0:
            shell(["chown", "-R", "nobody", self.box])
            self.options += ["-o", "session-user=65533:65533"]

    def empty(self):
        for name in os.listdir(self.box + "/new"):
            os.unlink(self.box + "/new/" + name)

    def connection(self, secret, message):
        """(CPU in ms, seconds for the mail)"""
        listener = socket.create_server(("127.0.0.1", 0))
        client = smtplib.SMTP()
        client._host = "mx.example.org"		# for SNI
        client.sock = socket.create_connection(listener.getsockname())
        server = listener.accept()[0]
        listener.close()
        pid = os.posix_spawn(self.program, [self.program, *self.options],
            os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, server.fileno(),
            fd) for fd in (0, 1)] + [(os.POSIX_SPAWN_OPEN, 2, "/dev/null",
            os.O_WRONLY, 0)])
        server.close()
        client.getreply()
        if secret:
            context = ssl.create_default_context()
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            client.starttls(context=context)
        client.ehlo("client.example.com")
        client.mail("bob@example.com")
        client.rcpt(ANN)
        client.docmd("DATA")
        start = time.monotonic()
        client.sock.sendall(message + b".\r\n")
        assert client.getreply()[0] == 250
        seconds = time.monotonic() - start
        client.quit()
        return cpu_of(pid), seconds


def cpu_of(pid):
    _, status, usage = os.wait4(pid, 0)
    assert status == 0, status
    return (usage.ru_utime + usage.ru_stime) * 1e3


def quartiles(values):
    low, middle, high = statistics.quantiles(values, n=4)
    return "%.2f ms (quartiles %.2f to %.2f)" % (middle, low, high)


def small(place, count):
    message = b"Subject: x\r\n\r\n" + (b"x" * 62 + b"\r\n") * 64
    found = {False: [], True: []}
    starts = []
    for _ in range(count):
        for secret in found:
            found[secret].append(place.connection(secret, message)[0])
        starts.append(cpu_of(os.posix_spawn(place.nothing, ["nothing"], {})))
        place.empty()
    more = statistics.median(found[True]) - statistics.median(found[False])
    start = statistics.median(starts)
    print("plain  %s\nTLS    %s\nstart of a program %s\n"
        "TLS costs %.2f ms more, %.1f starts" % (quartiles(found[False]),
        quartiles(found[True]), quartiles(starts), more, more / start))


def large(place):
    message = (b"x" * 998 + b"\r\n") * (50 << 10)
    message = message[:50 << 20]
    found = {False: [], True: []}
    for _ in range(5):
        for secret in found:
            found[secret].append(place.connection(secret, message)[1])
            place.empty()
    plain, secret = (statistics.median(found[way]) for way in (False, True))
    print("50 MiB: plain %.0f MB/s, TLS %.0f MB/s: %.2f" % (52.4 / plain,
        52.4 / secret, plain / secret))


def main(program, count="100"):
    with tempfile.TemporaryDirectory() as top:
        os.chmod(top, 0o755)
        place = Place(top, os.path.abspath(program))
        small(place, int(count))
        large(place)


if __name__ == "__main__":
    main(*sys.argv[1:])
