"""What sslscan reports of us: nothing but that the certificate is self-signed.
tests/proof/scan.py asks testssl.sh, which takes longer."""

import xml.etree.ElementTree

from certificates import self_signed
from harness import *
from secure import *

def scanned(server, *options):
    out = SCRATCH + "/sslscan.xml"
    subprocess.run([tool("sslscan"), "--xml=" + out, "--no-colour", *options,
        "--timeout=30", "--sni-name=" + HOST, "127.0.0.1:%d" % server.port],
        check=True, capture_output=True, timeout=100, stdin=subprocess.DEVNULL)
    return xml.etree.ElementTree.parse(out).getroot().find("ssltest")


def holes(found):
    """What sslscan would print in red or yellow."""
    bad = ["protocol %(type)s %(version)s" % each.attrib
        for each in found.iter("protocol") if each.get("enabled") == "1"
        and each.get("version") not in ("1.2", "1.3")]
    bad += ["cipher " + each.get("cipher") for each in found.iter("cipher")
        if each.get("strength") not in ("strong", "acceptable")
        or not re.search("GCM|CHACHA20", each.get("cipher"))]
    bad += ["heartbleed " + each.get("sslversion")
        for each in found.iter("heartbleed") if each.get("vulnerable") != "0"]
    for name, value in ("compression", "supported"), \
            ("renegotiation", "supported"):
        bad += [name for each in found.iter(name) if each.get(value) != "0"]
    bad += ["no TLS_FALLBACK_SCSV" for each in found.iter("fallback")
        if each.get("supported") != "1"]
    bad += ["expired" for each in found.iter("expired") if each.text != "false"]
    return bad


@test("sslscan by STARTTLS and from the first octet: 1.2 and 1.3 alone, strong "
    "ciphers, no hole")
def sslscan():
    for how, options in ("starttls", ["--starttls-smtp"]), ("implicit", []):
        with Receiver(**keyed(self_signed(HOST), tls=how)) as receiver, \
                Server(receiver) as server:
            found = scanned(server, *options)
            true(len(list(found.iter("cipher"))) > 3, "it saw no cipher")
            equal(holes(found), [], how)
            self_made = found.find(".//self-signed")
            true(self_made is not None and self_made.text == "true",
                "another certificate")
            equal(set(receiver.reap()), {0}, "exit statuses")
            equal(receiver.log("attack") + receiver.log("failed"), [])
            receiver.nothing()


if __name__ == "__main__":
    run()
