"""Dovecot over the Maildirs of the soak."""

import imaplib
import os
import re
import signal
import subprocess

from harness import PEERS, SCRATCH, UID, free_port, tool, true, until

CONF = """\
!include {peers}/dovecot.conf
base_dir = {run}
state_dir = {run}
log_path = {log}
protocols = imap
disable_plaintext_auth = no
mail_location = maildir:{base}/%n
first_valid_uid = 1
passdb {{
  driver = static
  args = password=secret
}}
userdb {{
  driver = static
  args = uid={uid} gid={uid} home={base}/%n
}}
service imap-login {{
  inet_listener imap {{
    address = 127.0.0.1
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
"""


class Dovecot:
    """In a session of its own, so that one sees what it leaves."""

    def __init__(self, base):
        self.port, self.run = free_port(), SCRATCH + "/dovecot"
        self.log = self.run + ".log"
        self.conf = self.run + ".conf"
        with open(self.conf, "w") as file:
            file.write(CONF.format(peers=PEERS, run=self.run, log=self.log,
                base=base, uid=UID, port=self.port))
        self.process = subprocess.Popen([tool("dovecot"), "-c", self.conf],
            start_new_session=True, cwd="/", stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL)

    def processes(self):
        found = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open("/proc/%s/stat" % pid) as file:
                    rest = file.read().rsplit(")", 1)[1].split()
            except (FileNotFoundError, ProcessLookupError):
                continue
            if int(rest[3]) == self.process.pid and rest[0] not in "ZX":
                found.append(int(pid))
        return found

    def text(self):
        if not os.path.exists(self.log):
            return ""
        with open(self.log, encoding="latin-1") as file:
            return file.read()

    def complaints(self):
        """All but that of our SIGTERM."""
        return [line for line in self.text().splitlines() if re.search(
            "Error|Fatal|Panic|Warning", line)
            and "Killed with signal 15" not in line]

    def listens(self):
        true(self.process.poll() is None, "Dovecot has ended: " + self.text())
        try:
            imaplib.IMAP4("127.0.0.1", self.port, timeout=10).logout()
            return True
        except OSError:
            return False

    def __enter__(self):
        try:
            until(self.listens, "Dovecot to listen", 30)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *error):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=30)
            until(lambda: not self.processes(), "Dovecot's processes to end",
                60)
        finally:
            for pid in self.processes():
                os.kill(pid, signal.SIGKILL)
            self.process.wait()
        return False
