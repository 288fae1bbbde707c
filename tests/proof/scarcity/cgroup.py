"""A control group of a test's own, of either version."""

import os

from tap import need, need_root, until


def mounted(controller):
    """Where that controller's groups are, or None."""
    with open("/proc/self/mounts") as file:
        mounts = [line.split() for line in file]
    for _, point, kind, options, *_ in mounts:
        if kind == "cgroup" and controller in options.split(","):
            return point
        if kind == "cgroup2" and offers(point, controller):
            return point
    return None


def offers(point, controller):
    try:
        with open(point + "/cgroup.subtree_control", "r+") as file:
            if controller not in file.read().split():
                file.write("+" + controller)
        return True
    except OSError:
        return False


class Cgroup:
    def __init__(self, controller):
        need_root()
        point = mounted(controller)
        need(point, "no control groups that limit " + controller)
        self.path = "%s/smtp-proof-%d" % (point, os.getpid())

    def __enter__(self):
        try:
            os.mkdir(self.path)
        except OSError as why:
            need(False, "cannot make a control group: " + str(why))
        # Whoever writes to it, it counts who has opened it: root.
        self.joining = os.open(self.path + "/cgroup.procs", os.O_WRONLY)
        return self

    def __exit__(self, *error):
        os.close(self.joining)
        until(self.gone, "the control group to be empty")
        return False

    def gone(self):
        try:
            os.rmdir(self.path)
        except OSError:
            return False
        return True

    def set(self, name, value):
        with open("%s/%s" % (self.path, name), "w") as file:
            file.write(str(value))

    def limit_memory(self, octets):
        old = os.path.exists(self.path + "/memory.limit_in_bytes")
        self.set("memory.limit_in_bytes" if old else "memory.max", octets)

    def join(self):
        """In the process that shall be in it, whoever it is."""
        os.write(self.joining, b"0")
