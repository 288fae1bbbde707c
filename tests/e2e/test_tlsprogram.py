"""smtp-receive-tls by itself: what it reports, serves and refuses, and what it
may do; the tests hold all that the monitor and the session would hold."""

import select
import shutil
import threading

from tap import need, need_root, run_all, test
from tlshelper import *

TLS12, TLS13 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3


def unfit(*files, what, pair=0, **more):
    with Helper(*files, **more) as helper:
        found = helper.report(UNFIT)
        true(what in found.what, "%r in %r" % (what, found.what))
        equal(found.pair, pair, "pair")
        helper.no_report()
        equal(helper.wait(), 1, "exit status")
        return found


def failed(helper, what):
    found = helper.report(FAILED)
    true(what in found.what, "%r in %r" % (what, found.what))


def ending(helper):
    """The session ends; the client sees it, and the program is gone."""
    helper.session.close()
    equal(helper.wrapped.recv(1), b"", "after the session's end")
    helper.wrapped.close()
    helper.ends()


def echo(helper, octets=b"NOOP\r\n"):
    helper.wrapped.sendall(octets)
    equal(receive(helper.session, len(octets)), octets, "to the session")
    helper.session.sendall(octets)
    equal(receive(helper.wrapped, len(octets)), octets, "to the client")


# Certificates and keys

@test("READY, then UP: version, cipher by IANA's name, SNI, pair, expiry")
def up():
    cert, key = make("mx.example.org")
    with Helper(cert, key) as helper:
        helper.tls("mx.example.org", trust=cert)
        up = helper.up
        equal((up.version, up.cipher, up.name, up.pair), ("TLSv1.3",
            "TLS_AES_256_GCM_SHA384", "mx.example.org", 0))
        end = openssl("x509", "-noout", "-enddate", "-in", cert).decode()
        equal(up.expires, ssl.cert_time_to_seconds(end.strip().split("=")[1]))
        echo(helper)
        ending(helper)


@test("TLS 1.2 has ECDHE with AES-GCM and ChaCha20, for each kind of key")
def kinds():
    for kind, ciphers in (
            ("ec", ["ECDHE-ECDSA-AES256-GCM-SHA384",
                "ECDHE-ECDSA-AES128-GCM-SHA256",
                "ECDHE-ECDSA-CHACHA20-POLY1305"]),
            ("rsa", ["ECDHE-RSA-AES256-GCM-SHA384",
                "ECDHE-RSA-CHACHA20-POLY1305"]),
            ("p384", [None]), ("ed25519", [None])):
        for cipher in ciphers:
            with Helper(*make(kind + ".example.org", kind)) as helper:
                helper.tls(version=TLS12, ciphers=cipher)
                equal(helper.up.version, "TLSv1.2")
                if cipher:
                    equal(helper.wrapped.cipher()[0], cipher)
                equal(helper.up.name, "", "no SNI")
                true(helper.up.cipher.startswith("TLS_ECDHE_"),
                    helper.up.cipher)
                echo(helper)
        with Helper(*make(kind + ".example.org", kind)) as helper:
            helper.tls(version=TLS13)
            echo(helper)


@test("the certificate is the one that has the client's name, else the first")
def names():
    pairs = [make("one.example.org", names=["one.example.org", "mail.two.org"]),
        make("two.example.org"), make("three", names=["*.three.example.org"])]
    for name, pair in (("one.example.org", 0), ("TWO.example.org", 1),
            ("mail.two.org", 0), ("mx.three.example.org", 2),
            ("other.example.org", 0), (None, 0)):
        for version in TLS12, TLS13:
            with Helper(*pairs[0], *pairs[1], *pairs[2]) as helper:
                helper.tls(name, version=version)
                equal((name, helper.up.pair), (name, pair))
                equal(helper.up.name, name or "")
                with open(pairs[pair][0]) as source:
                    equal(helper.wrapped.getpeercert(True),
                        ssl.PEM_cert_to_DER_cert(source.read()))


@test("of two pairs with one name the client has what it can use")
def dual():
    ec = make("dual-ec", names=["dual.example.org"])
    rsa = make("dual-rsa", "rsa", names=["dual.example.org"])
    for cipher, pair in (("ECDHE-ECDSA-AES256-GCM-SHA384", 0),
            ("ECDHE-RSA-AES256-GCM-SHA384", 1)):
        with Helper(*ec, *rsa) as helper:
            helper.tls("dual.example.org", version=TLS12, ciphers=cipher)
            equal(helper.up.pair, pair, cipher)


@test("an unnamed client gets the first pair, though another would suit it")
def first_only():
    with Helper(*make("mx.example.org"), *make("rsa.example.org", "rsa")) \
            as helper:
        helper.report(READY)
        context = client_context(TLS12, "ECDHE-RSA-AES256-GCM-SHA384")
        try:
            context.wrap_socket(helper.client)
        except ssl.SSLError as error:
            equal(error.reason, "SSLV3_ALERT_HANDSHAKE_FAILURE")
        failed(helper, "no cipher that both have")
        helper.ends()


@test("the intermediates in the certificate file are sent, in one file, too")
def chain():
    extension = file("ca.ext", b"basicConstraints=CA:TRUE\n")
    root = make("root")
    for name, (above, above_key), more in (
            ("middle", root, ["-extfile", extension]),
            ("leaf", (file("middle.crt"), file("middle.key")), [])):
        request = openssl("req", "-new", "-nodes", *KINDS["ec"], "-keyout",
            file(name + ".key"), "-subj", "/CN=" + name)
        openssl("x509", "-req", "-CA", above, "-CAkey", above_key, "-days",
            "30", "-out", file(name + ".crt"), *more, input=request)
    whole = file("whole.pem", b"a text\n" + read("leaf.crt") +
        read("middle.crt") + read("leaf.key"))
    with Helper(whole, whole) as helper:
        helper.tls(trust=root[0])
    alone = file("leaf.crt"), file("leaf.key")
    with Helper(*alone) as helper:
        helper.report(READY)
        try:
            client_context(trust=root[0]).wrap_socket(helper.client)
            raise AssertionError("verified without the intermediate")
        except ssl.SSLCertVerificationError:
            pass
        failed(helper, "alert from the client: unknown CA")


@test("an expired certificate still encrypts")
def expired():
    _, key = make("old.example.org")
    request = openssl("req", "-new", "-key", key, "-subj", "/CN=old")
    old = file("old.crt")
    openssl("x509", "-req", "-signkey", key, "-days", "-1", "-out", old,
        input=request)
    with Helper(old, key) as helper:
        helper.tls()
        true(helper.up.expires < time.time(), "expired")
        echo(helper)


@test("keys in the forms of older programs are read")
def old_forms():
    for name, kind, word in (("ec.example.org", "ec", "ec"),
            ("rsa.example.org", "rsa", "rsa")):
        cert, key = make(name, kind)
        old = file(name + ".old")
        openssl(word, "-in", key, "-out", old, *(["-traditional"] if
            kind == "rsa" else []))
        true(b"BEGIN %s PRIVATE KEY" % kind.upper().encode() in
            read(name + ".old"), "the old form")
        if kind == "ec":
            parameters = openssl("ecparam", "-name", "prime256v1")
            file(name + ".old", parameters + read(name + ".old"))
        with Helper(cert, old) as helper:
            helper.tls()


@test("UNFIT says what is wrong, and what would be right")
def unfits():
    cert, key = make("mx.example.org")
    other = make("two.example.org")
    pem = read("mx.example.org.crt")
    encrypted = file("encrypted.key")
    openssl("pkey", "-in", key, "-aes128", "-passout", "pass:x", "-out",
        encrypted)
    old = file("encrypted-old.key")
    openssl("rsa", "-in", make("rsa.example.org", "rsa")[1], "-aes128",
        "-passout", "pass:x", "-traditional", "-out", old)
    der = file("cert.der", ssl.PEM_cert_to_DER_cert(pem.decode()))
    unfit(cert, other[1], what="the key does not belong to the certificate")
    unfit(cert, encrypted, what="write it without a passphrase")
    unfit(cert, old, what="write it without a passphrase")
    unfit(key, key, what="no PEM certificate")
    unfit(der, key, what="no PEM certificate")
    unfit(cert, cert, what="no PEM key")
    unfit(file("empty", b""), key, what="no PEM certificate")
    unfit(cert, file("empty", b""), what="no PEM key")
    unfit("/dev/zero", key, what="more than 128 KiB")
    unfit(file("huge", pem + b"\n" * (1 << 20)), key, what="128 KiB")
    unfit(cert, file("junk", os.urandom(3000)), what="no PEM key")
    unfit(file("cut", pem[:300]), key, what="damaged")
    unfit(file("bad", pem.replace(b"MII", b"MIA", 1)), key, what="damaged")
    unfit(cert, file("badkey", read("mx.example.org.key").replace(b"MIG",
        b"MIA", 1)), what="the key is damaged")
    unfit(*make("short.example.org", "short"), what="2048 bits")
    found = unfit(cert, key, "/", key, what="cannot be read", pair=1)
    equal(os.strerror(found.error), "Is a directory")


@test("what fails before there is a pair is about none, and wrong usage is 64")
def no_pair():
    need_root()
    for arguments in (["0", "10", "30"], ["9", "10", "30"], ["1", "0", "30"],
            ["1", "10", ""], ["1", "10", "30", "0:0"], ["1", "x", "30"],
            ["1", "10", "30", "5"], ["1", "10"], []):
        with Helper(arguments=arguments, ids=False) as helper:
            helper.no_report()
            equal(helper.wait(), 64, "status of %r" % arguments)
    with Helper(arguments=["1", "10", "30", "4294967294:1"], ids=False,
            program=drop_caps()) as helper:
        found = helper.report(UNFIT)
        equal((found.what, found.pair), ("chroot", NO_PAIR))
        equal(os.strerror(found.error), "Operation not permitted")


def drop_caps():
    """A program that has it run without CAP_SYS_CHROOT."""
    path = file("without")
    file("without", b"#!/bin/sh\nexec %s --bounding-set -sys_chroot -- %s "
        b'"$@"\n' % (shutil.which("setpriv").encode(), PROGRAM.encode()))
    os.chmod(path, 0o755)
    return path


# Handshakes that come to nothing

@test("what is no TLS is said so, and is the end")
def garbage():
    for octets, what in ((b"EHLO client.example.org\r\n", "not TLS"),
            (b"GET / HTTP/1.0\r\n\r\n", "HTTP"), (b"\0" * 600, "not TLS"),
            (b"\x16\x03\x01\x00\x05" + b"\xff" * 5, ""),
            (b"\x80\x2e\x01\x00\x02" + os.urandom(1000), "")):
        with Helper() as helper:
            helper.report(READY)
            helper.client.sendall(octets)
            failed(helper, what)
            equal(receive(helper.session, 1), b"", "to the session")
            receive(helper.client, 100)
            helper.client.close()
            helper.ends()


@test("TLS 1.0 and 1.1 are refused, and so is what is not in the list")
def refused():
    for words, what in (
            (["-tls1"], "no TLS 1.2 or later"),
            (["-tls1_1"], "no TLS 1.2 or later"),
            (["-tls1_2", "-cipher", "AES128-SHA@SECLEVEL=0"], "no cipher"),
            (["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA@SECLEVEL=0"],
                "no cipher"),
            (["-tls1_3", "-groups", "P-521"], "no group")):
        if "-cipher" not in words:
            words += ["-cipher", "ALL@SECLEVEL=0"]
        with Helper() as helper:
            helper.report(READY)
            said = s_client(helper, *words)
            true("alert" in said, said)
            failed(helper, what)
            helper.ends()


def s_client(helper, *words, says=()):
    """openssl s_client at the other end of a socket that is passed on.  It
    takes a letter for a command where it begins what is read at once, so what
    follows is written when the session has heard the line before."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        client = subprocess.Popen(["openssl", "s_client", "-connect",
            "127.0.0.1:%d" % server.getsockname()[1], *words],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT)
        theirs, _ = server.accept()
    threads = [threading.Thread(target=copy, args=ends, daemon=True)
        for ends in ((theirs, helper.client), (helper.client, theirs))]
    for thread in threads:
        thread.start()
    for line in says:
        client.stdin.write(line)
        client.stdin.flush()
        if len(line) > 2:
            equal(helper.session.recv(100), line)
        else:
            time.sleep(0.1)
    client.stdin.close()
    said = client.stdout.read().decode(errors="replace")
    client.stdout.close()
    client.wait()
    helper.session.shutdown(socket.SHUT_RDWR)
    for thread in threads:
        thread.join(10)
    theirs.close()
    return said


def copy(source, sink):
    try:
        while octets := source.recv(1 << 16):
            sink.sendall(octets)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def hello():
    """A ClientHello, and the TLS that goes on from there."""
    into, out = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = client_context().wrap_bio(into, out)
    try:
        tls.do_handshake()
    except ssl.SSLWantReadError:
        pass
    return out.read(), tls, into, out


@test("a client that vanishes in the handshake hung up, wherever it was")
def vanishing():
    octets = hello()[0]
    for sent in (b"", octets[:1], octets[:5], octets[:-1], octets):
        with Helper() as helper:
            helper.report(READY)
            helper.client.sendall(sent)
            if sent == octets:
                helper.client.recv(1)
            helper.client.shutdown(socket.SHUT_WR)
            failed(helper, "the client hung up")
            helper.client.close()
            equal(receive(helper.session, 1), b"", "to the session")
            helper.ends()


@test("a handshake byte by byte is one, and a slow one ends by the timeout")
def slow():
    octets, tls, into, out = hello()
    with Helper() as helper:
        helper.report(READY)
        helper.client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for octet in octets:
            helper.client.sendall(bytes([octet]))
        while True:
            into.write(helper.client.recv(1 << 16))
            try:
                tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                pass
        for octet in out.read():
            helper.client.sendall(bytes([octet]))
        helper.report(UP)
    with Helper(timeout=1) as helper:
        helper.report(READY)
        for octet in octets[:4]:
            helper.client.sendall(bytes([octet]))
            time.sleep(0.1)
        failed(helper, "timeout")
        passed = time.monotonic() - helper.start
        true(0.9 < passed < 5, "%.1f s" % passed)


@test("the session's end during the handshake is the end, a greeting is not")
def session_ends():
    with Helper() as helper:
        helper.report(READY)
        helper.session.sendall(b"220 early\r\n")
        helper.client.sendall(hello()[0][:20])
        time.sleep(0.05)
        equal(os.waitid(os.P_PID, helper.pid, os.WEXITED | os.WNOHANG |
            os.WNOWAIT), None, "ended")
        helper.session.close()
        failed(helper, "the session has ended")
    with Helper() as helper:
        helper.session.sendall(b"220 early\r\n")
        equal(receive(helper.tls(), 11), b"220 early\r\n")


@test("the client's socket stays as it was until the client says something")
def flags():
    with Helper(kind="unix") as helper:
        helper.report(READY)
        for _ in range(3):
            with open("/proc/%d/fdinfo/1" % helper.pid) as info:
                text = info.read()
            true(not int(re_flags(text), 8) & os.O_NONBLOCK, text)
            time.sleep(0.02)
        helper.client.sendall(hello()[0])
        helper.client.recv(1)
        with open("/proc/%d/fdinfo/1" % helper.pid) as info:
            true(int(re_flags(info.read()), 8) & os.O_NONBLOCK, "O_NONBLOCK")


def re_flags(text):
    return text.split("flags:")[1].split()[0]


# The connection

@test("no ticket, no session to come back to, no renegotiation")
def nothing_kept():
    for version in "-tls1_3", "-tls1_2":
        with Helper() as helper:
            helper.report(READY)
            said = s_client(helper, version, says=[b"NOOP\n"])
            helper.report(UP)
            true("New Session Ticket arrived" not in said, said)
            true("TLS session ticket" not in said, said)
            if version == "-tls1_2":
                true("Session-ID: \n" in said, said)
                true("Secure Renegotiation IS supported" in said, said)
            true("Compression: NONE" in said, said)
    with Helper() as helper:
        helper.report(READY)
        said = s_client(helper, "-tls1_2", says=[b"NOOP\n", b"R\n"])
        true("RENEGOTIATING" in said and "no renegotiation" in said, said)


@test("KeyUpdate is followed, in both directions")
def key_update():
    with Helper() as helper:
        helper.report(READY)
        said = s_client(helper, "-tls1_3", says=[b"NOOP\n", b"K\n",
            b"first\n", b"k\n", b"second\n"])
        equal(said.count("KEYUPDATE"), 2, said)


@test("20 MiB both ways at once arrive whole")
def both_ways():
    size = 20 << 20
    up, down = os.urandom(1 << 20) * 20, os.urandom(1 << 20) * 20
    got = {}
    with Helper() as helper:
        tls = helper.tls()
        threads = [threading.Thread(target=target, daemon=True)
            for target in (lambda: helper.session.sendall(down),
            lambda: got.update(up=receive(helper.session, size)))]
        for thread in threads:
            thread.start()
        got["down"] = exchange(tls, up, size)
        for thread in threads:
            thread.join(60)
        true(got["up"] == up, "what the session got")
        true(got["down"] == down, "what the client got")


def exchange(tls, up, size):
    """Both in one thread, whatever can be done."""
    got, sent = bytearray(), 0
    tls.setblocking(False)
    view = memoryview(up)
    deadline = time.monotonic() + 60
    while (sent < len(up) or len(got) < size) and time.monotonic() < deadline:
        moved = False
        try:
            if sent < len(up):
                sent += tls.send(view[sent:sent + 65536])
                moved = True
        except ssl.SSLWantWriteError:
            pass
        try:
            octets = tls.recv(65536)
            true(octets, "the end after %d of %d" % (len(got), size))
            got += octets
            moved = True
        except ssl.SSLWantReadError:
            pass
        if not moved:
            select.select([tls], [tls] if sent < len(up) else [], [], 1)
    return bytes(got)


@test("records of one octet are one each")
def small_records():
    with Helper() as helper:
        tls = helper.tls()
        for _ in range(2000):
            tls.send(b"x")
        equal(receive(helper.session, 2000), b"x" * 2000)
        for _ in range(200):
            helper.session.send(b"y")
        equal(receive(tls, 200), b"y" * 200)


@test("after close_notify or FIN the session sees the end, and may answer")
def half_closed():
    for kind in "close_notify", "FIN":
        with Helper() as helper:
            tls = helper.tls()
            tls.sendall(b"z" * 100000)
            if kind == "FIN":
                helper.wrapped.shutdown(socket.SHUT_WR)
                raw = socket.socket(fileno=tls.detach())
                raw.settimeout(10)
            else:
                raw = close_notify(tls)
            equal(receive(helper.session, 200000), b"z" * 100000)
            helper.session.sendall(b"221 bye\r\n")
            helper.session.close()
            octets = receive(raw, 1 << 16)
            true(len(octets) > 9, "the answer after " + kind)
            raw.close()
            helper.ends(1.5)


def close_notify(tls):
    """The alert alone: unwrap() waits for the other one."""
    tls.setblocking(False)
    try:
        tls.unwrap()
    except (ssl.SSLWantReadError, OSError):
        pass
    raw = socket.socket(fileno=tls.detach())
    raw.settimeout(10)
    return raw


@test("the last reply arrives, though the client goes on sending")
def last_reply():
    for _ in range(20):
        with Helper() as helper:
            tls = helper.tls()
            tls.sendall(b"x" * 300000)
            helper.session.sendall(b"421 bye\r\n")
            helper.session.close()
            tls.settimeout(10)
            try:
                tls.sendall(b"y" * 100000)
            except OSError as error:
                raise AssertionError("reset: %s" % error)
            equal(receive(tls, 100), b"421 bye\r\n")
            tls.close()
            helper.ends(1.9)


@test("a client without FIN is left after 2 s, also by who holds its socket")
def no_fin():
    with Helper() as helper:
        tls = helper.tls()
        start = time.monotonic()
        helper.session.close()
        equal(tls.recv(1), b"", "close_notify")
        helper.ends()
        true(1.8 < time.monotonic() - start < 4, "2 s")
    with Helper(kind="unix", held=True) as helper:
        tls = helper.tls()
        helper.session.close()
        equal(tls.recv(1), b"", "close_notify")
        helper.ends()
        raw = socket.socket(fileno=tls.detach())
        try:
            raw.send(b"x")
            raise AssertionError("what is sent can still be read")
        except BrokenPipeError:
            pass
        raw.close()


@test("a client that reads nothing is left after the timeout")
def stalled():
    with Helper(timeout=1, kind="unix", narrow=True) as helper:
        helper.tls()
        helper.session.settimeout(0.1)
        start = time.monotonic()
        try:
            while time.monotonic() - start < 8:
                helper.session.send(b"x" * 65536)
        except socket.timeout:
            pass
        helper.session.settimeout(10)
        try:
            equal(receive(helper.session, 1), b"", "to the session")
        except ConnectionResetError:
            pass
        passed = time.monotonic() - start
        true(0.9 < passed < 4, "%.1f s" % passed)
        helper.client.close()
        helper.wrapped.close()
        helper.ends()


@test("a client that reads slowly is not one that reads nothing")
def slow_reader():
    with Helper(timeout=1, kind="unix", narrow=True) as helper:
        helper.tls()
        threading.Thread(target=lambda: helper.session.sendall(b"x" * 400000),
            daemon=True).start()
        start = time.monotonic()
        got = 0
        while time.monotonic() - start < 2.5:
            got += len(helper.wrapped.recv(4096))
            time.sleep(0.1)
        equal(len(receive(helper.wrapped, 400000 - got)), 400000 - got)


@test("a bad record is answered with an alert, and is the end")
def bad_record():
    with Helper() as helper:
        tls = helper.tls()
        tls.sendall(b"before")
        equal(receive(helper.session, 6), b"before")
        raw = socket.socket(fileno=tls.detach())
        raw.settimeout(10)
        raw.sendall(b"\x17\x03\x03\x00\x20" + b"!" * 32)
        equal(receive(helper.session, 1), b"", "to the session")
        octets = receive(raw, 1 << 16)
        true(octets[:1] == b"\x17", "an encrypted alert: %r" % octets)
        raw.close()
        helper.ends()


@test("two pipes are a client, too")
def pipes():
    with Helper(kind="pipes") as helper:
        octets, tls, into, out = hello()
        reads, writes = helper.client
        helper.report(READY)
        os.write(writes, octets)
        while True:
            into.write(os.read(reads, 1 << 16))
            try:
                tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                pass
        os.write(writes, out.read())
        helper.report(UP)
        tls.write(b"ping")
        os.write(writes, out.read())
        equal(receive(helper.session, 4), b"ping")
        helper.session.close()
        helper.ends(1.5)
        os.close(writes)
        os.close(reads)


# What it may do

@test("killed at any time, both sides see the end")
def killed():
    for step in range(4):
        with Helper() as helper:
            client = helper.client
            if step > 0:
                helper.report(READY)
            if step > 1:
                client = helper.tls(ready=False)
            if step > 2:
                client.sendall(b"x")
            os.kill(helper.pid, signal.SIGKILL)
            helper.wait()
            octets = receive(helper.session, 10)
            equal(octets, b"x" if octets else b"")
            try:
                equal(client.recv(1), b"", "the client's end")
            except (ssl.SSLError, ConnectionResetError):
                pass


@test("it dies with the process that has started it")
def orphaned():
    reads, writes = os.pipe()
    parent = os.fork()
    if parent == 0:
        helper = Helper()
        helper.report(READY)
        # Holds all ends, so that it is not their end that is seen.
        keeper = os.fork()
        if keeper > 0:
            os.write(writes, b"%d %d" % (helper.pid, keeper))
        time.sleep(60)
        os._exit(0)
    os.close(writes)
    pid, keeper = map(int, os.read(reads, 100).split())
    true(os.path.exists("/proc/%d" % pid), "lives")
    os.kill(parent, signal.SIGKILL)
    os.waitpid(parent, 0)
    os.close(reads)
    try:
        until(lambda: not lives(pid), "it to die")
    finally:
        os.kill(keeper, signal.SIGKILL)


def lives(pid):
    try:
        with open("/proc/%d/stat" % pid) as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


def status(pid):
    with open("/proc/%d/status" % pid) as text:
        return dict(line.rstrip("\n").split(":\t", 1) for line in text)


@test("READY: a filter, no new privileges, limits; root: ids, an empty root")
def confined():
    with Helper() as helper:
        helper.report(READY)
        found = status(helper.pid)
        equal((found["Seccomp"], found["NoNewPrivs"]), ("2", "1"))
        with open("/proc/%d/limits" % helper.pid) as text:
            limits = {line[:26].strip(): line[26:].split()[:2]
                for line in text}
        for name, value in (("Max core file size", "0"),
                ("Max open files", "3"), ("Max processes", "0"),
                ("Max file size", "0"), ("Max cpu time", "30")):
            equal((name, limits[name]), (name, [value] * 2))
        mapped = int(found["VmSize"].split()[0]) << 10
        memory = int(limits["Max address space"][0])
        true(memory <= mapped + (5 << 20), "%d of %d" % (mapped, memory))
        equal(sorted(map(int, os.listdir("/proc/%d/fd" % helper.pid))),
            [0, 1, 2, 3, 4])
        if not ROOT:
            return
        equal(found["Uid"].split() + found["Gid"].split(), ["64322"] * 8)
        equal(found["Groups"].strip(), "")
        equal({found[name] for name in found if name.startswith("Cap")
            and name != "CapBnd"}, {"0" * 16})
        equal(os.listdir("/proc/%d/root/" % helper.pid), [])
        equal(os.stat("/proc/%d/fd" % helper.pid).st_uid, 0, "dumpable")


@test("no report can be written: it ends")
def unheard():
    with Helper() as helper:
        os.close(helper.reports)
        helper.reports = None
        equal(helper.wait(), 2, "exit status")


try:
    run_all()
finally:
    shutil.rmtree(SCRATCH, ignore_errors=True)
