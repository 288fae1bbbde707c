"""Certificates and keys: which one a client sees, what is wrong with some, and
what the log says of it."""

import ssl

from certificates import self_signed
from harness import *
from landlord import Landlord
from secure import *

BODY = b"Subject: hi\r\n\r\nhi\r\n"
NAMES = ["mx.example.org", "mail.example.net", "smtp.example.com"]


def seen(receiver, name, context=None):
    """The serial number of what is shown to who asks for that name."""
    client = starttls(receiver.connect(), context or blind(), name)
    der = client.tls.getpeercert(True)
    client.hello()
    client.quit()
    return serial(ssl.DER_cert_to_PEM_cert(der).encode())


def serial(pem):
    return subprocess.run([tool("openssl"), "x509", "-noout", "-serial"],
        input=pem, capture_output=True, check=True).stdout


def shown(certificate):
    with open(certificate.only, "rb") as file:
        return serial(file.read())


class Copy:
    """Of a certificate, in a directory of its own; the test may spoil it."""

    count = 0

    def __init__(self, certificate, name="own"):
        Copy.count += 1
        self.directory = "%s/copy%d" % (SCRATCH, Copy.count)
        os.mkdir(self.directory)
        os.chmod(self.directory, 0o755)
        self.chain, self.key = ["%s/%s.%s" % (self.directory, name, end)
            for end in ("pem", "key")]
        self.renew(certificate)

    def renew(self, certificate):
        for path, new in (self.chain, certificate.chain), (self.key,
                certificate.key):
            shutil.copy(new, path + ".new")
            os.chmod(give(path + ".new"), 0o600)
            os.rename(path + ".new", path)


def plain_mail(receiver, offered, heard=None):
    """STARTTLS is offered or not, and hears that, and mail is stored."""
    client = receiver.connect()
    equal("STARTTLS" in client.hello(), offered, "offered")
    if heard:
        client.ask("STARTTLS", heard)
    client.mail(BODY)
    client.quit()
    receiver.reap()
    receiver.one()


# Which one

@test("three names: each sees its own, others and nobody the first; the whole "
    "chain is sent")
def by_name():
    wanted = [certificate(name) for name in NAMES]
    with Receiver(**keyed(*wanted)) as receiver:
        for name, each in zip(NAMES, wanted):
            equal(seen(receiver, name, trusting()), shown(each), name)
        equal(seen(receiver, "MAIL.Example.NET"), shown(wanted[1]))
        for name in "other.example", "example.net", "x.mail.example.net", None:
            equal(seen(receiver, name), shown(wanted[0]), name)
        equal(receiver.reap(), [0] * 8)
        equal([line.get("name", "") for line in receiver.log("tls")][:3], NAMES)


@test("a certificate of several names, one with a star: found by each")
def by_alternative():
    many = certificate("example.net", "mail.example.net", "*.example.com")
    with Receiver(**keyed(certificate(HOST), many)) as receiver:
        for name in "example.net", "mail.example.net", "a.example.com":
            equal(seen(receiver, name, trusting()), shown(many), name)
        for name in "a.b.example.com", "example.com":
            true(seen(receiver, name) != shown(many), name)


@test("eight pairs, the last is found")
def eight():
    pairs = [certificate("mx%d.example.org" % number) for number in range(8)]
    with Receiver(**keyed(*pairs)) as receiver:
        equal(seen(receiver, "mx7.example.org", trusting()), shown(pairs[7]))


@test("an RSA key; chain and key in one file")
def one_file():
    pair = certificate(HOST, kind="RSA")
    conf = keyed(pair, tls_certificate=None)
    conf["tls_certificate"] = pair.both
    del conf["tls_key"]
    with Receiver(**conf) as receiver:
        equal(seen(receiver, HOST, trusting()), shown(pair))
        equal(seen(receiver, HOST, trusting(ssl.TLSVersion.TLSv1_2)),
            shown(pair))


@test("a name with quotes and blanks: one log line, escaped")
def strange_name():
    for name in 'x" event=stored', "a=b\\", "x" * 60 + ".example", "x\x01y":
        with vault() as receiver:
            client = starttls(receiver.connect(), blind(), name)
            client.hello()
            client.quit()
            equal(receiver.reap(), [0])
            true(len(receiver.log("tls")) == 1 and not receiver.log("stored"),
                receiver.log_text())


@test("a certificate renewed between two connections: the next shows it")
def renewed():
    old, new = certificate(HOST), certificate(HOST, days=80)
    own = Copy(old)
    with Receiver(**keyed(own)) as receiver:
        equal(seen(receiver, HOST, trusting()), shown(old))
        # Who is connected already may see either of them.
        own.renew(new)
        equal(seen(receiver, HOST, trusting()), shown(new))


@test("certificate and key from systemd's credentials, by name")
def credentials():
    pair = certificate(HOST)
    own = Copy(pair, "cred")
    conf = dict(keyed(pair), tls_certificate="cred.pem", tls_key="cred.key")
    with Receiver(**conf) as receiver:
        receiver.spawn_options = dict(env=dict(ENVIRONMENT,
            CREDENTIALS_DIRECTORY=own.directory))
        equal(seen(receiver, HOST, trusting()), shown(pair))
        equal(receiver.reap(), [0])
    with Receiver(**conf) as receiver:	# and no such directory
        plain_mail(receiver, False)
        true(receiver.log("failed"), receiver.log_text())


@test("started by root: a key that root alone can read")
def roots_key():
    pair = certificate(HOST)
    own = Copy(pair)
    os.chown(own.key, 0, 0)
    with Landlord(**keyed(own)) as house:
        equal(seen(house, HOST, trusting()), shown(pair))


# What is wrong with them

@test("files that are not there, or not ours to read: not offered, 454, a "
    "line at err with the path; mail arrives")
def unreadable():
    pair, other = certificate(HOST), certificate("mail.example.net")
    for spoil in (lambda own: os.unlink(own.chain),
            lambda own: os.unlink(own.key),
            lambda own: os.chown(own.key, 0, 0)):
        own = Copy(pair)
        for pairs in [own], [other, own]:
            with Receiver(**keyed(*pairs)) as receiver:
                if pairs == [own]:
                    spoil(own)
                plain_mail(receiver, False, "454 4.7.0")
                true(any(line["path"] in (own.chain, own.key) and line["errno"]
                    for line in receiver.log("failed")), receiver.log_text())
                equal(receiver.log("tls"), [])


def spoiled(spoil, **more):
    """A copy of the certificate after that was done to it, as settings."""
    own = Copy(certificate(HOST))
    spoil(own)
    return keyed(own, **more)


def other_key(own):
    shutil.copy(certificate("mail.example.net").key, own.key)


def emptied(path):
    open(path, "w").close()


SPOILED = {
    "another's key": other_key,
    "an empty key": lambda own: emptied(own.key),
    "an empty certificate": lambda own: emptied(own.chain),
    "a certificate for a key": lambda own: shutil.copy(own.chain, own.key),
    "a key for a certificate": lambda own: shutil.copy(own.key, own.chain),
    "no PEM": lambda own: shutil.copy("/bin/true", own.chain),
    "half of one": lambda own: os.truncate(own.chain, 300),
    "a key with a passphrase": lambda own: subprocess.run([tool("openssl"),
        "ec", "-aes256", "-passout", "pass:x", "-in", certificate(HOST).key,
        "-out", own.key], check=True, capture_output=True),
    "noughts without end": lambda own: [os.unlink(own.key),
        os.symlink("/dev/zero", own.key)],
}


@test("keys and certificates that are no good: 454 4.7.0, a line at err; mail "
    "arrives in plain")
def no_good():
    for name, spoil in SPOILED.items():
        with Receiver(**spoiled(spoil)) as receiver:
            try:
                plain_mail(receiver, True, "454 4.7.0")
            except AssertionError as why:
                raise AssertionError("%s: %s" % (name, why))
            true(receiver.log("failed"), name)
            equal(receiver.log("attack") + receiver.log("tls"), [], name)


@test("454, then the files are mended: the next STARTTLS of this connection "
    "or of the next is 220")
def mended():
    own = Copy(certificate(HOST))
    other_key(own)
    with Receiver(**keyed(own)) as receiver:
        client = receiver.connect()
        client.hello()
        client.ask("STARTTLS", "454 4.7.0")
        own.renew(certificate(HOST))
        client.quit()
        equal(seen(receiver, HOST, trusting()), shown(certificate(HOST)))


@test("tls = implicit and a key that is no good: the end, a line at err")
def implicit_no_good():
    with Receiver(**spoiled(other_key, tls="implicit")) as receiver:
        client = receiver.connect()
        secure = Secure(client)
        try:
            secure.say(secure.first())
        except (BrokenPipeError, ConnectionResetError):
            pass
        true(b"220" not in (client.read() or b""), "a greeting")
        client.close()
        receiver.reap()
        true(receiver.log("failed"), receiver.log_text())


# How long they last

def warned(receiver):
    """What the journal heard of certificates, with its priority."""
    return [line for line in receiver.log_text().splitlines()
        if "event=certificate" in line]


@test("it ends in 13 days: a warning with path and date; in 15: none; ended: "
    "it still encrypts, and warns")
def expiring():
    for days, lines in (13, 1), (15, 0), (-1, 1), (13.99, 1), (14.01, 0):
        pair = certificate(HOST, days=days)
        with Receiver(**keyed(pair)) as receiver:
            open(receiver.logfile, "w").close()
            stat = os.stat(receiver.logfile)
            receiver.spawn_options = dict(env=dict(ENVIRONMENT,
                JOURNAL_STREAM="%d:%d" % (stat.st_dev, stat.st_ino)))
            equal(seen(receiver, HOST), shown(pair))
            equal(receiver.reap(), [0])
            found = warned(receiver)
            equal(len(found), lines, "days: %s" % days)
            true(all(line.startswith("<4>") for line in found), found)
            equal(len(receiver.log("tls", version="TLSv1.3")), 1)
            if lines:
                line, = receiver.log("certificate")
                equal(line["file"], pair.chain)
                equal(line["expires"], last_day(pair))


def last_day(pair):
    end = subprocess.run([tool("openssl"), "x509", "-noout", "-enddate",
        "-in", pair.only], capture_output=True, check=True, text=True).stdout
    return time.strftime("%Y-%m-%d", time.gmtime(ssl.cert_time_to_seconds(
        end.strip().split("=")[1])))


@test("it is not shown: no warning in a connection that stays plain")
def expired_plain():
    with Receiver(**keyed(certificate(HOST, days=-1))) as receiver:
        plain_mail(receiver, True)
        equal(warned(receiver), [])


@test("a certificate of the reader's own: it is taken as it is")
def own_certificate():
    pair = self_signed(HOST)
    with Receiver(**keyed(pair)) as receiver:
        equal(seen(receiver, HOST), shown(pair))
        equal(receiver.reap(), [0])


# What a session brings to the next

def refuses(context):
    """With a key that the old ciphers could use."""
    with Receiver(**keyed(certificate(HOST, kind="RSA"))) as receiver:
        client = to_starttls(receiver)
        try:
            Secure(client, context).handshake()
            raise AssertionError("taken")
        except ssl.SSLError:
            client.close()
        equal(receiver.reap(), [0])
        true(receiver.log("notls")[0]["why"], receiver.log_text())


@test("TLS 1.1 and older, and ciphers without forward secrecy: refused")
def old():
    for low, ciphers in (ssl.TLSVersion.TLSv1, "ALL:@SECLEVEL=0"), \
            (None, "kRSA:@SECLEVEL=0"):
        context = blind()
        context.set_ciphers(ciphers)
        context.maximum_version = ssl.TLSVersion.TLSv1_1 if low else \
            ssl.TLSVersion.TLSv1_2
        if low:
            context.minimum_version = low
        refuses(context)


@test("no ticket, no session to take up again")
def tickets():
    for version in ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3:
        context = trusting(version)
        with vault() as receiver:
            client = starttls(receiver.connect(), context)
            client.hello()
            session = client.tls.session
            true(not session.has_ticket, "a ticket")
            client.quit()
            client = to_starttls(receiver)
            again = Secure(client, context)
            again.tls.session = session
            again.handshake()
            true(not again.tls.session_reused, "taken up again")
            again.hello()
            again.quit()


if __name__ == "__main__":
    run()
