"""What a user can do to his own Maildir while root delivers to it: at most his
own mail suffers, and nothing is written or removed anywhere else.

Each trick is tried where the map has the Maildir's path, and where it has it
below the user's home.

time limit: 300"""

import ctypes	# this and the next: for her, who may not read /root
import errno
import hashlib
import resource

from landlord import *
from people import PASSWD, Host

HOMES = "@example.org ~/Maildir/\n"
host = None


class Street(Landlord):
    """ann plays tricks; beside her live bob and carol, root has a directory
    of his own, and there is one that everybody may write to."""

    def __init__(self, homes, **conf):
        super().__init__(HOMES if homes else Landlord.MAP, **conf)
        if homes:
            self.name_homes()
        for name, mode in ("roots", 0o755), ("public", 0o1777):
            for each in "", "/tmp", "/new", "/cur":
                os.mkdir(self.base + "/" + name + each, mode)
                os.chmod(self.base + "/" + name + each, mode)
        for path in self.box("bob", "/cur"), self.base + "/public":
            with open(path + "/file", "w") as file:
                file.write("mine\n")
        self.before = self.others()

    def name_homes(self):
        global host
        host = host or Host(SCRATCH)
        host.passwd(PASSWD + "".join("%s:x:%d:%d::%s/home/%s:/bin/sh\n"
            % (name, uid, uid, self.base, name)
            for name, uid in OWNERS.items()))
        host.install()

    def others(self):
        """All that is not ann's: owner, mode and bytes of each path."""
        found = {}
        for top in "roots", "public", "home/bob", "home/carol":
            for path, folders, files in os.walk(self.base + "/" + top):
                for each in [path] + [path + "/" + name for name in files]:
                    found[each] = self.look(each)
        return found

    def look(self, path):
        st = os.lstat(path)
        bytes = b""
        if os.path.isfile(path):
            with open(path, "rb") as file:
                bytes = file.read()
        return st.st_uid, st.st_gid, st.st_mode, hashlib.md5(
            bytes).hexdigest()

    def unharmed(self, stored=()):
        """All others' is as it was, but for one mail in these Maildirs."""
        after = self.others()
        more = sorted(set(after) - set(self.before))
        equal([os.path.dirname(path) for path in more],
            [self.box(name, "/new") for name in stored], "new files")
        for path in self.before:
            equal(after.get(path), self.before[path], path)

    def moved(self, name):
        """The directory that a trick has put aside."""
        return listed(self.base + "/home/ann/" + name)


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
        client = street.connect()
        client.hello()
        client.ask("MAIL FROM:<a@b>", "250")
        client.ask("RCPT TO:<ann@example.org>", "451 4.3.0")
        client.ask("RCPT TO:<bob@example.org>", "250")
        client.ask("DATA", "354")
        client.ask("hi\r\n.", "250")
        client.quit()
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
        client = street.connect()
        client.hello()
        client.ask("MAIL FROM:<a@b>", "250")
        client.ask("RCPT TO:<ann@example.org>", "451 4.3.0")
        client.quit()
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
        client = street.connect()
        client.hello()
        client.ask("MAIL FROM:<a@b>", "250")
        client.ask("RCPT TO:<ann@example.org>", "451 4.3.0")
        client.quit()
        line, = street.log("failed")
        true(shows(line, errno.EXDEV), line)
        street.unharmed()


@test("451: below her home lies a Maildir of bob's, where she may write")
def anothers_below_home():
    with Street(True) as street:
        for each in "", "/tmp", "/new", "/cur":
            os.chown(street.box("ann", each), OWNERS["bob"], 64399)
            os.chmod(street.box("ann", each), 0o777)
        client = street.connect()
        client.hello()
        client.ask("MAIL FROM:<a@b>", "250")
        client.ask("RCPT TO:<ann@example.org>", "451 4.3.0")
        client.quit()
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
        done = subprocess.run([tool("bindfs"), "--no-allow-other", "-o", "nonempty",
            street.base + "/store/ann", home], capture_output=True,
            user=0)
        need(done.returncode == 0, done.stderr.decode())
        try:
            client = street.connect()
            client.hello()
            client.ask("MAIL FROM:<a@b>", "250")
            client.ask("RCPT TO:<ann@example.org>", "451 4.3.0")
            client.quit()
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


def taken(homes, code, place):
    names = sizes()
    with Street(homes) as street:
        street.sizes = names
        play(street, code, "250 2.0.0")
        equal(street.reap(), [0])
        equal(street.log("failed"), [])
        street.unharmed(["bob"])
        equal(len(listed(street.base + "/home/ann/" + place)), 1, place)
        if not os.path.islink(street.box("ann")):
            equal(street.files("tmp", "ann"), [])


def noticed(homes, code, error):
    names = sizes()
    with Street(homes) as street:
        street.sizes = names
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
    names = sizes()
    with Street(False) as street:
        client = street.connect()
        client.hello()
        client.envelope("ann@example.org", "bob@example.org",
            "carol@example.org")
        client.ask("DATA", "354")
        path, = street.files("tmp", "ann")
        final = "%s,S=%d,W=%d" % (os.path.basename(path), names["size"],
            names["crlf"])
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
        for path in street.files("tmp", "bob") + street.files("tmp", "carol"):
            true(False, "left: " + path)
        street.unharmed()


# Room

@test("452: the blocks that the file system keeps for root are not for mail")
def reserved():
    with Street(False, min_free="0") as street:
        image, place = street.base + "/image", street.base + "/home/ann"
        with open(image, "wb") as file:
            file.truncate(16 << 20)
        subprocess.run([tool("mkfs.ext4"), "-q", "-m", "40", "-O",
            "^has_journal", image], check=True)
        done = subprocess.run(["mount", "-o", "loop", image, place],
            capture_output=True)
        need(done.returncode == 0, done.stderr.decode())
        try:
            for each in "", "/Maildir", "/Maildir/tmp", "/Maildir/new", \
                    "/Maildir/cur":
                os.makedirs(place + each, exist_ok=True)
                os.chown(place + each, OWNERS["ann"], OWNERS["ann"])
            st = os.statvfs(place)
            free = st.f_bavail * st.f_frsize
            true(st.f_bfree * st.f_frsize > free + (4 << 20), "no reserve")
            with open(place + "/fill", "wb") as file:
                file.write(bytes(free - (1 << 20)))
            client = street.connect()
            client.hello()
            client.mail(b"x" * 70 + b"\r\n", "ann@example.org")
            client.mail(b"x" * 998 + b"\r\n" + (b"x" * 998 + b"\r\n") * 2000,
                "ann@example.org", "bob@example.org", wanted="452 4.3.1")
            client.quit()
            equal(len(street.files("new", "ann")), 1)
            equal(street.files("tmp", "ann"), [])
            street.unharmed()
        finally:
            subprocess.run(["umount", place])


# Her processes against ours

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


@test("kill, ptrace, prlimit, nice, /proc: nothing of it, while the monitor has "
    "her ids or is root, nor against the session")
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


if __name__ == "__main__":
    run()
