"""A user's processes against those that deliver to her."""

import ctypes	# this and resource: for her, who may not read /root
import errno
import resource

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


def stop_as(street, client, uid):
    """The monitor, stopped in a moment when it has that effective uid."""
    pid = client.monitor.pid
    for i in range(20000):
        os.kill(pid, signal.SIGSTOP)
        with open("/proc/%d/status" % pid) as file:
            ids = re.search(r"Uid:\t(\d+)\t(\d+)", file.read())
        if ids[2] == str(uid):
            equal(ids[1], "0", "real uid")
            return pid
        os.kill(pid, signal.SIGCONT)
        time.sleep(0.0001 * (i % 7))
    raise AssertionError("it never had her uid")


@test("kill, ptrace, prlimit, nice, /proc: nothing of it, while the monitor "
    "has her ids or is root, nor against the session")
def processes_attacked():
    with Street(False) as street:
        client = street.connect()
        client.hello()
        client.envelope("ann@example.org")
        client.ask("DATA", "354")
        for moment in "root", "ann":
            pid = client.monitor.pid
            if moment == "ann":
                writer = threading.Thread(target=client.say,
                    args=((b"x" * 998 + b"\r\n") * 40000,))
                writer.start()
                pid = stop_as(street, client, OWNERS["ann"])
            said = street.do("ann", ATTACKS, ctypes=ctypes,
                resource=resource, signal=signal,
                pids=[pid] + children(pid))
            lines = said.splitlines()
            true(len(lines) >= 30, said)
            for line in lines:
                true(line.split()[1] in (str(errno.EPERM),
                    str(errno.EACCES)), moment + ": " + line)
        os.kill(pid, signal.SIGCONT)
        writer.join()
        client.ask("\r\n.", "250 2.0.0")
        client.quit()
        equal(street.reap(), [0])


@test("the monitor dies while it has her ids: its session, which is stopped "
    "and cannot end by itself, dies with it")
def dies():
    with Street(False) as street:
        client = street.connect()
        client.hello()
        client.envelope("ann@example.org")
        client.ask("DATA", "354")
        session, = children(client.monitor.pid)
        writer = threading.Thread(target=say_in_vain, args=(client,),
            daemon=True)
        writer.start()
        pid = stop_as(street, client, OWNERS["ann"])
        os.kill(session, signal.SIGSTOP)
        os.kill(pid, signal.SIGKILL)
        until(lambda: not os.path.exists("/proc/%d/stat" % session)
            or status(session) in "ZX", "the session to be dead", 3)
        client.monitor.wait()
        for path in street.files("tmp", "ann"):
            os.unlink(path)		# allowed after SIGKILL alone
        writer.join()


def say_in_vain(client):
    try:
        client.say((b"x" * 998 + b"\r\n") * 40000)
    except OSError:
        pass


def status(pid):
    try:
        with open("/proc/%d/stat" % pid) as file:
            return file.read().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return "X"


if __name__ == "__main__":
    run()
