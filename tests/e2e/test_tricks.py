"""What a user can do to his own Maildir while root delivers to it: at most his
own mail suffers, and nothing is written or removed anywhere else.

Each trick is tried where the map has the Maildir's path, and where it has it
below the user's home.

time limit: 300"""

import errno

from street import *


def both(function):
    """The test, for either form of the map."""
    def run():
        for homes in False, True:
            function(homes)
    return run


# Before anything is delivered: RCPT is refused, the reason logged.

LINK = "os.rename(box('ann', %r), 'aside'); os.symlink(%s, box('ann', %r))"


def link(part, to):
    return LINK % (part, to, part)


EARLY = [
    ("new/ is a link to bob's new/", link("/new", "box('bob', '/new')"),
        errno.ELOOP),
    ("tmp/ is a link to bob's tmp/", link("/tmp", "box('bob', '/tmp')"),
        errno.ELOOP),
    ("new/ is a link to her own", link("/new", "'../aside'"), errno.ELOOP),
    ("new/ is a link to a directory of root's",
        link("/new", "base + '/roots/new'"), errno.ELOOP),
    ("tmp/ is a link to one where everybody may write",
        link("/tmp", "base + '/public/tmp'"), errno.ELOOP),
    ("new/ is a link to one where everybody may write",
        link("/new", "base + '/public/new'"), errno.ELOOP),
    ("the Maildir is a link to bob's", link("", "box('bob')"), errno.ELOOP),
    ("the Maildir is a link to root's", link("", "base + '/roots'"),
        errno.ELOOP),
    ("new/ is a FIFO",
        "os.rmdir(box('ann', '/new')); os.mkfifo(box('ann', '/new'))",
        errno.ENOTDIR),
    ("tmp/ is a FIFO",
        "os.rmdir(box('ann', '/tmp')); os.mkfifo(box('ann', '/tmp'))",
        errno.ENOTDIR),
    ("new/ is a file",
        "os.rmdir(box('ann', '/new')); open(box('ann', '/new'), 'w')",
        errno.ENOTDIR),
    ("the Maildir is a FIFO",
        "os.rename(box('ann'), 'aside'); os.mkfifo(box('ann'))",
        errno.ENOTDIR),
    ("new/ is a socket",
        "os.rmdir(box('ann', '/new'))\n"
        "os.chdir(box('ann')); socket.socket(1).bind('new')",
        errno.ENOTDIR),
    ("there is no new/", "os.rmdir(box('ann', '/new'))", errno.ENOENT),
    ("there is no Maildir", "os.rename(box('ann'), 'aside')", errno.ENOENT),
    ("nobody may enter the Maildir", "os.chmod(box('ann'), 0)",
        errno.EACCES),
    ("nobody may read new/", "os.chmod(box('ann', '/new'), 0)",
        errno.EACCES),
    ("nobody may write to tmp/", "os.chmod(box('ann', '/tmp'), 0o555)",
        errno.EACCES),
]


def refused(homes, code, error):
    with Street(homes) as street:
        street.do("ann", code, socket=socket)
        street.connect().refused("ann@example.org", "451 4.3.0",
            "bob@example.org")
        equal(street.reap(), [75])
        line, = street.log("failed")
        true(shows(line, error), line)
        true(line["path"].startswith(street.box("ann")), line)
        street.unharmed(["bob"])


for title, code, error in EARLY:
    test("451 at RCPT for her alone: " + title)(both(
        lambda homes, code=code, error=error: refused(homes, code, error)))


@test("451 at RCPT: a link further up in the path; the line says what to write")
def link_above():
    with Street(False) as street:
        os.rename(street.base + "/home", street.base + "/house")
        os.symlink("house", street.base + "/home")
        street.connect().refused("ann@example.org", "451 4.3.0")
        line, = street.log("failed")
        true(line["what"].endswith(": %s/house/ann/Maildir" % street.base),
            line)


@test("a home may be a link, as the name service has it; its Maildir may not, "
    "nor lead out")
def home_is_a_link():
    with Street(True) as street:
        os.rename(street.base + "/home/ann", street.base + "/house")
        os.symlink("../house", street.base + "/home/ann")
        client = street.connect()
        client.hello()
        client.mail(b"hi\r\n")
        client.quit()
        equal(len(listed(street.base + "/house/Maildir/new")), 1)
        street.write_map("@example.org ~/../bob/Maildir/\n")
        street.connect().refused("ann@example.org", "451 4.3.0")
        line, = street.log("failed")
        true(shows(line, errno.EXDEV), line)
        street.unharmed()


@test("451: below her home lies a Maildir of bob's, where she may write")
def anothers_below_home():
    with Street(True) as street:
        for each in "", "/tmp", "/new", "/cur":
            os.chown(street.box("ann", each), OWNERS["bob"], 64399)
            os.chmod(street.box("ann", each), 0o777)
        street.connect().refused("ann@example.org", "451 4.3.0")
        line, = street.log("failed", call="fstat")
        true("user himself" in line["what"], line)
        equal(street.files("tmp", "ann"), [])


@test("451: the home of a user is on a file system of his own, where root has "
    "no rights")
def fuse():
    with Street(True) as street:
        os.mkdir(street.base + "/store")
        for each in "", "/Maildir", "/Maildir/tmp", "/Maildir/new":
            os.mkdir(street.base + "/store/ann" + each, 0o777)
        home = street.base + "/home/ann"
        done = subprocess.run([tool("bindfs"), "--no-allow-other", "-o",
            "nonempty", street.base + "/store/ann", home],
            capture_output=True, user=0)
        need(done.returncode == 0, done.stderr.decode())
        try:
            street.connect().refused("ann@example.org", "451 4.3.0")
            line, = street.log("failed")
            true(shows(line, errno.EACCES), line)
        finally:
            subprocess.run(["umount", home])


# While it is delivered, between DATA and the dot: only what is hers changes.

MAIL = "mail = box('ann', '/tmp/') + os.listdir(box('ann', '/tmp'))[0]\n"
FINAL = MAIL + "final = box('ann', '/new/') + os.path.basename(mail) + " \
    "',S=%d,W=%d' % (size, crlf)\n"
ASIDE = "os.rename(box('ann', '/new'), 'aside')\n"

# What she does; where her mail is after 250, below her home.
TAKEN = [
    ("new/ becomes a link to bob's", link("/new", "box('bob', '/new')"),
        "aside"),
    ("new/ becomes a link to root's", link("/new", "base + '/roots/new'"),
        "aside"),
    ("new/ becomes a link to one where everybody may write",
        link("/new", "base + '/public/new'"), "aside"),
    ("new/ becomes another one", ASIDE + "os.mkdir(box('ann', '/new'))",
        "aside"),
    ("new/ becomes a FIFO", ASIDE + "os.mkfifo(box('ann', '/new'))", "aside"),
    ("new/ becomes a file", ASIDE + "open(box('ann', '/new'), 'w')", "aside"),
    ("tmp/ becomes a link to bob's", link("/tmp", "box('bob', '/tmp')"),
        "Maildir/new"),
    ("the Maildir becomes a link to bob's", link("", "box('bob')"),
        "aside/new"),
    ("her file has one more name", MAIL + "os.link(mail, 'copy')",
        "Maildir/new"),
    ("her file becomes a link to bob's", MAIL + "os.unlink(mail)\n"
        "os.symlink(box('bob', '/cur/file'), mail)", "Maildir/new"),
    ("her file becomes a FIFO", MAIL + "os.unlink(mail); os.mkfifo(mail)",
        "Maildir/new"),
    ("her file becomes a directory", MAIL + "os.unlink(mail); os.mkdir(mail)",
        "Maildir/new"),
    ("her file is cut off", MAIL + "os.truncate(mail, 0)", "Maildir/new"),
    ("her file is written to", MAIL + "open(mail, 'w').write('x' * 100000)",
        "Maildir/new"),
    ("her file may not be written to", MAIL + "os.chmod(mail, 0)",
        "Maildir/new"),
    ("her mail's name is there already, as a link to her file",
        FINAL + "os.link(mail, final)", "Maildir/new"),
]

# What she does; it is noticed, and nobody has the mail.
NOTICED = [
    ("new/ is removed", "os.rmdir(box('ann', '/new'))", errno.ENOENT),
    ("new/ takes no more files", "os.chmod(box('ann', '/new'), 0o555)",
        errno.EACCES),
    ("her file is removed", MAIL + "os.unlink(mail)", errno.ENOENT),
    ("her file is moved to cur/", MAIL + "os.rename(mail, box('ann', "
        "'/cur/x'))", errno.ENOENT),
    ("her mail's name is taken in new/, by a file", FINAL +
        "open(final, 'w').write('hers')", errno.EEXIST),
    ("by a link to bob's", FINAL + "os.symlink(box('bob', '/cur/file'), "
        "final)", errno.EEXIST),
    ("her file is moved, and cur/ becomes a link to bob's", MAIL +
        "os.rename(mail, 'x')\n" + link("/cur", "box('bob', '/cur')"),
        errno.ENOENT),
]

BODY = b"hi\r\n" * 4
known = []


def sizes():
    """S= and W= of her copy: in BOTH every block has as many octets."""
    if not known:
        with Street(False) as street:
            client = street.connect()
            client.hello()
            client.mail(BODY, "ann@example.org", "bob@example.org")
            client.quit()
            path, = street.files("new", "ann")
            known.extend(map(int, re.search(r"S=(\d+),W=(\d+)",
                path).groups()))
    return dict(zip(("size", "crlf"), known))


def play(street, code, wanted):
    """A mail to ann and bob; ann does that when only the dot is missing."""
    client = street.connect()
    client.hello()
    client.envelope("ann@example.org", "bob@example.org")
    client.ask("DATA", "354")
    street.do("ann", code, **street.sizes)
    client.say(BODY + b".\r\n")
    client.hear(wanted)
    client.quit()


def sized(homes):
    """A street that knows the sizes: they are found in one of their own."""
    names = sizes()
    street = Street(homes)
    street.sizes = names
    return street


def taken(homes, code, place):
    with sized(homes) as street:
        play(street, code, "250 2.0.0")
        equal(street.reap(), [0])
        equal(street.log("failed"), [])
        street.unharmed(["bob"])
        equal(len(listed(street.base + "/home/ann/" + place)), 1, place)
        if not os.path.islink(street.box("ann")):
            equal(street.files("tmp", "ann"), [])


def noticed(homes, code, error):
    with sized(homes) as street:
        play(street, code, "451 4.3.0")
        equal(street.reap(), [75])
        line = street.log("failed")[0]
        equal(line["call"], "renameat2")
        true(shows(line, error), line)
        street.unharmed()
        equal(street.files("tmp", "ann"), [])


for title, code, place in TAKEN:
    test("250, bob has his copy, all else is hers: " + title)(both(
        lambda homes, code=code, place=place: taken(homes, code, place)))
for title, code, error in NOTICED:
    test("451 at the dot and a line, nobody has it: " + title)(both(
        lambda homes, code=code, error=error: noticed(homes, code, error)))


@test("451: what is undone is undone with her rights: cur/ is a link to bob's, "
    "who has a file of that name")
def undone_in_cur():
    with sized(False) as street:
        client = street.connect()
        client.hello()
        client.envelope("ann@example.org", "bob@example.org",
            "carol@example.org")
        client.ask("DATA", "354")
        path, = street.files("tmp", "ann")
        final = "%s,S=%d,W=%d" % (os.path.basename(path),
            street.sizes["size"], street.sizes["crlf"])
        with open(street.box("bob", "/cur/" + final), "w") as file:
            file.write("bob's\n")
        street.before = {path: what for path, what in street.others().items()
            if "/Maildir/tmp/" not in path}
        street.do("ann", MAIL + "os.rename(mail, 'x')\n" + link("/cur",
            "box('bob', '/cur')"))
        client.say(BODY + b".\r\n")
        client.hear("451 4.3.0")
        client.quit()
        equal([line["call"] for line in street.log("failed")],
            ["renameat2", "unlinkat"])
        equal(street.files("tmp", "bob") + street.files("tmp", "carol"), [])
        street.unharmed()


if __name__ == "__main__":
    run()
