"""A disk whose writes and flushes are written down, and the states in which a
power cut could leave it.

	with Disk(PROGRAM, directory, megabytes) as disk:
	    mkfs of disk.image
	    disk.start()
	    with disk.mounted("ext4", "data=journal") as path: ...
	    at = disk.position()		how long the log is
	    for window in windows(disk.read_log()): ...
	    disk.forget()
	    disk.assume(writes)		the disk is the image and these

Behind it is disk.c, below a loop device.  All mounts are in a mount namespace
of this process alone (call own_mounts first), and the loop device ends
with the last who has it open: nothing outlives the process."""

import contextlib
import ctypes
import errno
import fcntl
import os
import struct
import subprocess

from tap import need, true, until

MS_NOATIME, MNT_DETACH = 1024, 2
LOOP_CTL_GET_FREE, LOOP_CONFIGURE, LO_FLAGS_AUTOCLEAR = 0x4C82, 0x4C0A, 4
BLKFLSBUF = 0x1261
SECTOR = 4096		# what a disk writes whole or not at all

libc = ctypes.CDLL(None, use_errno=True)


def called(name, *arguments):
    if getattr(libc, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, "%s: %s" % (name, os.strerror(number)))


def mount(device, path, kind, options):
    try:
        called("mount", device.encode(), path.encode(), kind.encode(),
            ctypes.c_ulong(MS_NOATIME), options.encode())
    except OSError as error:
        need(error.errno != errno.ENODEV, "this kernel has no " + kind)
        raise


def umount(path, flags=0):
    called("umount2", path.encode(), flags)


@contextlib.contextmanager
def mounted(device, path, kind, options):
    mount(device, path, kind, options)
    try:
        yield path
    except BaseException:
        umount(path, MNT_DETACH)
        raise
    else:
        umount(path)


class Disk:
    def __init__(self, program, directory, megabytes):
        self.program, self.directory = program, directory
        self.image, self.log = directory + "/image", directory + "/log"
        self.served = directory + "/served"
        self.process = self.loop = self.file = self.base = None
        os.mkdir(directory, 0o755)
        os.mkdir(self.served)
        os.mkdir(directory + "/mnt")
        with open(self.image, "wb") as file:
            file.truncate(megabytes << 20)

    def __enter__(self):
        return self

    def start(self):
        self.process = subprocess.Popen(
            [self.program, self.image, self.served, self.log],
            stdin=subprocess.DEVNULL)
        until(lambda: self.process.poll() is not None or
            os.path.exists(self.served + "/disk"), "the disk to spin")
        need(self.process.poll() is None, "no FUSE here")
        self.file = os.open(self.served + "/disk", os.O_RDWR)
        self.attach()

    def attach(self):
        """Another process may be quicker to take the free one."""
        for _ in range(100):
            with open("/dev/loop-control") as control:
                number = fcntl.ioctl(control, LOOP_CTL_GET_FREE)
            self.device = "/dev/loop%d" % number
            if not os.path.exists(self.device):
                os.mknod(self.device, 0o60600, os.makedev(7, number))
            self.loop = os.open(self.device, os.O_RDWR)
            try:
                fcntl.ioctl(self.loop, LOOP_CONFIGURE, struct.pack(
                    "=II 5Q 4I 160x 2Q 64x", self.file, 0, 0, 0, 0, 0, 0,
                    0, 0, 0, LO_FLAGS_AUTOCLEAR, 0, 0))
                return
            except OSError as error:
                os.close(self.loop)
                self.loop = None
                if error.errno != errno.EBUSY:
                    raise
        raise AssertionError("no free loop device")

    def mounted(self, kind, options=""):
        # What was read before a change below the loop device is not true
        # any more.
        fcntl.ioctl(self.loop, BLKFLSBUF, 0)
        return mounted(self.device, self.directory + "/mnt", kind, options)

    def check(self, program):
        """As a boot does that finds a file system in disorder."""
        fcntl.ioctl(self.loop, BLKFLSBUF, 0)
        done = subprocess.run([program, "-f", "-y", self.device],
            capture_output=True)
        if done.returncode & ~3:	# more than repaired
            raise OSError(0, done.stdout.decode(errors="replace")[-300:])

    def position(self):
        return os.stat(self.log).st_size

    def read_log(self):
        with open(self.log, "rb") as file:
            return list(records(file))

    def forget(self):
        with open(self.served + "/forget", "wb", buffering=0) as file:
            file.write(b"x")

    def assume(self, writes):
        self.forget()
        for offset, octets in writes:
            os.pwrite(self.file, octets, offset)

    def verify(self, offset, length, writes):
        """Here the loop device must read as the image and these."""
        with open(self.image, "rb") as image:
            wanted = bytearray(os.pread(image.fileno(), length, offset))
        for at, octets in writes:
            first = max(at, offset)
            end = min(at + len(octets), offset + length)
            if first < end:
                wanted[first - offset:end - offset] = \
                    octets[first - at:end - at]
        fcntl.ioctl(self.loop, BLKFLSBUF, 0)
        true(os.pread(self.loop, length, offset) == wanted,
            "the disk is not in the state it should be in")

    def settle(self, writes):
        """From now on the image has these, too."""
        if self.base is None:
            self.base = os.open(self.image, os.O_WRONLY)
        for offset, octets in writes:
            os.pwrite(self.base, octets, offset)

    def __exit__(self, *error):
        with contextlib.suppress(OSError):
            umount(self.directory + "/mnt", MNT_DETACH)
        for fd in self.loop, self.file, self.base:
            if fd is not None:
                os.close(fd)
        if self.process is not None:
            until(self.gone, "the disk to end")
        for each in self.image, self.log:
            if os.path.exists(each):
                os.unlink(each)
        return False

    def gone(self):
        """The loop device lets go of the file a little later."""
        with contextlib.suppress(OSError):
            umount(self.served)
        return self.process.poll() is not None


# The log

class Record:
    """A write, or a flush (octets is None); end: the log's length with it."""

    def __init__(self, offset, octets, end):
        self.offset, self.octets, self.end = offset, octets, end

    def sectors(self):
        for at in range(0, len(self.octets), SECTOR):
            yield self.offset + at, self.octets[at:at + SECTOR]


def records(file):
    while head := file.read(16):
        offset, length = struct.unpack("=QQ", head)
        flush = offset == 2 ** 64 - 1
        octets = file.read(length)
        yield Record(offset, None if flush else octets, file.tell())


class Window:
    """From one flush to the next: writes that the disk has taken, and may
    have brought to its platters, or not.  end: the log's length before the
    second flush; who had heard 250 by then has a claim on every state."""

    def __init__(self):
        self.writes, self.end, self.last = [], 0, False

    def sectors(self):
        return [each for write in self.writes for each in write.sectors()]


def windows(log):
    found = [Window()]
    for each in log:
        if each.octets is None:
            found.append(Window())
        else:
            found[-1].writes.append(each)
        found[-1].end = each.end
    found[-1].last = True
    return found
