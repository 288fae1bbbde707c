"""Exim, -bs behind tcpserver, and appendfile into a Maildir.  Needs root, for
a user of the name that is compiled in; it runs as that one, not as root: of a
file named with -C it takes no other rights."""

import os
import pwd

import server

PEERS = os.environ.get("PEERS", "build/peers")
WANTS_USERS = True

# Without the limit of 10 it would leave the eleventh message of a connection
# in its queue for the next run.
CONFIGURE = """\
exim_path = {program}
keep_environment = LD_LIBRARY_PATH
spool_directory = {base}/spool
log_file_path = {base}/spool/%slog
primary_hostname = mx.example.org
domainlist local_domains = example.org
deliver_drop_privilege
acl_smtp_rcpt = all
rfc1413_hosts =
tls_advertise_hosts =
smtp_accept_queue_per_connection = 0
smtp_accept_max_per_connection = 0
message_size_limit = 100M
begin acl
all:
  accept domains = +local_domains
begin routers
ann:
  driver = accept
  domains = +local_domains
  local_parts = ann
  transport = maildir
begin transports
maildir:
  driver = appendfile
  maildir_format
  directory = {base}/ann
"""


class Exim(server.Tcpserver):
    """It delivers when the client has its 250, by processes of their own."""

    def busy(self):
        return super().busy() or any(files for _, _, files in
            os.walk(self.spool + "/input"))


def start(base):
    tree = os.path.abspath(os.path.join(PEERS, "exim"))
    program = tree + "/usr/sbin/exim4"
    user = pwd.getpwnam("Debian-exim")[2:4]
    os.makedirs(base + "/spool")
    box = server.maildir(base + "/ann")
    for path in base + "/spool", box:
        server.own(path, user)
    with open(base + "/configure", "w") as file:
        file.write(CONFIGURE.format(base=base, program=program))
    Exim.spool = base + "/spool"
    return Exim("exim", [program, "-C", base + "/configure", "-bs"],
        [box + "/new"], {"LD_LIBRARY_PATH": libraries(tree)}, user=user)


def libraries(tree):
    """What this machine lacks was unpacked, too."""
    return ":".join(sorted({path for path, _, files in os.walk(tree)
        if any(".so" in name for name in files)}))
