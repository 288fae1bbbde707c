#!/usr/bin/env python3
"""What a process for TLS costs: CPU of one connection, ways of linking and
loading side by side.

    tests/bench/tls.py [ROUNDS] PROGRAM...

Each program is a build of smtp-receive-tls.  A connection is a TLS 1.3
handshake with a P-256 certificate, a greeting, and 4 KiB of mail; CPU is the
program's own, user and system, from exec to exit, by wait4(2).  Rounds are
interleaved.  The last figure is the time for 50 MiB to the session, once."""

import os
import statistics
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
    os.pardir, "e2e"))
from tlshelper import Helper, make, receive	# noqa: E402

MESSAGE = b"x" * 4096


def connection(program):
    with Helper(*make("mx.example.org"), program=program) as helper:
        tls = helper.tls("mx.example.org")
        helper.session.sendall(b"220 hello\r\n")
        receive(tls, 11)
        tls.sendall(MESSAGE)
        receive(helper.session, len(MESSAGE))
        helper.session.close()
        receive(tls, 1)
        tls.close()
        helper.wait()
        usage = helper.usage
    return (usage.ru_utime + usage.ru_stime) * 1e3, usage.ru_minflt


def bulk(program, size=50 << 20):
    block = b"x" * (1 << 20)
    with Helper(*make("mx.example.org"), program=program) as helper:
        tls = helper.tls("mx.example.org")
        reader = threading.Thread(target=receive,
            args=(helper.session, size))
        start = time.monotonic()
        reader.start()
        for _ in range(size >> 20):
            tls.sendall(block)
        reader.join()
        seconds = time.monotonic() - start
        helper.session.close()
        receive(tls, 1)
        tls.close()
        helper.wait()
        cpu = helper.usage.ru_utime + helper.usage.ru_stime
    return seconds, cpu


def main(words):
    rounds = int(words.pop(0)) if words and words[0].isdigit() else 100
    found = {program: [] for program in words}
    for _ in range(rounds):
        for program in words:
            found[program].append(connection(program))
    for program, rows in found.items():
        cpu = sorted(row[0] for row in rows)
        seconds, busy = bulk(program)
        print("%-30s CPU %.2f ms (quartiles %.2f to %.2f), %d page faults; "
            "50 MiB in %.2f s, CPU %.0f ms" % (os.path.basename(program),
            statistics.median(cpu), cpu[len(cpu) // 4], cpu[len(cpu) * 3 // 4],
            rows[-1][1], seconds, busy * 1e3))


if __name__ == "__main__":
    main(sys.argv[1:])
