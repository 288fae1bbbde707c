"""What /proc says of a process."""


def status(pid):
    """The lines of its status: the value, with tabs between several."""
    with open("/proc/%d/status" % pid) as file:
        return dict(line.rstrip("\n").split(":\t", 1) for line in file
            if ":\t" in line)
