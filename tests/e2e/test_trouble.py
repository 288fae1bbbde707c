"""Trouble, theirs and ours: each refusal with its code, ours never with 5xx,
never with 250, and with path and errno in the log."""

import errno
import resource

from harness import *

BODY = b"Subject: hi\r\n\r\nhi\r\n"


def refused(receiver, to, wanted):
    """RCPT for one is refused, a good one works beside it; the status."""
    client = receiver.connect()
    client.hello()
    client.ask("MAIL FROM:<eve@example.com>", "250")
    client.ask("RCPT TO:<%s>" % to, wanted)
    client.ask("DATA", "451 4.5.1" if wanted[0] == "4" else "554 5.5.1")
    client.quit()
    status = receiver.status(client)
    receiver.nothing()
    return status


def faulty(receiver, wanted, call_errno, path, box="ann"):
    """RCPT fails for a fault of ours, which the log names."""
    equal(refused(receiver, box + "@example.org", wanted), 75, "exit status")
    lines = receiver.log("failed")
    true(lines, "no event=failed")
    true(any(shows(line, call_errno) and path in line.get("path", "")
        for line in lines), "no %s of %s in %r" % (
        errno.errorcode[call_errno], path, lines))
    return lines


@test("who is refused for a reason of theirs: 550, exit 0, a refused line")
def theirs():
    for to, wanted in [("nobody@example.org", "550 5.1.1"),
            ("ann@elsewhere.example", "550 5.7.1"),
            ("old@example.org", "550 5.2.1 This address is no longer used")]:
        with Receiver() as receiver:
            equal(refused(receiver, to, wanted), 0, "exit status")
            lines = receiver.log("refused", to=to)
            equal([line["reply"][:3] for line in lines], ["550"])


@test("later TEXT of the map: 450 with that text")
def later():
    with Receiver() as receiver:
        refused(receiver, "moving@example.org",
            "450 4.2.1 We are moving, please try again tomorrow [")


@test("one refused recipient does not spoil another's mail")
def beside():
    with Receiver(boxes=("ann", "carol")) as receiver:
        client = receiver.connect()
        client.hello()
        client.ask("MAIL FROM:<eve@example.com>", "250")
        for to, wanted in ("nobody", "550 5.1.1"), ("bob", "451"), \
                ("ann", "250"), ("old", "550"), ("carol", "250"):
            client.ask("RCPT TO:<%s@example.org>" % to, wanted)
        client.ask("DATA", "354")
        client.say(stuffed(BODY))
        client.hear("250 2.0.0")
        client.quit()
        equal(receiver.reap(), [75])
        for box in "ann", "carol":
            equal(receiver.one(box).body, b"Subject: hi\n\nhi\n")
        equal(receiver.one("ann").header["for"], None)


@test("a Maildir that is missing: 451, path and ENOENT in the log")
def missing():
    with Receiver(boxes=()) as receiver:
        faulty(receiver, "451 4.3.0", errno.ENOENT, receiver.base + "/ann")


@test("a Maildir without new/, without tmp/, that is a file")
def half_a_maildir():
    for break_it, number in [(lambda box: os.rmdir(box + "/new"),
            errno.ENOENT), (lambda box: os.rmdir(box + "/tmp"),
            errno.ENOENT), (be_a_file, errno.ENOTDIR)]:
        with Receiver() as receiver:
            box = receiver.base + "/ann"
            break_it(box)
            faulty(receiver, "451 4.3.0", number, box)


def be_a_file(box):
    shutil.rmtree(box)
    open(box, "w").close()


@test("a Maildir that may not be entered, a tmp/ that may not be written")
def unwritable():
    for part in "", "/tmp":
        with Receiver() as receiver:
            box = receiver.base + "/ann"
            os.chmod(box + part, 0o500 if part else 0)
            faulty(receiver, "451 4.3.0", errno.EACCES, box)
            os.chmod(box + part, 0o700)


@test("a new/ that may not be written: 451 at the dot, nothing is left")
def unwritable_new():
    with Receiver() as receiver:
        os.chmod(receiver.base + "/ann/new", 0o500)
        client = receiver.connect()
        client.hello()
        client.ask("MAIL FROM:<a@b>", "250")
        client.ask("RCPT TO:<bob@example.org>", "250")
        client.say("RCPT TO:<ann@example.org>")
        if client.hear()[:3] == "250":	# seen only when it is tried
            client.ask("DATA", "354")
            client.say(stuffed(BODY))
            client.hear("451 4.3.0")
        client.quit()
        equal(receiver.reap(), [75])
        receiver.nothing()
        true(any(shows(line, errno.EACCES) and "ann" in line["path"]
            for line in receiver.log("failed")), "not in the log")


@test("a Maildir of somebody else, writable for all: 451, a line says so")
def somebody_elses():
    need_root()
    with Receiver() as receiver:
        box = receiver.base + "/ann"
        for each in box, box + "/tmp", box + "/new":
            os.chown(each, UID + 1, UID + 1)
            os.chmod(each, 0o777)
        equal(refused(receiver, "ann@example.org", "451 4.3.0"), 75)
        true(any(box in line.get("path", "")
            for line in receiver.log("failed")), "no line with the path")


@test("a symbolic link to a Maildir: 451, ELOOP, the line has the real path")
def linked():
    with Receiver() as receiver:
        os.rename(receiver.base + "/ann", receiver.base + "/real")
        os.symlink("real", receiver.base + "/ann")
        lines = faulty(receiver, "451 4.3.0", errno.ELOOP,
            receiver.base + "/ann")
        true(any(receiver.base + "/real" in str(line) for line in lines),
            "no real path in %r" % lines)


@test("a map that is missing or cannot be read: 451 4.3.5, path and errno")
def unreadable_map():
    for break_it, number in (os.unlink, errno.ENOENT), \
            (lambda path: os.chmod(path, 0), errno.EACCES):
        with Receiver() as receiver:
            break_it(receiver.users)
            equal(refused(receiver, "ann@example.org", "451 4.3.5"), 75)
            true(any(line["file"] == receiver.users and shows(line, number)
                for line in receiver.log("map")), "no path and errno")


@test("a map with a bad line: good lines work, the others get 451 4.3.5")
def broken_map():
    with Receiver(users=MAP + "this is not a line\n") as receiver:
        equal(refused(receiver, "nobody@example.org", "451 4.3.5"), 75)
        equal(refused(receiver, "ann@elsewhere.example", "451 4.3.5"), 75)
        lines = receiver.log("map")
        true(lines and lines[0]["file"] == receiver.users
            and lines[0]["line"] == str(MAP.count("\n") + 1),
            "no file and line in %r" % lines)
        client = receiver.connect()
        client.hello()
        client.mail(BODY)
        client.quit()
        receiver.one()


@test("a map with faults is read for each mail, but cannot fill the log")
def broken_map_often():
    with Receiver(users=MAP + "no line\n" * 20) as receiver:
        client = receiver.connect()
        client.hello()
        for _ in range(20):
            client.envelope("ann@example.org")
            client.ask("RSET", "250")
        client.quit()
        equal(len(receiver.log("map")), 100, "lines")


@test("a map that is empty, lacks its last line end, or was just changed")
def edited_map():
    for text, age in ("", 10), (MAP.rstrip("\n"), 10), (MAP, 0):
        with Receiver() as receiver:
            receiver.write_map(text.format(base=receiver.base), age)
            refused(receiver, "nobody@example.org", "451 4.3.5")
            true(receiver.log("map"), "no event=map")


@test("a map that was changed between two mails of a connection is read")
def changed_map():
    with Receiver() as receiver:
        client = receiver.connect()
        client.hello()
        client.mail(BODY)
        receiver.write_map("@example.org %s/bob\n" % receiver.base, 5)
        client.mail(BODY)
        client.quit()
        receiver.one("ann")
        receiver.one("bob")


@test("a loop in the map, a target that is not there: 451, a line each")
def loop():
    with Receiver(users="a@x.org b@x.org\nb@x.org a@x.org\n"
            "c@x.org gone@x.org\n") as receiver:
        for to in "a@x.org", "c@x.org":
            refused(receiver, to, "451")
        true(len(receiver.log("map")) + len(receiver.log("failed")) >= 2,
            "no lines: " + receiver.log_text())


@test("a wrong configuration: 421 4.3.5, exit 78, every fault is told")
def wrong_configuration():
    with Receiver(max_recipients="5", options=["-o", "sync=maybe", "-o",
            "no-such-key=1"], command_timeout="soon") as receiver:
        client = receiver.connect()
        client.hear("421 4.3.5")
        client.end()
        equal(receiver.reap(), [78])
        text = receiver.log_text()
        for word in "max-recipients", "command-timeout", "sync", \
                "no-such-key", receiver.conf, "-o":
            true(word in text, "no %s in %s" % (word, text))


@test("a configuration that is not there: 421 4.3.5, exit 78")
def no_configuration():
    with Receiver() as receiver:
        os.unlink(receiver.conf)
        client = receiver.connect()
        client.hear("421 4.3.5")
        client.end()
        equal(receiver.reap(), [78])
        true(receiver.conf in receiver.log_text(), "no path in the log")


@test("started as root, and session-user is not in /etc/passwd, or is root: "
    "421 4.3.5, exit 78, nothing is done")
def root():
    need_root()
    for user, error in ("no-such-user", errno.ESRCH), ("root", errno.EPERM):
        with Receiver(session_user=user) as receiver:
            client = receiver.connect(user=0, group=0)
            client.hear("421 4.3.5")
            client.end()
            equal(receiver.reap(), [78])
            line, = receiver.log("failed", call="config",
                path="/etc/passwd", key="session-user")
            true(shows(line, error), line)


@test("no process can be made: 421 4.3.2, exit 75, fork in the log")
def no_process():
    with Receiver() as receiver:
        client = receiver.connect(preexec_fn=lambda: resource.setrlimit(
            resource.RLIMIT_NPROC, (0, 0)))
        client.hear("220")
        client.hear("421 4.3.2")
        client.end()
        equal(receiver.reap(), [75])
        true(any(shows(line, errno.EAGAIN) and "fork" in line["call"]
            for line in receiver.log("failed")), receiver.log_text())


@test("less room than min-free: 452 4.3.1, and SIZE= counts")
def min_free():
    with Receiver(min_free="1000000M") as receiver:
        equal(refused(receiver, "ann@example.org", "452 4.3.1"), 75)
        true(any("ann" in line.get("path", "")
            for line in receiver.log("failed")), "no path in the log")


@test("an alias for more than max-mailboxes: 452 4.5.3 for that RCPT alone")
def too_many_mailboxes():
    with Receiver(max_mailboxes=2) as receiver:
        client = receiver.connect()
        client.hello()
        client.ask("MAIL FROM:<a@b>", "250")
        client.ask("RCPT TO:<all@example.org>", "452 4.5.3")
        client.ask("RCPT TO:<carol@example.org>", "250")
        client.ask("RCPT TO:<info@example.org>", "452 4.5.3")
        client.ask("DATA", "354")
        client.say(stuffed(BODY))
        client.hear("250")
        client.quit()
        receiver.one("carol")
        equal(len(receiver.files()), 1)


@test("no descriptor free for a Maildir: 4xx, never 5xx, and a line")
def no_descriptor():
    with Receiver() as receiver:
        client = receiver.connect(preexec_fn=lambda: resource.setrlimit(
            resource.RLIMIT_NOFILE, (8, 8)))
        client.hear("220")
        client.ask("EHLO x", "250")
        client.ask("MAIL FROM:<a@b>", "250")
        codes = [client.ask("RCPT TO:<%s@example.org>" % box)[:3]
            for box in ("ann", "bob", "carol")]
        true(set(codes) <= {"250", "451", "452"} and codes[-1] != "250",
            "heard %r" % codes)
        client.quit()
        equal(receiver.reap(), [75])
        receiver.nothing()
        true(any(shows(line, errno.EMFILE) for line in receiver.log()),
            receiver.log_text())


if __name__ == "__main__":
    run()
