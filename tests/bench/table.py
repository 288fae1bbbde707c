"""What is printed: medians, ratios, and what they ought to be."""

import statistics
from typing import NamedTuple, Optional

OURS = "smtp-receive"	# not root, behind tcpserver
BARE = "bare"		# no server: the sequence that comes before 250


class Figure(NamedTuple):
    title: str
    places: int = 0	# behind the point


FIGURES = {
    "cpu": Figure("CPU ms per session", 2),
    "rate": Figure("sessions/s, one by one"),
    "parallel": Figure("sessions/s, 20 at once"),
    "stream": Figure("messages/s, 1 session"),
    "greeting": Figure("connect to 220, ms", 2),
    "dot": Figure("dot to 250, 4 KiB, ms", 2),
    "speed": Figure("50 MiB, MB/s"),
    "large": Figure("50 MiB, CPU ms"),
    "idle": Figure("idle session, KiB"),
    "peak": Figure("more for 50 MiB, KiB"),
    "calls": Figure("system calls"),
    "instructions": Figure("1000 instructions"),
    "flushes": Figure("flushes per message", 1),
    "many": Figure("4 KiB to 50 boxes, ms", 1),
    "flushes of many": Figure("flushes for that"),
    "linked": Figure("20 MiB to 50, ms"),
    "linked times": Figure("times what one takes", 2),
    "linked written": Figure("MiB written for that", 1),
}


class Target(NamedTuple):
    """Of issue 6: a figure of ours is at most, or at least, so much; that is
    a ratio where it is beside another's."""
    figure: str
    beside: Optional[str]
    sense: str
    limit: float


TARGETS = (
    Target("cpu", "mailfront", "<=", 0.50),
    Target("cpu", "postfix", "<=", 0.35),
    Target("cpu", "dovecot", "<=", 0.40),
    Target("cpu", "exim", "<=", 0.08),
    Target("parallel", "mailfront", ">=", 1.8),
    Target("parallel", "postfix", ">=", 1.9),
    Target("stream", "mailfront", ">=", 1.1),
    Target("stream", "dovecot", ">=", 3),
    Target("dot", BARE, "<=", 1.3),
    Target("speed", "postfix", ">=", 4.5),
    Target("large", "mailfront", "<=", 0.20),
    Target("greeting", "mailfront", "<=", 0.25),
    Target("idle", None, "<=", 110),
    Target("peak", None, "<=", 410),
    Target("calls", None, "<=", 70),
    Target("many", None, "<=", 8),
    Target("flushes of many", None, "<=", 3),
    Target("linked times", None, "<=", 2),
    Target("linked written", None, "<=", 21),
)


class Table:
    """found[name][figure]: what each round gave."""

    def __init__(self):
        self.found = {}

    def add(self, name, figures):
        row = self.found.setdefault(name, {})
        for key, value in figures.items():
            row.setdefault(key, []).append(value)

    def median(self, name, key):
        values = self.found.get(name, {}).get(key)
        return statistics.median(values) if values else None

    def ratio(self, key, name):
        """The median of the rounds' ratios, of ours to another's."""
        ours = self.found.get(OURS, {}).get(key)
        theirs = self.found.get(name, {}).get(key)
        if not ours or not theirs:
            return None
        return statistics.median(a / b for a, b in zip(ours, theirs))

    def cell(self, name, key):
        value = self.median(name, key)
        return "-" if value is None else "%.*f" % (FIGURES[key].places, value)

    def line(self, title, cells):
        names = [name for name in self.found if name != BARE]
        return "%-22s" % title + "".join(cells(name).rjust(max(7,
            len(name) + 1)) for name in names)

    def medians(self):
        """The lines of the table."""
        lines = [self.line("", str)]
        for key, figure in FIGURES.items():
            if any(key in row for row in self.found.values()):
                lines.append(self.line(figure.title, lambda name:
                    self.cell(name, key)))
        return lines + ["", "dot to 250, the bare sequence in a loop: %s ms" %
            self.cell(BARE, "dot")]

    def targets(self):
        lines = ["%-36s%9s  %s" % ("", "reached", "target")]
        for figure, beside, sense, limit in TARGETS:
            value = self.ratio(figure, beside) if beside else \
                self.median(OURS, figure)
            what = FIGURES[figure].title + (", to %s" % beside if beside
                else "")
            lines.append("%-36s%9s  %s %-5g %s" % (what, "-" if value is None
                else "%.2f" % value if value < 10 else "%.0f" % value, sense,
                limit, verdict(value, sense, limit)))
        return lines

    def data(self):
        """For gnuplot: a line for each server, a column for each figure."""
        lines = ["server\t" + "\t".join(FIGURES)]
        for name in self.found:
            values = [self.median(name, key) for key in FIGURES]
            lines.append(name + "\t" + "\t".join("?" if value is None else
                "%g" % value for value in values))
        return lines


def verdict(value, sense, limit):
    if value is None:
        return "not measured"
    met = value <= limit if sense == "<=" else value >= limit
    return "met" if met else "missed"
