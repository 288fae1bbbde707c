"""Clients and readers that nobody here wrote, and the programs that start us:
what swaks, curl, msmtp, smtplib and smtp-source bring is what Dovecot's IMAP
and POP3 and Python's mailbox module show."""

import mailbox
import smtplib

from agents import *

# Each brings TEXT from eve@example.com to TO.

def swaks(host, port):
    family = "-6" if ":" in host else "-4"
    said = subprocess.run([tool("swaks"), "--support"], capture_output=True)
    need(family == "-4" or b"IPv6 not" not in said.stdout + said.stderr,
        "swaks lacks libio-socket-inet6-perl")
    call(tool("swaks"), family, "--server", host, "--port", port, "--helo",
        "client.example", "--from", "eve@example.com", "--to", ",".join(TO),
        "--data", "@" + message_lf(), "--hide-all", "--pipeline")


def curl(host, port):
    where = "[%s]" % host if ":" in host else host
    call(tool("curl"), "-sS", "-g", "smtp://%s:%d/client.example"
        % (where, port), "--mail-from", "eve@example.com", *[each
        for to in TO for each in ("--mail-rcpt", to)], "-T", message_file())


def msmtp(host, port):
    call(tool("msmtp"), "--host=" + host, "--port=%d" % port, "--auth=off",
        "--tls=off", "--from=eve@example.com", "--domain=client.example",
        "--", *TO, stdin=TEXT.replace(b"\r\n", b"\n"))


def smtp_lib(host, port):
    with smtplib.SMTP(host, port, "client.example", 30) as client:
        equal(client.sendmail("eve@example.com", TO, TEXT,
            ["BODY=8BITMIME"]), {})


for each in swaks, curl, msmtp, smtp_lib:
    for there in ADDRESSES:
        test("%s over %s" % (each.__name__.replace("_", ""), there))(
            lambda client=each, host=there: sent_by(client, host))


def smtp_source(host):
    need_family(host)
    program = tool("smtp-source")
    with Receiver() as receiver, Server(receiver, address=host) as server:
        where = "[%s]" % host if ":" in host else host
        call(program, "-s", 5, "-m", 50, "-r", 3, "-l", 5000,
            "-f", "eve@example.com", "-t", "x@example.net",
            "%s:%d" % (where, server.port))
        equal(set(receiver.reap()), {0}, "exit status")
        found = [Stored(path) for path in receiver.files("new", "ann")]
        equal(len(found), 50, "messages")
        for stored in found:
            true(stored.body.count(b"\n") > 50, "too short")


for there in ADDRESSES:
    test("smtp-source over " + there)(lambda host=there: smtp_source(host))


def fill(receiver):
    """Messages of many kinds for ann; their bodies as they were sent."""
    bodies = [TEXT, b"Subject: 1\r\n\r\n" + b"x" * 3000 + b"\r\n",
        b"Subject: 2\r\n\r\n" + b"line\r\n" * 2000, b"Subject: 3\r\n\r\n",
        b"no header\r\n", b"Subject: dots\r\n\r\n.\r\n..\r\n.a\r\n"]
    client = receiver.connect()
    client.hello()
    for body in bodies:
        client.mail(body)
    client.quit()
    equal(receiver.reap(), [0])
    return bodies


def dovecot(service, receiver, commands):
    """What it answers on descriptors 0 and 1, logged in already; its log goes
    to descriptor 2 and must hold no complaint."""
    program = tool(service)
    conf = receiver.base + "/dovecot.conf"
    with open(conf, "w") as file:
        file.write("mail_location = maildir:%s/ann\nmail_uid = %d\n"
            "mail_gid = %d\nfirst_valid_uid = 1\nfirst_valid_gid = 0\n"
            "log_path = /dev/stderr\n" % (receiver.base, UID,
            UID if ROOT else os.getegid()))
    home = receiver.base + "/home"
    os.mkdir(home)
    give(home)
    done = subprocess.run([program, "-c", conf], input=commands,
        capture_output=True, timeout=30, cwd=home,
        env=dict(PATH=os.environ["PATH"], USER="ann", HOME=home))
    for line in done.stderr.decode().splitlines():
        true(not re.search("Error|Fatal|Panic|Warning", line),
            "%s complains: %s" % (service, line))
    equal(done.returncode, 0, "exit status of " + service)
    return done.stdout


@test("Dovecot's IMAP shows every octet, and does not complain of S= and W=")
def imap():
    with Receiver() as receiver:
        bodies = fill(receiver)
        files = [Stored(path) for path in receiver.files("new", "ann")]
        answer = dovecot("imap", receiver, b"a SELECT INBOX\r\n"
            b"b FETCH 1:* (RFC822.SIZE BODY.PEEK[])\r\nc LOGOUT\r\n")
        shown = []
        for match in re.finditer(rb"RFC822.SIZE (\d+)[^\r\n]* BODY\[\] "
                rb"\{(\d+)\}\r\n", answer):
            equal(match[1], match[2], "RFC822.SIZE")
            shown.append(answer[match.end():match.end() + int(match[2])])
        equal(len(shown), len(bodies), "messages")
        equal(sorted(shown), sorted(each.whole.replace(b"\n", b"\r\n")
            for each in files))


@test("Dovecot's POP3 shows every octet, and does not complain of S= and W=")
def pop3():
    with Receiver() as receiver:
        bodies = fill(receiver)
        numbers = range(1, len(bodies) + 1)
        files = [Stored(path) for path in receiver.files("new", "ann")]
        answer = dovecot("pop3", receiver, b"LIST\r\n" + b"".join(
            b"RETR %d\r\n" % number for number in numbers) + b"QUIT\r\n")
        shown = [match[2].replace(b"\r\n..", b"\r\n.") for match in
            re.finditer(rb"\+OK (\d+) octets\r\n(.*?\r\n)\.\r\n", answer,
            re.S)]
        sizes = re.findall(rb"(?m)^\d+ (\d+)\r$", answer)
        equal(sorted(shown), sorted(each.whole.replace(b"\n", b"\r\n")
            for each in files))
        equal(sorted(map(int, sizes)), sorted(map(len, shown)), "LIST")


@test("Python's mailbox.Maildir shows every octet")
def python_mailbox():
    with Receiver() as receiver:
        bodies = fill(receiver)
        box = mailbox.Maildir(receiver.base + "/ann", create=False)
        equal(len(box), len(bodies))
        for key in box.keys():
            whole = box.get_bytes(key)
            true(any(whole.endswith(body.replace(b"\r\n", b"\n"))
                for body in bodies), "not one of ours: %.200r" % whole)
            equal(box[key].get_subdir(), "new")
            equal(box[key]["Delivered-To"], "ann@example.org")


# What starts us.

@test("behind tcpserver: stored, replies and log where they belong")
def tcpserver():
    with Receiver() as receiver, Server(receiver, "tcpserver") as server:
        smtp_lib("127.0.0.1", server.port)
        until(lambda: receiver.log("closed"), "event=closed")
        equal(receiver.one().body, TEXT.replace(b"\r\n", b"\n"))
        equal(receiver.one().header["client"], b"[127.0.0.1]")


@test("behind systemd-socket-activate: IPv4 and IPv6")
def systemd():
    tool("systemd-socket-activate")
    for address in ADDRESSES:
        need_family(address)
        with Receiver() as receiver, Server(receiver, "systemd",
                address) as server:
            smtp_lib(address, server.port)
            until(lambda: not processes(), "the end")
            equal(receiver.one().body, TEXT.replace(b"\r\n", b"\n"))
            equal(receiver.one("bob").header["client"],
                b"[IPv6:::1]" if ":" in address else b"[127.0.0.1]")
            with open(receiver.logfile + ".server") as log:
                true("event=stored" in log.read(), "no log on descriptor 2")


if __name__ == "__main__":
    run()
