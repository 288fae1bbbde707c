"""How a booted host may be sandboxed: drop-ins together, and tcpserver."""

from booted import SOCKET, sh
from host import listens
from tap import until

TCPSERVER = "smtp-receive-tcpserver.service"
STRICT, FILTER = "1", "2"	# Seccomp of /proc/PID/status


class all_of:
    """Several drop-ins at a time."""

    def __init__(self, *some, **more):
        self.some = [each(**more) for each in some]

    def __enter__(self):
        for each in self.some:
            each.__enter__()

    def __exit__(self, *error):
        for each in self.some:
            each.__exit__(*error)


class tcpserver:
    def __enter__(self):
        sh("systemctl disable --now %s 2>&1" % SOCKET)
        sh("systemctl enable --now %s 2>&1" % TCPSERVER)
        until(listens, "tcpserver to listen")

    def __exit__(self, *error):
        sh("systemctl disable --now %s 2>&1" % TCPSERVER)
        sh("systemctl enable --now %s 2>&1" % SOCKET)
