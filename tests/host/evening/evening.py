"""The README's evenings, from nothing to reading the first mail: each block is
pasted into a shell of a fresh Debian, in order, as it is printed.  A section
has a system of its own, booted from the same root, and offline.

A block fails if a command of it fails, or if one does not see what the README
says that one should see.  Behind a few of them, what they have done is looked
at more closely.

time limit: 1200"""

import re

import fresh
from manual import evening
from shell import PASSWORD, Shell
from tap import Skip, equal, need_root, run_all, test, true

TITLES = "Virtual users", "System users"
GOES_ON = {"Virtual users": "TLS"}	# in the same system
STORED, UNKNOWN = "250 2.0.0 Stored as", "550 5.1.1"


# In place of Let's Encrypt's, whom nobody can ask here: the same files, of a
# certificate of its own making.
CERTBOT = """install -m 755 /dev/stdin /usr/local/bin/certbot <<'EOF'
#!/bin/sh -e
[ "$1 $2 $3" = "certonly --standalone -d" ]
install -d -m 700 /etc/letsencrypt/live /etc/letsencrypt/archive
install -d /etc/letsencrypt/live/"$4" /etc/letsencrypt/archive/"$4"
cd /etc/letsencrypt/live/"$4"
openssl req -x509 -nodes -newkey rsa:2048 -days 90 -subj "/CN=$4/O=Certbot" \\
    -keyout ../../archive/"$4"/privkey1.pem \\
    -out ../../archive/"$4"/fullchain1.pem
for each in privkey fullchain; do
    ln -s ../../archive/"$4"/"$each"1.pem "$each".pem
done
EOF"""


# What is looked at behind a block that has a line beginning so.

def installed(section):
    true(section.ask("smtp-receive -V").startswith("smtp-receive"), "-V")


def users(section):
    for name in "vmail", "smtp-receive":
        equal(section.ask("getent passwd " + name).split(":")[6],
            "/usr/sbin/nologin")


def homes(section):
    for name in "ann", "bob":
        equal(section.ask("stat -c '%%U %%a' /home/%s/Maildir/new" % name),
            name + " 700")


def listening(section):
    equal(section.ask("systemctl is-enabled smtp-receive.socket"), "enabled")
    true(":25 " in section.ask("ss -ltn"), "nobody listens on port 25")


def stored(section):
    section.id = re.search(STORED + r" (\S+)", section.said)[1]


def logged(section):
    sees(section.said, ["event=stored id=" + section.id])


def hidden(section):
    equal(section.ask("stat -c '%U %G %a' /etc/dovecot/users"),
        "root dovecot 640")
    true(PASSWORD not in section.ask("cat /etc/dovecot/users"), "in clear")


def certified(section):
    true("O = Certbot" in section.said, "another certificate")


LOOKS = {"make install": installed, "systemd-sysusers": users,
    "certbot": certified, "adduser": homes, "systemctl enable": listening,
    "swaks": stored, "journalctl": logged, "pw=": hidden}


def sees(said, lines):
    """All of them, in order; and no password."""
    true(PASSWORD not in said, "a password is shown")
    at = 0
    for line in lines:
        true(line in said[at:], "no %r in: %s" % (line, said[-3000:]))
        at = said.index(line, at) + len(line)


class Section:
    """Of the README, and the system that it is pasted into.  broken: why it
    cannot go on."""

    def __init__(self, title):
        self.title, self.shell = title, None
        self.broken = AssertionError("not tried: nothing has booted")

    def boot(self):
        try:
            need_root()
            self.shell = Shell(fresh.root(*TITLES, *GOES_ON.values()),
                fresh.tree())
        except Skip as why:
            self.broken = why
            raise
        if self.title == "System users":	# an account that is there
            self.ask("useradd --create-home bob")
        self.broken = None

    def ask(self, command):
        """For a look; a command of the test's own."""
        (status, said), = self.shell.paste(command)
        equal(status, 0, said)
        return said.split(command, 1)[-1].strip()

    def paste(self, typed, seen):
        if self.broken:
            raise self.broken
        first = typed.splitlines()[0]
        if first.startswith("certbot"):
            self.ask(CERTBOT)
        self.broken = AssertionError("not tried, after: " + first)
        for status, said in self.shell.paste(typed):
            equal(status, 0, said[-3000:])
        self.said = self.shell.said
        equal([line for line in seen if line in typed], [], "no news")
        sees(self.said, seen)
        for start, look in LOOKS.items():
            if any(line.startswith(start) for line in typed.splitlines()):
                look(self)
        self.broken = None

    def others(self):
        """Who else gets mail, and who does not."""
        if self.broken:
            raise self.broken
        bob = STORED if self.title == "System users" else UNKNOWN
        for name, wanted in [("postmaster", STORED), ("bob", bob),
                ("root", UNKNOWN), ("eve", UNKNOWN)]:
            (_, said), = self.shell.paste(
                "swaks --server 127.0.0.1 --to %s@example.org" % name)
            sees(said, [wanted])
        equal(self.ask("systemctl --failed -q | cat"), "")

    def close(self):
        if self.shell:
            self.shell.close()


def plan(title):
    """A test for each block; the first boots, the last looks at the rest."""
    section = Section(title)
    test(title + ": a fresh Debian boots")(section.boot)
    blocks = [(each, *block) for each in (title, GOES_ON.get(title)) if each
        for block in evening(each)]
    for number, (name, typed, seen) in enumerate(blocks, 1):
        first = typed.splitlines()[0].rstrip(" \\")
        test("%s, block %d: %s" % (name, number, first))(
            lambda typed=typed, seen=seen: section.paste(typed, seen))
    test(title + ": postmaster has a mailbox, nobody has none")(section.others)
    return section


sections = [plan(title) for title in TITLES]
try:
    run_all()
finally:
    for each in sections:
        each.close()
