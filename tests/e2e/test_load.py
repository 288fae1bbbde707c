"""Many at once: 100 connections at a time, 10 messages each, 3 recipients
each; all distinct, all complete, nothing left over."""

from harness import *

CONNECTIONS, MESSAGES = 100, 10
BOXES = ("ann", "bob", "carol")


def body(connection, message):
    return b"Subject: %d.%d\r\n\r\n" % (connection, message) \
        + b"%d.%d\r\n" % (connection, message) * (message * 400 + 1)


def one_connection(server, number, accepted, errors, patient):
    """Notes in accepted which message each box must have."""
    try:
        client = server.connect()
        client.deadline = time.monotonic() + 90
        client.hello()
        for message in range(MESSAGES):
            one_mail(client, number, message, accepted, patient)
        client.quit()
    except Exception as why:
        errors.append("connection %d: %r" % (number, why))


def one_mail(client, number, message, accepted, patient):
    client.ask("MAIL FROM:<eve@example.com>", "250")
    taken = [box for box in BOXES if rcpt(client, box, patient)]
    if not taken:
        client.ask("RSET", "250")
        return
    client.ask("DATA", "354")
    octets = body(number, message)
    client.say(stuffed(octets))
    client.hear("250 2.0.0")
    for box in taken:
        accepted[box].append(octets.replace(b"\r\n", b"\n"))


def rcpt(client, box, patient):
    """Is it taken?  A patient client bears the 451 of a map in change."""
    said = client.ask("RCPT TO:<%s@example.org>" % box)
    if said.startswith("250"):
        return True
    true(patient and said.startswith("451 4.3.5"), "heard " + said)
    return False


def load(server, patient=False):
    accepted, errors = {box: [] for box in BOXES}, []
    clients = [threading.Thread(target=one_connection, args=(server, number,
        accepted, errors, patient)) for number in range(CONNECTIONS)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    equal(errors[:3], [], "%d connections failed" % len(errors))
    return accepted


def check(receiver, accepted):
    ids = set()
    for box in BOXES:
        found = [Stored(path) for path in receiver.files("new", box)]
        equal(len(found), len(accepted[box]), "messages for " + box)
        equal(sorted(each.body for each in found) == sorted(accepted[box]),
            True, "all distinct and complete for " + box)
        ids |= {each.header["id"] for each in found}
    lines = receiver.log("stored")
    equal(len(lines), sum(len(each) for each in accepted.values()),
        "event=stored lines")
    equal(ids, {line["id"].encode() for line in lines}, "ids")


def descriptors(pid="self"):
    return len(os.listdir("/proc/%s/fd" % pid))


def check_statuses(receiver, allowed):
    true(set(receiver.reap(60)) <= allowed, "exit statuses %r"
        % set(receiver.statuses))
    equal(len(receiver.statuses), CONNECTIONS)


@test("100 connections, 10 messages, 3 recipients, each behind an accept()")
def plain():
    with Receiver() as receiver, Server(receiver) as server:
        before = descriptors()
        accepted = load(server)
        equal([len(each) for each in accepted.values()],
            [CONNECTIONS * MESSAGES] * 3)
        check_statuses(receiver, {0})
        check(receiver, accepted)
        equal(descriptors(), before, "descriptors")


@test("the same behind tcpserver")
def behind_tcpserver():
    with Receiver() as receiver, Server(receiver, "tcpserver") as server:
        before = descriptors(server.process.pid)
        accepted = load(server)
        until(lambda: not processes(), "connections to end")
        check(receiver, accepted)
        equal(descriptors(server.process.pid), before, "descriptors")


@test("300 mailboxes, each by two addresses: a copy for each")
def many_mailboxes():
    boxes = ["box%d" % n for n in range(300)]
    users = "".join("%s@example.%s {base}/%s\n" % (box, domain, box)
        for box in boxes for domain in ("org", "net"))
    with Receiver(users, boxes, max_recipients=1000,
            max_mailboxes=300) as receiver:
        client = receiver.connect()
        client.hello()
        client.mail(b"Subject: x\r\n\r\nhi\r\n", *["%s@example.%s" %
            (box, domain) for domain in ("org", "net") for box in boxes])
        client.quit()
        equal([len(receiver.files("new", box)) for box in boxes], [1] * 300)


@test("100,000 addresses as text: the first, the last, and no other")
def many_addresses():
    users = "".join("user%d@example.org {base}/ann/\n" % number
        for number in range(100000))
    with Receiver(users) as receiver:
        client = receiver.connect()
        client.hello()
        client.envelope(*["user%d@example.org" % number
            for number in (0, 31415, 99999)])
        client.ask("RCPT TO:<user100000@example.org>", "550 5.1.1")
        client.quit()


@test("the map rewritten in place every 100 ms: no known one gets 5xx")
def changing_map():
    with Receiver() as receiver, Server(receiver) as server:
        stop = threading.Event()
        writer = threading.Thread(target=rewrite, args=(receiver, stop))
        writer.start()
        try:
            accepted = load(server, patient=True)
        finally:
            stop.set()
            writer.join()
        check_statuses(receiver, {0, 75})
        check(receiver, accepted)
        print("# taken %d of %d" % (sum(map(len, accepted.values())),
            CONNECTIONS * MESSAGES * 3))


def rewrite(receiver, stop):
    """As an editor does: cut to nothing, then written piece by piece."""
    text = MAP.format(base=receiver.base)
    while not stop.wait(0.1):
        with open(receiver.users, "w") as file:
            for start in range(0, len(text), 50):
                file.write(text[start:start + 50])
                file.flush()
        then = time.time() - 10	# so that readers would trust it
        os.utime(receiver.users, (then, then))


if __name__ == "__main__":
    run()
