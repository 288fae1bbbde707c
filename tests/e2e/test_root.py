"""Started as root: who does what, and whose is what comes of it."""

import ctypes
import errno

import filter
from landlord import *
from mounts import own_mounts
from proc import status


def owned(path):
    found = os.stat(path)
    return found.st_uid, found.st_gid, found.st_mode & 0o7777


@test("the session is session-user, in strict mode and an empty root")
def session():
    with Landlord() as house:
        client = house.connect()
        client.hello()
        pid, = children(client.monitor.pid)
        found = status(pid)
        equal(found["Uid"].split(), [str(SESSION)] * 4)
        equal(found["Gid"].split(), [str(SESSION)] * 4)
        equal(found["Groups"].split(), [])
        for each in "CapInh", "CapPrm", "CapEff", "CapAmb":
            equal(int(found[each], 16), 0, each)
        equal(found["Seccomp"], "1")
        equal(os.listdir("/proc/%d/root" % pid), [])
        equal(os.listdir("/proc/%d/cwd" % pid), [])
        true(os.stat("/proc/%d/root" % pid).st_ino != os.stat("/").st_ino,
            "it is in /")
        root = os.readlink("/proc/%d/root" % pid)
        true(root in ("/run/smtp-receive/empty", "/var/empty") or
            root.endswith(" (deleted)"), root)
        client.quit()


@test("under a filter that is in force already the session is the same")
def filtered():
    with Landlord() as house:
        client = house.connect(preexec_fn=filter.install)
        client.hello()
        pid, = children(client.monitor.pid)
        found = status(pid)
        equal(found["Uid"].split(), [str(SESSION)] * 4)
        equal(found["Seccomp"], "2")
        client.mail(b"hi\r\n")
        client.quit()
        equal(len(house.files()), 1)


@test("the monitor is root between questions, and has no groups")
def monitor():
    with Landlord() as house:
        client = house.connect()
        client.hello()
        for line in "MAIL FROM:<a@b>", "RCPT TO:<ann@example.org>", \
                "DATA", "hi\r\n.", "NOOP":
            found = status(client.monitor.pid)
            equal(found["Uid"].split(), ["0"] * 4, line)
            equal(found["Gid"].split(), ["0"] * 4, line)
            equal(found["Groups"].split(), [], line)
            client.ask(line)
        client.quit()


@test("one message to Maildirs of three users: each file is its owner's")
def three():
    for delivered_to in "yes", "no":
        with Landlord(delivered_to=delivered_to) as house:
            client = house.connect()
            client.hello()
            client.mail(b"hi\r\n", *["%s@example.org" % name
                for name in OWNERS])
            client.quit()
            equal(house.reap(), [0])
            for name, uid in OWNERS.items():
                path, = house.files("new", name)
                equal(owned(path), (uid, uid, 0o600), name)
                equal(os.stat(path).st_nlink, 1)
            equal(len(house.log("stored")), 3)


@test("more than four, and again to the first: each file is its owner's")
def many():
    users = "all@example.org " + ", ".join("{base}/home/%s/%d" % (name, i)
        for i in range(3) for name in OWNERS) + "\n"
    for delivered_to in "yes", "no":
        with Landlord(users, delivered_to=delivered_to) as house:
            boxes = ["%s/home/%s/%d" % (house.base, name, i)
                for name in OWNERS for i in range(3)]
            for path in boxes:
                uid = OWNERS[path.split("/")[-2]]
                for each in "", "/tmp", "/new", "/cur":
                    os.mkdir(path + each, 0o700)
                    os.chown(path + each, uid, uid)
            client = house.connect()
            client.hello()
            client.mail(b"hi\r\n" * 200000, "all@example.org")
            client.quit()
            equal(house.reap(), [0])
            for path in boxes:
                file, = listed(path + "/new")
                uid = os.stat(path).st_uid
                equal(owned(file), (uid, uid, 0o600), path)
                equal(os.stat(file).st_nlink,
                    3 if delivered_to == "no" else 1)


@test("the file has the Maildir's group; a map that root alone may read")
def group():
    with Landlord() as house:
        for each in "", "/tmp", "/new", "/cur":
            os.chown(house.box("ann", each), OWNERS["ann"], 64399)
        os.chmod(house.users, 0o600)
        client = house.connect()
        client.hello()
        client.mail(b"hi\r\n")
        client.quit()
        path, = house.files()
        equal(owned(path), (OWNERS["ann"], 64399, 0o600))


@test("a Maildir of root's: 451, a line, and the other recipient has his mail")
def roots():
    with Landlord() as house:
        for each in "", "/tmp", "/new", "/cur":
            os.chown(house.box("ann", each), 0, 0)
        house.connect().refused("ann@example.org", "451 4.3.0",
            "bob@example.org")
        equal(house.reap(), [75])
        line, = house.log("failed", call="fstat", path=house.box("ann"))
        true("root" in line["what"], line)
        equal(len(house.files()), 1)


@test("what was refused at the dot is removed from each owner's Maildir")
def undone():
    with Landlord() as house:
        client = house.connect()
        client.hello()
        client.envelope(*["%s@example.org" % name for name in OWNERS])
        equal(len(house.files("tmp")), 3)
        os.chmod(house.box("carol", "/new"), 0)
        client.ask("DATA", "354")
        client.ask("hi\r\n.", "451 4.3.0")
        client.ask("NOOP", "250")
        os.chmod(house.box("carol", "/new"), 0o700)
        equal(house.files("new") + house.files("tmp"), [])
        client.quit()
        equal(house.reap(), [75])
        equal([line["errno"][:6] for line in house.log("failed",
            call="renameat2")], ["EACCES"])


def unserviceable(call, before, *heard):
    """Nothing is read where that call fails with EPERM, as it does when before
    was called in the new process."""
    with Landlord() as house:
        client = house.connect(preexec_fn=before)
        for reply in *heard, "421 4.3.2":
            client.hear(reply)
        client.end()
        equal(house.reap(), [75])
        line, = house.log("failed", call=call)
        true(shows(line, errno.EPERM), line)


@test("ids that cannot be changed: 421 4.3.2, exit 75, nothing is read")
def no_ids():
    unserviceable("setresuid", lambda: filter.install(
        filter.deny("setresuid", errno.EPERM)), "220")


@test("no way into an empty root: 421 4.3.2, exit 75, nothing is read")
def no_chroot():
    unserviceable("chroot", lambda: filter.install(
        filter.deny("chroot", errno.EPERM)), "220")


@test("no CAP_KILL, to end its session by: 421 4.3.2, exit 75")
def no_kill():
    unserviceable("capget", lambda: ctypes.CDLL(None).prctl(
        24, 5))		# PR_CAPBSET_DROP


@test("a Maildir of session-user's: 451 and a line")
def sessions_own():
    with Landlord(session_user="%d:%d" % ((OWNERS["ann"],) * 2)) as house:
        house.connect().refused("ann@example.org", "451 4.3.0",
            "bob@example.org")
        equal(house.reap(), [75])
        line, = house.log("failed", call="fstat", path=house.box("ann"))
        true("session-user" in line["what"], line)


@test("started as another user, with capabilities: it keeps none")
def no_capabilities():
    need_root()
    with Receiver() as receiver:
        client = receiver.connect(preexec_fn=ambient, **AS_ROOT)
        client.hello()
        for pid in client.monitor.pid, children(client.monitor.pid)[0]:
            found = status(pid)
            for each in "CapInh", "CapPrm", "CapEff", "CapAmb":
                wanted = 1 << 10 if each == "CapInh" else 0
                equal(int(found[each], 16) & ~wanted, 0, each)
        client.quit()


def ambient():
    """CAP_NET_BIND_SERVICE, as a unit with AmbientCapabilities= gives it."""
    libc = ctypes.CDLL(None, use_errno=True)
    head = (ctypes.c_uint32 * 2)(0x20080522, 0)
    data = (ctypes.c_uint32 * 6)(*[1 << 10] * 3)
    true(libc.prctl(8, 1, 0, 0, 0) == 0, "PR_SET_KEEPCAPS")
    os.setgroups([])
    os.setresgid(UID, UID, UID)
    os.setresuid(UID, UID, UID)
    true(libc.capset(head, data) == 0 and libc.prctl(47, 2, 10, 0, 0) == 0,
        "an ambient capability")


@test("TERM while three users' mail is in hand: all is removed, 421")
def terminated():
    with Landlord() as house:
        client = house.connect()
        client.hello()
        client.envelope(*["%s@example.org" % name for name in OWNERS])
        client.ask("DATA", "354")
        client.say(b"hi\r\n" * 200000)
        until(lambda: all(os.path.getsize(path) for path
            in house.files("tmp")), "bytes in tmp/")
        client.monitor.terminate()
        equal(client.rest(), ["421"])
        equal(house.reap(), [0])
        equal(house.files("new") + house.files("tmp"), [])


def root_of(house):
    """Of a session, and what is in it."""
    client = house.connect()
    client.hello()
    pid, = children(client.monitor.pid)
    path = "/proc/%d/root" % pid
    found = os.readlink(path), os.listdir(path)
    client.quit()
    equal(house.status(client), 0)
    return found


@test("/run/smtp-receive/empty, if it is empty and root's; else one in /tmp")
def which_root():
    with Landlord() as house:
        own_mounts()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=755", "none",
            "/run"], check=True)
        path = "/run/smtp-receive/empty"
        os.makedirs(path, 0o755)
        equal(root_of(house), (path, []))
        if os.path.isdir("/var/empty"):
            subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=777", "none",
                "/var/empty"], check=True)
        for spoil in (lambda: os.mkdir(path + "/x"),
                lambda: (os.rmdir(path + "/x"), os.chmod(path, 0o775)),
                lambda: (os.chmod(path, 0o755), os.chown(path, 1, 0))):
            spoil()
            root, found = root_of(house)
            true(root.startswith("/tmp/") and root.endswith(" (deleted)"),
                root)
            equal(found, [])
        client = house.connect(preexec_fn=lambda: filter.install(
            filter.deny("mkdir", errno.EROFS)
            + filter.deny("mkdirat", errno.EROFS)))
        client.hear("220")
        client.hear("421 4.3.2")
        client.end()
        equal(house.status(client), 75)
        line, = house.log("failed", call="mkdtemp")
        true(shows(line, errno.EROFS), line)


if __name__ == "__main__":
    run()
