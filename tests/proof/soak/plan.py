"""What each connection of the soak says, and what befalls it: all of it by
chance, and all of that from one seed."""

import collections
import random
import signal

BOXES = ("ann", "bob", "carol", "dave", "eve", "fred", "gina", "hans")
LIMIT = 1200 * 1024		# max-message-size
SHARE = 0.16	# of each misfortune: some come too late, a tenth must not

# Percent, and the sizes from and to: the buffer between the two processes
# holds 256 KiB.
SIZES = ((60, 400, 8000), (25, 8000, 100000), (12, 255 << 10, 290 << 10),
    (3, 512 << 10, 1 << 20))

# A fault of one message in ten, and what its client must hear for it.  The
# first spoils a recipient more, not the message.
FLAWS = {"unknown": "250 2.0.0", "bare": "550 5.6.0", "large": "552 5.3.4"}

BLOWS = [(number, who) for number in (signal.SIGKILL, signal.SIGTERM)
    for who in ("monitor", "session")]
TLS_BLOW = signal.SIGKILL, "tls"
STEPS = ("mail", "rcpt", "data", "body", "dot")
VANISHINGS = [(how, step) for step in ("command", "rcpt", "body", "line",
    "dot") for how in ("close", "reset")]

Mail = collections.namedtuple("Mail", "token boxes flaw pipelined chunks",
    defaults=[False])
# At which step of which mail, and seconds after it has begun.
Blow = collections.namedtuple("Blow", "number who mail step delay")
Vanishing = collections.namedtuple("Vanishing", "how mail step delay")


class Plan:
    def __init__(self, number, mails, seed):
        self.number, self.mails, self.seed = number, mails, seed
        self.blows, self.vanishing, self.tls = [], None, False


def size(chance):
    _, low, high = chance.choices(SIZES, [share[0] for share in SIZES])[0]
    return chance.randint(low, high)


def mail(chance, name):
    flaw = chance.choice(list(FLAWS)) if chance.random() < 0.1 else None
    octets = LIMIT * 5 // 4 if flaw == "large" else size(chance)
    # More than four: one syncfs in place of many fsync.
    count = 6 if chance.random() < 0.15 else chance.randint(1, 3)
    return Mail("%s.%d" % (name, octets), chance.sample(BOXES, count), flaw,
        chance.random() < 0.3, chance.random() < 0.4
        and flaw in (None, "unknown"))


def any_mail(chance, plan):
    return chance.randrange(len(plan.mails))


def blow(chance, plan, number, who):
    """Half of them around the commit: there the promise is made."""
    step = "dot" if chance.random() < 0.5 else chance.choice(STEPS)
    return Blow(number, who, any_mail(chance, plan), step,
        chance.expovariate(1 / 0.004))


def pause(blow):
    """A session that is killed in a commit: its monitor stands still for a
    while, so that the readers come before it can take the mail back."""
    return Blow(signal.SIGSTOP, "monitor", blow.mail, blow.step,
        max(0, blow.delay - 0.002))


def plans(seed, connections):
    chance = random.Random(seed)
    every = [Plan(number, [mail(chance, "c%d-%d" % (number, each))
        for each in range(chance.randint(1, 10))], chance.random())
        for number in range(connections)]
    count = round(connections * SHARE)
    for plan in every:
        plan.tls = chance.random() < 0.5
    # A client that vanishes does so undisturbed: each kind comes to pass.
    order = chance.sample(every, connections)
    leaving, staying = order[:count], order[count:]
    for number, plan in enumerate(leaving):
        how, step = VANISHINGS[number % len(VANISHINGS)]
        plan.vanishing = Vanishing(how, any_mail(chance, plan), step,
            chance.expovariate(1 / 0.004))
    for kind in BLOWS:
        for plan in chance.sample(staying, count):
            plan.blows.append(blow(chance, plan, *kind))
            if kind == BLOWS[1] and plan.blows[-1].step == "dot":
                plan.blows.append(pause(plan.blows[-1]))
    secret = [plan for plan in staying if plan.tls]
    for plan in chance.sample(secret, min(count, len(secret))):
        plan.blows.append(blow(chance, plan, *TLS_BLOW))
    return every
