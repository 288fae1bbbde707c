"""The manual pages, the README and the units say what is: every example is
run, every table is compared with the source."""

import glob
import pwd
import shutil
import subprocess

import people
from exceptions import EXCEPTIONS
from harness import *
from manual import (PAGES, Blocks, commands, items, macro, page, plain, read)

blocks = Blocks()
MAIN, CONF, USERS, PROMISE, USER, TLS, TAKEOVER, COMPILER = PAGES


def bin_directory():
    """One that has the program under the name that the examples use."""
    path = SCRATCH + "/bin"
    if not os.path.exists(path):
        os.mkdir(path)
        os.chmod(path, 0o755)
        shutil.copy(PROGRAM, path + "/smtp-receive")
        os.chmod(path + "/smtp-receive", 0o755)
    return path


def shell(command, wanted=0, **more):
    """Runs it as the receiver's user; what it wrote."""
    path = bin_directory() + ":" + os.environ["PATH"]
    options = dict(env=dict(os.environ, PATH=path, TZ="UTC"), cwd=SCRATCH,
        stdin=subprocess.DEVNULL, timeout=60, **AS_USER)
    options.update(more)
    ran = subprocess.run(["sh", "-ec", command], stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, encoding="utf-8", **options)
    equal(ran.returncode, wanted, "%s: %s" % (command, ran.stdout))
    return ran.stdout


def sources():
    return {path: open(path, encoding="utf-8").read()
        for path in glob.glob(TOP + "/smtp-receive/*.c")}


# The sources as such

# reply.h is a table, and a line of inetd.conf cannot go on in the next one.
# The others are not yet as they should be.
WIDE = {"smtp-receive/reply.h", "smtp-receive/smtp.c", "units/inetd.conf"}


@test("no line of a source has more than 80 columns")
def columns():
    for path in tracked(r".*\.(c|h|py|sh|mk)|Makefile|units/.*"):
        with open(TOP + "/" + path, encoding="utf-8") as file:
            wide = ["%s:%d" % (path, number) for number, line in
                enumerate(file, 1) if len(line.rstrip("\n").expandtabs()) > 80]
        if path in WIDE:
            true(wide, path + " is no longer WIDE")
        else:
            equal(wide, [], "too wide")


def tracked(pattern):
    """git's files whose whole path is like that."""
    listed = subprocess.run(["git", "-C", TOP, "ls-files"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, encoding="utf-8")
    need(listed.returncode == 0, "no git")
    return [path for path in listed.stdout.splitlines()
        if re.fullmatch(pattern, path)]


# The pages as such

@test("mandoc finds nothing to warn of")
def lint():
    for name in PAGES:
        equal(shell("%s -T lint -W warning %s/smtp-receive/%s"
            % (tool("mandoc"), TOP, name)), "", name)


@test("every page that SEE ALSO and the text name as ours is there")
def references():
    names = set(re.findall(r"\.Xr (smtp-receive[a-z.-]*) (\d)",
        "".join(page(name) for name in PAGES)))
    equal(sorted("%s.%s" % name for name in names),
        sorted(map(os.path.basename, PAGES)))


# Tables against sources

def replies_of_source():
    header = read("smtp-receive", "reply.h")
    return re.findall(r'REPLY\(\w+,\s*(\d+),\s*"([\d.]*)",\s*"(.*)"\)',
        header)


@test("Replies: each code, status and text is one of reply.h, and back")
def replies():
    wanted = sorted((("%s %s" % row[:2]).strip(), row[2]) for row in
        replies_of_source())
    said = []
    for head, body in items(MAIN, "Replies"):
        text = re.match("“(.*?)”[.:]", plain(body))
        true(text, "no text below " + head)
        text = re.sub("HOSTNAME|ID", "%s", text[1])
        said.append((head, text))
    equal(sorted(set(said) ^ set(wanted)), [], "only here or there")
    equal(len(said), len(wanted))


def log_of_manual():
    """event -> (priority, keys), and the keys that are explained."""
    events, explained = {}, []
    for head, body in items(MAIN, "Log"):
        lines = body.splitlines()
        match = re.fullmatch(r"Sy (\w+) Pq (.*)", head)
        if match:
            events[match[1]] = (match[2], {key for line in lines
                for key in macro("Cm", line)})
        else:
            explained += macro("Cm", "." + head)
    return events, explained


def functions():
    """name -> text of each function of the program."""
    found = {}
    for text in sources().values():
        for match in re.finditer(r"^(\w+)\(.*?^\{\n(.*?)^\}", text,
                re.M | re.S):
            found[match[1]] = match[2]
    return found


def log_of_source():
    """The same, from the calls of log.h: a line's keys are written between
    log_begin and log_end, here or in what is called, and where a function
    does not end its line, in all that call it."""
    every = functions()
    parts = {name for name, text in every.items() if "log_begin(" not in text
        and "log_end(" not in text} - set(re.findall(r"\b(log_\w+)\(",
        read("smtp-receive", "log.h")))

    def keys(name):
        found = set(re.findall(r'\blog_\w+\([^;"]*"([a-z-]+)"', re.sub(
            r"log_(begin|failed)\([^;]*;", "", every[name])))
        for called in re.findall(r"\b(\w+)\([^;]*&l\b", every[name]):
            if called in parts:
                found |= keys(called)
        return found

    events = {}
    for name, text in every.items():
        for start in re.findall(r"log_begin\(([^;]*)\);", text):
            found = keys(name)
            if "log_end(" not in text:
                found = found.union(*[keys(caller) for caller in every
                    if re.search(r"\b%s\(" % name, every[caller])])
            event = events.setdefault(re.search(r'"(\w+)"', start)[1],
                (re.search(r"LOG_(\w+)", start)[1].lower(), set()))
            event[1].update(found)
    return events


@test("Log: each event, priority and key is one of the source, and back")
def log_table():
    events, explained = log_of_manual()
    wanted = log_of_source()
    true(wanted, "no log_begin in the source")
    for event in sorted(set(events) | set(wanted)):
        got, want = events.get(event), wanted.get(event)
        true(got and want, event + " is only here or there")
        equal((got[0], sorted(got[1])), (want[0], sorted(want[1])), event)
    keys = set().union(*[keys for _, keys in wanted.values()])
    equal(sorted(set(explained)), sorted(keys), "keys with a meaning")
    equal(len(explained), len(set(explained)), "keys explained twice")


# smtp-receive-promise(7)

@test("its exceptions are those that the proofs allow, word for word")
def exceptions():
    said = {head.split()[1]: " ".join(body.split())
        for head, body in items(PROMISE, "Exceptions")}
    equal(said, EXCEPTIONS)


# smtp-receive.conf(5)

def keys_of_help():
    """key -> default, as smtp-receive -h prints them."""
    rows = re.findall(r"^([a-z-]+) {2,}(.+?) {2,}",
        shell("smtp-receive -h"), re.M)
    true(rows, "no keys in -h")
    return dict(rows)


@test("each key of smtp-receive -h is in the manual with its default")
def keys():
    wanted = keys_of_help()
    said = {}
    for head, body in items(CONF, "DESCRIPTION"):
        key = macro("Cm", "." + head)[0]
        default = re.search(r"^Default:\n\.Li (\S+) \.$", body, re.M)
        said[key] = default[1] if default else None
    equal(sorted(said), sorted(wanted))
    for key, default in said.items():
        if default is not None:
            equal(wanted[key], default, key)
    equal([key for key in said if said[key] is None], ["hostname"])


def configured(text, early=False):
    """What the program says of it: (exit status, all its words).  An early
    QUIT does not wait for greeting-delay."""
    file = SCRATCH + "/conf"
    with open(file, "w") as conf:
        conf.write(text)
    os.chmod(file, 0o644)
    ran = subprocess.Popen([bin_directory() + "/smtp-receive", "-c", file],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, cwd="/", env={}, **AS_USER)
    heard = b"" if early else ran.stdout.readline()
    rest, log = ran.communicate(b"QUIT\r\n", timeout=30)
    return ran.returncode, (heard + rest + log).decode()


@test("the examples of smtp-receive.conf(5) are accepted")
def conf_examples():
    examples = [blocks.claim(CONF, start) for start in ("hostname = ",
        "recipient-delimiter = ", "max-mailboxes = ", "tls-certificate = ")]
    for text in examples:
        status, said = configured(text)
        equal((status, said[:4]), (0, "220 "), text + said)


@test("the ranges of smtp-receive.conf(5): both ends good, one beyond bad")
def ranges():
    units = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30}
    count = 0
    for head, body in items(CONF, "DESCRIPTION"):
        key = macro("Cm", "." + head)[0]
        match = re.search(r"(\d+)([KMG]?)\s+to\s+(\d+)([KMG]?)[.;]",
            re.sub(r"replies \d+ to \d+", "", body))
        if not match:
            continue
        count += 1
        low = int(match[1]) * units[match[2]]
        high = int(match[3]) * units[match[4]]
        for value, wanted in (low, 0), (high, 0), (low - 1, 78), \
                (high + 1, 78):
            status, said = configured("%s = %d\n" % (key, value), True)
            equal(status, wanted, "%s = %d: %s" % (key, value, said))
    equal(count, 11, "keys with a range")


# smtp-receive-users(5)

class Told:
    """A Receiver whose map is an example, with Maildirs for all its paths."""

    def __init__(self, text):
        boxes = sorted(set(re.findall(r"(/var/vmail/\w+)/Maildir", text)))
        self.receiver = Receiver(boxes=(), users="x@x y@y\n")
        for box in boxes:
            os.mkdir(self.place(box))
            os.chmod(self.place(box), 0o755)
            make_maildir(self.place(box) + "/Maildir")
        self.receiver.write_map(text.replace("/var/vmail",
            self.receiver.base))

    def place(self, box):
        return box.replace("/var/vmail", self.receiver.base)

    def ask(self, recipients):
        """What each RCPT hears."""
        client = self.receiver.connect()
        client.hello()
        client.ask("MAIL FROM:<eve@example.com>", "250")
        heard = [client.ask("RCPT TO:<%s>" % each) for each in recipients]
        client.quit()
        self.receiver.reap()
        equal(self.receiver.log("map"), [], "faults of the map")
        return heard

    def store(self, recipient, *boxes):
        client = self.receiver.connect()
        client.hello()
        client.mail(b"Subject: hi\r\n\r\nhi\r\n", recipient)
        client.quit()
        self.receiver.reap()
        for box in boxes:
            found = glob.glob("%s/%s/Maildir/new/*"
                % (self.receiver.base, box))
            equal(len(found), 1, box)
        for file in glob.glob(self.receiver.base + "/*/Maildir/new/*"):
            os.unlink(file)


def told(text, expected):
    t = Told(text)
    keys = re.findall(r"^([^\s#]+)\s", text, re.M)
    equal(sorted(expected), sorted(keys), "the keys of the example")
    asked = [key if key[0] != "@" else "anybody" + key for key in keys]
    for key, heard in zip(keys, t.ask(asked)):
        true(heard.startswith(expected[key]), "%s: %s" % (key, heard))
    return t


@test("the map of two users, of smtp-receive-users(5)")
def two_users():
    t = told(blocks.claim(USERS, "bob@example.org"), {
        "ann@example.org": "250", "bob@example.org": "250",
        "info@example.org": "250", "postmaster": "250"})
    t.store("info@example.org", "ann", "bob")
    t.store("postmaster@example.org", "ann")
    equal([heard[:9] for heard in t.ask(["eve@example.org",
        "ann@example.com"])], ["550 5.1.1", "550 5.7.1"])


@test("reject and later, of smtp-receive-users(5)")
def refusals():
    told(blocks.claim(USERS, "old@example.org"), {
        "old@example.org": "550 5.2.1 This address is no longer used [",
        "moving@example.org":
            "450 4.2.1 We are moving, please try again tomorrow ["})


@test("a whole domain, of smtp-receive-users(5)")
def whole_domain():
    t = told(blocks.claim(USERS, "@example.net"), {
        "@example.net": "250",
        "spam@example.net": "550 5.2.1 No such user ["})
    t.store("anybody@example.net", "ann")


@test("a list over several lines, of smtp-receive-users(5)")
def list_of_lines():
    t = told(blocks.claim(USERS, "team@example.com"), {
        "team@example.com": "250"})
    t.store("team@example.com", "ann", "bob", "team")


@test("changing the map, of smtp-receive-users(5): no 5xx, then it is known")
def change():
    with Receiver() as receiver:
        directory = receiver.base + "/etc"
        os.mkdir(directory)
        give(directory)
        shutil.move(receiver.users, directory + "/users")
        give(directory + "/users")
        receiver.command += ["-o", "users=%s/users" % directory]
        typed = commands(blocks.claim(USERS, "# cd /etc/smtp-receive"))
        equal([line.split()[0] for line in typed], "cd cp vi mv".split())
        script = "\n".join(typed).replace("/etc/smtp-receive", directory)
        script = script.replace("vi ",
            "echo 'new@example.org ann@example.org' >>")
        shell(script)
        client = receiver.connect()
        client.hello()
        client.envelope("ann@example.org", "new@example.org")
        client.ask("RCPT TO:<eve@example.org>", "451 4.3.5")
        client.ask("RSET", "250")
        time.sleep(2.1)
        client.ask("MAIL FROM:<>", "250")
        client.ask("RCPT TO:<eve@example.org>", "550 5.1.1")
        client.quit()


@test("smtp-receive-user(8): what it prints is of the form that it shows")
def user_printed():
    typed, shown = blocks.claim(USER, "$ ").splitlines()
    entry = pwd.getpwuid(os.getuid())
    done = subprocess.run([os.path.dirname(PROGRAM) + "/smtp-receive-user",
        entry.pw_name], capture_output=True, text=True, check=True)
    said = ":".join(map(str, (entry.pw_name, entry.pw_uid, entry.pw_gid,
        entry.pw_dir)))
    equal(done.stdout, said + "\n")
    form = r"[a-z]+:\d+:\d+:/[a-z/]+"
    true(re.fullmatch(form, said) and re.fullmatch(form, shown), shown)
    equal(typed.split()[-1], shown.split(":")[0])


@test("smtp-receive-map(8): the map compiled, and seen by tinycdb's cdb")
def compiled():
    place = os.path.dirname(PROGRAM)
    with Receiver() as receiver:
        give(receiver.base)
        give(receiver.users)
        typed = commands(blocks.claim(COMPILER, "# smtp-receive-map"))
        script = "\n".join(typed).replace("/etc/smtp-receive/users",
            receiver.users).replace("smtp-receive-map", "%s/smtp-receive-map"
            " %s" % (place, receiver.users), 1)
        tool("cdb")
        seen = shell(script).splitlines()
        equal(seen[-3:], ["", " %s/ann" % receiver.base, "1"])
        true("+15:ann@example.org" in seen and "+12:@example.org" in seen,
            seen)


@test("every literal block of the pages is one that a test knows")
def all_claimed():
    blocks.left.pop(MAIN)
    for start in people.EXAMPLES:
        blocks.claim(USERS, start)
    equal(blocks.left, {CONF: [], USERS: [], PROMISE: [], USER: [], TLS: [],
        TAKEOVER: [], COMPILER: []})


run()
