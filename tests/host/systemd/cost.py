"""What a connection costs in each way to run, as notes: smtp-receive(8) has the
figures.  time limit: 900

CPU is that of systemd, or of tcpserver, and of all that runs under this
systemd, the log included.  The yardstick is what it costs here to start
smtp-receive -V, a static program that does nothing, and to wait for its end.
A virtual machine can be ten times slower at that than another, and all
figures with it."""

import resource
import threading

from booted import *
from client import stuffed
from tap import run_all, test

MAIL = b"Subject: hi\r\n\r\n" + b"x" * 62 + b"\r\n"
MAIL += MAIL[-64:] * 63
TCPSERVER = "smtp-receive-tcpserver.service"
PROGRAM = "/usr/local/sbin/smtp-receive"
COUNT = 40 if os.environ.get("PROOF") == "short" else 300
LIMIT = 44	# starts of a program: 4 ms where one costs 90 us


def yardstick(count=300):
    """Milliseconds of CPU to start a program."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with open("/dev/null", "w") as null:
        for _ in range(count):
            os.waitpid(os.posix_spawn(PROGRAM, [PROGRAM, "-V"], {},
                file_actions=[(os.POSIX_SPAWN_DUP2, null.fileno(), 1)]), 0)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return ((after.ru_utime - before.ru_utime)
        + (after.ru_stime - before.ru_stime)) * 1000 / count


def machine():
    """Seconds of CPU of all in this systemd's control group, its own and the
    log's too, but not of these clients."""
    own = resource.getrusage(resource.RUSAGE_SELF)
    try:
        with open("/sys/fs/cgroup/cpuacct/cpuacct.usage") as file:
            used = int(file.read()) / 1e9
    except FileNotFoundError:
        with open("/sys/fs/cgroup/cpu.stat") as file:
            used = int(file.readline().split()[1]) / 1e6
    return used - own.ru_utime - own.ru_stime


def session(source):
    """A whole one, in as few pieces as a sender may make of it."""
    client = connect(source=source)
    client.hello()
    client.say("MAIL FROM:<eve@example.com>\r\nRCPT TO:<ann@example.org>"
        "\r\nDATA")
    for wanted in "250", "250", "354":
        client.hear(wanted)
    client.say(stuffed(MAIL))
    client.hear("250 2.0.0")
    client.quit()


def bare(source):
    client = connect(source=source)
    client.hear("220")
    client.quit()


def crowd(act, parallel, count):
    """Seconds that so many take; each a source of its own, as in life."""
    left, lock, faults = iter(range(count)), threading.Lock(), []
    def work(number):
        try:
            while True:
                with lock:
                    if next(left, None) is None:
                        return
                act("127.2.%d.1" % number)
        except Exception as fault:
            faults.append(fault)
    threads = [threading.Thread(target=work, args=(number,))
        for number in range(parallel)]
    start = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    equal(faults, [])
    return time.monotonic() - start


def settled():
    until(lambda: not instances(), "the last to be gone", 60)


def spawner(unit):
    return int(show(unit, "MainPID")) if unit == TCPSERVER else 1


def measure(way, unit=SOCKET, count=COUNT):
    """The CPU ms per connection of what starts it."""
    crowd(session, 4, 20)
    settled()
    pid, unit_of = spawner(unit), TCPSERVER if unit == TCPSERVER \
        else "smtp-receive@x.service"
    before, own = machine(), cpu(pid)
    crowd(session, 1, count)
    settled()
    whole, own = [(after - then) * 1000 / count for after, then in
        ((machine(), before), (cpu(pid), own))]
    rates = [count / crowd(act, 20, count) for act in (session, bare)]
    settled()
    score = sh("systemd-analyze security --no-pager '%s' || true"
        % unit_of).splitlines()[-1].split(":")[1].split()[0]
    print("# %s: starter %.2f ms, all %.2f ms; 20 parallel: %.0f sessions/s,"
        " %.0f connections/s; score %s" % (way, own, whole, *rates, score),
        flush=True)
    return own


@test("the default: systemd's part is at most that of %d program starts"
    % LIMIT)
def default():
    one = yardstick()
    print("# a program start: %.3f ms" % one)
    own = measure("systemd, default")
    print("# systemd's part: %.1f starts" % (own / one))
    true(own <= one * LIMIT, "%.1f starts" % (own / one))


@test("the others")
def others():
    configure(ACCOUNTS)
    with system_users():
        measure("systemd, default, system users")
        with hardened():
            measure("systemd, hardened, system users", count=COUNT // 3)
    with hardened():
        measure("systemd, hardened", count=COUNT // 3)
    sh("systemctl disable --now %s 2>&1" % SOCKET)
    sh("systemctl start " + TCPSERVER)
    until(listens, "tcpserver to listen")
    measure("tcpserver", TCPSERVER)
    with system_users(unit=TCPSERVER, restart=TCPSERVER):
        until(listens, "tcpserver to listen")
        measure("tcpserver, system users", TCPSERVER)
    print("# a program start: %.3f ms" % yardstick())


booted()
serve()
run_all()
