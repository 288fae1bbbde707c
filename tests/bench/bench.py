#!/usr/bin/env python3
"""smtp-receive beside its peers: the same work, in turns.

    tests/bench/bench.py [ROUNDS [SESSIONS]]

README says how each figure is measured."""

import os
import statistics
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import mailfront	# noqa: E402
import measure	# noqa: E402
import receiver	# noqa: E402


def main(rounds=5, sessions=300):
    with tempfile.TemporaryDirectory() as scratch:
        os.chmod(scratch, 0o755)
        servers = [receiver.start(scratch + "/ours"),
            mailfront.start(scratch + "/mailfront")]
        found = {each: [] for each in servers}
        for _ in range(rounds):
            for each in servers:
                found[each].append(measure.serial(each, sessions))
        for each, rows in found.items():
            print("%s: %.2f ms CPU per session, %.0f sessions/s one at a time, "
                "%s KiB per idle connection" % (each.name,
                statistics.median(row["cpu"] for row in rows),
                statistics.median(row["rate"] for row in rows),
                round(measure.idle(each).get("idle", 0)) or "?"))
        ratios = [a["cpu"] / b["cpu"] for a, b in zip(*found.values())]
        print("CPU, ours to mailfront's: %.2f (from %.2f to %.2f in %d rounds "
            "of %d sessions)" % (statistics.median(ratios), min(ratios),
            max(ratios), rounds, sessions))
        for each in servers:
            each.end()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
