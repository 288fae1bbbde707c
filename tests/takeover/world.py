"""A receiver with much in its reach that is not the client's: mail, the map,
keys, files that everybody may write; and how to be sure that nothing of it
was touched.

The program is the shipped one with attacker.h's code in its session, static
and in the real cage."""

import codecs
import os
import ssl
import traceback

os.environ["SMTP_RECEIVE"] = os.path.join(os.environ.get("BUILD", "build"),
    "test/smtp-receive-taken")

import filter
import libexec
import harness
from harness import *
from secure import Secure

SESSION = 64322			# of the session, where it is started as root
OWNERS = {"ann": 64331, "bob": 64332, "carol": 64333}
POINTS = ["now", "ehlo", "mail", "rcpt", "data", "body", "commit", "stored"]
SECRET = "swordfish-7c1e"	# in the environment, and out of reach

EVENTS = {"connect", "helo", "tls", "notls", "certificate", "refused",
    "stored", "failed", "map", "attack", "closed"}
KILLED = "the session was killed by a signal"
LEFT = "the session ended without a word"
NOT_TAKEN = "an answer is not taken"


class Position:
    """Where the attacker finds himself."""

    def __init__(self, name, root=False, filtered=False):
        self.name, self.root, self.filtered = name, root, filtered
        self.mode = "2" if filtered else "1"

    def __str__(self):
        return self.name


POSITIONS = [
    Position("virtual users, strict mode"),
    Position("virtual users, a filter", filtered=True),
    Position("system users, strict mode", root=True),
    Position("system users, a filter", root=True, filtered=True),
]


def needs(position):
    if position.root:
        need_root()


def put(path, text, uid, mode):
    with open(path, "w") as file:
        file.write(text)
    if ROOT:
        os.chown(path, uid, uid)
    os.chmod(path, mode)


def octets(path):
    """None where they are not for us: see settle."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except PermissionError:
        return None


class World(Receiver):
    def __init__(self, position=POSITIONS[0], **more):
        if position.root:
            more.setdefault("session_user", "%d:%d" % (SESSION, SESSION))
        more.setdefault("command_timeout", 60)
        super().__init__(**more)
        self.position = position
        self.furnish()
        self.spawn_options = dict(env=dict(SECRET=SECRET))
        if position.filtered:
            self.spawn_options["preexec_fn"] = filter.install
        if position.root:
            self.spawn_options.update(user=None, group=None,
                extra_groups=None)
        self.before = self.look()
        self.read = 0

    def settle(self):
        """For many connections: from here on this process is what the
        receiver is started as, so that it need not be forked to be changed
        each time.  There is no way back, so it is a child of who compares."""
        with open(self.logfile, "ab"):
            give(self.logfile)
        for each in "latin-1", "idna":	# Python may be out of reach then
            codecs.lookup(each)
        if self.position.filtered:
            filter.install()
        if ROOT and not self.position.root:
            os.setgroups([])
            os.setresgid(UID, UID, UID)
            os.setresuid(UID, UID, UID)
        self.spawn_options.update(user=None, group=None, extra_groups=None,
            preexec_fn=None)
        self.before = self.look()

    def furnish(self):
        """Mail that is there already, and things to take or to spoil."""
        uid = SESSION if self.position.root else UID
        for box, owner in OWNERS.items():
            path = "%s/%s" % (self.base, box)
            for part in "new", "cur":
                put("%s/%s/1.old,S=9,W=9" % (path, part), SECRET, UID, 0o600)
            if self.position.root:
                for top, folders, files in os.walk(path):
                    for each in [top] + [top + "/" + f for f in files]:
                        os.chown(each, owner, owner)
        put(self.base + "/key.pem", SECRET, 0, 0o600)
        put(self.base + "/everybody", SECRET, 0, 0o666)
        put(self.base + "/own", SECRET, uid, 0o600)
        os.mkdir(self.base + "/open")
        os.chmod(self.base + "/open", 0o777)

    def targets(self):
        """Paths worth to be opened."""
        return [self.base + "/ann/new/1.old,S=9,W=9", self.users, self.conf,
            self.base + "/key.pem", self.base + "/everybody",
            self.base + "/own", self.base + "/open", self.base + "/bob/new",
            "/etc/passwd", "/proc/self/mem", "/"]

    def look(self):
        """All below base but the log, and what else it could want: path ->
        (mode, owner, group, links, what it has)."""
        found = {}
        for top, folders, files in os.walk(self.base):
            for path in [top] + [top + "/" + each for each in files]:
                if path == self.logfile:
                    continue
                stat = os.lstat(path)
                what = (sorted(os.listdir(path)) if path == top
                    else octets(path))
                if path == self.base:
                    what = [each for each in what if each != "log"]
                found[path] = (stat.st_mode, stat.st_uid, stat.st_gid,
                    what)
        for path in "/etc/passwd", self.command[0]:
            stat = os.stat(path)
            found[path] = (stat.st_mode, stat.st_uid, stat.st_mtime_ns,
                stat.st_size)
        return found

    def mail(self):
        """What came since, when all else is as it was."""
        now = self.look()
        for path in set(self.before) | set(now):
            was, is_ = self.before.get(path), now.get(path)
            new = os.path.dirname(path).endswith("/new") and was is None
            if path.endswith("/new") and was and is_:
                true(set(was[3]) <= set(is_[3]), "mail is missing: " + path)
                was, is_ = was[:3], is_[:3]
            true(new or was == is_, "%s: was %.200r, is %.200r"
                % (path, was, is_))
        came = sorted(set(now) - set(self.before))
        for path in came:
            self.whole(path, now[path])
        return came

    def whole(self, path, found):
        """A message's owner, mode, header block and size are ours to say."""
        mode, uid, group, octets = found
        box = os.path.basename(os.path.dirname(os.path.dirname(path)))
        owner = OWNERS[box] if self.position.root else UID
        equal((oct(mode), uid, group), ("0o100600", owner, owner), path)
        true(Stored.BLOCK.match(octets), "no header block: %.400r" % octets)
        equal(int(re.search(",S=([0-9]+),", path)[1]), len(octets), path)

    def untouched(self):
        equal(self.mail(), [], "came from nowhere")

    def __exit__(self, kind, error, trace):
        if error is None:
            self.reap()
            self.formed(self.log_text())
        return super().__exit__(kind, error, trace)

    def formed(self, text):
        """One event in a line, no octet that is not ours."""
        true(re.fullmatch(r"([ -~]{1,3071}\n)*", text), "the log: %.3000r"
            % text)
        for line in parse_log(text):
            true(line["event"] in EVENTS, "an event of no name: %r" % line)
            true(re.fullmatch(r"[0-9a-z]{13}(\.\d+)?", line["id"]),
                "an id of no form: %r" % line)

    def news(self):
        """The log's lines since this was last asked."""
        text = self.log_text()[self.read:]
        self.read += len(text)
        self.formed(text)
        return parse_log(text)

    def news_of(self, client, status=0):
        """When that connection's monitor has ended, as ours do."""
        equal(self.status(client), status, "exit status")
        return self.news()


def everything(client):
    """All octets until the end."""
    octets = client.waiting
    try:
        while (more := client.read()):
            octets += more
    except ssl.SSLError:	# it is torn
        pass
    client.close()
    return octets


def half_close(client):
    """The client says no more, and listens."""
    with socket.socket(fileno=os.dup(client.outgoing)) as copy:
        copy.shutdown(socket.SHUT_WR)


def say(client, octets):
    """To one who may be dead already."""
    try:
        client.say(octets)
    except (BrokenPipeError, ConnectionResetError):
        pass


def launch(client, name, point="now", argument=""):
    """The attack of that name runs at that point, and what was said before
    it is heard.  MONITOR stands for its pid."""
    with open(LAUNCHED, "a") as file:
        file.write(name + "\n")
    if not isinstance(client, Secure):	# that has heard it
        client.hear("220")
    line = "NOOP attack %s %s %s" % (name, point, argument.replace("MONITOR",
        str(client.monitor.pid)))
    client.ask(line, "250")
    steps = POINTS.index(point)
    for line, reply in [("EHLO x", "250"), ("MAIL FROM:<e@x>", "250"),
            ("RCPT TO:<ann@example.org>", "250"), ("DATA", "354")][:steps]:
        client.ask(line, reply)
    if point == "body":
        say(client, (b"x" * 78 + b"\r\n") * 7000)
    elif point in ("commit", "stored"):
        say(client, b"hi\r\n.\r\n")
    if point == "stored":
        client.hear("250")


def die(world, name, point="now", argument="", client=None):
    """The kernel ends the session, the monitor says so, nothing is left but
    what was stored before."""
    client = client or world.connect(seconds=60)
    launch(client, name, point, argument)
    heard = everything(client)
    what = "%s at %s" % (name, point)
    equal(heard, b"", "heard from " + what)
    lines = world.news_of(client)
    true(found(lines, "attack", "what") in ([KILLED], [NOT_TAKEN] if point in
        ("body", "commit") else []), "%s: %r" % (what, lines))
    equal(found(lines, "closed", "how"), ["attack"], what)
    came = world.mail()
    true(len(came) in {"commit": (0, 1), "stored": (1,)}.get(point, (0,)),
        what + ": %r" % came)
    for path in came:
        os.unlink(path)


# Which test runs what: test_list.py looks whether one is missing

RUN = set()
LAUNCHED = SCRATCH + "/launched"	# by any worker
open(LAUNCHED, "w").close()
os.chmod(LAUNCHED, 0o666)


def runs(*names):
    """The test below is what runs these attacks."""
    RUN.update(names)
    return lambda function: function


def launches(*names):
    """Likewise, and each is seen to be launched under its name."""
    def watched(function):
        def run(*arguments):
            function(*arguments)
            with open(LAUNCHED) as file:
                equal(set(names) - set(file.read().split()), set(),
                    "not launched")
        return run
    runs(*names)
    return watched


def found(lines, event, key):
    """The values of that key, in that event's lines."""
    return [line.get(key) for line in lines if line["event"] == event]


def each_position(name):
    """A test for each position."""
    def register(function):
        for position in POSITIONS:
            def run(position=position):
                needs(position)
                function(position)
            test("%s: %s" % (position, name))(run)
        return function
    return register


# On all cores

def own_name():
    """A worker's processes are told from the others'; those that they
    execute are not."""
    libexec.placed.clear()
    harness.COMM = "smtp-w%d" % os.getpid()
    harness.Receiver.count = os.getpid() * 10000
    shutil.copy(harness.PROGRAM, SCRATCH + "/" + harness.COMM)
    os.chmod(SCRATCH + "/" + harness.COMM, 0o755)


def work(function, items):
    """What failed, in words: it may be one of a thousand."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    own_name()
    for item in items:
        try:
            function(item)
        except Exception:
            return "%s\n%s" % (", ".join(map(str, item)),
                traceback.format_exc())
    return ""


def start_worker(function, items):
    """Its pid, and where it tells what failed."""
    sys.stdout.flush()
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        with open(write, "w") as file:
            file.write(work(function, items))
        sys.stdout.flush()
        os._exit(0)
    os.close(write)
    return pid, read


def share_out(function, items, processes=os.cpu_count() or 1):
    """function(item) for each, in as many processes as there are cores."""
    workers = [start_worker(function, items[i::processes])
        for i in range(processes)]
    faults = []
    for pid, read in workers:
        with open(read) as file:
            faults.append(file.read())
        equal(os.waitpid(pid, 0)[1], 0, "a worker")
    true(not any(faults), "\n".join(faults))


def settled(function, make=World):
    """For a worker's jobs, (position, ...): a child that has settled does
    them, and when it is done all is as it was before."""
    def child(job):
        world, rest = job
        world.settle()
        function(world, *rest)

    def run(job):
        position, *rest = job
        with make(position) as world:
            share_out(child, [(world, rest)], 1)
            world.untouched()
    return run


def part(items, count):
    return [items[i::count] for i in range(count)]
