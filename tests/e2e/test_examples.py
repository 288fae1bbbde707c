"""The command lines of smtp-receive(8) and the README, and the units, as an
admin would use them."""

import glob
import shutil
import subprocess

from harness import *
from manual import (PAGES, Blocks, commands, evening, items, macro, read,
    readme_block, readme_blocks)

blocks = Blocks()
MAIN = PAGES[0]
SECCOMP = ("SystemCallFilter", "SystemCallArchitectures", "SystemCallLog",
    "RestrictNamespaces", "RestrictAddressFamilies", "RestrictRealtime",
    "RestrictSUIDSGID", "MemoryDenyWriteExecute", "LockPersonality",
    "ProtectKernelModules", "ProtectKernelTunables", "ProtectKernelLogs",
    "ProtectClock", "ProtectHostname", "PrivateDevices", "DynamicUser")


class Place:
    """A scratch directory in place of /tmp/try, a free port in place of
    2525 and 25, the program as smtp-receive in PATH, no user vmail."""

    def __init__(self):
        self.base = tempfile.mkdtemp(dir=SCRATCH)
        os.chmod(self.base, 0o755)
        give(self.base)
        self.port = free_port()
        shutil.copy(PROGRAM, self.base + "/smtp-receive")
        os.chmod(self.base + "/smtp-receive", 0o755)
        self.env = dict(os.environ, TZ="UTC",
            PATH=self.base + ":" + PEERS + "/bin:" + os.environ["PATH"])
        self.servers = []

    def here(self, command):
        for before, after in [("/tmp/try", self.base),
                ("127.0.0.1:2525", "127.0.0.1:%d" % self.port),
                (" 0 25 ", " 127.0.0.1 %d " % self.port),
                ('"$(id -u vmail)"', str(UID)),
                ('"$(id -g vmail)"', str(UID if ROOT else os.getegid()))]:
            command = command.replace(before, after)
        return command

    def shell(self, command, wanted=0, **more):
        ran = subprocess.run(["sh", "-ec", self.here(command)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, encoding="utf-8", timeout=60,
            cwd=self.base, env=self.env, **dict(AS_USER, **more))
        equal(ran.returncode, wanted, command + ": " + ran.stdout)
        return ran.stdout

    def serve(self, command, **more):
        options = dict(AS_USER, env=self.env)
        options.update(more)
        with open(self.base + "/log", "ab") as log:
            server = spawn(["sh", "-c",
                "exec " + self.here(command).lstrip()], cwd=self.base,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, **options)
        self.servers.append(server)
        until(lambda: self.listening(server), "it to listen: " + command)

    def listening(self, server):
        true(server.poll() is None, "it has ended: " + self.log())
        with open("/proc/net/tcp") as file:
            return any(":%04X " % self.port in line and " 0A " in line
                for line in file)

    def log(self):
        with open(self.base + "/log", encoding="utf-8") as file:
            return file.read()

    def connect(self):
        return Client(*[socket.create_connection(("127.0.0.1", self.port))
            .detach()] * 2)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        for server in self.servers:
            server.terminate()
            server.wait(timeout=10)
        return False

    def age(self):
        """The 2 seconds that a new map must rest."""
        then = time.time() - 10
        os.utime(self.base + "/users", (then, then))
        time.sleep(2.1)


# The manual

@test("smtp-receive(8): try it out, send with swaks, look, without network")
def try_it():
    setup = commands(blocks.claim(MAIN, "$ mkdir -p /tmp/try/ann/cur"))
    send = commands(blocks.claim(MAIN, "$ swaks"))
    typed = blocks.claim(MAIN, "$ printf")
    swaks = tool("swaks")
    with Place() as place:
        place.shell("\n".join(setup[:2]))
        place.age()
        place.serve(setup[2])
        true("250 2.0.0 Stored as " in place.shell(send[0]), "no 250")
        true("Subject: test" in place.shell(send[1]), "no message")
        said = place.shell("\n".join(commands(typed)))
        true("250 2.0.0 Stored as " in said, said)
        equal(len(glob.glob(place.base + "/ann/new/*")), 2)
        equal(place.log().count("event=stored"), 1)
    true(swaks, "swaks")


@test("smtp-receive(8): is the configuration good?  0, or 78")
def is_it_good():
    typed = commands(blocks.claim(MAIN, "$ smtp-receive </dev/null"))
    with Place() as place:
        true("\n220 " in "\n" + place.shell(typed[0]), "no greeting")
        bad = typed[0].replace("smtp-receive", "smtp-receive -o sync=no")
        true("421 4.3.5" in place.shell(bad, 78), "no 421")


def greeted(place, wanted):
    client = place.connect()
    client.hear(wanted)
    client.ask("QUIT", "221")
    client.close()


@test("smtp-receive(8), README, units/tcpserver: under tcpserver")
def under_tcpserver():
    found = blocks.claim(MAIN, "# tcpserver", 2)
    lines = [commands(block)[0] for block in found]
    blocked = [line for line in lines if "rblsmtpd" in line]
    plain = [line for line in lines if "rblsmtpd" not in line]
    equal((len(blocked), len(plain)), (1, 1))
    listed = readme_block("tcpserver").replace("\\\n", " ")
    equal(listed.split(), blocked[0].split())
    script = read("units", "tcpserver")
    equal(script[script.index("exec "):].replace("\\\n", " ").split()[1:],
        plain[0].replace("smtp-receive", "@SBINDIR@/smtp-receive").split())
    need_root()
    tool("tcpserver")
    with Place() as place:
        place.serve(plain[0], user=0, group=0)
        greeted(place, "220 ")


@test("smtp-receive(8): rblsmtpd answers a listed client, passes another")
def under_rblsmtpd():
    need_root()
    tool("rblsmtpd")
    line = [b for b in blocks.all(MAIN) if "rblsmtpd" in b][0]
    for text, wanted in ("listed", "451 listed"), ("", "250 2.1.0"):
        with Place() as place:
            place.serve(commands(line)[0], user=0, group=0,
                env=dict(place.env, RBLSMTPD=text))
            client = place.connect()
            said = client.line()
            true(said.startswith("220 "), said)
            client.say("HELO x")
            client.line()
            client.say("MAIL FROM:<>")
            client.say("RCPT TO:<a@b>")
            said = client.line() + client.line()
            true(wanted in said, said)
            client.close()


@test("smtp-receive(8): journalctl takes the options of the examples")
def journal():
    typed = commands(blocks.claim(MAIN, "# journalctl"))
    tool("journalctl")
    with Place() as place:
        for line in typed:
            said = place.shell("%s -D %s || [ $? -eq 1 ]"
                % (line, place.base))
            true("No journal files" in said, said)


@test("smtp-receive(8): the lines put in front, and the file's name")
def in_front():
    lines = blocks.claim(MAIN, "Return-Path:").splitlines()
    form = blocks.claim(MAIN, "SECONDS.").strip()
    with Receiver() as receiver:
        client = receiver.connect()
        client.hello()
        client.mail(b"Subject: hi\r\n\r\nhi\r\n")
        client.quit()
        receiver.reap()
        stored = receiver.one()
        head = stored.whole[:-len(stored.body)].decode().splitlines()
        header = stored.header
    fill = {"sender as given in MAIL": "sender", "HELO": "helo",
        "[address]": "client", "HOSTNAME": "by", "ID": "id",
        "<recipient>": "for", "recipient as given in RCPT": "to",
        "Mon, 23 Nov 2026 17:00:00 +0000": "date"}
    for said, key in fill.items():
        value = header[key].decode()
        value = "<%s>" % value if said[0] == "<" else value
        lines = [line.replace(said, value, 1) for line in lines]
    equal(lines, head)
    form = re.escape(form)
    for word, pattern in ("SECONDS", r"\d+"), ("microseconds", r"\d+"), \
            ("pid", r"\d+"), ("random", "[0-9a-f]{32}"), \
            ("HOSTNAME", "mx\\.example\\.org"), ("size", r"\d+"):
        form = form.replace(word, pattern)
    true(re.fullmatch(form, os.path.basename(stored.path)), stored.path)


@test("smtp-receive(8): a log line as shown, keys as in the table")
def log_line():
    shown = re.sub("\n    (?=[a-z-]+=)", " ", blocks.claim(MAIN,
        "event=stored"))
    shown = parse_log(re.sub("\n    ", "", shown).strip())[0]
    table = {}
    for head, body in items(MAIN, "Log"):
        match = re.fullmatch(r"Sy (\w+) Pq .*", head)
        if match:
            table[match[1]] = {"event", "id", "client"}.union(
                *[macro("Cm", line) for line in body.splitlines()])
    with Receiver() as receiver:
        client = receiver.connect()
        client.hello()
        client.ask("RCPT TO:<a@b>", "503")
        client.mail(b"Message-ID: <1@x>\r\n\r\nhi\r\n")
        client.envelope()
        client.ask("RCPT TO:<a@b>", "550")
        client.quit()
        receiver.reap()
        lines = receiver.log()
    equal([list(line) for line in lines if line["event"] == "stored"],
        [list(shown)])
    for line in lines:
        equal(set(line) - table[line["event"]], set(), line)
    equal({line["event"] for line in lines},
        {"connect", "helo", "refused", "stored", "closed"})


@test("every literal block of smtp-receive(8) is one that a test knows")
def all_claimed():
    blocks.claim(MAIN, "           client")
    equal(blocks.left[MAIN], [])


# The README

@test("README: make knows every target")
def make_targets():
    lines = [line for block in readme_blocks() for line in block.splitlines()
        if line.startswith("make")]
    equal(len(lines), 10)
    for line in lines:
        line = re.split("  +", line)[0]
        ran = subprocess.run(["sh", "-c", line.replace("make", "make -n", 1)],
            cwd=TOP, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        equal(ran.returncode, 0, line + ": " + ran.stdout.decode())


@test("README: every file that it names is there, each page is named")
def files_named():
    text = read("README")
    tree = text[text.index("Where things are"):]
    for name in re.findall(r"[\w/-]+\.(?:[ch58]|mk)\b|^    [\w-]+/|\bunits/\w"
            r"[\w.]*\w", tree, re.M):
        name = name.strip()
        true(any(os.path.exists(os.path.join(TOP, d, name)) for d in
            ("", "smtp-receive")), name)
    for name in PAGES:
        true("%s(%s)" % tuple(os.path.basename(name).rsplit(".", 1)) in tree,
            name)
    for name in re.findall(r"\bunits/[\w.@-]*\w", text):
        true(os.path.exists(TOP + "/" + name), name)


@test("README: what it costs is the table that make bench has left in the "
    "tree, and the picture has the same programs")
def costs():
    table = read("tests/bench/table.txt").split("\n\n")[0]
    equal(readme_block(COSTS), table)
    picture = read("tests/bench/table.svg")
    for name in "smtp-receive", "as root", "mailfront", "postfix", "dovecot", \
            "exim":
        true(name in table.splitlines()[0], name + " in table.txt")
        true(">%s<" % name in picture, name + " in table.svg")


# How the blocks that are not an evening's begin.
COSTS = " " * 23 + "smtp-receive "
OTHERS = [COSTS, "             client", "make demo", "make\nmake install",
    "make install PREFIX", "mail.example.org.   IN", "tcpserver",
    "journalctl -t", "smtp-receive/ ", "build/smtp-receive-tls: not",
    # what tests/host/systemd/map.py does
    "systemctl daemon-reload\nsystemctl enable --now smtp-receive-map",
    # what make cluster-test does by its own means
    "gluster peer", "g1:/mail", "example.org.        IN", "mmap_disable"]


@test("README: each block is a command of an evening, which make evening-test "
    "runs, or what it prints, or known elsewhere")
def evenings():
    ours = []
    for title in "Virtual users", "System users", "TLS":
        for typed, seen in evening(title):
            ran = subprocess.run(["bash", "-n"], input=typed,
                stderr=subprocess.PIPE, encoding="utf-8")
            equal((ran.returncode, ran.stderr), (0, ""), typed)
            ours += [typed, "\n".join(seen)]
    left = [block for block in readme_blocks() if block not in ours]
    for start in OTHERS:
        found = [block for block in left if block.startswith(start)]
        equal(len(found), 1, "blocks with " + start)
        left.remove(found[0])
    equal(left, [])


# The units

def unit(name):
    """The settings of a unit; systemd's own parser looks at the rest."""
    return re.findall(r"(?m)^(\w+)=(.*)$", read("units", name))


@test("units: the settings that keep a busy host alive, no system call filter")
def settings():
    for name, wanted in [("smtp-receive.socket", {"Accept": "yes",
            "ListenStream": "25", "TriggerLimitIntervalSec": "0",
            "MaxConnections": "100", "MaxConnectionsPerSource": "10",
            "BindIPv6Only": "both", "Backlog": "512"}),
            ("smtp-receive@.service", {"User": "vmail",
            "CollectMode": "inactive-or-failed", "StandardInput": "socket",
            "StandardOutput": "socket", "StandardError": "journal",
            "ExecStart": "@SBINDIR@/smtp-receive"}),
            ("smtp-receive-smtps.socket", {"ListenStream": "465"}),
            ("smtp-receive-smtps@.service", {
            "ExecStart": "@SBINDIR@/smtp-receive -o tls=implicit"}),
            ("system-users.conf", {"User": "", "CapabilityBoundingSet":
            "CAP_DAC_READ_SEARCH"})]:
        got = dict(unit(name))
        equal({key: got.get(key) for key in wanted}, wanted, name)
        equal(set(got) & set(SECCOMP), set(), name)


@test("units: hardened.conf and the tcpserver unit have the same sandbox")
def same_sandbox():
    def sandbox(name):
        own = ("ExecStart", "ExecPaths", "User", "RestrictAddressFamilies")
        return {line for line in read("units", name).splitlines()
            if re.match(r"[A-Z]\w+=", line) and line.split("=")[0] not in own}
    hardened = sandbox("hardened.conf")
    # The network and the right to open port 25 are the tcpserver's.
    equal(sorted(hardened - sandbox("smtp-receive-tcpserver.service")),
        ["IPAddressDeny=any", "PrivateUsers=yes"])


@test("units: port 465 has the settings of port 25, with the names of a "
    "key's credentials in all services")
def same_settings():
    def settings(name):
        return sorted(line for line in read("units", name).splitlines()
            if re.match("#?[A-Z][A-Za-z]+=", line) and not line.startswith(
            ("Description=", "ListenStream=", "ExecStart=")))
    for kind in ".socket", "@.service":
        equal(settings("smtp-receive-smtps" + kind),
            settings("smtp-receive" + kind), kind)
    for name in "smtp-receive@.service", "smtp-receive-tcpserver.service":
        equal([line for line in settings(name) if "Credential" in line],
            ["#LoadCredential=smtp-receive." + end for end in ("crt", "key")])


@test("units: systemd-analyze verify has nothing to say, with all drop-ins")
def verify():
    path = tool("systemd-analyze")
    service = "smtp-receive@.service"
    with Place() as place:
        for name in ("smtp-receive.socket", service,
                "smtp-receive-smtps.socket", "smtp-receive-smtps@.service",
                "smtp-receive-tcpserver.service", "hardened.conf",
                "smtp-receive-map.path", "smtp-receive-map.service",
                "system-users.conf"):
            to = place.base + "/" + name
            if name.endswith(".conf"):
                to = "%s/%s.d/%s" % (place.base, service, name)
                os.makedirs(os.path.dirname(to), exist_ok=True)
            with open(to, "w") as file:
                file.write(re.sub("@[A-Z]+@", place.base, read("units",
                    name)).replace("#LoadCredential", "LoadCredential"))
        for kind in "smtp-receive", "smtp-receive-smtps":
            equal(place.shell("%s verify --man=no %s.socket %s@x.service"
                % (path, *["%s/%s" % (place.base, kind)] * 2)), "")
        if shutil.which("tcpserver"):
            equal(place.shell("%s verify --man=no %s/%s" % (path, place.base,
                "smtp-receive-tcpserver.service")), "")
        equal(place.shell("%s verify --man=no %s/smtp-receive-map.path" % (
            path, place.base)), "")


@test("units/inetd.conf: its line has the fields that inetd wants")
def inetd():
    lines = [line for line in read("units", "inetd.conf").splitlines()
        if not line.startswith("#")]
    equal(len(lines), 1)
    equal(lines[0].split(), ["smtp", "stream", "tcp", "nowait.10000",
        "vmail", "@SBINDIR@/smtp-receive", "smtp-receive"])
    true("\n#" + lines[0].replace("smtp", "smtps", 1) + " -o tls=implicit\n"
        in read("units", "inetd.conf"), "no line for port 465")


run()
