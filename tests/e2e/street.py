"""A Landlord's house whose neighbours have something to lose."""

import hashlib
import os

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
