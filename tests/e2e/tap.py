"""Tests as functions, TAP on standard output, and how to say what is wrong."""

import os
import re
import shutil
import sys
import time
import traceback

TOP = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
PROGRAM = os.path.abspath(os.environ.get("SMTP_RECEIVE",
    TOP + "/build/smtp-receive"))
PEERS = os.path.abspath(os.environ.get("PEERS", TOP + "/build/peers"))
ROOT = os.geteuid() == 0


class Skip(Exception):
    """This test cannot run here, and why."""


# TAP

tests = []


def test(name):
    def register(function):
        tests.append((name, function))
        return function
    return register


def run_all():
    wanted = [(name, function) for name, function in tests
        if re.search(os.environ.get("ONLY", ""), name)]
    print("1..%d" % len(wanted), flush=True)
    failed = 0
    for number, (name, function) in enumerate(wanted, 1):
        try:
            function()
            print("ok %d - %s" % (number, name), flush=True)
        except Skip as why:
            print("ok %d - %s # SKIP %s" % (number, name, why), flush=True)
        except Exception:
            failed += 1
            print("not ok %d - %s" % (number, name))
            print(re.sub("(?m)^", "# ", traceback.format_exc().rstrip()),
                flush=True)
    sys.exit(failed != 0)


def equal(got, wanted, what=""):
    if got != wanted:
        raise AssertionError("%s: got %.600r, wanted %.600r"
            % (what or "not equal", got, wanted))


def true(condition, what):
    if not condition:
        raise AssertionError(what)


def until(condition, what, seconds=10):
    """Polls; the only way to wait for something here."""
    deadline = time.monotonic() + seconds
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > deadline:
            raise AssertionError("in vain %d s for %s" % (seconds, what))
        time.sleep(0.005)


def need(condition, why):
    if not condition:
        raise Skip(why)


def need_root():
    need(ROOT, "needs root")


def tool(name):
    path = shutil.which(name, path=":".join([PEERS + "/bin",
        os.environ.get("PATH", ""), "/usr/sbin", "/sbin"]))
    need(path, "no " + name)
    return path
