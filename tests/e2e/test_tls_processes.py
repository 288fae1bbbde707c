"""The helper looked at from outside: what it is and may, what becomes of a
connection when somebody kills one of the three, and that who has no
certificate has none of it."""

import re
import ssl

from landlord import *
from proc import status
from secure import *

BODY = b"Subject: hi\r\n\r\nhi\r\n"


# What it is

def limits(pid):
    """The hard ones."""
    with open("/proc/%d/limits" % pid) as file:
        rows = [re.split(" {2,}", line) for line in file]
    return {row[0]: row[2] for row in rows}


def connection(house):
    """A client under TLS, and the pids of session and helper."""
    client = starttls(house.connect())
    client.hello()
    pid = helper(client)
    session, = set(children(client.monitor.pid)) - {pid}
    return client, session, pid


def caged(pid, uid):
    found = status(pid)
    equal(found["Uid"].split(), [str(uid)] * 4)
    equal(found["Gid"].split(), [str(uid)] * 4)
    for each in "CapInh", "CapPrm", "CapEff", "CapAmb":
        equal(int(found[each], 16), 0, each)
    equal(found["NoNewPrivs"], "1")
    return found["Seccomp"]


@test("started by root: session and helper are session-user, in strict mode "
    "and under a filter, in an empty root")
def as_root():
    with Landlord(**keyed()) as house:
        client, session, pid = connection(house)
        equal(caged(session, SESSION), "1")
        equal(caged(pid, SESSION), "2")
        for each in session, pid:
            equal(status(each)["Groups"].split(), [])
            equal(os.listdir("/proc/%d/root" % each), [])
            equal(os.listdir("/proc/%d/cwd" % each), [])
        client.mail(BODY)
        client.quit()
        equal(house.reap(), [0])
        equal(len(house.files("new", "ann")), 1)


@test("not started by root: the same without another uid")
def as_user():
    with vault() as receiver:
        client, session, pid = connection(receiver)
        equal(caged(session, UID), "1")
        equal(caged(pid, UID), "2")
        client.quit()


@test("the helper's limits: no core, no file, no process, not all memory")
def resources():
    with vault() as receiver:
        client, _, pid = connection(receiver)
        found = limits(pid)
        for each in "core file size", "processes", "file size":
            equal(found["Max " + each], "0", each)
        true(found["Max address space"] != "unlimited", "memory without end")
        client.quit()


def sockets(pid):
    return {int(fd): os.readlink("/proc/%d/fd/%s" % (pid, fd))
        for fd in os.listdir("/proc/%d/fd" % pid)}


@test("descriptors: each has an end of the pair, the monitor has the session's "
    "as its client and nothing of the socket; no key is open")
def descriptors():
    with vault() as receiver:
        client, session, pid = connection(receiver)
        of_helper, of_session, of_monitor = [sockets(each)
            for each in (pid, session, client.monitor.pid)]
        true(all(re.match("socket:|pipe:|/dev/null|anon_inode:", each)
            for each in of_helper.values()), of_helper)
        equal(of_monitor[0], of_session[4], "the monitor's client")
        equal(of_monitor[1], of_session[4])
        equal(of_helper[0], of_session[0], "the client's socket")
        true(of_helper[0] not in of_monitor.values(), "the monitor has it")
        true(of_helper[3] not in (*of_session.values(), *of_monitor.values()),
            "the helper's end is somebody else's, too")
        client.quit()


@test("it cannot be looked into, and shows neither arguments nor environment "
    "of ours")
def private():
    with vault() as receiver:
        receiver.spawn_options = dict(env=dict(ENVIRONMENT, SECRET="swordfish"))
        client, _, pid = connection(receiver)
        equal(os.stat("/proc/%d/environ" % pid).st_uid, 0)
        with open("/proc/%d/environ" % pid, "rb") as file:
            true(b"swordfish" not in file.read(), "our environment")
        client.quit()


def kill_monitor(house):
    client, session, pid = connection(house)
    client.envelope()
    client.ask("DATA", "354")
    client.say(BODY)
    stop(session)	# what is stopped cannot end by itself
    stop(pid)
    client.monitor.kill()
    client.monitor.wait()
    until(lambda: not processes(), "both to end", 3)
    client.close()
    equal(house.files("new"), [])
    for left in house.files("tmp"):	# allowed after SIGKILL alone
        os.unlink(left)


@test("the monitor killed with -9, root's and another's: session and helper "
    "are gone, nothing is stored")
def monitor_killed():
    for house in vault(), Landlord(**keyed()):
        with house:
            kill_monitor(house)


# Somebody kills it

def after(said, replies):
    def begin(receiver):
        client = starttls(receiver.connect())
        client.say(said)
        for _ in range(replies):
            client.hear()
        return client
    return begin


STEPS = {
    "220 heard": to_starttls,
    "ServerHello heard": in_handshake,
    "before EHLO": after(b"", 0),
    "after RCPT": after(ENVELOPE, 3),
    "in the body": after(ENVELOPE + b"DATA\r\nSubject: hi\r\n", 4),
    "before the dot's line end": after(ENVELOPE + b"DATA\r\n" + BODY + b".", 4),
}


def end_heard(client):
    """Whatever comes, it comes to an end."""
    try:
        while client.read():
            pass
    except ssl.SSLError:
        pass
    client.close()


@test("killed by SIGKILL and SIGSEGV at each step: the end, attack, nothing is "
    "stored, the monitor's exit status is 0")
def killed():
    for name, begin in STEPS.items():
        for number in signal.SIGKILL, signal.SIGSEGV:
            with vault() as receiver:
                client = begin(receiver)
                os.kill(helper(client), number)
                end_heard(client)
                equal(receiver.status(client), 0, name)
                receiver.nothing()
                equal(len(receiver.log("attack")), 1, name + ": event=attack")
                equal(len(receiver.log("closed")), 1, name)


@test("killed after the 250: what was acknowledged is stored, once; the mail "
    "that was begun is not")
def killed_after():
    with vault() as receiver:
        client = starttls(receiver.connect())
        client.hello()
        client.mail(BODY)
        client.envelope("bob@example.org")
        client.ask("DATA", "354")
        os.kill(helper(client), signal.SIGKILL)
        end_heard(client)
        equal(receiver.status(client), 0)
        receiver.one("ann")
        equal(receiver.files("new", "bob"), [])


@test("killed between dot and commit: nothing is stored (RFC 1047)")
def killed_at_dot():
    with vault() as receiver:
        client = starttls(receiver.connect())
        client.hello()
        client.envelope()
        client.ask("DATA", "354")
        pid = helper(client)
        stop(client.monitor.pid)
        client.say(BODY + b".\r\n")
        time.sleep(0.1)
        os.kill(pid, signal.SIGKILL)
        until(lambda: status(pid)["State"][0] == "Z", "its death")
        go(client.monitor.pid)
        end_heard(client)
        equal(receiver.status(client), 0)
        receiver.nothing()


@test("the helper does nothing any more: the end after command-timeout, and it "
    "is gone")
def stopped():
    with vault(command_timeout=1) as receiver:
        client = starttls(receiver.connect())
        client.hello()
        client.envelope()
        client.ask("DATA", "354")
        stop(helper(client))
        equal(client.monitor.wait(timeout=15), 0)
        until(lambda: not processes(), "the helper to be gone", 2)
        client.close()
        receiver.nothing()


@test("the session killed under TLS: the end, attack, nothing is stored")
def session_killed():
    with vault() as receiver:
        client, session, _ = connection(receiver)
        client.envelope()
        os.kill(session, signal.SIGKILL)
        end_heard(client)
        equal(receiver.status(client), 0)
        equal(len(receiver.log("attack")), 1)
        receiver.nothing()


# The program

@test("no smtp-receive-tls, one that cannot run, one that ends at once, one "
    "that says what it should not: 454, mail arrives in plain")
def no_helper():
    conf = keyed()
    path = libexec.compiled_in(HELPER)
    scripts = {
        "none": None, "no program": "\x7fELF", "ends": "exit 0",
        "fails": "exit 1", "lies": "echo x >&4; sleep 0.1",
        "says much": "yes >&4", "says nothing": "exec 4>&-; sleep 0.1",
    }
    try:
        for name, text in scripts.items():
            os.unlink(path)
            if text:
                with open(path, "w") as file:
                    file.write("#!/bin/sh\n" * (name != "no program") + text)
                os.chmod(path, 0o755)
            else:
                open(path + ".gone", "w").close()
                os.rename(path + ".gone", path)	# exists, cannot run
            with Receiver(**conf) as receiver:
                client = receiver.connect()
                client.hello()
                client.ask("STARTTLS", "454 4.7.0")
                client.mail(BODY)
                client.quit()
                receiver.reap()
                receiver.one()
                true(receiver.log("failed") + receiver.log("attack"), name)
    finally:
        libexec.place(HELPER)


# Who has no certificate

def traced(conf):
    """The names of the system calls of monitor and session, for one mail."""
    with Receiver(**conf) as receiver:
        out = receiver.base + "/trace"
        receiver.command = [tool("strace"), "-f", "-qq", "-o", out,
            *receiver.command]
        give(receiver.base)	# strace writes as the receiver's uid
        client = receiver.connect()
        client.hello()
        client.mail(BODY)
        client.quit()
        equal(receiver.reap(), [0])
        with open(out) as file:
            return [re.match(r"\d+ +([a-z0-9_]+)\(", line)[1] for line in file
                if re.match(r"\d+ +[a-z0-9_]+\(", line)]


@test("without a certificate: one pair of sockets, no program, no file more; "
    "with one, in plain: no program")
def costs_nothing():
    plain = traced({})
    sealed = traced(keyed())
    equal(plain.count("socketpair"), 1)
    equal(plain.count("execve"), 1)
    equal(sealed.count("execve"), 1, "with a certificate")
    true(len(sealed) > len(plain), "a certificate is not even opened")


if __name__ == "__main__":
    run()
