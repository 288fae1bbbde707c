"""The path unit compiles the user map when it was changed; a map with a fault
leaves the compiled one, and the journal has the reason.

time limit: 200"""

import contextlib

from booted import *
from clients import *
from journal import Journal
from tap import run_all, test, true

USERS = "/etc/smtp-receive/users"
CDB = USERS + ".cdb"
UNIT = "smtp-receive-map.service"
NEW = "new@example.org ann@example.org\n"


def compiled():
    """When that was, if it was."""
    return os.path.exists(CDB) and os.stat(CDB).st_mtime_ns


def quiet():
    return show(UNIT, "ActiveState") in ("inactive", "failed")


def edit(text, age=0):
    """By the README's way: a new file is renamed over the old one."""
    write(USERS + ".new", text, age)
    os.rename(USERS + ".new", USERS)


def forms():
    """Of the map, as the connections from now on say at their ends."""
    journal = Journal()

    def read():
        return [line.split(" map=")[1].split()[0]
            for _, line in journal.events("closed") if " map=" in line]
    return read


def asked(to, wanted):
    """RCPT hears this; the form of the map that was read for it."""
    read = forms()
    client = connect()
    client.hello()
    client.ask("MAIL FROM:<>", "250")
    client.ask("RCPT TO:<%s@example.org>" % to, wanted)
    client.quit()
    return until(read, "the end in the journal")[0]


@test("enabled as the README says: the map is compiled")
def enabled():
    equal(asked("ann", "250"), "text")
    sh(readme_block("systemctl daemon-reload\nsystemctl enable --now "
        "smtp-receive-map"))
    true(compiled(), "not there")
    equal(asked("ann", "250"), "cdb")


@contextlib.contextmanager
def compiles():
    """What is done in here is, by and by."""
    before = compiled()
    yield
    until(lambda: compiled() != before, "it to be compiled", 20)
    until(quiet, "the service to end")


@test("the map is edited: by and by it is compiled, and never wrong meanwhile")
def edited():
    with compiles():
        edit(MAP + NEW, 10)
        asked("new", "250")
    equal(asked("new", "250"), "cdb")
    equal(asked("eve", "550 5.1.1"), "cdb")


@test("edited in place, twice: the last word counts")
def twice():
    with compiles():
        write(USERS, MAP, 0)
        write(USERS, MAP + "late@example.org ann@example.org\n", 0)
    equal(asked("late", "250"), "cdb")
    equal(asked("new", "550 5.1.1"), "cdb")


@test("edited ten times in a few seconds: it is still watched afterwards")
def often():
    for number in range(10):
        with compiles():
            edit(MAP + NEW + "#" * number + "\n", 10)
    equal(asked("new", "250"), "cdb")


@test("a map with a fault: the compiled one stays, the journal says why")
def faulty():
    before = compiled()
    journal = Journal()
    edit(MAP + "nonsense\n", 10)
    until(lambda: show(UNIT, "ActiveState") == "failed", "it to fail", 20)
    equal(compiled(), before)
    true(any("users:4: a line begins with" in each["MESSAGE"]
        for each in journal.entries()), "no reason")
    true(UNIT in sh("systemctl --failed --plain --no-legend"), "not failed")
    equal(asked("ann", "250"), "text")
    edit(MAP, 10)
    until(lambda: compiled() != before, "it to be compiled", 20)
    until(lambda: show(UNIT, "ActiveState") == "inactive", "its end")
    equal(asked("ann", "250"), "cdb")


@test("its owner and mode are the map's, also if it is not root's")
def owner():
    with compiles():
        sh("chown vmail:vmail %s; chmod 640 %s" % (USERS, USERS))
    equal(sh("stat -c %%U:%%G:%%a %s" % CDB), "vmail:vmail:640")
    equal(asked("ann", "250"), "cdb")


booted()
serve()
run_all()
