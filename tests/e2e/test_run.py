"""tests/run itself: what it makes of what a test says, and who runs beside
whom.  The tests that it is given here are shell scripts of a line or two."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile

from tap import TOP, equal, run_all, test, true, until

PASSES = "echo 1..1; echo ok 1 - a"
BEGUN, OVER = "touch $0.begun; ", "; touch $0.over"


class Runner:
    """Scripts in a directory, and a tests/run of them, in this order."""

    def __init__(self, jobs, ignored=(), **scripts):
        self.directory = tempfile.mkdtemp()
        for name, text in scripts.items():
            with open(self.path(name), "w") as file:
                file.write(text + "\n")
        self.process = subprocess.Popen([sys.executable, TOP + "/tests/run",
            *map(self.path, scripts)], stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, encoding="utf-8", cwd=self.directory,
            env=dict(PATH=os.environ["PATH"], JOBS=str(jobs),
            TALLY=self.directory + "/tally", SKIPS=self.directory + "/skips"),
            preexec_fn=lambda: [signal.signal(number, signal.SIG_IGN)
            for number in ignored])

    def path(self, name):
        return "%s/%s.sh" % (self.directory, name)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.process.kill()
        self.process.communicate()
        shutil.rmtree(self.directory)

    def exists(self, name):
        return os.path.exists(self.directory + "/" + name)

    def counts(self):
        """The lines of the tests: the name, and the three numbers."""
        self.said, _ = self.process.communicate(timeout=60)
        return [(os.path.basename(line.split()[0]), *[int(part.split()[0])
            for part in line.split(maxsplit=1)[1].split(", ")[:3]])
            for line in self.said.splitlines() if line.endswith(" s")]


# What a test does, and how many have passed, failed and been skipped.
VERDICTS = {
    "passes": (PASSES, 1, 0, 0),
    "fails": ("echo 1..2; echo ok 1 - a; echo not ok 2 - b; exit 1", 1, 1, 0),
    "skips": ("echo 1..1; echo 'ok 1 - a # SKIP why'", 0, 0, 1),
    "skips_all": ("echo '1..0 # SKIP why'", 0, 0, 1),
    "silent": ("true", 0, 1, 0),
    "plans_more": ("echo 1..2; echo ok 1 - a", 1, 1, 0),
    "exits": (PASSES + "; exit 3", 1, 1, 0),
    "dies": (PASSES + "; kill -9 $$", 1, 1, 0),
    "leaves": (PASSES + "; sleep 60 >/dev/null 2>&1 &", 1, 1, 0),
    "hangs": ("# time limit: 1\n" + PASSES + "; sleep 60", 1, 1, 0),
}


@test("a verdict for each thing that a test can do; the tally, the skips")
def verdicts():
    scripts = {name: row[0] for name, row in VERDICTS.items()}
    with Runner(2, **scripts) as runner:
        equal(runner.counts(), [(name + ".sh", *row[1:])
            for name, row in VERDICTS.items()], "verdicts")
        equal(runner.process.returncode, 1, "exit status")
        sums = [sum(row[at] for row in VERDICTS.values()) for at in (1, 2, 3)]
        true(runner.said.endswith("%d passed, %d failed, %d skipped\n"
            % tuple(sums)), runner.said)
        with open(runner.directory + "/tally") as file:
            equal(file.read(), "%d %d %d\n" % tuple(sums))
        with open(runner.directory + "/skips") as file:
            equal(file.read(), "skips: a: why\nskips_all: all of it: why\n")


@test("JOBS=2: two at a time, told in their order though the first is last")
def two_at_a_time():
    wait = "until [ -e %s ]; do sleep 0.01; done; "
    with Runner(2, a=BEGUN + wait % "c.sh.begun" + PASSES,
            b=wait % "a.sh.begun" + PASSES, c=BEGUN + PASSES) as runner:
        equal([each[:3] for each in runner.counts()],
            [("a.sh", 1, 0), ("b.sh", 1, 0), ("c.sh", 1, 0)])
        equal(runner.process.returncode, 0, "exit status")


# It passes if no other has begun and is not over.
BY_ITSELF = BEGUN + "sleep 0.2; [ $(ls *.begun | wc -l) = " \
    "$(($(ls *.over 2>/dev/null | wc -l) + 1)) ] && " + PASSES + OVER


@test("JOBS=1: one at a time")
def one_at_a_time():
    with Runner(1, a=BY_ITSELF, b=BY_ITSELF, c=BY_ITSELF) as runner:
        equal([each[1:3] for each in runner.counts()], [(1, 0)] * 3)


@test("\"runs alone\": after all others, and one after another")
def alone():
    waits = BEGUN + "sleep 0.3; " + PASSES + OVER
    mine = "# runs alone\n" + BY_ITSELF
    with Runner(3, a=mine, b=waits, c=mine, d=waits) as runner:
        equal([each[:3] for each in runner.counts()],
            [(name + ".sh", 1, 0) for name in "bdac"])


@test("INT and TERM: those that run clean up, no other begins; also in a job "
    "of a shell, which ignores INT")
def interrupted():
    waits = "trap 'touch $0.over; exit 1' INT; " + BEGUN \
        + "for i in $(seq 300); do sleep 0.1; done"
    for number, ignored in ((signal.SIGINT, []), (signal.SIGTERM, []),
            (signal.SIGTERM, [signal.SIGINT])):
        with Runner(2, ignored, a=waits, b=waits, c=waits) as runner:
            until(lambda: runner.exists("a.sh.begun")
                and runner.exists("b.sh.begun"), "two to begin")
            runner.process.send_signal(number)
            equal(runner.process.wait(timeout=30), 130, "exit status")
            equal([runner.exists(each + ".sh.over") for each in "abc"],
                [True, True, False], "over")
            true(not runner.exists("c.sh.begun"), "another has begun")


if __name__ == "__main__":
    run_all()
