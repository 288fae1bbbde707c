"""smtp-receive-tls started as the monitor starts it, the ends of its
descriptors in hand; and certificates for it, made by openssl(1)."""

import fcntl
import os
import signal
import socket
import ssl
import struct
import subprocess
import tempfile
import time

from tap import ROOT, TOP, equal, true, until

PROGRAM = os.path.abspath(os.environ.get("SMTP_RECEIVE_TLS",
    os.environ.get("BUILD", TOP + "/build") + "/smtp-receive-tls"))
READY, UNFIT, UP, FAILED = 1, 2, 3, 4
NO_PAIR = 0xffffffff
REPORT = struct.Struct("=8Iq16s64s256s256s")	# smtp-receive/tls/report.h
HIGH = 100	# descriptors are moved here before they get their places
SCRATCH = tempfile.mkdtemp(prefix="smtp-e2e-")
IDS = "64322:64322"


# Certificates

def openssl(*words, **more):
    return subprocess.run(["openssl", *words], check=True,
        capture_output=True, **more).stdout


def file(name, octets=None):
    """Its path; with octets, it is written."""
    path = SCRATCH + "/" + name
    if octets is not None:
        with open(path, "wb") as out:
            out.write(octets)
    return path


def read(name):
    with open(file(name), "rb") as source:
        return source.read()


KINDS = {
    "ec": ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"],
    "p384": ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:secp384r1"],
    "rsa": ["-newkey", "rsa:2048"],
    "short": ["-newkey", "rsa:1024"],
    "ed25519": ["-newkey", "ed25519"],
}


def make(name, kind="ec", names=None):
    """A self-signed pair, as (certificate, key); made once."""
    cert, key = file(name + ".crt"), file(name + ".key")
    if not os.path.exists(cert):
        openssl("req", "-x509", "-nodes", *KINDS[kind], "-keyout", key,
            "-out", cert, "-days", "30", "-subj", "/CN=" + name, "-addext",
            "subjectAltName=" + ",".join("DNS:" + n for n in names or [name]))
    return cert, key


# The program

class Report:
    def __init__(self, octets):
        (self.kind, self.pair, self.error, v, c, n, w, _, self.expires,
            version, cipher, name, what) = REPORT.unpack(octets)
        for limit, length in (16, v), (64, c), (256, n), (256, w):
            true(length <= limit, "a string of %d octets" % length)
        self.version, self.cipher, self.name, self.what = (
            text[:length].decode("ascii") for text, length in
            ((version, v), (cipher, c), (name, n), (what, w)))


class Helper:
    """kind: "tcp", "unix" or "pipes" for the client's side.  held: somebody
    else has the client's socket, too, as the session in production."""

    def __init__(self, *files, timeout=10, cpu=30, ids=None,
            kind="tcp", program=None, arguments=None, narrow=False,
            held=False):
        files = files or make("mx.example.org")
        self.session, session = socket.socketpair()
        self.reports, reports = os.pipe()
        client, read_end, write_end = self.make_client(kind, narrow)
        places = [read_end, write_end, os.open("/dev/null", os.O_RDWR),
            session.detach(), reports]
        places += [os.open(each, os.O_RDONLY) if isinstance(each, str)
            else os.dup(each) for each in files]
        self.client = client
        words = [program or PROGRAM, *([str(len(files) // 2), str(timeout),
            str(cpu)] if arguments is None else arguments)]
        if ROOT and ids is not False:
            words.append(ids or IDS)
        high = [fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, HIGH)
            for fd in places]
        self.start = time.monotonic()
        self.pid = os.posix_spawn(words[0], words, {}, file_actions=[
            (os.POSIX_SPAWN_DUP2, fd, to) for to, fd in enumerate(high)],
            setsigdef=[signal.SIGPIPE])	# Python ignores it
        self.held = [os.dup(places[0])] if held else []
        for fd in set(places + high):
            os.close(fd)
        self.session.settimeout(10)
        self.status = None

    def make_client(self, kind, narrow):
        if kind == "pipes":
            in_read, in_write = os.pipe()
            out_read, out_write = os.pipe()
            return (out_read, in_write), in_read, out_write
        if kind == "unix":
            ours, theirs = socket.socketpair()
        else:
            with socket.create_server(("127.0.0.1", 0)) as server:
                ours = socket.create_connection(server.getsockname())
                theirs, _ = server.accept()
        if narrow:
            ours.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            theirs.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        ours.settimeout(10)
        fd = theirs.detach()
        return ours, fd, os.dup(fd)

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if self.status is None:
            os.kill(self.pid, signal.SIGKILL)
            self.wait()
        if self.reports is not None:
            os.close(self.reports)
        self.session.close()
        for fd in self.held:
            os.close(fd)
        for end in [self.client] if not isinstance(self.client, tuple) else []:
            end.close()

    def report(self, kind):
        octets = os.read(self.reports, 4096)
        equal(len(octets), REPORT.size, "octets of report %d" % kind)
        found = Report(octets)
        equal(found.kind, kind, "kind of report: " + found.what)
        return found

    def no_report(self):
        """The pipe's end."""
        equal(os.read(self.reports, 4096), b"", "report")

    def wait(self):
        if self.status is None:
            _, status, self.usage = os.wait4(self.pid, 0)
            self.status = os.waitstatus_to_exitcode(status)
        return self.status

    def ends(self, seconds=10):
        """With status 0, and without another report."""
        until(lambda: os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG
            | os.WNOWAIT), "the program to end", seconds)
        equal(self.wait(), 0, "exit status")
        self.no_report()

    # The client's side

    def tls(self, name=None, ready=True, **more):
        """Past the handshake."""
        context = client_context(**more)
        if ready:
            self.report(READY)
        self.wrapped = context.wrap_socket(self.client, server_hostname=name,
            suppress_ragged_eofs=False)
        self.up = self.report(UP)
        return self.wrapped


def client_context(version=None, ciphers=None, trust=None):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if trust:
        context.load_verify_locations(trust)
        context.verify_mode = ssl.CERT_REQUIRED
    if version:
        context.minimum_version = context.maximum_version = version
    if ciphers:
        context.set_ciphers(ciphers)
    return context


def receive(end, count):
    """That many octets, or those before its end."""
    got = bytearray()
    while len(got) < count:
        octets = end.recv(min(count - len(got), 1 << 16))
        if not octets:
            break
        got += octets
    return bytes(got)
