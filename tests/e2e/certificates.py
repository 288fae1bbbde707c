"""Throwaway certificates, by openssl(1): a root, an authority below it, and
what that one signs.  Who trusts the root alone needs the whole chain.

Keys belong to the receiver's uid, mode 0600, as smtp-receive wants to find
them; the same words give the same certificate again."""

import datetime
import os
import subprocess

from harness import SCRATCH, give
from tap import tool

CONF = """\
[req]
distinguished_name = name
prompt = no
[name]
commonName = smtp-receive's tests
[ca]
default_ca = tests
[tests]
new_certs_dir = {0}/issued
database = {0}/index
rand_serial = yes
default_md = sha256
unique_subject = no
policy = any
[any]
commonName = supplied
[authority]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[server]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature, keyEncipherment
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = {1}
"""
KEYS = {"P-256": ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
    "RSA": ["rsa:2048"]}
HERE = SCRATCH + "/certificates"
ROOT = HERE + "/root.crt"		# what clients trust


def openssl(*words):
    subprocess.run([tool("openssl"), *map(str, words)], check=True,
        stdin=subprocess.DEVNULL, capture_output=True)


def moment(days):
    """That many from now, as openssl-ca(1) wants it."""
    now = datetime.datetime.now(datetime.timezone.utc)
    return (now + datetime.timedelta(days)).strftime("%Y%m%d%H%M%SZ")


class Certificate:
    """chain, key and both: three files in PEM."""

    def __init__(self, name):
        self.name = "%s/%s" % (HERE, name)
        self.only, self.key, self.chain, self.both = [self.name + end
            for end in (".crt", ".key", ".pem", ".both")]

    def conf(self, names=("mx.example.org",)):
        path = self.name + ".conf"
        write(path, CONF.format(HERE, ", ".join("DNS:" + each
            for each in names)))
        return path

    def ask(self, common_name, kind):
        """For a signature; the key is made here."""
        openssl("req", "-new", "-config", self.conf(), "-nodes", "-newkey",
            *KEYS[kind], "-keyout", self.key, "-out", self.name + ".csr",
            "-subj", "/CN=" + common_name)
        os.chmod(give(self.key), 0o600)

    def sign(self, by, what, names=(), days=90, since=-30):
        """since and days are counted from now."""
        openssl("ca", "-batch", "-notext", "-config",
            self.conf(names or ["none"]), "-extensions", what,
            "-startdate", moment(since), "-enddate", moment(days),
            *(["-cert", by.only] if by is not self else ["-selfsign"]),
            "-keyfile", by.key, "-in", self.name + ".csr", "-out", self.only)
        self.gather(self, *([] if by is self else [by]))

    def gather(self, *certificates):
        text = "".join(read(each.only) for each in certificates)
        write(self.chain, text)
        write(self.both, text + read(self.key))
        os.chmod(give(self.both), 0o600)


def read(path):
    with open(path) as file:
        return file.read()


def write(path, text):
    with open(path, "w") as file:
        file.write(text)


made = {}


def authority():
    if "authority" not in made:
        os.mkdir(HERE)
        os.chmod(HERE, 0o755)
        os.mkdir(HERE + "/issued")
        write(HERE + "/index", "")
        above = None
        for name in "root", "authority":
            new = made[name] = Certificate(name)
            new.ask("The tests' " + name, "P-256")
            new.sign(above or new, "authority", days=3000)
            above = new
    return made["authority"]


def certificate(*names, kind="P-256", **times):
    """For these names; with days and since as sign() wants them."""
    words = names, kind, tuple(sorted(times.items()))
    if words not in made:
        signer = authority()
        new = made[words] = Certificate("%s-%d" % (names[0], len(made)))
        new.ask(names[0], kind)
        new.sign(signer, "server", names, **times)
    return made[words]


def self_signed(name):
    """As the README's reader makes one at first."""
    if ("self", name) not in made:
        authority()
        new = made["self", name] = Certificate("self-%d" % len(made))
        new.ask(name, "P-256")
        new.sign(new, "server", [name])
    return made["self", name]
