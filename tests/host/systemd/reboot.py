"""The host is stopped, or loses its power, while mail arrives: what was
acknowledged is there when it is up again, once and whole, and nothing else.

time limit: 600"""

import hashlib
import os
import signal
import subprocess
import sys
import tempfile

from booted import *
from clients import *
from client import stuffed
from tap import need_root, run_all, test

HERE = os.path.abspath(__file__)


# Inside: python3 reboot.py STEP.  What it says is for the test, outside.

def message(number):
    return b"Message-ID: <%d@client.example>\r\n\r\n%s\r\n" % (number,
        (b"%d " % number) * 2000)


def tell(word, *more):
    print(word, *more, flush=True)


def talk():
    """Mail after mail, and each 250 is told; then half a mail, and what comes
    in its place."""
    healthy()
    client = connect()
    client.hello()
    for number in range(20):
        client.mail(message(number))
        tell("stored", number)
    idle = connect()
    idle.hello()
    client.envelope()
    client.ask("DATA", "354")
    client.say(stuffed(message(99))[:-5000])
    until(lambda: files(part="tmp"), "half a mail in tmp/")
    tell("half")
    tell("heard", client.rest_text().strip(), idle.rest_text().strip())
    sys.stdin.read()	# until the host is down


def look():
    """After the boot: the host serves, and this is what it has."""
    for path in files():
        with open(path, "rb") as file:
            tell("file", hashlib.sha256(file.read().split(b"\n", 4)[4])
                .hexdigest())
    tell("tmp", len(files(part="tmp")))
    equal(os.listdir("/run/smtp-receive/empty"), [])
    send("ann@example.org")
    tell("serves")


def install_all():
    serve()
    tell("installed")


# Outside.

class Boot:
    def __init__(self, state, step):
        self.process = subprocess.Popen([BOOT, "--state", state,
            sys.executable, HERE, step], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, encoding="utf-8")
        self.said = []

    def lines(self, last):
        """What it says, until it says that."""
        for line in self.process.stdout:
            self.said.append(line.split())
            if line.split()[:1] == [last]:
                return self.said
        raise AssertionError("never said %r: %r" % (last, self.said))

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.process.stdin.close()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=30)
        self.process.stdout.close()


def of(said, word):
    return [line[1:] for line in said if line[0] == word]


def digest(number):
    body = message(number).replace(b"\r\n", b"\n")
    return hashlib.sha256(body).hexdigest()


def through(state, end):
    """Two boots; end(the first, when half a mail has come) ends that."""
    with Boot(state, "install") as boot:
        boot.lines("installed")
    with Boot(state, "send") as boot:
        acknowledged = of(boot.lines("half"), "stored")
        end(boot)
    with Boot(state, "look") as boot:
        said = boot.lines("serves")
    equal(sorted(line[0] for line in of(said, "file")),
        sorted(digest(int(line[0])) for line in acknowledged))
    equal(len(acknowledged), 20)
    return int(of(said, "tmp")[0][0])


def stop(boot):
    """As "systemctl reboot": every unit is stopped, in order."""
    init = "/proc/%s/task/%s/children" % ((boot.process.pid,) * 2)
    with open(init) as file:
        launcher = file.read().split()[0]
    with open("/proc/%s/task/%s/children" % (launcher, launcher)) as file:
        systemd = int(file.read().split()[0])
    os.kill(systemd, signal.SIGRTMIN + 5)	# systemd(1): reboot.target
    boot.lines("heard")
    boot.process.wait(timeout=90)


def cut(boot):
    """Nothing is told to anybody."""
    boot.process.send_signal(signal.SIGTERM)
    boot.process.wait(timeout=30)


@test("a reboot in mid-mail: clients hear 421, what was acknowledged is there, "
    "the rest is nowhere")
def stopped():
    with tempfile.TemporaryDirectory(dir="/tmp") as state:
        heard = []
        def end(boot):
            stop(boot)
            heard.extend(of(boot.said, "heard")[0])
        equal(through(state, end), 0)
        equal(heard.count("421"), 2)


@test("all processes killed in mid-mail: what was acknowledged is there, the "
    "rest is in tmp/")
def killed():
    with tempfile.TemporaryDirectory(dir="/tmp") as state:
        equal(through(state, cut), 1)


if len(sys.argv) > 1 and sys.argv[1] in ("install", "send", "look"):
    {"install": install_all, "send": talk, "look": look}[sys.argv[1]]()
else:
    need_root()
    run_all()
