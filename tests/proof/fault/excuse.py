"""What a trial may leave that the promise does not name: each with the reason.

A table, and nothing else excuses anything.  It counts how often each was
needed; one that never is has to go."""

import collections
import os
import re


def tmp_name(path):
    """The same for a file in tmp/ and in new/."""
    return re.sub(r",S=.*", "", os.path.basename(path))


def names_it(trial, path):
    """A line about what failed that has the file's path."""
    return any(line["event"] == "failed"
        and tmp_name(line.get("path", "")) == tmp_name(path)
        for line in trial.log)


# The predicates: of a trial with its fault, and a finding.

def was_killed(trial, fault, finding):
    return fault.what == "KILL"


def in_window(trial, fault, finding):
    """A name was in new/ already that no 250 was heard of."""
    heard = sum(len(trial.ledger.boxes[token]) for token in trial.stored())
    return fault.what == "KILL" and trial.trace.published() > heard


def was_kept(trial, fault, finding):
    """Its unlink was made to fail, and the log has the path."""
    return fault.call.name == "unlinkat" and names_it(trial, finding.what)


def copy_was_kept(trial, fault, finding):
    token, box = finding.what
    return (fault.call.name == "unlinkat" and any(line["event"] == "failed"
        and line.get("path", "").startswith(trial.boxes[box] + "/new/")
        for line in trial.log))


def reader_has_it(trial, fault, finding):
    """It lies in cur/, where only a reader of ours can have put it."""
    token, box = finding.what
    cur = trial.boxes[box] + "/cur/"
    return any(path.startswith(cur) for path in trial.read) and any(
        line["event"] == "failed" and "a reader" in line.get("what", "")
        and line.get("path", "").startswith(trial.boxes[box] + "/")
        for line in trial.log)


def reader_moved_it(trial, fault, finding):
    return was_killed(trial, fault, finding) or names_it(trial, finding.what)


def attacked(trial, fault, finding):
    return (fault.call.name, fault.what) == ("sendto", "EAGAIN") and (
        not trial.log_text or any(line["event"] == "attack"
        for line in trial.log))


def in_handshake(trial, fault, finding):
    """Between STARTTLS and the handshake's end."""
    return (trial.turning and not trial.stored()
        and fault.call.name in ("sendto", "recvfrom"))


def was_the_log(trial, fault, finding):
    return fault.call.name == "write" and fault.call.about(2) or (
        fault.call.name in ("poll", "ppoll") and "fd=2," in fault.call.text)


def hung_up(trial, fault, finding):
    return (fault.call.name == "recvfrom" and fault.call.about(0)
        and trial.heard("451 4.4.2") and trial.status == 0)


def misconfigured(trial, fault, finding):
    return (fault.call.name in ("open", "openat", "read")
        and trial.heard("421 4.3.5") and trial.status == 78)


# exception: which of the manual's it is a case of; None: the promise is kept,
# only exit status or log are not as they are for a fault of ours.
Excuse = collections.namedtuple("Excuse",
    "name kinds applies exception reason")

EXCUSES = (
    Excuse("window", ("unheard",), in_window, "twice",
        "SIGKILL between the first rename to new/ and the client's hearing of "
        "250: the message is there, and the client sends it again"),
    Excuse("killed-tmp", ("tmp",), was_killed, "tmp",
        "SIGKILL leaves what was in tmp/; readers and tmpfiles.d remove it"),
    Excuse("unlink-tmp", ("tmp",), was_kept, "kept",
        "a name in tmp/ whose unlink failed; the log has its path"),
    Excuse("unlink-new", ("surplus", "unheard"), copy_was_kept, "kept",
        "a copy of a refused message in new/ whose unlink failed, too; the "
        "log has its path"),
    Excuse("reader", ("surplus", "unheard"), reader_has_it, "reader",
        "a copy that a reader had taken before the message was refused, and "
        "that could not be taken back from cur/; the log says so"),
    Excuse("reader-away", ("away",), reader_moved_it, "reader",
        "a copy that a reader had moved to another folder before the message "
        "was refused: nobody can know where it is; the log says so"),
    Excuse("attack", ("silent",), attacked, "silent",
        "no room for the answer to the session: as it reads each before it "
        "asks again, that is no fault but an attack, and ends without a word"),
    Excuse("handshake", ("silent", "status"), in_handshake, "silent",
        "the answer to STARTTLS, or the question, fails between our two "
        "processes: the client waits for 220 or for the handshake, where a "
        "421 is no reply"),
    Excuse("log", ("untold", "away"), was_the_log, "log",
        "the line that tells of it is the one that could not be written"),
    Excuse("hung-up", ("status", "untold"), hung_up, None,
        "an error of the client's socket is taken for its end: 451 4.4.2, "
        "which is no fault of ours"),
    Excuse("config-78", ("status",), misconfigured, None,
        "a configuration that cannot be read: 421 4.3.5 and exit status 78, "
        "not 75"),
)


def find(trial, fault, finding):
    """The excuse for it, or None."""
    for excuse in EXCUSES:
        if finding.kind in excuse.kinds and excuse.applies(trial, fault,
                finding):
            return excuse
    return None
