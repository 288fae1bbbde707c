"""Every system call of the monitor fails once, or is its last.

Method: a clean run below strace lists the calls; then one run for each of
them and each errno that makes sense for it (calls.py), and one in which
SIGKILL comes before it.  strace marks what it has made to fail: a run counts
only where it was the call that was meant, after the same calls as in the
clean run.  trial.py judges it, excuse.py has the exceptions.

time limit: 1800"""

import collections
import contextlib
import os

import excuse
from calls import plan
from cell import Cell, figures, run_on_disk, total
from exceptions import allow
from harness import *
from trial import AWAY, Mail

SHORT = os.environ.get("PROOF", "full") == "short"
ENOUGH = 3000		# runs


def two(*to):
    return [Mail("a.400", to), Mail("b.400", to)]


def shell(redirection):
    return ["/bin/sh", "-c", 'exec "$@" ' + redirection, "sh"]


# The cells: a connection of each kind.

def every(title, name, mails, kills=not SHORT, **more):
    """A test of all calls of such a connection; in the short form of one
    with a single mail, and mostly without SIGKILL."""
    @test(title)
    def all_calls():
        some = mails if kills or mails[0].reset else mails[:1]
        cell = Cell(name, some, **more).look()
        cell.run(plan(cell.clean, few=SHORT, kill=kills))


every("one recipient: each call fails with each errno, and is the last",
    "one recipient", two("ann"), kills=True)
every("three recipients, likewise", "three recipients",
    two("ann", "bob", "carol"), kills=True)
every("five recipients by one address: syncfs", "five recipients",
    [Mail("a.400", ["five"])])
every("delivered-to = no: hard links", "hard links",
    two("ann", "bob", "carol"), delivered_to="no")
every("sync = strict", "strict", two("ann"), sync="strict")
every("a message of 300 KiB, more than the buffer", "300 KiB",
    [Mail("a.307200", ["ann", "bob"])])
every("a mail by BDAT, in one chunk and in three", "BDAT",
    [Mail("a.400", ["ann"], chunks=3), Mail("b.400", ["ann"], chunks=1)])
every("300 KiB in seven chunks: the buffer is full in the middle of one",
    "BDAT 300 KiB", [Mail("a.307200", ["ann", "bob"], chunks=7)])
every("TLS, and mail behind it", "TLS", [Mail("a.400", ["ann"]),
    Mail("b.400", ["ann"], chunks=2)], tls=True)
every("a mail that RSET takes back", "RSET",
    [Mail("a.400", ["ann", "bob"], True), Mail("b.400", ["ann"])])
every("pipes instead of a socket", "pipes", two("ann"), pipes=True)
every("descriptor 2 is closed", "2 closed", two("ann"),
    words=shell("2>&-"), logged=False, log="auto")
every("descriptor 2 is the client's socket: inetd", "inetd", two("ann"),
    words=shell("2>&1"), logged=False, log="auto")


# Started as root: whose rights are held is a call that can fail, too.

every("root, and two owners", "root", two("ann", "bob"), root=True,
    session_user="64320:64320")
every("root, five owners by one address", "root, five",
    [Mail("a.400", ["five"])], root=True, session_user="64320:64320")


every("root, and a system user, whom the name service is asked for", "homes",
    two("ann"), root=True, homes=True, session_user="64320:64320")


# What the program does where a call does not exist.

every("no flags of rename: link", "linkat", two("ann", "bob"),
    base=["inject=renameat2:error=EINVAL"])
every("no flags of rename, no links: rename", "renameat", two("ann"),
    base=["inject=renameat2:error=ENOSYS", "inject=linkat:error=EPERM"])
every("no sync_file_range: fsync", "fsync", two("ann", "bob"),
    base=["inject=sync_file_range:error=ENOSYS"])
every("five recipients, no syncfs: fsync for each", "no syncfs",
    [Mail("a.400", ["five"])], base=["inject=syncfs:error=ENOSYS"])
every("no attributes: a name made and removed", "mknodat", two("ann"),
    base=["inject=fremovexattr:error=EOPNOTSUPP"])


# Two faults: the mail is refused, and its undoing fails.

def undoing(title, name, mails, base, spoils, **more):
    @test(title)
    def all_calls_of_undoing():
        cell = Cell(name, mails, base=["inject=" + base], spoils=spoils,
            **more).look()
        cell.run(plan(cell.clean, cell.undoing(), few=SHORT))


undoing("the last step fails, and each call of the undoing", "undo 3",
    two("ann", "bob", "carol"), "fremovexattr:error=EROFS:when=1", "EROFS")
undoing("the third rename fails, and each call of the undoing",
    "undo renames", two("ann", "bob", "carol"),
    "renameat2:error=EIO:when=3", "EIO")
undoing("the same with hard links", "undo hard links",
    two("ann", "bob", "carol"), "fremovexattr:error=EROFS:when=1", "EROFS",
    delivered_to="no")
undoing("the fifth mailbox of an address cannot be opened, and so on",
    "undo RCPT", [Mail("a.400", ["five"]), Mail("b.400", ["ann"])],
    "openat2:error=EMFILE:when=15", "EMFILE")
undoing("no room in the body, and so on", "undo body",
    [Mail("a.307200", ["ann"]), Mail("b.400", ["ann"])],
    "fstatfs:error=EIO:when=2", "EIO")


# A reader is quicker than the undoing: the last step takes so long.

SLOWLY = "fremovexattr:error=EROFS:delay_enter=60000:when=1"


def reader(part, flags, whose):
    """Moves that copy of the first mail there, if the undoing, for once, is
    not quicker."""
    def take(stand, token):
        box, deadline = stand.boxes[whose], time.monotonic() + 1
        while token.startswith("a.") and time.monotonic() < deadline:
            for name in os.listdir(box + "/new"):
                with contextlib.suppress(FileNotFoundError):
                    os.rename("%s/new/%s" % (box, name),
                        "%s/%s/%s%s" % (box, part, name, flags))
                    return
            time.sleep(0.001)
    return take


def read(title, name, part, whose="ann", **conf):
    undoing(title, name, two("ann", "bob"), SLOWLY, "EROFS",
        meanwhile=reader(part, ":2,S", whose), **conf)


read("a reader has taken a copy to cur/, and each call fails", "reader",
    "cur")
read("a reader has taken a copy to another folder", "reader away", AWAY)
read("the same with a file that is another mailbox's, too", "reader shared",
    AWAY, "bob", delivered_to="no")


# The log.

def same(cell, tracer):
    """One run that must be as one without a fault."""
    trial = cell.attempt(tracer)
    equal(trial.findings, [], cell.name)
    equal(trial.stored(), trial.wanted(), "stored")
    return trial


@test("every line of the log fails: nothing changes")
def no_log():
    cell = Cell("no log", two("ann", "bob"), logged=False)
    for fault in ("write:error=EIO", "write:error=ENOSPC",
            "write:error=EAGAIN", "write:error=EPIPE", "write:error=EINTR"):
        trial = same(cell, lambda out: [tool("strace"), "-o", out, "-P",
            os.path.dirname(out) + "/log", "-e", "inject=" + fault])
        equal(trial.log_text, "", "the log")
        true(trial.trace_text.count("(INJECTED)") > 4, "faults of the log")


@test("a log that is a pipe, for which it must wait: it cannot, nor write")
def no_pipe():
    pipe = SCRATCH + "/pipe"
    os.mkfifo(pipe)
    os.chmod(pipe, 0o666)
    cell = Cell("no pipe", two("ann", "bob"), words=shell("2<>" + pipe),
        logged=False)
    for fault in ("poll:error=ENOMEM", "poll:retval=0", "write:error=EIO"):
        trial = same(cell, lambda out: [tool("strace"), "-o", out, "-P", pipe,
            "-e", "inject=" + fault])
        true(trial.trace_text.count("(INJECTED)") > 4, "faults of the log")


@test("a log on a full disk, and one fault beside it")
def full_log():
    cell = Cell("2 full", two("ann"), words=shell("2>/dev/full"),
        logged=False).look()
    cell.run(plan(cell.clean, few=True, kill=not SHORT))


# The session, until it is confined: strace -f counts for each process by
# itself.  The monitor's call of the same number fails as well where it has
# one; close and prlimit64 do no harm there, rt_sigprocmask does.

SESSION = {"dup2": "EINTR EMFILE", "dup3": "EINTR EMFILE",
    "close": "EIO EINTR", "close_range": "ENOSYS EINVAL ENOMEM",
    "mprotect": "ENOMEM EACCES", "rt_sigprocmask": "",
    "prlimit64": "EPERM EINVAL",
    "prctl": "EINVAL EPERM ENOSYS EACCES", "getppid": "", "gettid": "",
    "set_robust_list": "EINVAL"}


def of_session(text):
    """Its lines of a trace of both processes."""
    pid = re.search(r"(?m)(?:fork|clone3?)\b.* = (\d+)$", text)[1]
    return re.findall(r"(?m)^%s +(.*)" % pid, text)


def confining(text):
    """(name, nth) of the session's calls up to SECCOMP."""
    found, counts = [], collections.Counter()
    for line in of_session(text):
        name = re.match(r"(\w+)\(", line)
        if name:
            counts[name[1]] += 1
            found.append((name[1], counts[name[1]]))
        if "PR_SET_SECCOMP" in line:
            return found
    raise AssertionError("no PR_SET_SECCOMP in the trace")


def may_live(name, number, errno_name):
    """Is the session as confined without that call?"""
    if name == "prctl":		# no strict mode: a filter
        return errno_name == "EINVAL" and number == "last"
    return name in ("close", "close_range", "set_robust_list")


@test("the session cannot be confined: 421 and a line, never a free session")
def session_calls():
    cell = Cell("session", two("ann"))
    clean = same(cell, tracing("-f"))
    calls = confining(clean.trace_text)
    runs = 0
    for name, nth in calls:
        for errno_name in SESSION[name].split():
            number = "last" if (name, nth) == calls[-1] else nth
            trial = cell.attempt(tracing("-f", "-e",
                "inject=%s:error=%s:when=%d" % (name, errno_name, nth)))
            judge_session(trial, name, errno_name,
                may_live(name, number, errno_name))
            runs += 1
    print("# session: %d calls, %d runs" % (len(calls), runs))


def tracing(*options):
    return lambda out: [tool("strace"), "-o", out, *options]


def judge_session(trial, name, errno_name, lives):
    what = "%s of %s" % (errno_name, name)
    true(any("(INJECTED)" in line for line in of_session(trial.trace_text)),
        "never hit: " + what)
    equal(trial.findings, [], what)
    if lives:
        return equal(trial.stored(), trial.wanted(), what)
    equal([reply[:9].strip() for reply in trial.replies if
        not reply.startswith("220 ")], ["421 4.3.2"], what)
    return true(trial.tells(errno_name), what + ": " + trial.log_text)


@test("neither strict mode nor a filter: 421")
def no_seccomp():
    cell = Cell("no seccomp", two("ann"))
    clean = same(cell, tracing("-f"))
    nth = confining(clean.trace_text)[-1][1]
    trial = cell.attempt(tracing("-f", "-e",
        "inject=prctl:error=EINVAL:when=%d+" % nth))
    judge_session(trial, "prctl", "EINVAL", False)


# Short reads and writes: tests/proof/short.c.

SHORTEN = os.path.abspath(os.environ.get("BUILD", TOP + "/build")
    + "/proof/short")


def shortened(cell, call, nth, how):
    """How many calls were; nothing else may be different."""
    trial = same(cell, lambda out: [SHORTEN, out, call, str(nth), how])
    found = re.findall(r"\w+\((\d+), (\d+) -> (\d+)\) = (-?\d+)",
        trial.trace_text)
    for fd, count, less, result in found:
        true(int(less) < int(count) and int(result) <= int(less),
            "not short: " + trial.trace_text)
    return len(found)


def shorten(name, mails, **more):
    """Each read and write once by itself, then all of them."""
    cell = Cell(name, mails, **more)
    runs = calls = 0
    for call in "read", "pread64", "write":
        for how in "1", "half":
            nth = 1
            while shortened(cell, call, nth, how) == 1:
                nth += 1
            true(nth > 1, "no %s was short" % call)
            runs, calls = runs + nth, calls + nth - 1
            if how == "half" or mails[0].token.endswith(".400"):
                calls += shortened(cell, call, "all", how)
    print("# short %s: %d runs, %d calls were short" % (name, runs, calls))


@test("short reads and writes change nothing")
def short_calls():
    need(os.path.exists(SHORTEN), "no %s: make fault-test" % SHORTEN)
    shorten("one recipient", two("ann"))
    if not SHORT:
        shorten("three recipients", two("ann", "bob", "carol"))
        shorten("300 KiB", [Mail("a.307200", ["ann", "bob"])])
        shorten("hard links", two("ann", "bob"), delivered_to="no")


# All of it.

@test("each exception was needed, and the runs are enough")
def in_all():
    by_errno = {}
    for cell in Cell.done:
        for what, tally in cell.tallies.items():
            by_errno.setdefault(what, []).append({what: tally})
    for what, tallies in sorted(by_errno.items()):
        print("# %s: %s" % (what, figures(total(tallies))))
    all_of = total([cell.tallies for cell in Cell.done])
    print("# in all: " + figures(all_of))
    used = sum((cell.excuses for cell in Cell.done),
        collections.Counter())
    for each in excuse.EXCUSES:
        print("# exception %s, %d runs: %s" % (each.name, used[each.name],
            each.reason))
        allow(each.exception, used[each.name])
    if SHORT or "ONLY" in os.environ:
        return
    equal([each.name for each in excuse.EXCUSES if not used[each.name]], [],
        "exceptions that nothing needs")
    true(all_of["runs"] >= ENOUGH, "only %d runs" % all_of["runs"])


if __name__ == "__main__":
    run_on_disk()
