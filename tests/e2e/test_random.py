"""Dialogues that no one would hold: commands in any order, whole messages of
any kind, cut into pieces of any size.  The session must never break its
contract with the monitor, and what was said and what is stored must agree.
SEED and ROUNDS in the environment choose others, and more."""

import random

from harness import *

SEED = int(os.environ.get("SEED", "1"))
ROUNDS = int(os.environ.get("ROUNDS", "25"))	# of ten connections each

HELLO, MAIL, DATA = b"EHLO client\r\n", b"MAIL FROM:<a@b>\r\n", b"DATA\r\n"
RCPT = [b"RCPT TO:<ann@example.org>\r\n", b"RCPT TO:<all@example.org>\r\n"]
COMMANDS = [HELLO, MAIL, DATA, *RCPT] * 3 + [each + b"\r\n" for each in (
    b"HELO y", b"HELO", b"EHLO " + b"z" * 300, b"EHLO \x80", b"",
    b"MAIL FROM:<>", b"MAIL FROM:<a@b> SIZE=99999999999", b"MAIL FROM:<a@b",
    b"MAIL FROM:<a@b> SIZE=1000 BODY=8BITMIME", b"MAIL FROM:<\"a \\\"\"@[1]>",
    b"RCPT TO:<nobody@example.org>", b"RCPT TO:<old@example.org>",
    b"RCPT TO:<moving@example.org>", b"RCPT TO:<a@b.c>", b"RCPT TO:<>",
    b"RCPT TO:<postmaster>", b"RCPT TO:<bob@example.org> X=1",
    b"RCPT TO:<" + b"a" * 300 + b"@example.org>", b"RSET", b"NOOP", b"HELP",
    b"VRFY x", b"FOO", b"EXPN a", b"QUIT x", b"\0", b"x" * 3000,
    b"NOOP\rNOOP", b"NOOP\nNOOP")]
BODIES = [each + b".\r\n" for each in (
    b"", b"hi\r\n", b"a\nb\r\n", b"Received: a\r\n" * 101, b"y\r\n" * 100000,
    b"x" * 70000 + b"\r\n", b"z" * 1200000 + b"\r\n",
    b"q\r\n" * 100000 + b"\n\r\n", b"Message-ID:\r\n <folded@x>\r\n\r\n",
    b"Message-ID: <\x80\0" + b"a" * 400 + b">\r\n\r\n")]


def dialogue(chance):
    said = chance.choice([HELLO, HELLO, b""])
    for _ in range(chance.randint(1, 40)):
        steps = [chance.choice(COMMANDS)]
        if chance.random() < 0.2:
            steps = [MAIL, chance.choice(RCPT), steps[0], DATA]
        said += b"".join(steps)
        if steps[-1] == DATA:
            said += chance.choice(BODIES)
    return said + (b"QUIT\r\n" if chance.random() < 0.7 else b"")


def say(client, said, chance):
    """In pieces, sometimes not to the end; then half-closed."""
    sizes = [1, 3, 100, 5000, 65536, 1 << 20]
    try:
        while said and chance.random() > 0.001:
            size = chance.choice(sizes)
            client.say(said[:size])
            said = said[size:]
        with socket.socket(fileno=os.dup(client.outgoing)) as ours:
            ours.shutdown(socket.SHUT_WR)
    except OSError:		# it has hung up
        pass


def hold(receiver, chance):
    """One dialogue; how many mails were acknowledged."""
    client = receiver.connect()
    talker = threading.Thread(target=say, args=(client, dialogue(chance),
        random.Random(chance.random())))
    talker.start()
    heard = b""
    while (more := client.read()):
        heard += more
    talker.join()
    client.close()
    equal(receiver.status(client), 0, "exit status")
    return heard.count(b"250 2.0.0 Stored as ")


def one_round(seed):
    chance = random.Random(seed)
    with Receiver(max_message_size="1M", max_errors=chance.choice([3, 100]),
            max_unknown=chance.choice([1, 10]),
            max_mailboxes=chance.choice([1, 2, 200]),
            delivered_to=chance.choice(["yes", "no"]),
            greeting_delay=chance.choice([0, 0, 0, 5])) as receiver:
        heard = sum(hold(receiver, chance) for _ in range(10))
        equal(receiver.log("attack") + receiver.log("failed"), [])
        lines = receiver.log("stored")
        equal(len({line["id"] for line in lines}), heard, "mails")
        found = [Stored(path) for path in receiver.files("new")]
        equal(len(found), len(lines), "files")
        return heard


@test("random dialogues: no attack, no fault, and 250 is what is stored")
def random_dialogues():
    heard = 0
    for seed in range(SEED, SEED + ROUNDS):
        try:
            heard += one_round(seed)
        except AssertionError as why:
            raise AssertionError("SEED=%d ROUNDS=1: %s" % (seed, why))
    print("# %d connections, %d mails" % (10 * ROUNDS, heard))
    true(heard > 0, "no mail at all")


if __name__ == "__main__":
    run()
