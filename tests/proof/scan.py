"""What testssl.sh reports of TLS: nothing but what a certificate causes that no
public authority has signed.  It starts thousands of processes.

time limit: 1200"""

import json

from certificates import self_signed
from harness import *
from secure import *

# Protocols and certificate; with PROOF=full ciphers, key exchanges and all
# holes that it knows as well.
SECTIONS = ["-p", "-S"]
if os.environ.get("PROOF", "full") == "full":
    SECTIONS += ["-s", "-f", "-U"]

# By its ids.
ALLOWED = {
    "cert_chain_of_trust": ("CRITICAL", "failed (self signed)."),
    "cert_revocation": ("HIGH", "Neither CRL nor OCSP URI provided"),
}
# Of itself and its openssl(1).
OWN = "engine_problem", "service"
FINE = "OK", "INFO"
PROTOCOLS = {
    "SSLv2": "not offered", "SSLv3": "not offered", "TLS1": "not offered",
    "TLS1_1": "not offered", "TLS1_2": "offered",
    "TLS1_3": "offered with final",
}


def asked(receiver, server):
    """Its findings; it is patient with a machine that has other things to
    do."""
    out = receiver.base + "/testssl.json"
    subprocess.run([tool("testssl"), "--quiet", "--color", "0", "--warnings",
        "batch", "--nodns", "none", "--ip", "127.0.0.1", "--starttls", "smtp",
        "--jsonfile", out, *SECTIONS, "%s:%d" % (HOST, server.port)],
        capture_output=True, timeout=1100, stdin=subprocess.DEVNULL,
        env=dict(os.environ, STARTTLS_SLEEP="30"))
    with open(out) as file:
        return json.load(file)


@test("testssl.sh by STARTTLS: nothing but that the certificate is self-signed")
def testssl():
    with Receiver(**keyed(self_signed(HOST))) as receiver, \
            Server(receiver) as server:
        findings = asked(receiver, server)
        equal({each["id"]: (each["severity"], each["finding"])
            for each in findings if each["severity"] not in FINE
            and each["id"] not in OWN}, ALLOWED)
        equal({each["id"]: each["finding"] for each in findings
            if each["id"] in PROTOCOLS}, PROTOCOLS)
        print("# %d findings" % len(findings))
        equal(set(receiver.reap()), {0}, "exit statuses")
        equal(receiver.log("attack") + receiver.log("failed"), [])
        receiver.nothing()


if __name__ == "__main__":
    run()
