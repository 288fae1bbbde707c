"""smtp-receive-map, and what the receiver makes of its work and of its
absence."""

import errno
import random

from harness import *
from mounts import mount, own_mounts

COMPILER = os.path.dirname(PROGRAM) + "/smtp-receive-map"
MORE = "new@example.org ann@example.org\n"
UNKNOWN = "550 5.1.1"

# Each call after which it has done something that could be left behind.
STEPS = ["openat:when=%d", "write:when=1", "write:when=2", "pread64:when=%d",
    "pwrite64:when=1", "fchown:when=1", "fchmod:when=1", "fsync:when=1",
    "rename:when=1", "fsync:when=2"]


class House(Receiver):
    """A receiver with the time to edit its map, and to compile it."""

    def __init__(self, **more):
        super().__init__(**more)
        give(self.base)
        give(self.users)
        self.cdb = self.users + ".cdb"

    def compile(self, *options, wanted=0, under=(), **more):
        """What it says."""
        done = subprocess.run([*under, COMPILER, *options, self.users],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, encoding="utf-8", timeout=60, **more)
        equal(done.returncode, wanted, done.stdout)
        return done.stdout

    def edit(self, text, age=10):
        self.write_map(text.format(base=self.base), age)

    def compiled(self):
        """The bytes that are in its place."""
        with open(self.cdb, "rb") as file:
            return file.read()

    def rcpts(self, *pairs):
        """Each hears what is wanted; the form of the map that was read."""
        client = self.connect()
        client.hello()
        client.ask("MAIL FROM:<eve@example.com>", "250")
        for to, wanted in pairs:
            client.ask("RCPT TO:<%s@example.org>" % to, wanted)
        client.quit()
        self.status(client)
        return self.log("closed")[-1].get("map")

    def listed(self):
        return sorted(name for name in os.listdir(self.base)
            if name.startswith("users"))


# Its work

@test("compiled: the answers are the same, and closed says map=cdb")
def same():
    with House() as house:
        asked = [("ann", "250"), ("info", "250"), ("old", "550 5.2.1"),
            ("moving", "450 4.2.1"), ("eve", UNKNOWN)]
        equal(house.rcpts(*asked), "text")
        equal(house.compile(), "")
        equal(house.rcpts(*asked), "cdb")
        equal(house.log("map") + house.log("stale"), [])


@test("no map was opened: closed has no map=")
def none_opened():
    with House() as house:
        client = house.connect()
        client.hello()
        client.quit()
        house.reap()
        equal([line.get("map") for line in house.log("closed")], [None])


@test("each fault has file, line and reason, as in the log; none is left out")
def faults():
    with House() as house:
        house.edit(MAP + "ann@example.org /twice\n" + "no line\n" * 30
            + "x@y ~/home\nz@y /no end")
        said = house.compile(wanted=65)
        equal(said.count("\n"), 33)
        house.rcpts(("eve", "451 4.3.5"))
        lines = house.log("map")
        equal(len(lines), 21)
        for line, told in zip(lines, said.splitlines()[:20]):
            equal("%(file)s:%(line)s: %(what)s" % line, told)
        equal(house.compile("-n", wanted=65), said)
        equal(house.listed(), ["users"])


@test("a map with a fault leaves the compiled one; the text counts")
def kept():
    with House() as house:
        house.compile()
        before = house.compiled()
        house.edit(MAP + MORE + "nonsense\n")
        true("users:11: " in house.compile(wanted=65), "no line")
        equal(house.compiled(), before)
        equal(house.rcpts(("new", "250"), ("eve", "451 4.3.5")), "text")


@test("-n writes nothing, -v says what was done, -V and -h what there is")
def options():
    with House() as house:
        equal(house.compile("-n"), "")
        equal(house.listed(), ["users"])
        true(house.compile("-v").startswith(house.cdb + ": "), "-v")
        equal(house.listed(), ["users", "users.cdb"])
        true(house.compile("-V").startswith("smtp-receive-map 0"), "-V")
        for option, status in ("-h", 0), ("-x", 64), ("more", 64):
            true("usage: " in house.compile(option, wanted=status), option)


@test("what cannot be read, or has no place to be written: 66, 73")
def no_place():
    with House() as house:
        os.unlink(house.users)
        true("cannot be opened: No such file" in house.compile(wanted=66),
            "missing")
        os.mkdir(house.users)
        true("not a regular file" in house.compile(wanted=66), "directory")
        os.rmdir(house.users)
        house.edit("")
        true("empty: is somebody" in house.compile(wanted=65), "empty")
        house.edit(MAP)
        os.mkdir(house.cdb)
        true("put in place: Is a dir" in house.compile(wanted=74), "cdb")
        os.rmdir(house.cdb)
        if ROOT:
            os.chown(house.base, 0, 0)
            true("no file can be made" in house.compile(wanted=73,
                **AS_USER), "no right")
        equal(house.listed(), ["users"])


@test("its mode, owner and group are the text's; nobody else ever sees more")
def rights():
    with House() as house:
        for mode in 0o640, 0o600, 0o444:
            os.chmod(house.users, mode)
            if ROOT:
                os.chown(house.users, UID, UID + 1)
            house.compile()
            text, cdb = os.stat(house.users), os.stat(house.cdb)
            equal((cdb.st_mode, cdb.st_uid, cdb.st_gid),
                (text.st_mode, text.st_uid, text.st_gid))
        need_root()
        os.chown(house.users, 0, 0)
        os.chmod(house.users, 0o644)
        before = house.compiled()
        true("cannot be written: Operation not permitted" in
            house.compile(wanted=74, **AS_USER), "another's")
        equal(house.compiled(), before)
        equal(house.listed(), ["users", "users.cdb"])


@test("a map that is a link: compiled beside the link, where it is looked for")
def link():
    with House() as house:
        os.rename(house.users, house.base + "/real")
        os.symlink("real", house.users)
        house.compile()
        equal(house.rcpts(("ann", "250")), "cdb")


@test("it waits until the text is 2 seconds old")
def quiet():
    with House() as house:
        house.edit(MAP, 0)
        house.compile()
        true(os.stat(house.cdb).st_mtime_ns - os.stat(house.users).st_mtime_ns
            > 1.98e9, "too early")	# the clock of files ticks
        equal(house.rcpts(("eve", UNKNOWN)), "cdb")


# Trouble

def trace(path, *injected):
    """strace that does this to its calls, and looks at nothing else."""
    calls = ",".join(each.split(":")[0] for each in injected)
    return [tool("strace"), "-qq", "-o", path, "-e", "trace=" + calls,
        *sum((["-e", "inject=" + each] for each in injected), [])]


def steps(house):
    """STEPS with the numbers that these calls have here, of which the
    loader has made some before us."""
    out = SCRATCH + "/trace"
    house.compile(under=trace(out, "openat:delay_exit=0",
        "pread64:delay_exit=0"))
    lines = open(out).read().splitlines()
    made = [line for line in lines if line.startswith("openat")]
    read = [line for line in lines if line.startswith("pread64")]
    mine = [n for n, line in enumerate(made, 1) if "users.cdb." in line]
    last = len(read)
    equal(len(mine), 1, made)
    numbers = {"openat": mine[0], "pread64": last}
    return [step % numbers[step.split(":")[0]] if "%" in step else step
        for step in STEPS]


def owned(house):
    """A text that is not ours, so that fchown is called."""
    if ROOT:
        os.chown(house.users, UID, UID)


def whole(house, before):
    """What is in place is the one before, or a new one."""
    now = house.compiled()
    equal(house.rcpts(("new", "250"), ("ann", "250"), ("eve", UNKNOWN)),
        "text" if now == before else "cdb")
    return now == before


def rounds(house):
    """For each step a map that was edited since it was compiled, and the
    compiled one."""
    for step in steps(house):
        house.edit(MAP)
        house.compile()
        before = house.compiled()
        house.edit(MAP + MORE)
        if ROOT or not step.startswith("fchown"):
            yield step, before


@test("killed at each step: the compiled map is the old one or the new one")
def killed():
    with House() as house:
        owned(house)
        old = new = 0
        for step, before in rounds(house):
            house.compile(wanted=-9, under=trace("/dev/null",
                step.replace(":", ":signal=KILL:")))
            if whole(house, before):
                old += 1
            else:
                new += 1
        true(old >= 7 and new >= 1, (old, new))


@test("each call fails: exit status 73 or 74, the old one, nothing is left")
def failing():
    with House() as house:
        owned(house)
        for step, before in rounds(house):
            status = 73 if step.startswith("openat") else 74
            said = house.compile(wanted=status, under=trace("/dev/null",
                step.replace(":", ":error=EIO:")))
            true("Input/output error" in said, said)
            last = step == STEPS[-1]	# in place, but perhaps not on disk
            equal(whole(house, before), not last, step)
            equal(house.listed(), ["users", "users.cdb"], step)


@test("TERM, INT, HUP, QUIT while it writes: the old one, nothing is left")
def signals():
    with House() as house:
        house.compile()
        before = house.compiled()
        house.edit(MAP + MORE)
        for name in "TERM", "INT", "HUP", "QUIT":
            house.compile(wanted=-getattr(signal, "SIG" + name),
                under=trace("/dev/null", "pwrite64:signal=" + name))
            equal(house.compiled(), before, name)
            equal(house.listed(), ["users", "users.cdb"], name)


@test("a full disk: the old one, nothing is left, exit status 74")
def full():
    need_root()
    own_mounts()
    with House() as house:
        place = house.base + "/small"
        os.mkdir(place)
        mount("-t", "tmpfs", "-o", "size=64k,mode=755", "none", place)
        house.users = place + "/users"
        house.cdb = house.users + ".cdb"
        house.edit(MAP)
        house.compile()
        before = house.compiled()
        with open(place + "/rest", "wb") as rest:
            try:
                rest.write(bytes(1 << 20))
            except OSError as error:
                equal(error.errno, errno.ENOSPC)
        true("No space left" in house.compile(wanted=74), "not full")
        equal(house.compiled(), before)
        equal(sorted(os.listdir(place)), ["rest", "users", "users.cdb"])
        subprocess.run(["umount", place], check=True)


# Edited

@test("edited and not compiled: the text counts, and event=stale says so")
def forgotten():
    with House() as house:
        house.compile()
        house.edit(MAP + MORE)
        equal(house.rcpts(("new", "250"), ("eve", UNKNOWN)), "text")
        line, = house.log("stale")
        equal(line["file"], house.cdb)
        true("run smtp-receive-map" in line["what"], line)
        house.compile()
        equal(house.rcpts(("new", "250"), ("eve", UNKNOWN)), "cdb")
        equal(len(house.log("stale")), 1)
        equal(house.log("map"), [])


@test("edited and compiled between two mails of a connection")
def between():
    with House() as house:
        house.compile()
        client = house.connect()
        client.hello()
        client.envelope("ann@example.org")
        client.ask("RSET", "250")
        house.edit(MAP + MORE)
        client.envelope("new@example.org")
        client.ask("RSET", "250")
        house.edit(MAP)
        house.compile()
        client.ask("MAIL FROM:<>", "250")
        client.ask("RCPT TO:<new@example.org>", UNKNOWN)
        client.quit()
        house.reap()
        equal([line["map"] for line in house.log("closed")], ["cdb"])
        equal(len(house.log("stale")), 1)


@test("edited while it is compiled: it begins again, also when it is in place")
def meanwhile():
    for when in 1, 2:
        with House() as house:
            def edit():
                until(lambda: "users.cdb" in house.listed() if when == 2
                    else len(house.listed()) > 1, "the file")
                house.edit(MAP + MORE)

            editor = threading.Thread(target=edit)
            editor.start()
            house.compile(under=trace("/dev/null",
                "fsync:delay_enter=1000000:when=%d" % when))
            editor.join()
            equal(house.rcpts(("new", "250"), ("eve", UNKNOWN)), "cdb")


@test("edited without end: exit status 75, the old one, nothing is left")
def endless():
    with House() as house:
        house.compile()
        before = house.compiled()
        done = threading.Event()

        def touch():
            while not done.wait(0.001):
                then = random.uniform(1e9, 1.1e9)
                os.utime(house.users, (then, then))

        toucher = threading.Thread(target=touch)
        toucher.start()
        try:
            said = house.compile(wanted=75, under=trace("/dev/null",
                "fsync:delay_enter=50000"))
        finally:
            done.set()
            toucher.join()
        true("changed each time" in said, said)
        equal(house.compiled(), before)
        equal(house.listed(), ["users", "users.cdb"])


@test("two at a time: both are done, and what is there is whole")
def two():
    with House() as house:
        running = [subprocess.Popen([COMPILER, house.users])
            for _ in range(4)]
        equal([each.wait(timeout=60) for each in running], [0] * 4)
        equal(house.listed(), ["users", "users.cdb"])
        equal(house.rcpts(("ann", "250"), ("eve", UNKNOWN)), "cdb")


# Damaged

@test("damaged: 451 4.3.5, and a line that says how to mend it")
def damaged():
    with House() as house:
        house.compile()
        with open(house.cdb, "r+b") as file:
            file.seek(random.randrange(os.path.getsize(house.cdb)))
            byte = file.read(1)[0]
            file.seek(-1, os.SEEK_CUR)
            file.write(bytes([byte ^ 1 << random.randrange(8)]))
        for to in "ann", "eve":
            house.rcpts((to, "451 4.3.5"))
        lines = house.log("map")
        equal([line["file"] for line in lines], [house.cdb] * 2)
        true("run smtp-receive-map, or remove it" in lines[0]["what"], lines)
        house.compile()
        equal(house.rcpts(("ann", "250"), ("eve", UNKNOWN)), "cdb")
        os.truncate(house.cdb, 100)
        house.rcpts(("ann", "451 4.3.5"))
        os.unlink(house.cdb)
        equal(house.rcpts(("ann", "250")), "text")


run()
