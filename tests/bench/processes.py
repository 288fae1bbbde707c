"""What /proc says of the processes below one."""

import glob
import os
import re

TICK = os.sysconf("SC_CLK_TCK")


def fields(pid):
    """Those of its stat, from the state on."""
    with open("/proc/%d/stat" % pid) as file:
        return file.read().rpartition(")")[2].split()


def children(pid):
    found = []
    for name in glob.glob("/proc/%d/task/*/children" % pid):
        try:
            with open(name) as file:
                found += map(int, file.read().split())
        except (FileNotFoundError, ProcessLookupError):
            pass
    return found


def below(pid):
    """All generations, without itself."""
    found = children(pid)
    for each in found:		# which grows meanwhile
        found += children(each)
    return found


def seconds(pid):
    """Of CPU, that of its reaped children too."""
    return sum(map(int, fields(pid)[11:15])) / TICK


def value(pid, file, key):
    with open("/proc/%d/%s" % (pid, file)) as file:
        return int(re.search(r"^%s:\s+(\d+)" % key, file.read(), re.M)[1])


def memory(pids):
    """KiB: what is theirs of what they share, and their page tables."""
    total = 0
    for pid in pids:
        try:
            total += value(pid, "smaps_rollup", "Pss") + value(pid, "status",
                "VmPTE")
        except (FileNotFoundError, ProcessLookupError, TypeError):
            pass		# it has just ended
    return total
