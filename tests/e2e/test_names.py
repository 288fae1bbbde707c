"""smtp-receive-user: no answer of the name service but a clear one is taken
for one, whatever its modules do."""

from harness import *
from people import ASKER, PASSWD, Host

ANN = "ann:64331:64331:/home/ann\n"
host = None


def the_host():
    """Made once, by the first test that runs."""
    global host
    host = host or Host(SCRATCH)
    host.passwd(PASSWD + "ann:x:64331:64331:Ann:/home/ann:/bin/sh\n")
    return host


def look_up(*names, **more):
    """(exit status, standard output) of the program, in an empty environment
    as somebody without rights; a signal is a negative status."""
    options = dict(stdout=subprocess.PIPE, timeout=20, **AS_USER)
    options.update(more)
    done = subprocess.run([ASKER, *names], stdin=subprocess.DEVNULL, env={},
        cwd="/", stderr=subprocess.PIPE, encoding="utf-8", **options)
    true(done.returncode != 2 or done.stderr, "no word of error")
    return done.returncode, done.stdout


FOUND, NONE, TROUBLE = (0, ANN), (1, ""), (2, "")


@test("ann is found and eve does not exist, whatever the line passwd is like")
def lines():
    the_host()
    for text in ("passwd: files", "passwd:files", "  passwd :\tfiles ",
            "passwd: files # and a comment", "#passwd: nosuch\npasswd: files",
            "passwdx: nosuch\npasswd: files\ngroup: nosuch",
            "passwd: compat", "passwd: files compat",
            "passwd: files [NOTFOUND=continue] files",
            "passwd: files[!SUCCESS=continue]files", "hosts: files", "",
            None):
        host.switch(text)
        equal(look_up("ann"), FOUND, "%s: ann" % text)
        equal(look_up("eve"), NONE, "%s: eve" % text)
        for name in "Ann", "an", "12345", "ann:", "0", "root\n", "*":
            equal(look_up(name), NONE, "%s: %s" % (text, name))


@test("a system that has libnss-systemd, and no systemd running")
def systemd():
    need(glob_one("libnss_systemd.so.2"), "no libnss-systemd")
    the_host().switch("passwd: files systemd")
    equal(look_up("ann"), FOUND)
    equal(look_up("eve"), NONE)


def glob_one(name):
    return any(name in files for _, _, files in os.walk("/usr/lib"))


@test("a service that is not there makes nobody unknown, wherever it stands")
def not_there():
    the_host()
    for text in ("files nosuch", "nosuch files", "files nosuch compat",
            "files [NOTFOUND=return] nosuch",
            "nosuch [UNAVAIL=continue] files",
            "files nosuch [UNAVAIL=return]", "files\npasswd: nosuch files",
            "files\n passwd\t:nosuch files"):
        host.switch("passwd: " + text)
        equal(look_up("ann"), FOUND, text + ": ann")
        equal(look_up("eve"), TROUBLE, text + ": eve")
    for text in "passwd: nosuch", " passwd\t:nosuch", "passwd:", \
            "passwd: /etc/passwd":
        host.switch(text)
        for name in "ann", "eve":
            equal(look_up(name), TROUBLE, "%s: %s" % (text, name))


@test("one whom the first answer does not know, but another service: exit 2")
def after_all():
    the_host()
    host.put(host.extra(), "")
    host.switch("passwd: extrausers [NOTFOUND=return] files")
    equal(look_up("ann"), TROUBLE)
    equal(look_up("eve"), NONE)


@test("an nsswitch.conf or an /etc/passwd that may not be read: exit 2")
def unreadable():
    the_host().switch("passwd: files")
    os.chmod("/etc/passwd", 0)
    equal(look_up("ann"), TROUBLE)
    os.unlink("/etc/passwd")
    equal(look_up("ann"), TROUBLE)
    the_host()
    os.chmod("/etc/nsswitch.conf", 0)
    equal(look_up("ann"), FOUND)
    equal(look_up("eve"), TROUBLE)


@test("libnss-extrausers: without its file, empty, with a user, unreadable")
def extrausers():
    file = the_host().extra()
    for services in "files extrausers", "extrausers files":
        host.switch("passwd: " + services)
        equal(look_up("eve"), TROUBLE, "no file")
        host.put(file, "")
        equal(look_up("eve"), NONE, "an empty file")
        host.put(file, "eve:x:64334:64335::/home/eve:/bin/sh\n")
        equal(look_up("eve"), (0, "eve:64334:64335:/home/eve\n"))
        equal(look_up("bob"), NONE, "another's line")
        equal(look_up("ann"), FOUND)
        os.chmod(file, 0)
        equal(look_up("eve"), TROUBLE, "a file that may not be read")
        os.unlink(file)


@test("libnss-extrausers waits for its file: so does the program, silently")
def hanging():
    file = the_host().extra()
    os.mkfifo(file)
    host.switch("passwd: files extrausers")
    equal(look_up("ann"), FOUND)
    try:
        said = look_up("eve", timeout=1)
    except subprocess.TimeoutExpired:
        return
    raise AssertionError("it said %r" % (said,))


@test("a module that fails, crashes, loops or answers with somebody else")
def module():
    the_host().module()
    for services in "files hesiod", "hesiod files", "files hesiod compat":
        host.switch("passwd: " + services)
        for name, wanted in {
                "ann": FOUND,
                "eve": NONE,
                "silent": TROUBLE,
                "unavailable": TROUBLE,
                "refused": TROUBLE,
                "again": TROUBLE,
                "endless": TROUBLE,
                "crashes": (-signal.SIGSEGV, ""),
                "leaves": (3, ""),
                "long": (0, "long:64331:64331:/home/ann\n"),
                "other": FOUND,
                "upper": (0, "Upper:64331:64331:/home/upper\n"),
                "minus": (0, "minus:4294967295:64331:/home/minus\n"),
                "relative": (0, "relative:64331:64331:home\n"),
                "prints": (0, "module: hello\nprints:64331:64331:/home/ann\n"),
                }.items():
            equal(look_up(name), wanted, "%s: %s" % (services, name))


@test("an answer that cannot be written is none: exit 2")
def unwritten():
    the_host().switch("passwd: files")
    with open("/dev/full", "w") as full:
        equal(look_up("ann", stdout=full), (2, None))
    equal(look_up("ann", preexec_fn=lambda: os.close(1))[0], 2)


@test("wrong usage: exit 2, and nothing on standard output")
def usage():
    for names in (), ("",), ("ann", "bob"):
        equal(look_up(*names), TROUBLE, names)


run()
