"""What the proofs allow beside the promise, and nothing else.

The words are those of smtp-receive-promise(7); tests/e2e/test_docs.py
compares the two.  A test that meets one says so by allow(); at its end it
prints how often each was needed."""

import atexit
import collections

EXCEPTIONS = {
    "twice": "A message may come twice. If the connection breaks, a process "
        "is killed by SIGKILL, the power fails, or we are told to end while "
        "the client does not read, after the first rename to new/ and before "
        "the client has heard 250, the message may be there, for some or all "
        "of its recipients, and the client sends it again.",
    "tmp": "A file can be left in tmp/, where no reader looks: by SIGKILL, by "
        "a power cut, by a disk or a node of the storage that dies before it "
        "has the removal. The line in tmpfiles.conf removes it after 36 "
        "hours.",
    "kept": "What unlink(2) fails to remove stays where it is, in tmp/ or in "
        "new/: the disk has died or is read-only, or too few nodes of the "
        "storage are left. A line event=failed names the file.",
    "returned": "A message that was refused can be in new/ after the next "
        "mount, whole, if its disk died or the power failed while it was "
        "taken back. If the kernel told us of it, a line event=failed names "
        "the file, by its name in new/ or by the one it had in tmp/.",
    "reader": "A copy that a reader has moved to another folder, or keeps "
        "renaming, before the message is taken back cannot be found. A line "
        "event=failed gives the name that it had.",
    "silent": "Where the very way to the client, or between our two "
        "processes, fails, or the kernel has no memory to load the program, "
        "the client hears only that the connection ends. Nothing is stored.",
    "log": "A line of the log that cannot be written is missing. Nothing "
        "else changes.",
    "journal": "On ext4 without a journal, a power cut can leave a partial "
        "file in new/ of a message that was not acknowledged. sync = strict "
        "prevents that.",
}

used = collections.Counter()


def allow(name, times=1):
    """name None: no exception from the promise."""
    if name is not None and name not in EXCEPTIONS:
        raise KeyError(name)
    used[name] += times


@atexit.register
def report():
    print("# allowed: " + (", ".join("%s %d" % (name, used[name])
        for name in EXCEPTIONS if used[name]) or "nothing"), flush=True)
