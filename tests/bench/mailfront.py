"""mailfront's queuedir: one file, synced and moved; no Maildir."""

import os

import peer
import server


def start(scratch):
    queue = os.path.join(scratch, "queue")
    for part in "tmp", "new":
        os.makedirs(os.path.join(queue, part))
    server.own(scratch)
    usr = peer.usr("mailfront")
    return server.Tcpserver("mailfront", [usr + "/sbin/mailfront", "smtp",
        "queuedir", "add-received", "accept"], [queue + "/new"],
        {"QUEUEDIR": queue, "MODULE_PATH": usr + "/lib/mailfront",
        "LD_LIBRARY_PATH": peer.libraries("mailfront")})
