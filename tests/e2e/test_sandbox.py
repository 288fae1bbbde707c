"""The session's cage, looked at from outside while a client is connected, and
what the monitor does when somebody kills one of the two."""

import ctypes
import platform

import filter
from harness import *
from proc import status

ENVIRONMENT = {"TCPREMOTEIP": "192.0.2.1", "SECRET": "swordfish"}


def session(receiver, client):
    """Its pid, when all has been given up: the greeting is out before."""
    client.hear("220")
    until(lambda: [pid for pid in children(client.monitor.pid)
        if status(pid)["Seccomp"] != "0"], "a session that is confined")
    found = children(client.monitor.pid)
    equal(len(found), 1, "children of the monitor")
    return found[0]


def limits(pid):
    with open("/proc/%d/limits" % pid) as file:
        return {line[:26].strip(): line[26:].split()[:2]
            for line in list(file)[1:]}


@test("strict mode, no new privileges, another user than root")
def strict():
    with Receiver() as receiver:
        client = receiver.connect()
        found = status(session(receiver, client))
        equal(found["Seccomp"], "1")
        equal(found["NoNewPrivs"], "1")
        equal(found["Uid"].split(), [str(UID)] * 4)
        client.quit()


@test("under a filter that is in force already: a filter, and mail arrives")
def filtered():
    with Receiver() as receiver:
        client = receiver.connect(preexec_fn=filter.install)
        found = status(session(receiver, client))
        equal(found["Seccomp"], "2")
        equal(found["NoNewPrivs"], "1")
        equal(found.get("Seccomp_filters", "2"), "2")
        client.ask("HELO x", "250")
        client.mail(b"hi\r\n")
        client.quit()
        equal(receiver.reap(), [0])
        receiver.one()


@test("descriptors: 0 and 1, the client's, and one end of the pair")
def descriptors():
    need_root()
    with Receiver() as receiver:
        client = receiver.connect()
        pid = session(receiver, client)
        found = {int(fd): os.readlink("/proc/%d/fd/%s" % (pid, fd))
            for fd in os.listdir("/proc/%d/fd" % pid)}
        equal(len(found), 3, "descriptors %r" % found)
        equal(found[0], found[1])
        true(all(each.startswith("socket:") for each in found.values()),
            "not all sockets: %r" % found)
        true(found[max(found)] != found[0], "no pair: %r" % found)
        client.quit()


@test("argv and environment: overwritten with NUL")
def environment():
    need_root()
    with Receiver() as receiver:
        client = receiver.connect(env=ENVIRONMENT)
        pid = session(receiver, client)
        for each in "environ", "cmdline":
            with open("/proc/%d/%s" % (pid, each), "rb") as file:
                equal(file.read().strip(b"\0"), b"", each)
        client.quit()


@test("limits: no core, no descriptor, no process, no file, little memory")
def resource_limits():
    with Receiver(max_message_size="50M") as receiver:
        client = receiver.connect()
        pid = session(receiver, client)
        found = limits(pid)
        for each in "Max core file size", "Max open files", "Max processes", \
                "Max file size":
            equal(found[each], ["0", "0"], each)
        equal(found["Max cpu time"][1], "110")
        mapped = int(status(pid)["VmSize"].split()[0]) * 1024
        space = int(found["Max address space"][1])
        true(space <= mapped + (2 << 20), "%d mapped, %d allowed"
            % (mapped, space))
        client.quit()


@test("FSIZE stays where 1 is no socket: replies to a file are written")
def replies_to_a_file():
    with Receiver() as receiver:
        path = receiver.base + "/replies"
        with open(path, "wb") as replies:
            question, answer = os.pipe()
            monitor = receiver.spawn(question, replies)
            os.close(question)
            os.write(answer, b"HELO x\r\nQUIT\r\n")
            os.close(answer)
            equal(monitor.wait(timeout=10), 0)
        with open(path) as replies:
            equal([line[:3] for line in replies], ["220", "250", "221"])


@test("not dumpable: its /proc belongs to root")
def not_dumpable():
    with Receiver() as receiver:
        client = receiver.connect()
        pid = session(receiver, client)
        equal(os.stat("/proc/%d/environ" % pid).st_uid, 0)
        client.quit()


@test("the monitor killed with -9: the session is gone, nothing is stored")
def monitor_killed():
    with Receiver() as receiver:
        client = receiver.connect()
        session(receiver, client)
        client.ask("EHLO x", "250")
        client.envelope()
        client.ask("DATA", "354")
        client.say(b"hi\r\n")
        client.monitor.kill()
        client.monitor.wait()
        until(lambda: not processes(), "the session to end")
        client.end()
        equal(receiver.files("new"), [])
        for left in receiver.files("tmp"):	# allowed after SIGKILL alone
            os.unlink(left)


@test("the session killed in each state: attack, exit 0, nothing is stored")
def session_killed():
    lines = ["EHLO x", "MAIL FROM:<a@b>", "RCPT TO:<ann@example.org>", "DATA"]
    for steps in range(len(lines) + 1):
        with Receiver() as receiver:
            client = receiver.connect()
            pid = session(receiver, client)
            for line in lines[:steps]:
                client.ask(line)
            os.kill(pid, signal.SIGKILL)
            equal(client.rest(), [])
            equal(receiver.status(client), 0)
            equal(len(receiver.log("attack")), 1, "event=attack")
            receiver.nothing()


def call_open(pid):
    """By a debugger's hand, in the place of the read(2) in which it waits:
    the shipped session never calls open(2) itself."""
    need(platform.machine() == "x86_64", "registers of x86_64 only")
    attach, detach, get, put, rax, orig_rax, rip = 16, 17, 12, 13, 10, 15, 16
    ptrace = ctypes.CDLL(None, use_errno=True).ptrace
    registers = (ctypes.c_ulonglong * 64)()
    equal(ptrace(attach, pid, None, None), 0, "attach")
    os.waitpid(pid, 0)
    equal(ptrace(get, pid, None, registers), 0, "registers")
    registers[rax], registers[orig_rax] = 2, 2**64 - 1
    registers[rip] -= 2
    equal(ptrace(put, pid, None, registers), 0, "registers")
    equal(ptrace(detach, pid, None, None), 0, "detach")


@test("the session calls open(2): the kernel kills it, attack is logged")
def forbidden_call():
    need_root()
    for filtered in False, True:
        with Receiver() as receiver:
            client = receiver.connect(preexec_fn=filter.install
                if filtered else None)
            pid = session(receiver, client)
            client.ask("EHLO x", "250")
            client.envelope()
            call_open(pid)
            equal(client.rest(), [])
            equal(receiver.status(client), 0)
            equal(len(receiver.log("attack")), 1, "event=attack")
            receiver.nothing()


if __name__ == "__main__":
    run()
