"""A receiver that root starts, for Maildirs of several users."""

import os
import subprocess
import sys

from harness import *

SESSION = 64320				# a uid and a gid, as all here
OWNERS = {"ann": 64331, "bob": 64332, "carol": 64333}
AS_ROOT = dict(user=0, group=0, extra_groups=[4, 27])


class Landlord(Receiver):
    """Each Maildir lies in a directory of its owner: BASE/home/ann/Maildir."""

    MAP = "".join("%s@example.org {base}/home/%s/Maildir/\n" % (name, name)
        for name in OWNERS) + "postmaster ann@example.org\n"

    def __init__(self, users=MAP, **conf):
        need_root()
        conf.setdefault("session_user", "%d:%d" % (SESSION, SESSION))
        super().__init__(users, boxes=(), **conf)
        self.spawn_options = dict(AS_ROOT)
        os.mkdir(self.base + "/home")
        for name in OWNERS:
            self.make_home(name)

    def make_home(self, name):
        home = "%s/home/%s" % (self.base, name)
        box = home + "/Maildir"
        for each in home, box, box + "/tmp", box + "/new", box + "/cur":
            os.mkdir(each, 0o700)
            os.chown(each, OWNERS[name], OWNERS[name])

    def box(self, name, rest=""):
        return "%s/home/%s/Maildir%s" % (self.base, name, rest)

    def files(self, part="new", box=None):
        return [path for name in ([box] if box else sorted(OWNERS))
            for path in listed(self.box(name, "/" + part))]

    def do(self, name, code):
        """As that user, in his home; the names os, sys, box and others' are
        there.  What it prints."""
        before = "import os, sys, signal, stat; base = %r\n" \
            "def box(name, rest=''): return base + '/home/' + name + " \
            "'/Maildir' + rest\n" % self.base
        done = subprocess.run([sys.executable, "-c", before + code],
            cwd="%s/home/%s" % (self.base, name), user=OWNERS[name],
            group=OWNERS[name], extra_groups=[], capture_output=True,
            text=True, timeout=30)
        equal(done.returncode, 0, done.stderr)
        return done.stdout


def listed(path):
    """What a directory has; nothing, where it is none or a link."""
    if os.path.islink(path) or not os.path.isdir(path):
        return []
    return [path + "/" + name for name in sorted(os.listdir(path))]
