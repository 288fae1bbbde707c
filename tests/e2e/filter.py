"""Seccomp filters for a process about to be started: some system calls fail
with a given errno, the rest is allowed.  They imitate file systems and
kernels that lack a call, and what a systemd unit's SystemCallFilter= does."""

import ctypes
import platform
import struct

from tap import need

NUMBERS = {
    "x86_64": dict(open=2, fstat=5, openat=257, newfstatat=262,
        signalfd4=289, link=86, linkat=265, sync_file_range=277, syncfs=306,
        renameat2=316, openat2=437, setresuid=117, chroot=161,
        mkdir=83, mkdirat=258),
    "aarch64": dict(openat=56, newfstatat=79, fstat=80, signalfd4=74,
        linkat=37, sync_file_range=84, syncfs=267,
        renameat2=276, openat2=437, setresuid=147, chroot=51,
        mkdirat=34),
}

LOAD, EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, ERRNO = 0x7fff0000, 0x00050000
NO_NEW_PRIVS, SET_SECCOMP, MODE_FILTER = 38, 22, 2


def deny(call, number):
    """Instructions: that call fails with that errno."""
    need(platform.machine() in NUMBERS, "no table of system calls for "
        + platform.machine())
    call = NUMBERS[platform.machine()].get(call)
    if call is None:
        return b""
    return (struct.pack("HBBI", EQUAL, 0, 1, call)
        + struct.pack("HBBI", RETURN, 0, 0, ERRNO | number))


def install(instructions=b""):
    """In the child, before exec."""
    program = (struct.pack("HBBI", LOAD, 0, 0, 0) + instructions
        + struct.pack("HBBI", RETURN, 0, 0, ALLOW))
    buffer = ctypes.create_string_buffer(program, len(program))
    head = struct.pack("HxxxxxxP", len(program) // 8,
        ctypes.addressof(buffer))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(NO_NEW_PRIVS, 1, 0, 0, 0) != 0 or libc.prctl(SET_SECCOMP,
            MODE_FILTER, ctypes.create_string_buffer(head), 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")
