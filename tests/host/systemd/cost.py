"""What a connection costs in each way to run, as notes: smtp-receive(8) has the
figures.  time limit: 900

CPU is that of systemd, or of tcpserver, and of all that runs under this
systemd, the log included.  The yardstick is what it costs here to start
smtp-receive -V, a static program that does nothing, and to wait for its end.
A virtual machine can be ten times slower at that than another, and all
figures with it."""

import pwd
import resource
import time

from booted import *
from client import stuffed
from credentials import NAMES, credentials, make
from host import connect, listens
from tap import run_all, test, tool, true

MAIL = b"Subject: hi\r\n\r\n" + b"x" * 62 + b"\r\n"
MAIL += MAIL[-64:] * 63
TCPSERVER = "smtp-receive-tcpserver.service"
PROGRAM = "/usr/local/sbin/smtp-receive"
SHORT = os.environ.get("PROOF") == "short"	# of figures it asserts none
COUNT = 10 if SHORT else 300
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


def rate(parallel, count, port=25):
    """Whole sessions in a second, by Postfix's load generator."""
    start = time.monotonic()
    subprocess.run([tool("smtp-source"), "-s", str(parallel), "-m",
        str(count), "-l", "4096", "-f", "eve@example.com", "-t",
        "ann@example.org", "inet:127.0.0.1:%d" % port], check=True,
        timeout=300, capture_output=True)
    return count / (time.monotonic() - start)


def settled():
    until(lambda: not instances(), "the last to be gone", 60)


def spawner(unit):
    return int(show(unit, "MainPID")) if unit == TCPSERVER else 1


def measure(way, unit=SOCKET, count=COUNT):
    """The CPU ms per connection of what starts it."""
    for _ in range(5):
        session("127.0.0.1")
    settled()
    pid, unit_of = spawner(unit), TCPSERVER if unit == TCPSERVER \
        else "smtp-receive@x.service"
    before, own = machine(), cpu(pid)
    for _ in range(count):
        session("127.0.0.1")
    settled()
    whole, own = [(after - then) * 1000 / count for after, then in
        ((machine(), before), (cpu(pid), own))]
    # One source may have 10 below systemd, those that are just ending too.
    parallel = 20 if unit == TCPSERVER else 4
    fast = rate(parallel, count * (5 if unit == TCPSERVER else 1))
    settled()
    score = sh("systemd-analyze security --no-pager '%s' || true"
        % unit_of).splitlines()[-1].split(":")[1].split()[0]
    print("# %s: starter %.2f ms, all %.2f ms; %d parallel: %.0f sessions/s;"
        " score %s" % (way, own, whole, parallel, fast, score), flush=True)
    return own


@test("the default: systemd's part is at most that of %d program starts"
    % LIMIT)
def default():
    one = yardstick()
    print("# a program start: %.3f ms" % one)
    own = measure("systemd, default")
    print("# systemd's part: %.1f starts" % (own / one))
    if not SHORT:
        true(own <= one * LIMIT, "%.1f starts" % (own / one))


@test("what its options cost systemd, beside User= alone")
def bare():
    with drop_in("PrivateNetwork=no", "NoNewPrivileges=no",
            "CapabilityBoundingSet=~", "UMask=0022"):
        measure("systemd, User= alone")
    measure("systemd, default, again")


@test("what credentials cost, though no client turns to TLS")
def with_credentials():
    make("mx.example.org")
    configure(conf=CONF + NAMES)
    with credentials():
        measure("systemd, default, LoadCredential=")
    configure()
    measure("systemd, default, once more")


def side_by_side():
    """What the sandbox takes: the same tcpserver without one, in turns."""
    free = subprocess.Popen(["tcpserver", "-R", "-H", "-l", "0", "-c", "200",
        "-b", "512", "-u", str(pwd.getpwnam("vmail").pw_uid), "-g",
        str(pwd.getpwnam("vmail").pw_gid), "127.0.0.1", "2525", PROGRAM],
        stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    rates = [(rate(20, COUNT * 3), rate(20, COUNT * 3, 2525))
        for _ in range(5)]
    free.terminate()
    free.wait()
    print("# tcpserver in its sandbox, and free, sessions/s: %s; median of "
        "the ratio %.2f" % (", ".join("%.0f %.0f" % each for each in rates),
        sorted(a / b for a, b in rates)[2]), flush=True)


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
    side_by_side()
    with system_users(unit=TCPSERVER, restart=TCPSERVER):
        until(listens, "tcpserver to listen")
        measure("tcpserver, system users", TCPSERVER)
    print("# a program start: %.3f ms" % yardstick())


booted()
serve()
run_all()
