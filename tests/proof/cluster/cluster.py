"""A node of the storage dies: two mail hosts deliver to the same Maildirs on
a GlusterFS volume with three copies, and its nodes are killed, cut off, or
lose power in the middle.

time limit: 900"""

import contextlib

from exceptions import allow
from gluster import Cluster
from harness import *
from ledger import Ledger, read
from senders import Senders

FULL = os.environ.get("PROOF", "full") == "full"
BOXES = ["ann", "bob", "carol", "dave", "erin"]
ANSWERS = 100 if FULL else 25		# in a phase
AWAY = 25 if FULL else 15		# while a node does not see them


@contextlib.contextmanager
def one_cluster():
    """The same for all tests, made by the first; what cannot be had here is
    a reason to skip each of them."""
    made = []

    def get():
        if not made:
            try:
                made.append(Cluster())
            except Skip as why:
                made.append(why)
        if isinstance(made[0], Skip):
            raise made[0]
        return made[0]
    try:
        yield get
    finally:
        for each in made:
            if isinstance(each, Cluster):
                each.end()


class Post:
    """Maildirs of its own on the volume, a receiver on each mail host, and
    what came of the clients' load."""

    count = 0

    def __init__(self, cluster):
        Post.count += 1
        self.cluster, self.name = cluster, "post%d" % Post.count
        self.ledger, self.healed = Ledger(), True
        base = cluster.hosts[0].mount + "/" + self.name
        os.mkdir(base)
        os.chmod(base, 0o755)
        for box in BOXES:
            make_maildir(base + "/" + box)
        self.desks = [(host, self.receiver(host)) for host in cluster.hosts]

    def receiver(self, host):
        """The second host makes one file with hard links of a message."""
        return Receiver(boxes=(), hostname=host.name + ".example.org",
            delivered_to="yes" if host is self.cluster.hosts[0] else "no",
            users="".join("%s@example.org %s/%s/%s/\n" % (box, host.mount,
                self.name, box) for box in BOXES))

    @contextlib.contextmanager
    def load(self):
        with contextlib.ExitStack() as stack:
            for _, receiver in self.desks:
                stack.enter_context(receiver)
            yield stack.enter_context(Senders(self.ledger, self.desks, BOXES))

    # What was stored, and what the oracle lets pass

    def views(self):
        """The Maildirs as each mail host sees them, and as they lie on each
        node's disk, if all are healed."""
        tops = {host.name: host.mount for host in self.cluster.hosts}
        if self.healed:
            tops.update((node.name, node.brick) for node in self.cluster.nodes)
        return {name: {box: "%s/%s/%s" % (top, self.name, box)
            for box in BOXES} for name, top in tops.items()}

    def judge(self):
        """In every view the same must be missing and twice, and nothing may
        be inexact; surplus is what is so in any."""
        verdicts = {name: self.ledger.judge(maildirs)
            for name, maildirs in self.views().items()}
        verdict = verdicts[self.cluster.hosts[0].name]
        for name, other in verdicts.items():
            equal((other.missing, other.twice, other.inexact),
                (verdict.missing, verdict.twice, []), "as seen from " + name)
        verdict.surplus = sorted(set().union(*[other.surplus
            for other in verdicts.values()]))
        return verdict

    def unique(self):
        """No name twice, in any box, and each host has given some."""
        names = [name for _, _, name in self.left("new")]
        equal(len(set(names)), len(names), "different names")
        for host in self.cluster.hosts:
            true(any(".%s.example.org,S=" % host.name in name
                for name in names), "nothing was stored by " + host.name)

    def left(self, part):
        """(box, part, name) of all files that any view has, and the path;
        the first host's where it has one."""
        return {(box, part, name): "%s/%s/%s" % (maildir, part, name)
            for view in reversed(self.views().values())
            for box, maildir in view.items()
            for name in os.listdir("%s/%s" % (maildir, part))}

    def logged(self):
        """What the receivers say they could not remove, as in left()."""
        return {tuple(line["path"].split("/")[-3:])
            for _, receiver in self.desks
            for line in receiver.log("failed", call="unlinkat")}

    def strict(self):
        """Nothing was refused, and nothing is missing.  The exception: in
        tmp/ on the disk of a node that was away, the second name of a message
        that was acknowledged."""
        verdict = self.judge()
        true(not verdict, "%r" % verdict)
        self.unique()
        equal(self.ledger.says("4"), [], "refused")
        tmp = self.left("tmp")
        for path in tmp.values():
            self.second_name(path)
        allow("tmp", len(tmp))
        note("left in tmp/: %d" % len(tmp))

    def second_name(self, path):
        reply = self.ledger.replies.get(read_tmp(path), "")
        true(reply.startswith("250"), "in tmp/ for no reason: " + path)

    def lenient(self):
        """The volume was not to be written to for a while.  The exceptions:

        kept: a refused message that is in new/, or a file in tmp/, that could
        not be removed, and the log names it;
        tmp: there, the second name of a message that was acknowledged, whose
        removal after the answer did not come to a node; and an empty file,
        whose creation was reported as failed."""
        verdict, logged = self.judge(), self.logged()
        equal((verdict.missing, verdict.twice), ([], []))
        self.unique()
        surplus = {each: path for each, path in self.left("new").items()
            if (read(path), each[0]) in verdict.surplus}
        for each, path in surplus.items():
            true(each in logged, "refused, there, and not logged: " + path)
            allow("kept")
        tmp = self.left("tmp")
        for each, path in tmp.items():
            allow("kept" if each in logged else "tmp")
            if each not in logged and os.path.getsize(path) > 0:
                self.second_name(path)
        note("refused, but in new/, as the log says: %d; left in tmp/: %d, of "
            "which the log names %d" % (len(surplus), len(tmp),
            len(logged & set(tmp))))


def read_tmp(path):
    """The token of a file that has no sizes in its name yet."""
    with open(path, "rb") as file:
        found = re.search(rb"\nSubject: ([-a-z0-9]+\.[0-9]+)\n", file.read())
    return found[1].decode() if found else ""


def stale():
    """Entries that one node knows as stale on another: to be healed."""
    return max(node.to_heal() for node in cluster().nodes)


def report(senders, seconds=0, entries=None):
    for line in senders.lines():
        note(line)
    if entries is not None:
        note("healed: %d entries, %.1f s" % (entries, seconds))


cluster = None


def set_quorum(kind):
    cluster().nodes[0].cli("volume", "set", cluster().volume,
        "cluster.quorum-type", kind)


def note(line):
    print("# " + line, flush=True)


def in_full(name):
    return test(name) if FULL else lambda function: function


def rounds(short, full):
    for nodes in full if FULL else short:
        yield [cluster().nodes[node] for node in nodes]


@test("a node is killed: nothing refused, nothing lost, and it catches up")
def node_killed():
    for (node,) in rounds([[1]], [[0], [1], [2]]):
        post = Post(cluster())
        with post.load() as senders:
            senders.phase("all nodes there", ANSWERS)
            node.kill()
            senders.slow_phase("%s killed" % node.name, AWAY)
            entries = stale()
            node.start()
            senders.slow_phase("%s started" % node.name, 0, cluster().whole)
            senders.phase("all nodes back", ANSWERS)
        report(senders, cluster().heal(), entries)
        post.strict()


@test("two nodes are killed: 4xx, nothing lost, and mail is taken again after")
def quorum_lost():
    for nodes in rounds([[1, 2]], [[1, 2], [0, 2], [0, 1]]):
        post = Post(cluster())
        with post.load() as senders:
            senders.phase("all nodes there", ANSWERS)
            for node in nodes:
                node.kill()
            dark = senders.phase("two nodes killed", ANSWERS)
            equal(dark.began["250"], 0, "acknowledged without a quorum")
            entries = stale()
            for node in nodes:
                node.start()
            senders.until_taken("two nodes back", ANSWERS)
        report(senders, cluster().heal(), entries)
        post.lenient()


@in_full("a node is cut off the network: mail waits, and nothing is refused")
def node_cut_off():
    for (node,) in rounds([[2]], [[2]]):
        post = Post(cluster())
        with post.load() as senders:
            senders.phase("all nodes there", ANSWERS)
            cluster().wire(node, "down")
            senders.slow_phase("%s cut off" % node.name, AWAY)
            entries = stale()
            cluster().wire(node, "up")
            senders.slow_phase("%s on the net" % node.name, 0, cluster().whole)
            senders.phase("all nodes back", ANSWERS)
        report(senders, cluster().heal(), entries)
        post.strict()


@test("the oracle misses what is taken away, and sees what is changed")
def oracle():
    post = Post(cluster())
    with post.load() as senders:
        senders.phase("all nodes there", 5)
    post.strict()
    # Of the host that makes no hard links.
    files = [path for (_, _, name), path in sorted(post.left("new").items())
        if ".%s.example.org,S=" % cluster().hosts[0].name in name]
    os.unlink(files[0])
    verdict = post.judge()
    equal((len(verdict.missing), len(verdict.surplus)), (1, 0))
    with open(files[-1], "ab") as file:
        file.write(b"x")
    for name, maildirs in post.views().items():
        equal(len(post.ledger.judge(maildirs).inexact), 1, name)


@test("all nodes lose power at once: what was acknowledged is on their disks")
def power_cut():
    for nodes in rounds([[0, 1, 2]],
            [[0, 1, 2], [0, 1], [0, 1, 2], [1, 2]]):
        post = Post(cluster())
        with post.load() as senders:
            senders.phase("all nodes there", ANSWERS)
            for node in nodes:
                node.cut_power()
            for node in nodes:
                node.kill()
            senders.phase("%d nodes without power" % len(nodes), 20)
            for node in nodes:
                node.power_on()
            senders.until_taken("power again", ANSWERS)
        left = cluster().heal_most()
        post.healed = left == 0
        report(senders)
        note("entries that GlusterFS has not healed: %d" % left)
        post.lenient()


# The last one: what it leaves cannot be healed.
@in_full("without a quorum what is acknowledged is lost: why it must be set")
def no_quorum():
    alone, *others = cluster().nodes
    set_quorum("none")
    post = Post(cluster())
    with post.load() as senders:
        for node in others:
            node.kill()
        senders.phase("one node alone, cluster.quorum-type none", AWAY)
        alone.kill()
        for node in others:
            node.start()
        senders.until_taken("the other two", AWAY)
    report(senders)
    view = post.views()[cluster().hosts[0].name]
    missing = post.ledger.judge(view).missing
    note("copies acknowledged by one node alone, and missing: %d"
        % len(missing))
    true(missing, "nothing is missing: the oracle is blind")


if __name__ == "__main__":
    with one_cluster() as cluster:
        run()
