"""A session that was taken over before, while or after TLS begins.

time limit: 600"""

import resource

from messages import *
from secure import keyed, trusting

TURN = "a message out of turn"
TWICE = "tls: not offered, or twice"
FIRST = "mail: without TLS"
REFUSED = "more than MAX_REFUSED"
GOOD = [TLS, HELO | TLS, NOTE | TLS, HELO | NOTE | TLS]


def vault(position, **conf):
    """A world with a certificate."""
    return World(position, **keyed(**conf))


def turn(client):
    """To TLS; the session is an honest one until then."""
    client.hear("220")
    client.ask("EHLO x", "250")
    client.ask("STARTTLS", "220")
    return Secure(client, trusting()).handshake()


def secret_puppet(world):
    """One that is told over TLS what to do."""
    return Puppet(world, turn(world.connect(seconds=60)))


def named(parts):
    return "|".join(name for i, name in enumerate(NAMES) if parts & 1 << i)


# Messages

def begin(world, state, parts):
    """Behind one that is granted, no session can read what its client says
    in plain text: so it knows before what it will do."""
    puppet = Puppet(world)
    lead(puppet, state)
    after = permitted(state, parts, True)
    puppet.order(CHAIN, message(parts) + message(QUIT), 1)
    lines = puppet.over(75 if state == "REFUSED" else 0)
    ended(lines, after is None, "%s in %s" % (named(parts), state))
    world.untouched()


def ended(lines, attacked, what):
    caught = found(lines, "attack", "what")
    true(len(caught) == attacked, "%s: %r" % (what, caught))
    equal(found(lines, "closed", "how"), ["attack" if attacked else "quit"],
        what)


def begin_all(world, state, some):
    if state == "REFUSED":	# a body finds no room
        resource.setrlimit(resource.RLIMIT_FSIZE, (200 * 1024,) * 2)
    for parts in some:
        begin(world, state, parts)


run_begin = settled(begin_all, vault)


@each_position("TLS: a question for those who have said HELO, between mails")
@runs("tls-turn")
def beginnings(position):
    keyed()	# before the workers begin
    every = [parts for parts in range(UNKNOWN) if parts & TLS
        and parts % 17 == 0]
    if position is not POSITIONS[0]:
        every = every[::8]
    share_out(run_begin, [(position, state, GOOD + every)
        for state in STATES])


CHAINS = [
    # What comes behind a TLS that is granted, and what becomes of it.
    ([TLS], TURN),
    ([HELO, TLS], TWICE),
    ([MAIL], TURN),
    ([HELO | MAIL | RCPT, DATA | COMMIT], None),
]


@each_position("TLS is granted once, and what was said before it is forgotten")
@runs("tls-twice", "tls-forgets")
def once(position):
    mail = [MAIL | RCPT, DATA | COMMIT]
    with vault(position) as world:
        for before in [], mail:
            for behind, attack in CHAINS:
                puppet = Puppet(world)
                lead(puppet, "READY")
                puppet.order(CHAIN, b"".join(map(message, before + [TLS]
                    + behind + [QUIT])), 1)
                lines = puppet.over()
                equal(found(lines, "attack", "what"),
                    [attack] if attack else [], repr((before, behind)))
                count = (before == mail) + (attack is None)
                equal(len(found(lines, "stored", "file")), count)
                came = world.mail()
                equal(len(came), count)
                for path in came:
                    equal(Stored(path).header["proto"], b"ESMTP", "no UP yet")
                    os.unlink(path)


@each_position("TLS that cannot be had, asked for without end")
@runs("endless-tls")
def endless(position):
    conf = keyed()
    conf["tls_key"] = conf["tls_certificate"]	# has none
    with World(position, **conf) as world:
        puppet = Puppet(world)
        lead(puppet, "READY")
        puppet.order(CHAIN, message(TLS), 0)
        lines = puppet.over(75)
        equal(found(lines, "attack", "what"), [REFUSED])
        true(len(world.log_text()) < 1 << 20, "the log")
        world.untouched()


@each_position("no mail without TLS where that is required")
@runs("without-tls")
def required(position):
    with vault(position, tls_required="yes") as world:
        puppet = Puppet(world)
        lead(puppet, "READY")
        puppet.send(message(MAIL))
        equal(puppet.caught(), FIRST)
        world.untouched()


# Under TLS

def under(world, state, some):
    """As test_messages.py does it, over TLS."""
    for parts in some:
        puppet = secret_puppet(world)
        lead(puppet, state)
        after = permitted(state, parts)
        report = puppet.send(message(parts))
        if after and parts & QUESTIONS:
            true(puppet.take(), "no answer")
        if after and after != "CLOSED":
            puppet.send(message(QUIT))
        ended(puppet.over(), after is None, "%s in %s" % (named(parts),
            state))
        came = world.mail()
        equal(len(came), after is not None and (parts & COMMIT) != 0)
        for path in came:
            equal(Stored(path).header["proto"], b"ESMTPS")
            os.unlink(path)


run_under = settled(under, vault)


@each_position("every message in every state, under TLS")
@runs("under-tls")
def messages(position):
    keyed()
    parts = [1 << i for i in range(11)] + [HELO | MAIL | RCPT, DATA | COMMIT]
    if position is not POSITIONS[0]:
        parts = parts[::4]
    share_out(run_under, [(position, state, parts) for state in STATES
        if state != "REFUSED"])


@each_position("no clause of TLS but the true one, whatever is said")
@runs("false-clause")
def false_clause(position):
    evil = b"x (tls FALSE TLSv9) by y with ESMTPS id z"
    with vault(position) as world:
        for puppet, proto in ((Puppet(world), b"ESMTP"),
                (secret_puppet(world), b"ESMTPS")):
            puppet.send(message(HELO | MAIL, helo=evil, sender=evil))
            puppet.ask(message(RCPT))
            puppet.ask(message(DATA | COMMIT))
            puppet.send(message(QUIT))
            ended(puppet.over(), False, "a false clause")
            path, = world.mail()
            with open(path, "rb") as file:
                head = file.read().split(b"; ")[0].split(b"Received:")[1]
            true(b" with %s id " % proto in head, repr(head))
            equal(head.count(b"tls TLS_"), proto == b"ESMTPS", repr(head))
            true(b"(tls FALSE" not in head, repr(head))
            os.unlink(path)


# Descriptors: 0 and 1 are the client's socket yet, 4 is what TLS makes bare

def talked(world, name):
    """What is heard over TLS behind an attack, after QUIT; and the log."""
    client = turn(world.connect(seconds=60))
    launch(client, name)
    say(client, "QUIT")
    return everything(client), world.news_of(client)


@each_position("descriptors under TLS, and calls that are death as before")
@runs("descriptors-tls")
def descriptors(position):
    with vault(position) as world:
        heard, lines = talked(world, "descriptors")
        equal(heard.split(b"\r\n")[:-2], [b"descriptor %d" % number
            for number in (0, 1, 3, 4)])
        ended(lines, False, "descriptors")
        for name in "open-read", "rights-client", "recvmsg", "dup", "scribble":
            die(world, name, argument="/",
                client=turn(world.connect(seconds=60)))
        world.untouched()


def robbed(world):
    """What the session has of octets that were not for it; "" where
    smtp-receive-tls was quicker each time."""
    client = turn(world.connect(seconds=60))
    launch(client, "raw-read")
    equal(client.line(), "go on")
    for _ in range(100):
        say(client, "NOOP swordfish")
    half_close(client)
    heard = everything(client)
    equal(len(found(world.news_of(client), "closed", "how")), 1)
    took = re.search(rb"took (.*) text", heard)
    return took[1] if took else b""


@each_position("the client's socket under TLS: what is encrypted, no more")
@launches("raw-read")
def raw_read(position):
    with vault(position) as world:
        equal(until(lambda: robbed(world), "octets to be taken", 30), b"no")
        world.untouched()
        with_another(world)


def with_another(world):
    """A client beside it has its mail stored."""
    client = turn(world.connect(seconds=60))
    client.hello()
    client.mail(b"hi\r\n")
    client.quit()
    path, = world.mail()
    os.unlink(path)


@each_position("plain text into the client's socket breaks this client's TLS")
@launches("raw-write")
def raw_write(position):
    with vault(position) as world:
        client = turn(world.connect(seconds=60))
        try:
            launch(client, "raw-write")
            heard = client.read()
        except ssl.SSLError as why:
            heard = why.reason
        equal(heard, "WRONG_VERSION_NUMBER", "what the client takes it for")
        client.close()
        equal(len(found(world.news_of(client), "closed", "how")), 1)
        world.untouched()
        with_another(world)


@each_position("what is said into TLS too early this client hears, or nobody")
@launches("early", "early-flood")
def early(position):
    with vault(position, session_timeout="2", command_timeout="1") as world:
        client = world.connect(seconds=60)
        launch(client, "early")
        equal(client.line(), "done: early 17")
        client.ask("EHLO x", "250")
        client.ask("STARTTLS", "220")
        secure = Secure(client, trusting()).handshake()
        equal(secure.line(), "250 2.0.0 Early")
        secure.quit()
        ended(world.news_of(client), False, "early")
        client = world.connect(seconds=60)
        launch(client, "early-flood")
        everything(client)
        equal(found(world.news_of(client), "closed", "how"),
            ["session-timeout"])
        world.untouched()


if __name__ == "__main__":
    run()
