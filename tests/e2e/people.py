"""A host with users of its own: an /etc, a name service and its program in
mounts that nobody else sees."""

import glob
import os
import shutil
import subprocess

import libexec
from mounts import mount, own_mounts
from tap import TOP, need, need_root, tool

NAME = "smtp-receive-user"
ASKER = libexec.BUILD + "/" + NAME
EXTRA = "/var/lib/extrausers"

# The blocks of smtp-receive-users(5) that test_users.py runs.
EXAMPLES = "@example.org  ", "# cd /etc/skel"

PASSWD = """\
root:x:0:0:root:/root:/bin/bash
daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
"""


class Host:
    """The mounts are there from now on, until the test's process ends."""

    def __init__(self, scratch):
        need_root()
        self.scratch = scratch
        own_mounts()
        old = os.open("/etc", os.O_PATH)
        mount("-t", "tmpfs", "-o", "mode=755", "none", "/etc")
        shutil.copy("/proc/self/fd/%d/ld.so.cache" % old, "/etc")
        os.symlink("/proc/%d/fd/%d/alternatives" % (os.getpid(), old),
            "/etc/alternatives")	# of cc
        self.passwd(PASSWD)
        self.switch("passwd: files")

    def put(self, path, text, mode=0o644):
        new = path + ".new"
        with open(new, "w") as file:
            file.write(text)
        os.chmod(new, mode)
        os.rename(new, path)

    def passwd(self, text):
        self.put("/etc/passwd", text)
        self.put("/etc/group", "root:x:0:\n")

    def switch(self, text):
        """nsswitch.conf; None: there is none."""
        if text is None:
            os.unlink("/etc/nsswitch.conf")
        else:
            self.put("/etc/nsswitch.conf", text + "\n")

    def extra(self):
        """The directory of libnss-extrausers, empty; its file."""
        need(glob.glob("/usr/lib/libnss_extrausers.so.2"),
            "no libnss-extrausers")
        mount("-t", "tmpfs", "-o", "mode=755", "none", EXTRA)
        return EXTRA + "/passwd"

    def module(self):
        """nss.c, as the module hesiod."""
        places = glob.glob("/usr/lib/*/libnss_hesiod.so.2")
        need(places, "no libnss_hesiod.so.2 to mount a module over")
        module = self.scratch + "/libnss_hesiod.so.2"
        if os.path.exists(module):
            return
        subprocess.run([tool("cc"), "-shared", "-fPIC", "-o", module,
            TOP + "/tests/e2e/nss.c"], check=True)
        os.chmod(module, 0o755)
        mount("--bind", module, os.path.realpath(places[0]))

    def install(self, script=None):
        """smtp-receive-user, or a script, where the program looks for it."""
        self.asker = libexec.place(NAME)
        if script is not None:
            shutil.copy(ASKER, os.path.dirname(self.asker) + "/real")
            self.put(self.asker, "#!/bin/sh\n" + script, 0o755)
