"""Kill and load: 1,000 connections, 50 at a time behind tcpserver.  A tenth of
all processes is killed by SIGKILL, a tenth gets SIGTERM, a tenth of the clients
vanishes, each at a random moment, and Dovecot's users read, flag, move and
expunge all the while.  judge.py says what is allowed.

SEED in the environment repeats a run as far as chance goes; time limit: 600"""

from collections import Counter

from exceptions import allow
from harness import *
from judge import KILLS
from plan import TLS_BLOW, VANISHINGS
from stage import AT_ONCE, CONNECTIONS, SEED, Soak

TERM = (signal.SIGTERM, "monitor")
runs = []


def say(what, *values):
    print("# " + what % values, flush=True)


def the_run():
    true(runs, "there was no run")
    return runs[0]


def ends(run):
    return Counter(each.end for each in run.connections)


def hits(run, *kind):
    return sum(len(each.struck(kind)) for each in run.connections)


@test("%d connections, %d at a time, come to an end" % (CONNECTIONS, AT_ONCE))
def load():
    say("SEED=%s", SEED)
    run = Soak().run()
    runs.append(run)
    say("%d connections, at most %d at a time, %.0f s", len(run.connections),
        run.most, run.seconds)
    equal(len(run.connections), CONNECTIONS)
    true(run.most >= AT_ONCE * 3 // 4, "too few at a time")


@test("a tenth of the processes gets SIGKILL, a tenth SIGTERM")
def blows():
    run = the_run()
    for number in signal.SIGKILL, signal.SIGTERM:
        counts = [hits(run, number, who) for who in ("monitor", "session")]
        say("%s: %d monitors, %d sessions", number.name, *counts)
        true(sum(counts) >= 2 * CONNECTIONS / 10, "too few")
        true(min(counts) > 0, "not both")
    say("%s: %d processes of TLS", TLS_BLOW[0].name, hits(run, *TLS_BLOW))
    true(hits(run, *TLS_BLOW) > 0, "none")
    say("SIGSTOP for a moment, in a commit whose session is killed: %d "
        "monitors", hits(run, signal.SIGSTOP, "monitor"))
    say("too late for %d more", sum(len(each.missed)
        for each in run.connections))


@test("a tenth of the clients vanishes, in each of the ways")
def vanished():
    run = the_run()
    ways = Counter((each.plan.vanishing.how, each.plan.vanishing.step)
        for each in run.connections if each.end == "vanished")
    say("clients vanished: %d (%s)", sum(ways.values()), ", ".join(
        "%s at %s %d" % (*way, ways[way]) for way in VANISHINGS))
    equal(set(ways), set(VANISHINGS))
    true(sum(ways.values()) >= CONNECTIONS / 10, "too few")


@test("Dovecot's users read, flag, move and expunge, and all was exact")
def readers():
    run = the_run()
    say("IMAP: %s", ", ".join("%s %d" % each for each
        in sorted(run.done.items())))
    equal(run.imap["errors"], [])
    equal(run.imap["inexact"], [])
    for what in "fetched", "flagged", "moved", "expunged":
        true(run.done.get(what, 0) > 0, "none was " + what)
    equal(run.complaints, [], "Dovecot's log")


@test("who was not disturbed heard what it should, to the last reply")
def undisturbed():
    run = the_run()
    say("connections by their end: %s", ", ".join("%s %d" % each
        for each in sorted(ends(run).items())))
    for each in run.connections:
        allowed = {"quit"}
        if each.plan.vanishing:
            allowed = {"vanished"}
        if each.struck(TERM):
            allowed |= {"421", "lost"}
        if each.struck(*KILLS):
            allowed.add("lost")
        true(each.end in allowed, "connection %d: %s" % (each.plan.number,
            each.end))


@test("acknowledged: there exactly once for each recipient, exact")
def acknowledged():
    run = the_run()
    ledger, judge = run.ledger, run.judge
    stored, flawed = ledger.says("250"), ledger.says("5")
    say("messages tried to the dot: %d; acknowledged %d, refused with 5xx %d "
        "and 4xx %d, unheard %d", len(ledger.boxes), len(stored), len(flawed),
        len(ledger.says("4")), len(ledger.boxes) - len(ledger.replies))
    say("copies: %d = %d acknowledged + %d of messages that nobody heard of",
        judge.total, sum(len(ledger.boxes[each]) for each in stored),
        judge.total - sum(len(ledger.boxes[each]) for each in stored))
    many = [each for each in stored if len(ledger.boxes[each]) > 4]
    say("of them for six, by syncfs: %d messages", len(many))
    plans = [(each.plan, mail) for each in run.connections
        for mail in each.plan.mails if mail.token in set(stored)]
    chunked = sum(mail.chunks for _, mail in plans)
    secret = sum(plan.tls for plan, _ in plans)
    say("of them by BDAT: %d, through TLS: %d", chunked, secret)
    true(stored and flawed and many and chunked and secret, "not all kinds")
    equal(judge.verdict.missing, [], "missing")
    equal(judge.verdict.twice, [], "twice")
    equal(judge.verdict.inexact, [], "inexact")


@test("refused, or without its dot: nowhere")
def refused():
    run = the_run()
    judge = run.judge
    seen = set(map(tuple, run.imap["seen"]))
    say("copies withdrawn from under a reader: %d; not, because it had moved "
        "them, so that the log names them: %d", judge.withdrawn(seen),
        len(judge.excused))
    allow("reader", len(judge.excused))
    equal(judge.verdict.surplus, [])


@test("there without its 250: only after SIGKILL or behind a client's back, "
    "and for all or none unless the monitor was killed")
def window():
    judge = the_run().judge
    say("messages there that nobody heard of, so that they come twice: %d",
        len(judge.window()))
    allow("twice", len(judge.window()))
    equal(judge.verdict.unheard, [])
    equal(judge.verdict.partial, [])


@test("what the log calls stored is there, and nothing else unless the monitor "
    "was killed")
def logged():
    judge = the_run().judge
    say("copies that the log calls stored: %d", len(judge.logged))
    equal(judge.verdict.lost, [])
    equal(judge.verdict.unlogged, [])


@test("after SIGTERM what is there was acknowledged, and 421 was heard")
def terminated():
    run = the_run()
    only = [each for each in run.connections
        if each.struck(TERM) and not each.struck(*KILLS)]
    heard = Counter(each.end for each in only)
    unheard = [each.unheard for each in only if each.unheard]
    there = {copy.token for copy in run.judge.copies} | {token
        for token, _ in run.expunged}
    say("monitors ended by SIGTERM alone: %d (%s); with a message unheard %d, "
        "of them there %d", len(only), ", ".join("%s %d" % each
        for each in sorted(heard.items())), len(unheard),
        len(there.intersection(unheard)))
    true(heard["421"] > 0, "none heard 421")
    equal(there.intersection(unheard), set())


@test("in tmp/ only what SIGKILL has left")
def tmp():
    run = the_run()
    say("left in tmp/ by SIGKILL: %d files", len(run.tmp))
    allow("tmp", len(run.tmp))
    true(run.tmp, "none, so nothing was tested")
    equal(run.strange, [])


@test("the log: no fault of ours, and an attack wherever a session was killed")
def log():
    run = the_run()
    attacks = [line for line in run.judge.failures
        if line["event"] == "attack"]
    others = [line for line in run.judge.failures if line not in attacks
        and line["id"] not in run.judge.left]
    equal(others, [])
    # One that has said 221, or whose monitor is gone as well, may go unseen.
    sure = [each for each in run.connections if each.struck(KILLS[1])
        and not each.struck(KILLS[0], TERM) and each.end == "lost"]
    most = hits(run, *KILLS[1]) + hits(run, *KILLS[2])
    say("sessions killed: %d, attacks in the log: %d", most, len(attacks))
    true(0 < len(sure) <= len(attacks) <= most, "but %d" % len(sure))


@test("no process and no descriptor is left, of nobody")
def left():
    run = the_run()
    equal(processes(), [])
    equal(run.fds[1], run.fds[0], "descriptors of tcpserver")


if __name__ == "__main__":
    run()
