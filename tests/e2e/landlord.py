"""A receiver that root starts, for Maildirs of several users."""

import os
import sys
import traceback

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

    def do(self, name, code, **names):
        """As that user, in his home; os, base, box and these names are there.
        What it prints."""
        names.update(os=os, base=self.base, box=self.box)
        read, write = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.dup2(write, 1)
            os.dup2(write, 2)
            try:
                os.chdir("%s/home/%s" % (self.base, name))
                os.setgroups([])
                os.setresgid(*[OWNERS[name]] * 3)
                os.setresuid(*[OWNERS[name]] * 3)
                sys.stdout = open(1, "w")
                exec(code, names)
                sys.stdout.flush()
                os._exit(0)
            except BaseException:
                os.write(2, traceback.format_exc().encode())
                os._exit(1)
        os.close(write)
        with open(read) as file:
            said = file.read()
        equal(os.waitpid(pid, 0)[1], 0, said)
        return said


def listed(path):
    """What a directory has; nothing, where it is none or a link."""
    if os.path.islink(path) or not os.path.isdir(path):
        return []
    return [path + "/" + name for name in sorted(os.listdir(path))]
