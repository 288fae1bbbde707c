"""units/tmpfiles.conf, as systemd-tmpfiles understands it: on a file system
whose times can be anything, because debugfs has written them."""

import fnmatch

from harness import *
from manual import read, readme_blocks

HOURS = 36
OWNER = (UID, UID, 0o40700)


def the_line(name="tmpfiles.conf"):
    """That which says what is cleared away."""
    lines = [line for line in read("units", name).splitlines()
        if line.startswith("e")]
    equal(len(lines), 1)
    return lines[0]


def call(*command, **more):
    done = subprocess.run(command, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, encoding="utf-8", timeout=30, **more)
    equal(done.returncode, 0, "%s: %s" % (command[0], done.stdout))
    return done.stdout


class Aged:
    """ann's and bob's Maildirs of the README, below a mount point.  ages: for
    each file how many seconds ago it was read, written, changed and made."""

    TIMES = "atime", "mtime", "ctime", "crtime"

    def __init__(self, ages):
        need_root()
        self.ages, self.path = ages, SCRATCH + "/aged"
        self.image, source = self.path + ".image", self.path + ".source"
        vmail = source + "/var/vmail"
        os.makedirs(vmail, 0o755)
        for user in "ann", "bob":
            os.mkdir("%s/%s" % (vmail, user))
            give("%s/%s" % (vmail, user))
            make_maildir("%s/%s/Maildir" % (vmail, user))
        for name in ages:
            with open("%s/%s" % (vmail, name), "w") as file:
                file.write("half a mess")
            give("%s/%s" % (vmail, name))
        with open(self.image, "wb") as file:
            file.truncate(8 << 20)
        call(tool("mkfs.ext4"), "-q", "-d", source, self.image)

    def __enter__(self):
        now = int(time.time())
        call(tool("debugfs"), "-w", "-f", "-", self.image, input="".join(
            "set_inode_field /var/vmail/%s %s @%d\n" % (name, field, now - ago)
            for name, each in self.ages.items()
            for field, ago in zip(self.TIMES, each)))
        os.mkdir(self.path)
        done = subprocess.run(["mount", "-o", "loop,noatime", self.image,
            self.path], capture_output=True)
        need(done.returncode == 0, "cannot mount: "
            + done.stderr.decode().strip())
        return self

    def __exit__(self, *error):
        call("umount", self.path)
        return False

    def files(self):
        return sorted(name for name in self.ages
            if os.path.exists("%s/var/vmail/%s" % (self.path, name)))

    def clean(self, line):
        """Like systemd-tmpfiles-clean.service, and at boot."""
        with open(self.path + ".conf", "w") as file:
            file.write(line.replace("/var/vmail", self.path + "/var/vmail"))
        equal(call(tool("systemd-tmpfiles"), "--create", "--clean",
            self.path + ".conf"), "")


@test("units/tmpfiles.conf: names tmp/ of the README's Maildirs")
def names():
    kind, path = the_line().split()[:2]
    equal(kind, "e")
    boxes = {box for block in readme_blocks()
        for box in re.findall(r"/var/vmail/\w+/Maildir", block)}
    true(boxes, "no Maildir in the README")
    for box in boxes:
        true(fnmatch.fnmatch(box + "/tmp", path), box)
        for part in "new", "cur":
            true(not fnmatch.fnmatch(box + "/" + part, path), part)
    user = the_line("user-tmpfiles.conf").split()
    equal(user[1], "%h/Maildir/tmp")
    equal(user[2:], the_line().split()[2:])


@test("units/tmpfiles.conf: no line leads through what system users can change")
def not_in_homes():
    for line in read("units", "tmpfiles.conf").splitlines():
        if line and line[0] != "#":
            true(line.split()[1].startswith(("/run/", "/var/vmail/")), line)


@test("systemd-tmpfiles: what is older than 36 hours goes from tmp/, a younger "
    "one and an old mail that an IMAP server is storing stay, as all else")
def cleaned():
    old, young = HOURS * 3600 + 600, HOURS * 3600 - 600
    goes = ["ann/Maildir/tmp/old", "bob/Maildir/tmp/old"]
    stays = ["ann/Maildir/tmp/young", "ann/Maildir/new/old",
        "ann/Maildir/cur/old"]
    ages = {name: [young if "young" in name else old] * 4
        for name in goes + stays}
    for number, name in enumerate(("read", "written", "changed", "made")):
        stays.append("ann/Maildir/tmp/" + name)
        ages[stays[-1]] = [young if each == number else old * 100
            for each in range(4)]
    with Aged(ages) as aged:
        equal(aged.files(), sorted(goes + stays))
        aged.clean(the_line())
        equal(aged.files(), sorted(stays))
        for part in "tmp", "new", "cur":
            stat = os.stat("%s/var/vmail/ann/Maildir/%s" % (aged.path, part))
            equal((stat.st_uid, stat.st_gid, stat.st_mode), OWNER, part)


if __name__ == "__main__":
    run()
