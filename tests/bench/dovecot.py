"""Dovecot's LMTP server."""

import os

import server
from daemon import Daemon
from peer import PEERS

CONF = """\
!include {peers}/dovecot.conf
base_dir = {base}/run
log_path = {base}/log
protocols = lmtp
first_valid_uid = 1
mail_location = maildir:{base}/%n
passdb {{
  driver = static
  args = nopassword=yes
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={base}/home allow_all_users=yes
}}
service lmtp {{
  process_limit = 300
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {port}
  }}
}}
"""


class Dovecot(Daemon):
    lmtp = True


def start(base):
    port = server.free_port()
    box = server.maildir(base + "/ann")
    os.mkdir(base + "/home")
    with open(base + "/conf", "w") as file:
        file.write(CONF.format(peers=PEERS, base=base, port=port,
            uid=server.UID, gid=server.GID))
    for path in box, base + "/home":
        server.own(path)
    return Dovecot("dovecot", [PEERS + "/bin/dovecot", "-c", base + "/conf"],
        port, [box + "/new"])
