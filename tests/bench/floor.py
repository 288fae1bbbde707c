"""What the system calls of a delivery cost by themselves: those of commit.c and
delivery.c, in their order, with nothing between them."""

import ctypes
import os
import time

libc = ctypes.CDLL(None, use_errno=True)
FEW = 4			# mailboxes that are synced one by one: commit.c
PIECE = b"x" * (256 << 10)	# BODY_SIZE
WRITE, WAIT = 2, 7	# of sync_file_range(2)


def called(result):
    if result != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def push(fd, how):
    called(libc.sync_file_range(fd, ctypes.c_int64(0), ctypes.c_int64(0), how))


class Letter:
    """A file on its way into a Maildir."""

    def __init__(self, box, name):
        self.tmp, self.new = (os.open(box + "/" + part, flags) for part, flags
            in (("tmp", os.O_PATH), ("new", os.O_RDONLY)))
        self.name = name
        self.fd = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600,
            dir_fd=self.tmp)

    def write(self, size):
        for at in range(0, size, len(PIECE)):
            os.write(self.fd, PIECE[:size - at])

    def rename(self):
        os.rename(self.name, self.name + ",S=1,W=1", src_dir_fd=self.tmp,
            dst_dir_fd=self.new)

    def remove(self):
        os.unlink(self.name + ",S=1,W=1", dir_fd=self.new)
        for fd in self.tmp, self.new, self.fd:
            os.close(fd)


def sync(letters):
    if len(letters) > FEW:
        called(libc.syncfs(letters[0].new))
        return os.fsync(letters[0].fd)
    for letter in letters:
        os.fsync(letter.fd)
        os.fsync(letter.new)


def deliver(boxes, size):
    """Seconds from the first write on; nothing is left."""
    name = "%d.floor" % time.time_ns()
    letters = [Letter(box, name) for box in boxes]
    start = time.monotonic()
    for letter in letters:
        letter.write(size)
    for how in WRITE, WAIT:
        for letter in letters:
            push(letter.fd, how)
    for letter in letters:
        letter.rename()
    sync(letters)
    seconds = time.monotonic() - start
    for letter in letters:
        letter.remove()
    return seconds
