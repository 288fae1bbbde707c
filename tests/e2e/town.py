"""A host for system users: what the name service says of them is ours."""

import os

from landlord import *
from people import PASSWD, Host

ALL = "@example.org ~/Maildir/\n"
UNKNOWN, TROUBLE, FINE = "550 5.1.1", "451 4.3.0", "250 2.1.5"


class Town(Landlord):
    """The Landlord's users in an /etc/passwd of their own."""

    host = None		# one for all

    def __init__(self, users=ALL, script=None, **conf):
        need_root()
        conf.setdefault("max_unknown", 100)
        super().__init__(users, **conf)
        Town.host = Town.host or Host(SCRATCH)
        self.settle()
        self.host.switch("passwd: files")
        self.host.install(script and script.format(base=self.base))

    def settle(self, more=""):
        self.host.passwd(PASSWD + "".join("%s:x:%d:%d:%s:%s/home/%s:/bin/sh\n"
            % (name, uid, uid, name.title(), self.base, name)
            for name, uid in OWNERS.items()) + more)

    def rcpts(self, *pairs):
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
        return self.log("failed", path=self.host.asker, **wanted)


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
