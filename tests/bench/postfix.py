"""Postfix: smtpd, and virtual(8) into a Maildir.  Needs root."""

import grp
import os
import pwd

import peer
import server
from daemon import Daemon

WANTS_USERS = True

# All that limits how much it takes at once is off, and nothing asks DNS.
MAIN = """\
compatibility_level = 3.6
queue_directory = {base}/queue
data_directory = {base}/data
daemon_directory = {usr}/lib/postfix/sbin
command_directory = {usr}/sbin
shlib_directory = {usr}/lib/postfix
meta_directory = {base}/etc
mail_owner = postfix
setgid_group = postdrop
import_environment = MAIL_CONFIG LANG=C LD_LIBRARY_PATH
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.example.org
mydestination =
local_recipient_maps =
alias_maps =
smtpd_relay_restrictions = reject_unauth_destination
smtpd_peername_lookup = no
disable_dns_lookups = yes
smtpd_client_connection_count_limit = 0
default_process_limit = 300
in_flow_delay = 0
message_size_limit = 100000000
virtual_mailbox_limit = 0
virtual_transport = virtual
virtual_mailbox_domains = example.org
virtual_mailbox_base = {base}
virtual_mailbox_maps = texthash:{base}/etc/boxes
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
"""
MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
"""
# The directories of a queue: whose they are, by group, and what they may.
QUEUE = [(name, "postfix", 0o700) for name in ("active", "bounce", "corrupt",
    "defer", "deferred", "flush", "hold", "incoming", "private", "saved",
    "trace")] + [("public", "postdrop", 0o710), ("maildrop", "postdrop",
    0o730), ("pid", "root", 0o755)]
WAITING = "incoming", "active", "deferred", "maildrop"


def configure(base, **more):
    os.makedirs(base + "/etc")
    for name, text in (("main.cf", MAIN), ("master.cf", MASTER),
            ("boxes", "ann@example.org ann/\n"), ("dynamicmaps.cf", "")):
        with open(base + "/etc/" + name, "w") as file:
            file.write(text.format(base=base, uid=server.UID, gid=server.GID,
                **more))


def make_queue(base):
    user = pwd.getpwnam("postfix").pw_uid
    os.makedirs(base + "/queue")
    for name, group, mode in QUEUE:
        path = base + "/queue/" + name
        os.mkdir(path)
        os.chmod(path, mode)
        if group != "root":
            server.own(path, (user, grp.getgrnam(group).gr_gid))
    os.mkdir(base + "/data")
    server.own(base + "/data", (user, grp.getgrnam("postfix").gr_gid))


def start(base):
    port = server.free_port()
    usr = peer.usr("postfix")
    configure(base, usr=usr, port=port)
    make_queue(base)
    box = server.own(server.maildir(base + "/ann"))
    return Daemon("postfix", [usr + "/lib/postfix/sbin/master", "-c",
        base + "/etc", "-s"], port, [box + "/new"],
        {"LD_LIBRARY_PATH": peer.libraries("postfix")},
        queues=["%s/queue/%s" % (base, name) for name in WAITING])
