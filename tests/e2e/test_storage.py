"""File systems of all kinds: full ones, and those that lack what ext4 has."""

import errno

from filter import deny, install
from harness import *
from storage import Mounted, files, fill, image, make_maildir_of

BODY = b"Subject: hi\r\n\r\nhi\r\n"


@test("a full disk, seen at RCPT: 452 4.3.1 for those on it alone")
def full_at_rcpt():
    with Mounted(image("ext4", 8, "-m", "0", "-q")) as disk:
        fill(disk)
        with Receiver(boxes=("bob",)) as receiver:
            box = make_maildir_of(disk, receiver)
            receiver.connect().refused("ann@example.org", "452 4.3.1",
                "bob@example.org")
            equal(receiver.reap(), [75])
            receiver.one("bob")
            equal(files(box), [])
            true(any(box in line.get("path", "")
                for line in receiver.log("failed")), receiver.log_text())


@test("a disk that gets full in the body: 452 at the dot, nobody has it")
def full_in_body():
    with Mounted(image("ext4", 9, "-m", "0", "-q")) as disk:
        with Receiver(boxes=("bob",), min_free="1K") as receiver:
            box = make_maildir_of(disk, receiver)
            client = receiver.connect()
            client.hello()
            client.envelope("bob@example.org", "ann@example.org")
            client.ask("DATA", "354")
            client.say(b"x" * 700 + b"\r\n")
            fill(disk, 100000)
            client.say(stuffed(b"0123456789\r\n" * 100000))
            client.hear("452 4.3.1")
            os.unlink(disk + "/filler")
            client.mail(BODY, "bob@example.org", "ann@example.org")
            client.quit()
            equal(receiver.reap(), [75])
            equal(receiver.one("bob").body, b"Subject: hi\n\nhi\n")
            equal(len(files(box)), 1)
            true(any(shows(line, errno.ENOSPC)
                for line in receiver.log("failed")), receiver.log_text())


@test("no inode left: 452 4.3.1 at RCPT")
def no_inode():
    with Mounted(image("ext4", 10, "-m", "0", "-q", "-N", "32")) as disk:
        with Receiver(boxes=()) as receiver:
            box = make_maildir_of(disk, receiver)
            try:
                for number in range(100):
                    open("%s/%d" % (disk, number), "w").close()
            except OSError as error:
                equal(error.errno, errno.ENOSPC)
            receiver.connect().refused("ann@example.org", "452 4.3.1")
            equal(receiver.reap(), [75])
            equal(files(box), [])
            true("inode" in receiver.log_text(), receiver.log_text())


@test("a file system that is read-only: 451, EROFS in the log")
def read_only():
    with Mounted(image("ext4", 11, "-q")) as disk:
        with Receiver(boxes=()) as receiver:
            box = make_maildir_of(disk, receiver)
            subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
            receiver.connect().refused("ann@example.org", "451 4.3.0")
            equal(receiver.reap(), [75])
            equal(files(box), [])
            true(any(shows(line, errno.EROFS) and box in line.get("path", "")
                for line in receiver.log("failed")), receiver.log_text())


def without(receiver, calls):
    """Its connections run under that filter."""
    receiver.spawn_options = dict(preexec_fn=lambda: install(calls))


def three_get_it(receiver):
    client = receiver.connect()
    client.hello()
    client.mail(BODY, "all@example.org")
    client.mail(BODY, "all@example.org")
    client.quit()
    equal(receiver.reap(), [0])
    for box in "ann", "bob", "carol":
        found = [Stored(path) for path in receiver.files("new", box)]
        equal([each.body for each in found], [b"Subject: hi\n\nhi\n"] * 2)


@test("FUSE (bindfs): delivered all the same, hard links asked for or not")
def fuse():
    need(os.path.exists("/dev/fuse"), "no /dev/fuse")
    source = SCRATCH + "/source"
    os.mkdir(source)
    os.chmod(source, 0o755)
    for delivered_to in "yes", "no":
        with Mounted([tool("bindfs"), source]) as path:
            base = path + "/" + delivered_to
            os.mkdir(base)
            os.chmod(base, 0o755)
            with Receiver(base=base, delivered_to=delivered_to) as receiver:
                three_get_it(receiver)


@test("no flags of rename, as on FUSE and old kernels: delivered")
def no_noreplace():
    for number in errno.EINVAL, errno.ENOSYS:
        with Receiver() as receiver:
            without(receiver, deny("renameat2", number))
            three_get_it(receiver)


@test("neither flags of rename nor hard links: delivered")
def no_links():
    for delivered_to in "yes", "no":
        for number in errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS:
            with Receiver(delivered_to=delivered_to) as receiver:
                without(receiver, deny("renameat2", errno.EINVAL)
                    + deny("linkat", number) + deny("link", number))
                three_get_it(receiver)


@test("no sync_file_range, no syncfs: delivered by fsync")
def no_sync_calls():
    for conf in {}, dict(sync="strict"), dict(delivered_to="no"):
        with Receiver(**conf) as receiver:
            without(receiver, deny("sync_file_range", errno.ENOSYS)
                + deny("syncfs", errno.ENOSYS))
            three_get_it(receiver)


@test("before Linux 5.6, no openat2: 451, and a line that says so")
def no_openat2():
    with Receiver() as receiver:
        without(receiver, deny("openat2", errno.ENOSYS))
        receiver.connect().refused("ann@example.org", "451 4.3.0")
        equal(receiver.reap(), [75])
        true("5.6" in receiver.log_text(), receiver.log_text())


if __name__ == "__main__":
    run()
