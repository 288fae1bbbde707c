"""A process that is held just before one of its system calls, so that
something can happen to the disk there and nowhere else: ptrace(2), which any
process of ours allows.

	with Held(pid) as held:
	    held.run_to("fsync", 2)	the second from now on has not begun
	    ...
	it goes on by itself

All in one thread, which is ptrace's rule.  The process is at most some
seconds behind what is expected of it, or it is an error of the test."""

import ctypes
import os
import platform
import signal
import time

from tap import need

NUMBERS = {
    "x86_64": dict(write=1, sendto=44, fsync=74, fremovexattr=199,
        openat=257, unlinkat=263, sync_file_range=277, renameat2=316),
    "aarch64": dict(write=64, sendto=206, fsync=82, fremovexattr=16,
        openat=56, unlinkat=35, sync_file_range=84, renameat2=276),
}

SYSCALL, DETACH, SEIZE, INTERRUPT, INFO = 24, 17, 0x4206, 0x4207, 0x420e
SYSGOOD, EXITKILL = 1, 1 << 20		# options of SEIZE
SYSCALL_STOP, EVENT_STOP = signal.SIGTRAP | 0x80, 128
ENTRY = 1				# in the first octet of INFO's answer
WALL = 0x40000000			# of waitpid, which Python does not name


def ptrace(request, pid, address=0, data=0):
    libc = ctypes.CDLL(None, use_errno=True)
    libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p,
        ctypes.c_void_p]
    libc.ptrace.restype = ctypes.c_long
    if libc.ptrace(request, pid, address, data) == -1:
        number = ctypes.get_errno()
        raise OSError(number, "ptrace: " + os.strerror(number))


class Held:
    def __init__(self, pid, seconds=20):
        need(platform.machine() in NUMBERS, "no table of system calls for "
            + platform.machine())
        self.pid, self.stopped = pid, False
        self.deadline = time.monotonic() + seconds

    def __enter__(self):
        ptrace(SEIZE, self.pid, 0, SYSGOOD | EXITKILL)
        ptrace(INTERRUPT, self.pid)
        self.wait()
        return self

    def __exit__(self, *error):
        self.let_go()
        return False

    def wait(self):
        """For its next stop; the status of waitpid(2)."""
        while True:
            pid, status = os.waitpid(self.pid, os.WNOHANG | WALL)
            if pid != 0:
                break
            if time.monotonic() > self.deadline:
                raise AssertionError("in vain for a stop of the process")
            time.sleep(0.0002)
        if not os.WIFSTOPPED(status):
            raise AssertionError("ended with %#x before that call" % status)
        self.stopped = True
        return status

    def resume(self, request, status):
        """With the signal that it was stopped for, if it was a signal."""
        number = os.WSTOPSIG(status)
        if number == SYSCALL_STOP or status >> 16 == EVENT_STOP:
            number = 0
        self.stopped = False
        ptrace(request, self.pid, 0, number)

    def entered(self):
        """The number of the call that is about to be made, or -1."""
        buffer = ctypes.create_string_buffer(88)
        ptrace(INFO, self.pid, len(buffer), ctypes.addressof(buffer))
        if buffer.raw[0] != ENTRY:
            return -1
        return int.from_bytes(buffer.raw[24:32], "little")

    def run_to(self, call, count=1):
        wanted, status = NUMBERS[platform.machine()][call], 0
        while count > 0:
            self.resume(SYSCALL, status)
            status = self.wait()
            if os.WSTOPSIG(status) == SYSCALL_STOP:
                count -= self.entered() == wanted

    def let_go(self):
        if self.stopped:
            self.stopped = False
            ptrace(DETACH, self.pid)
