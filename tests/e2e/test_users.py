"""System users: mail into the homes of those whom the name service knows."""

import errno

from manual import Blocks, commands
from people import EXAMPLES
from town import *

MIN_UID = 1000


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
        for each in spellings:
            equal(town.rcpts((each, FINE)), 0)
        equal(town.mails(), {"ann": len(spellings)})
        equal(town.asked(), ["ann"] * len(spellings))
    with Counted() as town:
        equal(town.rcpts(*[(each, FINE) for each in spellings]), 0)
        equal(town.asked(), ["ann"], "asked in one mail")
    with Counted(recipient_delimiter="-") as town:
        equal(town.rcpts(("ann-ext", FINE), ("ann+ext", UNKNOWN)), 0)
        equal(town.asked(), ["ann"])


@test("no user, root, one below min-uid: 550 5.1.1, exit 0")
def unknown():
    with Town() as town:
        town.settle("last:x:999:999::/home/last:/bin/sh\n"
            "toor:x:0:0::/root:/bin/sh\n")
        equal(town.rcpts(*[(name, UNKNOWN) for name in
            ("eve", "root", "daemon", "last", "toor", "nobody")]), 0)
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
