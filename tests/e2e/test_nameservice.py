"""The name service in trouble: no reply of it, or none, ever loses a mail, and
it is never a 550.

time limit: 300"""

import errno

from town import *


def ask_trouble(town, name="eve", status=75, what=""):
    """For this one nobody knows; for ann, by files, all is well."""
    equal(town.rcpts((name, TROUBLE), ("ann", FINE)), status)
    line, = town.asker()
    true(what in line["what"], "%r not in %r" % (what, line))
    equal(town.mails(), {"ann": 1})
    return line


@test("libnss-extrausers: no file, an empty one, and one with a user")
def extrausers():
    with Town() as town:
        file = town.host.extra()
        town.host.switch("passwd: files extrausers")
        ask_trouble(town, "bobby")
        town.host.put(file, "")
        equal(town.rcpts(("bobby", UNKNOWN)), 0)
        town.host.put(file, "bobby:x:%d:%d::%s/home/bob:/bin/sh\n"
            % (OWNERS["bob"], OWNERS["bob"], town.base))
        equal(town.rcpts(("bobby", FINE)), 0)
        equal(town.mails(), {"ann": 1, "bob": 1})


@test("one that hangs: 451 after 10 seconds, and the connection goes on")
def hangs():
    with Town() as town:
        os.mkfifo(town.host.extra())
        town.host.switch("passwd: files extrausers")
        start = time.monotonic()
        line = ask_trouble(town)
        took = time.monotonic() - start
        true(9.9 < took < 13, "it took %.1f s" % took)
        true(shows(line, errno.ETIMEDOUT), line)
        until(lambda: not askers(), "the program to be gone", 2)


def askers():
    """Processes of smtp-receive-user that live, in our mounts: other tests
    may run beside us."""
    mounts, found = os.readlink("/proc/self/ns/mnt"), []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/cmdline" % pid, "rb") as file:
                if (file.read().startswith(Town.host.asker.encode() + b"\0")
                        and os.readlink("/proc/%s/ns/mnt" % pid) == mounts):
                    found.append(int(pid))
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


def ask_hanging(town):
    """A client whose question is not answered yet."""
    os.mkfifo(town.host.extra())
    town.host.switch("passwd: files extrausers")
    client = town.connect()
    client.hello()
    client.ask("MAIL FROM:<>", "250")
    client.say("RCPT TO:<eve@example.org>")
    until(askers, "the program to run")
    return client


@test("a signal while it hangs: the question is finished first, then 421")
def terminated():
    with Town() as town:
        client = ask_hanging(town)
        client.monitor.terminate()
        client.hear(TROUBLE)
        client.hear("421 4.3.2")
        client.end()
        town.reap()


@test("the monitor is killed while it hangs: nobody is left")
def killed():
    with Town() as town:
        client = ask_hanging(town)
        client.monitor.kill()
        until(lambda: not askers(), "the program to be gone", 2)
        client.close()


@test("one that fails, crashes, answers with another or with nonsense: 451")
def module():
    with Town() as town:
        town.host.module()
        town.host.switch("passwd: files hesiod")
        names = ["unavailable", "refused", "silent", "again", "endless",
            "crashes", "leaves", "other", "upper", "minus", "relative",
            "prints"]
        equal(town.rcpts(*[(name, TROUBLE) for name in names],
            ("ann", FINE), ("eve", UNKNOWN), ("toor", UNKNOWN)), 75)
        equal(len(town.asker()), len(names))
        equal(town.mails(), {"ann": 1})


@test("one that leaves a child behind, which holds the pipe: nobody waits")
def forks():
    with Town("a@example.org ~forks/Maildir/\n") as town:
        town.host.module()
        town.host.switch("passwd: files hesiod")
        start = time.monotonic()
        equal(town.rcpts(("a", TROUBLE)), 75)	# the home is /home/ann
        true(time.monotonic() - start < 5, "somebody waited")
        until(lambda: not askers(), "its child to be gone", 2)


@test("a module that is not there makes nobody unknown: 451")
def not_there():
    with Town() as town:
        town.host.switch("passwd: files nosuch")
        ask_trouble(town, what="the name service fails")
    with Town() as town:
        town.host.switch("passwd: nosuch files [NOTFOUND=return] compat")
        ask_trouble(town, what="the name service fails")


@test("no smtp-receive-user, one that cannot run, one that lies: 451")
def programs():
    with Town() as town:
        os.unlink(town.host.asker)
        equal(town.rcpts(("ann", TROUBLE)), 75)
        line, = town.asker(call="execve")
        true(shows(line, errno.ENOENT), line)
    with Town() as town:
        os.chmod(town.host.asker, 0o644)
        equal(town.rcpts(("ann", TROUBLE)), 75)
        line, = town.asker(call="execve")
        true(shows(line, errno.EACCES), line)
    for script in ("exit 127", "exit 3", "kill -9 $$", "echo hello",
            "yes", "exit 0", "echo ann:64331:64331:/home/ann; exit 1"):
        with Town(script=script) as town:
            equal(town.rcpts(("ann", TROUBLE)), 75, script)
            equal(len(town.asker()), 1, script)


@test("it runs as session-user, without groups, with nothing of ours open")
def as_whom():
    script = "{{ id -u; id -g; id -G; ls -l /proc/$$/fd; set; }} " \
        ">{base}/out\n" \
        "exec ${{0%/*}}/real \"$1\"\n"
    with Town(script=script) as town:
        open(town.base + "/out", "w").close()
        os.chmod(town.base + "/out", 0o666)
        town.spawn_options["env"] = {"TZ": "UTC"}
        equal(town.rcpts(("ann", FINE)), 0)
        with open(town.base + "/out") as file:
            uid, gid, groups, *rest = file.read().split("\n")
        equal((uid, gid, groups), (str(SESSION),) * 3)
        links = [line.split(" -> ")[1] for line in rest if " -> " in line]
        equal(sorted({re.sub(r":\[.*", "", link) for link in links}),
            sorted(["/dev/null", "pipe", town.host.asker, town.base + "/out"]))
        equal([line for line in rest if line.startswith("TZ")], [])


@test("users come and go while a connection is open")
def changes():
    with Town() as town:
        client = town.connect()
        client.hello()
        client.ask("MAIL FROM:<>", "250")
        client.ask("RCPT TO:<eve@example.org>", UNKNOWN)
        town.settle("eve:x:%d:1::%s/home/bob:/bin/sh\n"
            % (OWNERS["bob"], town.base))
        client.ask("RCPT TO:<eve@example.org>", FINE)
        town.settle()
        client.ask("RCPT TO:<eve+x@example.org>", FINE)	# the same mail
        client.ask("DATA", "354")
        client.ask("hi\r\n.", "250")
        client.ask("MAIL FROM:<>", "250")
        client.ask("RCPT TO:<eve@example.org>", UNKNOWN)
        client.quit()
        equal(town.mails(), {"bob": 1})


@test("several that are slow: 451 after 10 seconds for all of a recipient's")
def slow():
    with Town("list@example.org ~ann/Maildir/, ~bob/Maildir/\n",
            script="sleep 6\nexec ${{0%/*}}/real \"$1\"\n") as town:
        start = time.monotonic()
        equal(town.rcpts(("list", TROUBLE)), 75)
        took = time.monotonic() - start
        true(9.9 < took < 11.9, "it took %.1f s" % took)


@test("the log names the user whom nobody knows, in a list, too")
def named_in_log():
    script = "[ $1 = bob ] && exit 2\nexec ${{0%/*}}/real \"$1\"\n"
    with Town(ALL + "list@example.org ~ann/Maildir/, ~bob/Maildir/\n",
            script=script) as town:
        equal(town.rcpts(("list", TROUBLE), ("ann", FINE)), 75)
        line, = town.asker()
        true(line["what"].endswith("; for bob"), line)


run()
