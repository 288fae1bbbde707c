"""What the user map costs, as text and compiled: compiling it, opening it, and
finding an address, with 10 to 1,000,000 of them.

	make build/bench/map && python3 tests/bench/map.py"""

import os
import subprocess
import sys
import tempfile
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
BUILD = os.path.abspath(os.environ.get("BUILD", TOP + "/build"))
SIZES = 10, 10_000, 1_000_000
ROUNDS = int(os.environ.get("ROUNDS", "5"))


def write(path, count):
    with open(path, "w") as file:
        for i in range(count):
            file.write("user%d@d%d.example.org /var/mail/%d/\n"
                % (i, i % 3000, i))
    then = time.time() - 10		# nobody is writing it
    os.utime(path, (then, then))


def compile_map(path):
    """Seconds by the clock, of the processor, and MiB at most."""
    start = time.monotonic()
    process = subprocess.Popen([BUILD + "/smtp-receive-map", path])
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit("smtp-receive-map: %d" % process.returncode)
    return (time.monotonic() - start, used.ru_utime + used.ru_stime,
        used.ru_maxrss / 1024)


def look_up(path, count, rounds):
    print(subprocess.run([BUILD + "/bench/map", path, str(count),
        str(rounds)], check=True, stdout=subprocess.PIPE,
        encoding="utf-8").stdout, end="", flush=True)


def main():
    with tempfile.TemporaryDirectory() as directory:
        path = directory + "/users"
        for count in SIZES:
            write(path, count)
            look_up(path, count, 5 if count > 100_000 else 101)
            each = [compile_map(path) for _ in range(ROUNDS)]
            wall, cpu, peak = (sorted(column)[ROUNDS // 2]
                for column in zip(*each))
            print("  compile: %.3f s, %.3f s of processor time, %.0f MiB;"
                " %.1f MB made of %.1f MB" % (wall, cpu, peak,
                os.path.getsize(path + ".cdb") / 1e6,
                os.path.getsize(path) / 1e6))
            look_up(path, count, 1001)
            os.unlink(path + ".cdb")


main()
