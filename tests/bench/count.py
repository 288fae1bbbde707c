"""What repeats exactly: the system calls of a session, and its instructions.

A program that serves one connection is started for it, without tcpserver;
a daemon is looked at, with all its processes, for some sessions."""

import glob
import os
import re
import signal
import socket
import subprocess
import tempfile
import threading

from server import until
from talk import talk


class Once:
    """Serves one connection by a command, as tcpserver would, below wrapper,
    which writes below top."""

    lmtp = False

    def __init__(self, server, top, wrapper):
        self.name = server.name
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.command = wrapper + server.inetd
        self.options = dict(env={**os.environ, **server.environ,
            "TMPDIR": top}, cwd="/",
            stderr=subprocess.DEVNULL)
        if server.user:
            user, group = server.user
            self.options.update(user=user, group=group, extra_groups=[group])

    def serve(self):
        connection = self.listener.accept()[0]
        with connection:
            process = subprocess.Popen(self.command, stdin=connection,
                stdout=connection, **self.options)
        process.wait()		# a tracer ends with the last it traces

    def session(self):
        thread = threading.Thread(target=self.serve)
        thread.start()
        talk(self, 1)
        thread.join()
        self.listener.close()


def directory(server):
    path = tempfile.TemporaryDirectory()
    os.chmod(path.name, 0o777)
    return path


def total(path):
    with open(path) as file:
        return int(re.search(r"(?m)^\s*(\d+) total$", file.read())[1])


STRACE = ["strace", "-f", "-c", "-U", "calls,name", "-o"]


def calls(server, sessions=20):
    with directory(server) as top:
        said = top + "/calls"
        if server.inetd:
            Once(server, top, STRACE + [said]).session()
            sessions = 1
        else:
            look_at(server, said, sessions)
        server.settle()
        return {"calls": total(said) / sessions}


def look_at(server, said, sessions):
    pids = [server.process.pid] + server.processes()
    tracer = subprocess.Popen([*STRACE, said] + [word for pid in pids
        for word in ("-p", str(pid))], stderr=subprocess.PIPE, text=True)
    attached = 0
    while attached < len(pids):
        attached += "attached" in tracer.stderr.readline()
    drain = threading.Thread(target=tracer.stderr.read)
    drain.start()
    talk(server, sessions)
    server.settle()
    tracer.send_signal(signal.SIGINT)
    tracer.wait()
    drain.join()


def mentioned(word):
    """Is there a process that has it in its command line?"""
    for name in glob.glob("/proc/[0-9]*/cmdline"):
        try:
            with open(name, "rb") as file:
                if word.encode() in file.read():
                    return True
        except (FileNotFoundError, ProcessLookupError):
            pass
    return False


def instructions(server, unconfined=None):
    """Thousands, in user mode, of a program that tcpserver can start.
    unconfined: the same without a sandbox, in which valgrind cannot live."""
    if not server.inetd:
        return {}
    with directory(server) as top:
        once = Once(server, top, ["valgrind", "-q", "--tool=callgrind",
            "--trace-children=yes", "--vgdb=no",
            "--callgrind-out-file=%s/%%p" % top])
        if unconfined:
            once.command[once.command.index(server.inetd[0])] = unconfined
        once.session()
        until(lambda: not mentioned(top), "callgrind to end")
        found = []
        for name in glob.glob(top + "/*"):
            with open(name) as file:
                found += re.findall(r"(?m)^totals: (\d+)", file.read())
    return {"instructions": sum(map(int, found)) / 1e3}
