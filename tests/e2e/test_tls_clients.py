"""Clients under TLS that nobody here wrote.  Those that can look whether the
chain leads to a root they trust and has our name in it; they see the tests'."""

import smtplib
import ssl

from agents import *
from certificates import self_signed
from secure import *

NODE = """
const nodemailer = require("nodemailer")
const [host, port, secure, ca, to, message] = process.argv.slice(2)
nodemailer.createTransport({
    host, port: +port, secure: secure === "true",
    requireTLS: secure === "false", name: "client.example",
    tls: { ca: require("fs").readFileSync(ca), servername: "mx.example.org" },
}).sendMail({
    envelope: { from: "eve@example.com", to: to.split(",") },
    raw: require("fs").readFileSync(message),
}).catch(why => { console.error(why); process.exitCode = 1 })
"""


# Each brings TEXT from eve@example.com to TO; the second half by TLS from the
# first octet.

def s_client(host, port, *options):
    """openssl(1); its input ends when the last reply is there."""
    client = subprocess.Popen([tool("openssl"), "s_client", "-quiet", "-crlf",
        "-connect", "%s:%d" % (host, port), "-CAfile", certificates.ROOT,
        "-verify_return_error", "-verify_hostname", HOST, "-servername", HOST,
        *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL)
    said = ["EHLO client.example", "MAIL FROM:<eve@example.com>"]
    said += ["RCPT TO:<%s>" % each for each in TO] + ["DATA"]
    with open(message_lf(), "rb") as file:
        text = re.sub(rb"(?m)^\.", b"..", file.read()) + b".\n"
    client.stdin.write("\n".join(said).encode() + b"\n" + text + b"QUIT\n")
    client.stdin.flush()
    heard = client.stdout.read()
    client.stdin.close()
    equal(client.wait(timeout=10), 0, "exit status")
    true(b"\n221 2.0.0" in heard, heard)


def s_client_starttls(host, port):
    s_client(host, port, "-starttls", "smtp", "-name", "client.example")


def swaks(host, port, how="--tls"):
    call(tool("swaks"), "--server", host, "--port", port, "--helo",
        "client.example", "--from", "eve@example.com", "--to", ",".join(TO),
        "--data", "@" + message_lf(), "--hide-all", how, "--tls-verify",
        "--tls-ca-path", certificates.ROOT, "--tls-sni", HOST,
        "--tls-protocol", "tlsv1_2,tlsv1_3")


def swaks_on_connect(host, port):
    swaks(host, port, "--tls-on-connect")


def curl(host, port, scheme="smtp"):
    call(tool("curl"), "-sS", "--ssl-reqd", "%s://%s:%d/client.example"
        % (scheme, HOST, port), "--resolve", "%s:%d:%s" % (HOST, port, host),
        "--cacert", certificates.ROOT, "--mail-from", "eve@example.com",
        *[each for to in TO for each in ("--mail-rcpt", to)],
        "-T", message_file())


def curl_smtps(host, port):
    curl(host, port, "smtps")


def msmtp(host, port, *options):
    call(tool("msmtp"), "--host=" + host, "--port=%d" % port, "--auth=off",
        "--tls=on", "--tls-trust-file=" + certificates.ROOT,
        "--tls-host-override=" + HOST, "--from=eve@example.com",
        "--domain=client.example", *options or ["--tls-starttls=on"],
        "--", *TO, stdin=TEXT.replace(b"\r\n", b"\n"))


def msmtp_on_connect(host, port):
    msmtp(host, port, "--tls-starttls=off")


def named(context):
    """smtplib asks for the name that it connects to: that is an address."""
    wrap = context.wrap_socket
    context.wrap_socket = lambda sock, **_: wrap(sock, server_hostname=HOST)
    return context


def smtp_lib(host, port):
    with smtplib.SMTP(host, port, "client.example", 30) as client:
        client.starttls(context=named(trusting()))
        equal(client.sendmail("eve@example.com", TO, TEXT,
            ["BODY=8BITMIME", "REQUIRETLS"]), {})


def smtp_ssl(host, port):
    with smtplib.SMTP_SSL(host, port, "client.example", timeout=30,
            context=named(trusting())) as client:
        equal(client.sendmail("eve@example.com", TO, TEXT,
            ["BODY=8BITMIME"]), {})


def nodemailer(host, port, secure="false"):
    node = tool("node")
    need(os.path.isdir("/usr/share/nodejs/nodemailer"), "no node-nodemailer")
    script = SCRATCH + "/nodemailer.js"
    with open(script, "w") as file:
        file.write(NODE)
    call(node, script, host, port, secure, certificates.ROOT, ",".join(TO),
        message_file(), env=dict(os.environ, NODE_PATH="/usr/share/nodejs"))


def nodemailer_secure(host, port):
    nodemailer(host, port, "true")


IMPLICIT = s_client, swaks_on_connect, curl_smtps, msmtp_on_connect, \
    smtp_ssl, nodemailer_secure
STARTTLS = s_client_starttls, swaks, curl, msmtp, smtp_lib, nodemailer

for each in IMPLICIT:
    test(each.__name__.replace("_", " ") + ": TLS from the first octet")(
        lambda client=each: sent_by(client, "127.0.0.1", b"ESMTPS",
        **keyed(tls="implicit")))
for each in STARTTLS:
    test(each.__name__.replace("_", " ") + ": STARTTLS")(
        lambda client=each: sent_by(client, "127.0.0.1", b"ESMTPS",
        **keyed(tls_required="yes")))


@test("each of them refuses a certificate that it does not trust: nothing is "
    "stored")
def distrusting():
    other = keyed(self_signed(HOST))
    for how, clients in ("implicit", IMPLICIT), ("starttls", STARTTLS):
        for client in clients:
            with Receiver(**other, tls=how) as receiver, \
                    Server(receiver) as server:
                true(not trusts(client, server), client.__name__ + " trusts")
                receiver.nothing()
                true(receiver.log("notls") + receiver.log("tls"),
                    client.__name__ + " did not look")


def trusts(client, server):
    try:
        client(server.address, server.port)
    except (AssertionError, ssl.SSLError):
        return False
    return True


@test("posttls-finger: Secure, by name and chain, TLS 1.3")
def posttls_finger():
    program = tool("posttls-finger")
    conf = SCRATCH + "/main.cf"
    with open(conf, "w") as file:
        file.write("mail_owner = daemon\nsetgid_group = mail\n"
            "compatibility_level = 3.6\nmyhostname = client.example\n")
    with vault() as receiver, Server(receiver) as server:
        said = call(program, "-c", "-l", "secure", "-L", "summary,verbose",
            "-F", certificates.ROOT, "-P", "/nonexistent", "-m", 1,
            "[127.0.0.1]:%d" % server.port, HOST,
            env=dict(os.environ, MAIL_CONFIG=SCRATCH)).decode()
        true("Verified TLS connection established" in said
            and "TLSv1.3 with cipher TLS_" in said, said)
        equal(receiver.reap(), [0])
        equal(len(receiver.log("tls", version="TLSv1.3")), 1)
        equal(receiver.log("closed")[0]["how"], "quit")


@test("smtp-source, which knows no TLS, where it may be used: mail arrives in "
    "plain")
def smtp_source():
    program = tool("smtp-source")
    with vault() as receiver, Server(receiver) as server:
        call(program, "-s", 5, "-m", 20, "-r", 2, "-l", 5000,
            "-f", "eve@example.com", "-t", "x@example.net",
            "127.0.0.1:%d" % server.port)
        equal(set(receiver.reap()), {0}, "exit status")
        equal(len(receiver.files("new", "ann")), 20, "messages")


if __name__ == "__main__":
    run()
