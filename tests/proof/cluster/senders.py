"""Clients of several mail hosts, each in a loop, in threads of this process
that live in the network namespace of their host; and what they hear, counted
by phases that the test names:

	with Senders(ledger, desks, boxes) as senders:
		senders.phase("before", 100)	until 100 were answered in it
		node.kill()
		senders.phase("after", 100)
	senders.lines()				the figures

A desk is (host, receiver): where a client sits, and whom it talks to."""

import collections
import threading
import time
import traceback

from ledger import message
from client import stuffed
from tap import true, until

PER_HOST = 3		# clients at a time
PER_CONNECTION = 5	# messages
HANG = 150		# seconds without an answer
SLOW = 0.5		# between messages of a client: what is sent while a
			# node is away has to be healed; and after a refusal
RECIPIENTS = 1, 3, 1, 3, 1, 3, 5
SIZES = 4096, 400, 4096, 20000, 4096, 4096, 4096, 4096, 4096, 300 * 1024


class Phase:
    def __init__(self, name):
        self.name = name
        self.acknowledged = self.refused = 0
        self.longest = 0	# milliseconds, from MAIL to 250
        # Those only that began in this phase, too.
        self.began = collections.Counter()

    def __str__(self):
        return "%s: %d tried, %d acknowledged, %d refused, longest 250 %d ms" \
            % (self.name, self.acknowledged + self.refused, self.acknowledged,
            self.refused, self.longest)


class Senders:
    def __init__(self, ledger, desks, boxes):
        self.ledger, self.desks, self.boxes = ledger, desks, boxes
        self.lock = threading.Lock()
        self.phases, self.faults, self.done = [Phase("start")], [], False
        self.pause = 0
        self.threads = [threading.Thread(target=self.work, daemon=True,
            args=(host, receiver, number)) for host, receiver in desks
            for number in range(PER_HOST)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, kind, *error):
        self.done = True
        if kind is None:	# else there may be no time to wait for them
            for thread in self.threads:
                thread.join(timeout=HANG)
            true(not any(thread.is_alive() for thread in self.threads),
                "a client waits for ever")
            self.no_fault()
        return False

    def no_fault(self):
        true(not self.faults, "\n".join(self.faults))

    # The clients

    def work(self, host, receiver, number):
        try:
            host.enter()
            for count in range(1 << 30):
                if self.done:
                    return
                self.connection(receiver, "%s-%d-%d"
                    % (host.name, number, count), count + number)
        except Exception:
            self.faults.append(traceback.format_exc())

    def connection(self, receiver, name, count):
        client = receiver.connect(seconds=HANG)
        client.hear("220 ")
        client.ask("EHLO client.example", "250")
        for each in range(PER_CONNECTION):
            index = count * PER_CONNECTION + each
            self.mail(client, "%s-%d.%d" % (name, each,
                SIZES[index % len(SIZES)]),
                self.some(RECIPIENTS[index % len(RECIPIENTS)], index))
        client.quit()
        true(receiver.status(client) in (0, 75), "exit status")

    def some(self, many, index):
        return [self.boxes[(index + each) % len(self.boxes)]
            for each in range(many)]

    def mail(self, client, token, boxes):
        began, start = self.phases[-1], time.monotonic()
        self.ledger.send(token, boxes)
        reply = self.say(client, token, boxes)
        true(reply[0] == "4" or reply.startswith("250 "), reply)
        self.ledger.heard(token, reply)
        self.count(began, reply, (time.monotonic() - start) * 1000)
        # A queue would wait for minutes after 4xx.
        time.sleep(SLOW if reply[0] == "4" else self.pause)

    @staticmethod
    def say(client, token, boxes):
        """The answer to the message, or the first that was not 250."""
        client.ask("MAIL FROM:<eve@example.com>", "250")
        for reply in [client.ask("RCPT TO:<%s@example.org>" % box)
                for box in boxes]:
            if not reply.startswith("250"):
                client.ask("RSET", "250")
                return reply
        client.ask("DATA", "354")
        client.say(stuffed(message(token)))
        return client.hear()

    # The figures

    def count(self, began, reply, milliseconds):
        with self.lock:
            phase = self.phases[-1]
            if began is phase:
                phase.began[reply[:3]] += 1
            if reply.startswith("250"):
                phase.acknowledged += 1
                phase.longest = max(phase.longest, milliseconds)
            else:
                phase.refused += 1

    def phase(self, name, answers, seconds=HANG):
        """From now on, and until so many were answered that began in it."""
        with self.lock:
            phase = Phase(name)
            self.phases.append(phase)
        until(lambda: self.faults or phase.began.total() >= answers,
            "answers in the phase " + name, seconds)
        self.no_fault()
        return phase

    def slow_phase(self, name, answers, condition=lambda: True):
        """The same, and until that condition."""
        self.pause = SLOW
        self.phase(name, answers)
        until(lambda: self.faults or condition(), name, HANG)
        self.no_fault()
        self.pause = 0

    def until_taken(self, name, answers, seconds=HANG):
        """The same, but of 250 alone."""
        phase = self.phase(name, 0)
        until(lambda: self.faults or phase.began["250"] >= answers,
            "250 in the phase " + name, seconds)
        self.no_fault()
        return phase

    def lines(self):
        return [str(phase) for phase in self.phases
            if phase.acknowledged + phase.refused]
