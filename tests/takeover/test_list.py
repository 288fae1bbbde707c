"""smtp-receive-takeover(7), the tables of attacks.py, the attacks in C and the
tests that run them are one list."""

import attacks
from world import *	# first: it says which program

import tap
import test_alone	# these five for what they say that they run
import test_calls
import test_helper
import test_messages
import test_tls
from manual import items, plain

tap.tests.clear()	# theirs run elsewhere
PAGE = "smtp-receive-takeover.7"


@test("the page has each attack with what came of it, and no other")
def page():
    for result, table in attacks.RESULTS.items():
        said = {head.removeprefix("Sy "): " ".join(plain(body).split())
            for head, body in items(PAGE, result)}
        equal(said, table, result)


@test("each attack is in one list, and a test runs it")
def tables():
    names = [name for table in attacks.RESULTS.values() for name in table]
    equal(len(names), len(set(names)), "names that stand twice")
    # test_calls.py takes those that are KILLED from the same table.
    equal(sorted(set(names) - RUN - set(attacks.KILLED)), [],
        "that no test runs")
    equal(sorted(RUN - set(names)), [], "that stand in no list")


@test("each attack in C is in the lists, but for the puppet; and back")
def code():
    with World() as world:
        client = world.connect()
        client.hear("220")
        client.say("NOOP attack list")
        client.say("QUIT")
        heard = everything(client).decode().split("\r\n")
    said = [line.removeprefix("attack ") for line in heard
        if line.startswith("attack ")]
    names = {name for table in attacks.RESULTS.values() for name in table}
    equal(sorted(set(said) - names), ["puppet"])
    equal(sorted(set(attacks.KILLED) - set(said)), [])


def spoil(what):
    """Does the comparison see it?"""
    with World() as world:
        what(world.base)
        try:
            world.untouched()
        except AssertionError:
            return
    raise AssertionError("not seen: " + what.__doc__)


def changes():
    def octet(base):
        """an octet of a message"""
        with open(base + "/bob/cur/1.old,S=9,W=9", "r+") as file:
            file.write("x")

    def mode(base):
        """a mode"""
        os.chmod(base + "/users", 0o666)

    def removed(base):
        """a message that is gone"""
        os.unlink(base + "/ann/new/1.old,S=9,W=9")

    def added(base):
        """a file that is new"""
        put(base + "/open/x", "x", UID, 0o600)

    def renamed(base):
        """a message that was read"""
        os.rename(base + "/ann/new/1.old,S=9,W=9", base + "/ann/cur/2:2,S")

    def mail(base):
        """a message without our header"""
        put(base + "/ann/new/2.x,S=1,W=1", "x", UID, 0o600)
    return octet, mode, removed, added, renamed, mail


@test("the comparison sees what changes")
def comparison():
    for change in changes():
        spoil(change)


if __name__ == "__main__":
    run()
