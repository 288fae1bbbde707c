"""What /proc says of the processes below one."""

import os
import re

TICK = os.sysconf("SC_CLK_TCK")


def fields(pid):
    """Those of its stat, from the state on."""
    with open("/proc/%d/stat" % pid) as file:
        return file.read().rpartition(")")[2].split()


def below(pid):
    """All generations, without itself."""
    parent = {}
    for each in filter(str.isdigit, os.listdir("/proc")):
        try:
            parent[int(each)] = int(fields(int(each))[1])
        except (FileNotFoundError, ProcessLookupError):
            pass
    found, generation = [], {pid}
    while generation:
        generation = {p for p, q in parent.items() if q in generation}
        found += generation
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
