"""What testssl.sh and sslscan report of us: nothing but what a certificate
causes that no public authority has signed.

time limit: 600"""

import json
import xml.etree.ElementTree

from certificates import self_signed
from harness import *
from secure import *

# By testssl.sh's id.  All of it is of the certificate, none of the program.
ALLOWED = {
    "cert_chain_of_trust": "it is self-signed",
    "cert_trust": "it is self-signed: nobody vouches for the name",
    "cert_crlDistributionPoints": "nobody can withdraw it",
    "cert_ocspURL": "nobody can withdraw it",
    "cert_revocation": "nobody can withdraw it",
    "cert_validityPeriod": "longer than public authorities allow",
    "cert_caIssuers": "there is nobody above it",
    "DNS_CAArecord": "of the domain, which is the tests'",
    "OCSP_stapling": "nobody can be asked about it",
    "certificate_transparency": "no public authority, no public log",
}
FINE = "OK", "INFO"


def judged(findings):
    """Those that are neither fine nor the certificate's."""
    return ["%(severity)s %(id)s: %(finding)s" % each for each in findings
        if each["severity"] not in FINE
        and each["id"].split(" ")[0] not in ALLOWED]


@test("testssl.sh by STARTTLS: protocols, ciphers, forward secrecy, the "
    "certificate, the known holes")
def testssl():
    program = tool("testssl")
    with Receiver(**keyed(self_signed(HOST))) as receiver, \
            Server(receiver) as server:
        out = receiver.base + "/testssl.json"
        subprocess.run([program, "--quiet", "--color", "0", "--warnings",
            "batch", "--nodns", "none", "--starttls", "smtp", "--jsonfile",
            out, *SECTIONS, "127.0.0.1:%d" % server.port],
            capture_output=True, timeout=400, stdin=subprocess.DEVNULL)
        with open(out) as file:
            findings = json.load(file)
        equal(judged(findings), [])
        equal({each["id"]: each["finding"] for each in findings
            if each["id"] in PROTOCOLS}, PROTOCOLS)
        equal(set(receiver.reap()), {0}, "exit statuses")
        equal(receiver.log("attack") + receiver.log("failed"), [])
        receiver.nothing()


SECTIONS = "-p", "-S", "-s", "-f", "-U"
PROTOCOLS = {
    "SSLv2": "not offered", "SSLv3": "not offered", "TLS1": "not offered",
    "TLS1_1": "not offered", "TLS1_2": "offered",
    "TLS1_3": "offered with final",
}


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
        or int(each.get("bits")) < 128]
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
