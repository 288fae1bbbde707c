"""Exim, -bs behind tcpserver, and appendfile into a Maildir.  Needs root, for
a user of the name that is compiled in; it runs as that one, not as root: of a
file named with -C it takes no other rights."""

import os
import pwd

import peer
import server

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


def start(base):
    program = peer.usr("exim") + "/sbin/exim4"
    user = pwd.getpwnam("Debian-exim")[2:4]
    os.makedirs(base + "/spool")
    box = server.maildir(base + "/ann")
    for path in base + "/spool", box:
        server.own(path, user)
    with open(base + "/configure", "w") as file:
        file.write(CONFIGURE.format(base=base, program=program))
    return server.Tcpserver("exim", [program, "-C", base + "/configure", "-bs"],
        [box + "/new"], {"LD_LIBRARY_PATH": peer.libraries("exim")}, user,
        queues=[base + "/spool/input"])
