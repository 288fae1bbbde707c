"""A user's processes against those that deliver to her."""

import ctypes	# this and resource: for her, who may not read /root
import errno
import resource

from proc import status
from street import *

ATTACKS = """
libc = ctypes.CDLL(None, use_errno=True)
def fails(what, call, *arguments):
    ctypes.set_errno(0)
    result = call(*arguments)
    print(what, result if result >= 0 else ctypes.get_errno())
def opens(what, path, flags):
    try:
        os.close(os.open(path, flags)); print(what, 0)
    except OSError as error:
        print(what, error.errno)
buffer = ctypes.create_string_buffer(64)
for pid in pids:
    for number in signal.SIGKILL, signal.SIGTERM, signal.SIGSTOP, 0:
        fails('kill', libc.kill, pid, number)
    fails('ptrace', libc.ptrace, 16, pid, None, None)
    fails('seize', libc.ptrace, 0x4206, pid, None, None)
    fails('prlimit', libc.prlimit, pid, resource.RLIMIT_NOFILE, buffer, None)
    fails('look', libc.prlimit, pid, resource.RLIMIT_NOFILE, None, buffer)
    fails('pidfd_getfd', libc.syscall, 438,
        libc.syscall(434, pid, 0), 0, 0)
    for name in 'mem', 'environ', 'maps', 'stack', 'auxv', 'fd/0':
        opens(name, '/proc/%d/%s' % (pid, name), os.O_RDONLY)
    opens('mem', '/proc/%d/mem' % pid, os.O_WRONLY)
    opens('oom', '/proc/%d/oom_score_adj' % pid, os.O_WRONLY)
    fails('nice', libc.setpriority, 0, pid, 19)
    fails('batch', libc.sched_setscheduler, pid, 3, ctypes.byref(buffer))
    fails('cpus', libc.sched_setaffinity, pid, 8,
        ctypes.byref(ctypes.c_ulong(1)))
"""


def in_data(street):
    """A client whose mail to ann is on its way."""
    client = street.connect()
    client.hello()
    client.envelope("ann@example.org")
    client.ask("DATA", "354")
    return client


# More than a message between the processes holds: each makes the monitor write.
PIECE = (b"x" * 998 + b"\r\n") * 263


def stop_as(client, uid):
    """The monitor, stopped in a moment when it has that effective uid.  There
    is one for each piece of the mail; one in forty is met."""
    pid = client.monitor.pid
    for i in range(4000):
        client.say(PIECE)
        time.sleep(0.0001 * (i % 20))
        os.kill(pid, signal.SIGSTOP)
        real, effective = status(pid)["Uid"].split()[:2]
        if effective == str(uid):
            equal(real, "0", "real uid")
            return pid
        os.kill(pid, signal.SIGCONT)
    raise AssertionError("it never had her uid")


def attack(street, pid, moment):
    """All that she can try against the monitor and its session fails."""
    said = street.do("ann", ATTACKS, ctypes=ctypes, resource=resource,
        signal=signal, pids=[pid] + children(pid))
    lines = said.splitlines()
    true(len(lines) >= 30, said)
    for line in lines:
        true(line.split()[1] in (str(errno.EPERM), str(errno.EACCES)),
            moment + ": " + line)


@test("kill, ptrace, prlimit, nice, /proc: nothing of it, while the monitor "
    "has her ids or is root, nor against the session")
def processes_attacked():
    with Street(False, max_message_size="1100M") as street:
        client = in_data(street)
        attack(street, client.monitor.pid, "root")
        pid = stop_as(client, OWNERS["ann"])
        attack(street, pid, "ann")
        os.kill(pid, signal.SIGCONT)
        client.ask("\r\n.", "250 2.0.0")
        client.quit()
        equal(street.reap(), [0])


@test("the monitor dies while it has her ids: its session, which is stopped "
    "and cannot end by itself, dies with it")
def dies():
    with Street(False, max_message_size="1100M") as street:
        client = in_data(street)
        session, = children(client.monitor.pid)
        pid = stop_as(client, OWNERS["ann"])
        os.kill(session, signal.SIGSTOP)
        os.kill(pid, signal.SIGKILL)
        until(lambda: session not in processes(), "the session to be dead", 3)
        client.monitor.wait()
        for path in street.files("tmp", "ann"):
            os.unlink(path)		# allowed after SIGKILL alone


if __name__ == "__main__":
    run()
