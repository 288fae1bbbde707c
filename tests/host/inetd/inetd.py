"""openbsd-inetd and xinetd, for real: with the files of units/ on port 25 of a
host of its own.  Both give the client's socket as descriptor 2, too."""

from harness import *
from host import write
from stage import BOB, HOME, SuperServer, make_host

BODY = b"Message-ID: <1@client.example>\r\nSubject: hi\r\n\r\nhi\r\n"
WANTED = {"connect": "info", "helo": "info", "stored": "info",
    "closed": "info", "refused": "notice", "failed": "err", "map": "err"}


def each(name):
    """The test of that name, once for each of the two."""
    def register(function):
        for kind in "inetd", "xinetd":
            test("%s: %s" % (kind, name))(lambda kind=kind: function(kind))
        return function
    return register


def dialogue(client, *to):
    """All that the client hears from its greeting to the end, line by line,
    of a mail to them and one wrong command."""
    client.hello()
    client.ask("FOO", "500 5.5.1")
    client.mail(BODY, *to)
    client.quit()


def logged(server, *wanted):
    """Waits for these events, all in order; the lines, with their keys."""
    until(lambda: len(server.syslog.events()) >= len(wanted),
        "%d lines in syslog" % len(wanted))
    found = server.syslog.events()
    equal([line["event"] for _, _, line in found], list(wanted))
    for facility, priority, line in found:
        equal((facility, priority), ("mail", WANTED[line["event"]]), line)
    return [line for _, _, line in found]


@each("a mail arrives; replies to the client, the log to syslog's mail")
def mail_arrives(kind):
    with SuperServer(kind) as server:
        dialogue(server.connect())
        lines = logged(server, "connect", "helo", "refused", "stored",
            "closed")
        equal({line["client"] for line in lines}, {"127.0.0.1"})
        stored = server.receiver.one()
        equal((stored.body, os.stat(stored.path).st_uid),
            (BODY.replace(b"\r\n", b"\n"), UID))
        equal(lines[3]["file"], os.path.basename(stored.path))


@each("a wrong configuration: 421 for the client, why for syslog")
def wrong_configuration(kind):
    with SuperServer(kind, sync="never") as server:
        client = server.connect()
        said = client.rest_text()
        true(said.startswith("421 4.3.5 ") and said.count("\n") == 1, said)
        until(lambda: server.syslog.events(), "a line in syslog")
        lines = server.syslog.events()
        equal({line[:2] for line in lines}, {("mail", "err")})
        equal(lines[0][2]["key"], "sync")


@each("a map with a fault: a line of it in syslog, not in a reply")
def wrong_map(kind):
    with SuperServer(kind, users="ann@example.org {base}/ann/\nx\n") as server:
        server.connect().refused("bob@example.org", "451 4.3.5")
        logged(server, "connect", "helo", "map", "refused", "closed")


@each("no syslog: a mail arrives, the client hears replies only")
def no_syslog(kind):
    with SuperServer(kind, log=False) as server:
        dialogue(server.connect())
        server.receiver.one()


@each("as root: bob has his mail in his home, written with his rights")
def system_user(kind):
    before, after = {"inetd": ("vmail\t", "root\t"),
        "xinetd": ("= vmail", "= root")}[kind]
    os.mkdir(HOME, 0o700)
    os.chown(HOME, BOB, BOB)
    try:
        for part in "", "/tmp", "/new", "/cur":
            os.mkdir(HOME + "/Maildir" + part, 0o700)
            os.chown(HOME + "/Maildir" + part, BOB, BOB)
        with SuperServer(kind, (before, after),
                users="@example.org ~/Maildir/\n") as server:
            dialogue(server.connect(), "bob@example.org")
            lines = logged(server, "connect", "helo", "refused", "stored",
                "closed")
            path = HOME + "/Maildir/new/" + lines[3]["file"]
            equal(Stored(path).body, BODY.replace(b"\r\n", b"\n"))
            equal(os.stat(path).st_uid, BOB)
    finally:
        shutil.rmtree(HOME)


@each("300 quick connections in a minute: all are served")
def quick(kind):
    with SuperServer(kind) as server:
        for _ in range(300):
            client = server.connect()
            client.hear("220 ")
            client.close()


def served(server, count):
    """How many of so many quick connections hear a greeting."""
    for number in range(count):
        try:
            client = server.connect()
            client.hear("220 ")
            client.close()
        except (AssertionError, OSError):
            return number
    return count


@test("inetd: with plain nowait the 256th connection ends the service")
def without_a_number():
    with SuperServer("inetd", ("nowait.10000", "nowait")) as server:
        equal(served(server, 300), 255)
        server.syslog.says("inetd", "service terminated for 10 min")


# The default is 50, which not every machine reaches at every time.
@test("xinetd: with a low cps the service is off after so many in a second")
def low_cps():
    with SuperServer("xinetd", ("10000 1", "5 10")) as server:
        true(served(server, 100) < 100, "all served")
        server.syslog.says("xinetd", "Deactivating service smtp")


@test("inetd: there is no limit of connections at a time")
def no_limit():
    with SuperServer("inetd") as server:
        clients = [server.connect() for _ in range(150)]
        for client in clients:
            client.hear("220 ")
        for client in clients:
            client.quit()


def refused(client):
    """Closed without a greeting."""
    equal(client.rest_text(), "")


@test("xinetd: ten connections from one address, the eleventh is closed")
def per_source():
    with SuperServer("xinetd") as server:
        clients = [server.connect("127.0.0.2") for _ in range(10)]
        for client in clients:
            client.hear("220 ")
        refused(server.connect("127.0.0.2"))
        other = server.connect("127.0.0.3")
        other.hello()
        other.quit()
        server.syslog.says("xinetd",
            "FAIL: smtp per_source_limit from=::ffff:127.0.0.2")
        clients.pop().quit()
        until(lambda: again(server, "127.0.0.2"),
            "room for another")
        for client in clients:
            client.quit()


def again(server, source):
    try:
        client = server.connect(source)
        client.hello()
        client.quit()
    except AssertionError:
        return False
    return True


@test("xinetd: a hundred connections, the next is closed")
def instances():
    with SuperServer("xinetd") as server:
        clients = [server.connect("127.0.1.%d" % (1 + i // 10))
            for i in range(100)]
        for client in clients:
            client.hear("220 ")
        refused(server.connect("127.0.2.1"))
        for client in clients:
            client.quit()
        until(lambda: again(server, "127.0.2.1"), "room for another")


@each("IPv4 and IPv6 are served, and the log has who called")
def both_families(kind):
    with SuperServer(kind) as server:
        for address in "127.0.0.1", "::1":
            client = server.connect(address=address)
            client.hello()
            client.quit()
        until(lambda: len(server.syslog.events()) == 6, "both in the log")
        equal({line["client"] for _, _, line in server.syslog.events()},
            {"127.0.0.1", "::1"})


@each("it writes nothing of a connection that it serves")
def silent(kind):
    with SuperServer(kind) as server:
        if kind == "xinetd":	# says so when it listens already
            server.syslog.says(kind, "Started working")
        before = len(server.syslog.of(kind))
        dialogue(server.connect())
        logged(server, "connect", "helo", "refused", "stored", "closed")
        equal(server.syslog.of(kind)[before:], [])


@each("/etc/hosts.deny is not looked at")
def hosts_deny(kind):
    write("/etc/hosts.deny", "ALL: ALL\n")
    try:
        with SuperServer(kind) as server:
            dialogue(server.connect())
    finally:
        write("/etc/hosts.deny", "")


if ROOT:
    make_host()
run()
