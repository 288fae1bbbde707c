"""System users: mail into the homes of those whom the name service knows, and
no reply of it, or none, ever loses one.

time limit: 300"""

import errno

from landlord import *
from manual import Blocks, commands
from people import EXAMPLES, PASSWD, Host

ALL = "@example.org ~/Maildir/\n"
MIN_UID = 1000
UNKNOWN, TROUBLE, FINE = "550 5.1.1", "451 4.3.0", "250 2.1.5"
host = None


class Town(Landlord):
    """The Landlord's users in an /etc/passwd of their own."""

    def __init__(self, users=ALL, script=None, **conf):
        need_root()
        conf.setdefault("max_unknown", 100)
        super().__init__(users, **conf)
        global host
        host = host or Host(SCRATCH)
        self.settle()
        host.switch("passwd: files")
        host.install(script and script.format(base=self.base))

    def settle(self, more=""):
        host.passwd(PASSWD + "".join("%s:x:%d:%d:%s:%s/home/%s:/bin/sh\n"
            % (name, uid, uid, name.title(), self.base, name)
            for name, uid in OWNERS.items()) + more)

    def rcpts(self, *pairs, wanted=None):
        """One mail to these recipients: each hears what is wanted of it.
        Then it is stored.  The exit status."""
        client = self.connect(seconds=60)
        client.hello()
        client.ask("MAIL FROM:<eve@example.com>", "250")
        for to, wanted in pairs:
            if "@" not in to:
                to += "@example.org"
            heard = client.ask("RCPT TO:<%s>" % to)
            true(heard.startswith(wanted), "%s: %s, wanted %s" % (to, heard,
                wanted))
        if any(wanted == FINE for _, wanted in pairs):
            client.ask("DATA", "354")
            client.ask("Subject: hi\r\n\r\nhi\r\n.", "250 2.0.0")
        client.quit()
        return self.status(client)

    def mails(self):
        """How many each has."""
        return {name: len(self.files("new", name)) for name in OWNERS
            if self.files("new", name)}

    def asker(self, **wanted):
        """The lines of log about the name service."""
        return self.log("failed", path=host.asker, **wanted)


COUNTED = "echo \"$1\" >>{base}/asked\nexec ${{0%/*}}/real \"$1\"\n"


class Counted(Town):
    """Whom is the name service asked for?"""

    def __init__(self, users=ALL, **conf):
        super().__init__(users, COUNTED, **conf)
        open(self.base + "/asked", "w").close()
        os.chmod(self.base + "/asked", 0o666)

    def asked(self):
        with open(self.base + "/asked") as file:
            return file.read().split()


# Who exists

@test("one line is a map: each user's mail is in his home, and is his")
def one_line():
    with Town() as town:
        equal(town.rcpts(("ann", FINE), ("bob", FINE), ("eve", UNKNOWN)), 0)
        equal(town.mails(), {"ann": 1, "bob": 1})
        for name in "ann", "bob":
            found = os.stat(town.files("new", name)[0])
            equal((found.st_uid, found.st_gid, found.st_mode & 0o777),
                (OWNERS[name], OWNERS[name], 0o600))
        line, = town.log("refused")
        equal((line["reply"], line["to"]), ("550", "eve@example.org"))


@test("case, quotes, an extension: the same user, asked for by his name")
def spellings():
    spellings = ["ann", "ANN", "Ann@EXAMPLE.org", '"ann"', '"a\\nn"',
        "ann+ext", "Ann+", "ann+a+b", '"ann+a b"']
    with Counted() as town:
        equal(town.rcpts(*[(each, FINE) for each in spellings]), 0)
        equal(town.mails(), {"ann": 1})
        equal(town.asked(), ["ann"] * len(spellings))
    with Counted(recipient_delimiter="-") as town:
        equal(town.rcpts(("ann-ext", FINE), ("ann+ext", UNKNOWN)), 0)
        equal(town.asked(), ["ann"])


@test("no user, root, one below min-uid: 550 5.1.1, exit 0")
def unknown():
    with Town() as town:
        town.settle("last:x:999:999::/home/last:/bin/sh\n"
            "toor:x:0:0::/root:/bin/sh\n")
        equal(town.rcpts(*[(name, UNKNOWN) for name in
            ("eve", "root", "daemon", "last", "toor")]), 0)
        equal(town.log("failed") + town.log("map"), [])
    with Town(min_uid=OWNERS["bob"]) as town:
        equal(town.rcpts(("ann", UNKNOWN), ("bob", FINE)), 0)
        equal(town.mails(), {"bob": 1})


@test("the first user whom min-uid lets in")
def first():
    with Town() as town:
        home = town.base + "/home/first"
        for each in "", "/Maildir", "/Maildir/tmp", "/Maildir/new", \
                "/Maildir/cur":
            os.mkdir(home + each, 0o700)
            os.chown(home + each, MIN_UID, MIN_UID)
        town.settle("first:x:%d:%d::%s:/bin/sh\n" % (MIN_UID, MIN_UID, home))
        equal(town.rcpts(("first", FINE)), 0)
        equal(len(listed(home + "/Maildir/new")), 1)


@test("what is no name of a user: 550, and nobody is asked")
def no_names():
    names = ["12345", "0", "0+ann", "+ann", "-ann", "ann/x", '"../ann"',
        '".ann"', '"a b"', '"ann@x"@example.org', "ann$", "a!b", "*", "~ann",
        "ann%example.com", "x" * 33, "x" * 64, "'ann'", '""', '" ann"']
    with Counted() as town:
        equal(town.rcpts(*[(name, UNKNOWN) for name in names]), 0)
        equal(town.asked(), [])
        equal(town.rcpts(("x" * 32, UNKNOWN), ("_9.-x", UNKNOWN)), 0)
        equal(town.asked(), ["x" * 32, "_9.-x"])


@test("a line of the map is stronger than a user, and nobody is asked")
def lines():
    with Counted(ALL + "ann@example.org bob@example.org\n"
            "eve@example.org {base}/home/carol/Maildir/\n"
            "root@example.org reject Write to ann\n") as town:
        equal(town.rcpts(("ann+x", FINE), ("eve", FINE),
            ("root", "550 5.2.1 Write to ann")), 0)
        equal(town.mails(), {"bob": 1, "carol": 1})
        equal(town.asked(), ["bob"])


@test("postmaster: by his key; without one 550 and a warning, or as a user")
def postmaster():
    both = "postmaster@example.org", "postmaster"
    with Town() as town:
        client = town.connect()
        client.hello()
        client.ask("MAIL FROM:<>", "250")
        for each in both:
            client.ask("RCPT TO:<%s>" % each, UNKNOWN)
        client.quit()
        equal(town.reap(), [0])
        true(town.log("map"), "no line about the map")
    with Town(ALL + "postmaster ann@example.org\n") as town:
        equal(town.rcpts(("postmaster", FINE), ("PostMaster+x", FINE)), 0)
        equal(town.mails(), {"ann": 1})
        equal(town.log("map"), [])
    with Town(ALL + "postmaster ann@example.org\n") as town:
        town.settle("postmaster:x:%d:1::%s/home/bob:/bin/sh\n"
            % (OWNERS["bob"], town.base))
        equal(town.rcpts(("postmaster", FINE)), 0)
        equal(town.mails(), {"bob": 1})


# ~user/

@test("~bob/: beside a path, beside ~/, below any directory; one copy each")
def named():
    with Town(ALL + "list@example.org ~ann/Maildir/, ~bob/Maildir,\n"
            " {base}/home/bob/Maildir/, ~BOB//Maildir/\n"
            "deep@example.org ~carol/mail/box/\n") as town:
        os.mkdir(town.base + "/home/carol/mail", 0o755)
        os.rename(town.base + "/home/carol/Maildir",
            town.base + "/home/carol/mail/box")
        equal(town.rcpts(("list", FINE), ("deep", FINE), ("ann", FINE),
            ("bob", FINE)), 0)
        equal(town.mails(), {"ann": 1, "bob": 1})
        equal(len(listed(town.base + "/home/carol/mail/box/new")), 1)


@test("~eve/ and no eve: 451 and a line of the map, not 550")
def named_missing():
    with Town(ALL + "info@example.org ~ann/Maildir/, ~eve/Maildir/\n") as town:
        equal(town.rcpts(("info", TROUBLE), ("ann", FINE)), 75)
        line, = town.log("map")
        true("eve" in line["what"] and line["line"] == "2", line)
        equal(town.mails(), {"ann": 1})


@test("~root/, and a user whose uid is root's: 451, nothing is written")
def named_root():
    with Town("a@example.org ~root/Maildir/\n"
            "b@example.org ~toor/Maildir/\n") as town:
        make_maildir(town.base + "/Maildir")
        for each in "", "/tmp", "/new", "/cur":
            os.chown(town.base + "/Maildir" + each, 0, 0)
        town.settle("toor:x:0:0::%s:/bin/sh\n" % town.base)
        equal(town.rcpts(("a", TROUBLE), ("b", TROUBLE)), 75)


# Homes

def no_home(town):
    shutil.rmtree(town.base + "/home/ann")
    return errno.ENOENT


def no_maildir(town):
    shutil.rmtree(town.box("ann"))
    return errno.ENOENT


def to_bob(town):
    """ann's Maildir is a link to bob's."""
    shutil.rmtree(town.box("ann"))
    os.symlink(town.box("bob"), town.box("ann"))
    os.chmod(town.base + "/home", 0o755)
    os.chmod(town.base + "/home/bob", 0o755)
    return errno.ELOOP


def others(town):
    """It belongs to bob."""
    for each in "", "/tmp", "/new", "/cur":
        os.chown(town.box("ann", each), OWNERS["bob"], OWNERS["bob"])
    return None


def locked(town):
    """A home of bob's that ann may not enter."""
    os.chown(town.base + "/home/ann", OWNERS["bob"], OWNERS["bob"])
    return errno.EACCES


@test("a home or a Maildir that is missing, a link, or another's: 451")
def homes():
    for spoil in no_home, no_maildir, to_bob, others, locked:
        with Town() as town:
            wanted = spoil(town)
            equal(town.rcpts(("ann", TROUBLE), ("carol", FINE)), 75,
                spoil.__name__)
            line, = town.log("failed")
            true(wanted is None or shows(line, wanted), line)
            equal(town.mails(), {"carol": 1}, spoil.__name__)


@test("a home by way of a symbolic link is a home")
def linked_home():
    with Town() as town:
        os.rename(town.base + "/home", town.base + "/house")
        os.symlink("house", town.base + "/home")
        equal(town.rcpts(("ann", FINE)), 0)
        equal(town.mails(), {"ann": 1})


@test("not as root: the user himself, and 451 for everybody else")
def alone():
    with Town(ALL + "c@example.org ~carol/Maildir/\n") as town:
        os.chmod(town.base + "/home/carol", 0o755)
        town.spawn_options = dict(user=OWNERS["ann"], group=OWNERS["ann"],
            extra_groups=[])
        equal(town.rcpts(("ann", FINE), ("bob", TROUBLE), ("c", TROUBLE),
            ("eve", UNKNOWN)), 75)
        equal(town.mails(), {"ann": 1})


# The name service in trouble: never a 550

def ask_trouble(town, name="eve", status=75, what=""):
    """For this one nobody knows; for ann, by files, all is well."""
    equal(town.rcpts((name, TROUBLE), ("ann", FINE)), status)
    line, = town.asker()
    true(what in line["what"], "%r not in %r" % (what, line))
    equal(town.mails(), {"ann": 1})
    return line


@test("libnss-extrausers: no file, an empty one, and one with a user")
def extrausers():
    with Town() as town:
        file = host.extra()
        host.switch("passwd: files extrausers")
        ask_trouble(town, "bobby")
        host.put(file, "")
        equal(town.rcpts(("bobby", UNKNOWN)), 0)
        host.put(file, "bobby:x:%d:%d::%s/home/bob:/bin/sh\n"
            % (OWNERS["bob"], OWNERS["bob"], town.base))
        equal(town.rcpts(("bobby", FINE)), 0)
        equal(town.mails(), {"ann": 1, "bob": 1})


@test("one that hangs: 451 after 10 seconds, and the connection goes on")
def hangs():
    with Town() as town:
        os.mkfifo(host.extra())
        host.switch("passwd: files extrausers")
        start = time.monotonic()
        line = ask_trouble(town)
        took = time.monotonic() - start
        true(9.9 < took < 13, "it took %.1f s" % took)
        true(shows(line, errno.ETIMEDOUT), line)
        until(lambda: not askers(), "the program to be gone", 2)


def askers():
    """Processes of smtp-receive-user that live, in our mounts: other tests
    may run beside us."""
    mounts, found = os.readlink("/proc/self/ns/mnt"), []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/cmdline" % pid, "rb") as file:
                if (file.read().startswith(host.asker.encode() + b"\0")
                        and os.readlink("/proc/%s/ns/mnt" % pid) == mounts):
                    found.append(int(pid))
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


@test("a signal while it hangs: the question is finished first, then 421")
def terminated():
    with Town() as town:
        os.mkfifo(host.extra())
        host.switch("passwd: files extrausers")
        client = town.connect()
        client.hello()
        client.ask("MAIL FROM:<>", "250")
        client.say("RCPT TO:<eve@example.org>")
        until(askers, "the program to run")
        client.monitor.terminate()
        client.hear(TROUBLE)
        client.hear("421 4.3.2")
        client.end()
        town.reap()


@test("the monitor is killed while it hangs: nobody is left")
def killed():
    with Town() as town:
        os.mkfifo(host.extra())
        host.switch("passwd: files extrausers")
        client = town.connect()
        client.hello()
        client.ask("MAIL FROM:<>", "250")
        client.say("RCPT TO:<eve@example.org>")
        until(askers, "the program to run")
        client.monitor.kill()
        until(lambda: not askers(), "the program to be gone", 2)
        client.close()


@test("one that fails, crashes, answers with another or with nonsense: 451")
def module():
    with Town() as town:
        host.module()
        host.switch("passwd: files hesiod")
        names = ["unavailable", "refused", "silent", "again", "endless",
            "crashes", "leaves", "other", "upper", "minus", "relative",
            "prints"]
        equal(town.rcpts(*[(name, TROUBLE) for name in names],
            ("ann", FINE), ("eve", UNKNOWN), ("toor", UNKNOWN)), 75)
        equal(len(town.asker()), len(names))
        equal(town.mails(), {"ann": 1})


@test("one that leaves a child behind, which holds the pipe: nobody waits")
def forks():
    with Town("a@example.org ~forks/Maildir/\n") as town:
        host.module()
        host.switch("passwd: files hesiod")
        start = time.monotonic()
        equal(town.rcpts(("a", TROUBLE)), 75)	# the home is /home/ann
        true(time.monotonic() - start < 5, "somebody waited")
        until(lambda: not askers(), "its child to be gone", 2)


@test("a module that is not there makes nobody unknown: 451")
def not_there():
    with Town() as town:
        host.switch("passwd: files nosuch")
        ask_trouble(town, what="the name service fails")
    with Town() as town:
        host.switch("passwd: nosuch files [NOTFOUND=return] compat")
        ask_trouble(town, what="the name service fails")


@test("no smtp-receive-user, one that cannot run, one that lies: 451")
def programs():
    with Town() as town:
        os.unlink(host.asker)
        equal(town.rcpts(("ann", TROUBLE)), 75)
        line, = town.asker(call="execve")
        true(shows(line, errno.ENOENT), line)
    with Town() as town:
        os.chmod(host.asker, 0o644)
        equal(town.rcpts(("ann", TROUBLE)), 75)
        line, = town.asker(call="execve")
        true(shows(line, errno.EACCES), line)
    for script in ("exit 127", "exit 3", "kill -9 $$", "echo hello",
            "yes", "exit 0", "echo ann:64331:64331:/home/ann; exit 1"):
        with Town(script=script) as town:
            equal(town.rcpts(("ann", TROUBLE)), 75, script)
            equal(len(town.asker()), 1, script)


@test("the log names the user whom nobody knows, in a list, too")
def named_in_log():
    script = "[ $1 = bob ] && exit 2\nexec ${{0%/*}}/real \"$1\"\n"
    with Town(ALL + "list@example.org ~ann/Maildir/, ~bob/Maildir/\n",
            script=script) as town:
        equal(town.rcpts(("list", TROUBLE), ("ann", FINE)), 75)
        line, = town.asker()
        true(line["what"].endswith("; for bob"), line)


@test("it runs as session-user, without groups, with nothing of ours open")
def as_whom():
    script = "{{ id -u; id -g; id -G; ls -l /proc/$$/fd; set; }} " \
        ">{base}/out\n" \
        "exec ${{0%/*}}/real \"$1\"\n"
    with Town(script=script) as town:
        open(town.base + "/out", "w").close()
        os.chmod(town.base + "/out", 0o666)
        town.spawn_options["env"] = {"TZ": "UTC"}
        equal(town.rcpts(("ann", FINE)), 0)
        with open(town.base + "/out") as file:
            uid, gid, groups, *rest = file.read().split("\n")
        equal((uid, gid, groups), (str(SESSION),) * 3)
        links = [line.split(" -> ")[1] for line in rest if " -> " in line]
        equal(sorted({re.sub(r":\[.*", "", link) for link in links}),
            sorted(["/dev/null", "pipe", host.asker, town.base + "/out"]))
        equal([line for line in rest if line.startswith("TZ")], [])


@test("users come and go while a connection is open")
def changes():
    with Town() as town:
        client = town.connect()
        client.hello()
        client.ask("MAIL FROM:<>", "250")
        client.ask("RCPT TO:<eve@example.org>", UNKNOWN)
        town.settle("eve:x:%d:1::%s/home/bob:/bin/sh\n"
            % (OWNERS["bob"], town.base))
        client.ask("RCPT TO:<eve@example.org>", FINE)
        town.settle()
        client.ask("RCPT TO:<eve@example.org>", UNKNOWN)
        client.ask("DATA", "354")
        client.ask("hi\r\n.", "250")
        client.quit()
        equal(town.mails(), {"bob": 1})


# smtp-receive-users(5)

def example(start):
    return Blocks().claim("smtp-receive-users.5", start)


@test("the map for the host's users, of smtp-receive-users(5)")
def map_of_manual():
    with Town(example(EXAMPLES[0])) as town:
        equal(town.rcpts(("carol", FINE), ("eve", UNKNOWN),
            ("backup-job", "550 5.2.1 This account reads no mail")), 0)
        equal(town.mails(), {"carol": 1})
        equal(town.rcpts(("staff", FINE)), 0)
        equal(town.mails(), {"ann": 1, "bob": 1, "carol": 1})
        equal(town.rcpts(("root", FINE), ("postmaster", FINE)), 0)
        equal(town.mails(), {"ann": 2, "bob": 1, "carol": 1})
        equal(town.log("map"), [])


@test("a Maildir for each user, of smtp-receive-users(5)")
def skel():
    block = example(EXAMPLES[1]).replace("$ ", "# ")
    *admins, users = commands(block)
    with Town() as town:
        home = town.base + "/home"
        shutil.rmtree(town.box("ann"))
        os.mkdir("/etc/skel")
        equal(town.rcpts(("ann", TROUBLE)), 75)
        subprocess.run(["sh", "-ec", "\n".join(admins) +
            "\nuseradd -m -d %s/dora dora\n" % home], check=True)
        subprocess.run(["sh", "-ec", users], check=True, cwd="/",
            env={"HOME": home + "/ann", "PATH": os.environ["PATH"]},
            user=OWNERS["ann"], group=OWNERS["ann"], extra_groups=[])
        equal(town.rcpts(("ann", FINE), ("dora", FINE)), 0)
        equal(town.mails(), {"ann": 1})
        equal(len(listed(home + "/dora/Maildir/new")), 1)
        for name in "ann", "dora":
            for part in "", "/cur", "/new", "/tmp":
                equal(os.stat("%s/%s/Maildir%s" % (home, name, part)).st_mode
                    & 0o777, 0o700, name + part)


run()
