"""The log: where it goes, what a line looks like, and that nothing that
happens to it changes what happens to mail."""

import select

from harness import *

BODY = b"Message-ID: <1@client.example>\r\nSubject: hi\r\n\r\nhi\r\n"


def deliver(receiver, **more):
    client = receiver.connect(**more)
    client.hello()
    client.mail(BODY)
    client.ask("RSET", "250")
    client.quit()
    return client


@test("a connection's lines, with their keys")
def lines():
    with Receiver() as receiver:
        deliver(receiver)
        equal(receiver.reap(), [0])
        found = receiver.log()
        equal([line["event"] for line in found],
            ["connect", "helo", "stored", "closed"])
        for line, keys in zip(found, ["local port", "helo proto",
                "from to mailbox file size message-id ms",
                "commands messages refused bytes ms map how"]):
            equal(list(line), ["event", "id", "client"] + keys.split(" "))
            equal(line["client"], "127.0.0.1")
            equal(line["id"].split(".")[0], found[0]["id"])
        stored = found[2]
        equal(stored["from"], "eve@example.com")
        equal(stored["to"], "ann@example.org")
        equal(stored["mailbox"], receiver.base + "/ann")
        equal(stored["message-id"], "<1@client.example>")
        equal(int(stored["size"]), len(receiver.one().whole))
        equal(found[3]["messages"], "1")
        equal(found[3]["how"], "quit")


@test("a client's octets are escaped and cut, one line each")
def escaped():
    with Receiver() as receiver:
        client = receiver.connect()
        client.hello('EHLO a"b\\c d=e')
        client.say(b"FOO event=stored \"x\x01\xff\\ " + b"y" * 500 + b"\r\n")
        client.hear("500")
        client.ask('RCPT TO:<"a b"@example.org>', "503")
        client.quit()
        equal(receiver.reap(), [0])
        equal(receiver.log("helo")[0]["helo"], 'a"b\\c')
        found = receiver.log("refused")
        equal([line["reply"] for line in found], ["500", "503"])
        true(len(found[0]["said"]) <= 256, "not cut")
        equal(receiver.log("stored"), [])


@test("a refusal has the envelope of the mail in hand, and no other's")
def envelopes():
    with Receiver() as receiver:
        client = receiver.connect()
        client.hello()
        client.ask("FOO", "500")
        client.mail(b"hi\r\n")
        client.ask("FOO", "500")
        client.ask("MAIL FROM:<a@b>", "250")
        client.ask("FOO", "500")
        client.ask("RSET", "250")
        client.ask("FOO", "500")
        client.quit()
        equal(receiver.reap(), [0])
        equal([line.get("from") for line in receiver.log("refused")],
            [None, None, "a@b", None])


@test("the journal: <N> first where JOURNAL_STREAM names descriptor 2")
def journal():
    with Receiver() as receiver:
        open(receiver.logfile, "w").close()
        stat = os.stat(receiver.logfile)
        stream = "%d:%d" % (stat.st_dev, stat.st_ino)
        deliver(receiver, env={"JOURNAL_STREAM": stream})
        receiver.reap()
        first = receiver.log_text().splitlines()
        true(all(re.match("<[0-7]>event=", line) for line in first),
            "no prefix: %r" % first)
        deliver(receiver, env={"JOURNAL_STREAM": stream + "1"})
        receiver.reap()
        later = receiver.log_text().splitlines()[len(first):]
        true(later and all(line.startswith("event=") for line in later),
            "a prefix: %r" % later)


@test("a log on a full disk, on a broken pipe: mail arrives all the same")
def failing():
    with Receiver() as receiver, open("/dev/full", "wb") as full:
        equal(receiver.status(deliver(receiver, stderr=full)), 0)
        os.unlink(receiver.one().path)
        read, write = os.pipe()
        os.close(read)
        equal(receiver.status(deliver(receiver, stderr=write)), 0)
        os.close(write)
        receiver.one()


@test("a log pipe that is full and that nobody reads: mail arrives")
def stuck():
    with Receiver() as receiver:
        read, write = os.pipe()
        os.set_blocking(write, False)
        try:
            while True:
                os.write(write, b"x" * 4096)
        except BlockingIOError:
            os.set_blocking(write, True)
        began = time.monotonic()
        equal(receiver.status(deliver(receiver, stderr=write)), 0)
        true(time.monotonic() < began + 10, "it took too long")
        receiver.one()
        os.close(read)
        os.close(write)


@test("descriptor 2 closed: nothing of the log reaches the client or a file")
def closed():
    with Receiver(log="auto") as receiver:
        deliver(receiver, preexec_fn=lambda: os.close(2))
        equal(receiver.reap(), [0])
        receiver.one()
        equal(receiver.log_text(), "")


@test("descriptors 0 and 1 closed: an end, not a loop")
def nothing_open():
    with Receiver() as receiver:
        for which in (0,), (1,), (0, 1), (0, 1, 2):
            client = receiver.connect(preexec_fn=lambda: [os.close(fd)
                for fd in which])
            client.close()
            true(receiver.status(client) in (0, 75), "exit status")
        receiver.nothing()


def to_syslog(server, dev_log):
    """What a connection and its mail have sent to /dev/log."""
    client = server.connect()
    client.hello()
    client.ask("FOO", "500")
    client.mail(BODY)
    client.quit()
    until(lambda: not processes(), "the end")
    heard = []
    while select.select([dev_log], [], [], 0)[0]:
        heard.append(dev_log.recv(4096).decode())
    dev_log.close()
    for event in "connect", "helo", "refused", "stored", "closed":
        true(any("event=" + event in line for line in heard),
            "no %s in %r" % (event, heard))
    true(all(len(line) <= 1100 for line in heard), "a line too long")


@test("inetd's socket as descriptor 2: the log goes to /dev/log alone")
def syslog_of_inetd():
    need_root()
    with Receiver(log="auto") as receiver:
        dev_log = private_dev(receiver)
        with Server(receiver, "inetd") as server:
            to_syslog(server, dev_log)
        receiver.one()
        equal(receiver.log_text(), "")


@test("descriptor 2 closed, or log = syslog: the log goes to /dev/log alone")
def syslog():
    need_root()
    for log, redirect in ("auto", "2>&-"), ("syslog", ""):
        with Receiver(log=log) as receiver:
            dev_log = private_dev(receiver, redirect)
            with Server(receiver) as server:
                to_syslog(server, dev_log)
            receiver.one()
            equal(receiver.log_text(), "")


def private_dev(receiver, redirect=""):
    """The receiver gets a /dev of its own, with null and log."""
    dev = receiver.base + "/dev"
    os.mkdir(dev)
    os.chmod(dev, 0o755)
    os.mknod(dev + "/null", 0o666 | 0o020000, os.makedev(1, 3))
    os.chmod(dev + "/null", 0o666)
    dev_log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    dev_log.bind(dev + "/log")
    os.chmod(dev + "/log", 0o666)
    receiver.command = [tool("unshare"), "-m", "sh", "-c",
        'mount --bind "$0" /dev && uid=$1 && shift && exec setpriv '
        '--reuid=$uid --regid=$uid --clear-groups "$@" ' + redirect, dev,
        str(UID), *receiver.command]
    receiver.spawn_options = dict(user=0, group=0, env=dict(os.environ))
    return dev_log


if __name__ == "__main__":
    run()
