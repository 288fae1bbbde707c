"""What the receiver leaves behind: messages and log lines, taken apart."""

import errno
import os
import re

from tap import equal, true


class Stored:
    """A file in new/ or cur/, taken apart: the three headers and the body."""

    BLOCK = re.compile(
        rb"Return-Path: <(?P<sender>[^\n]*)>\n"
        rb"(Delivered-To: (?P<to>[^\n]*)\n)?"
        rb"Received: from (?P<helo>[^ \n]+) \((?P<client>[^)\n]+)\)"
        rb" by (?P<by>[^ \n]+) with (?P<proto>E?SMTPS?) id (?P<id>[^ ;\n]+)"
        rb"(\n\tfor <(?P<for>[^\n]*)>)?([ \n\t]+tls (?P<tls>[^;\n]+))?"
        rb";[ \n\t]+"
        rb"(?P<date>(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{1,2} [A-Z][a-z]{2}"
        rb" \d{4} \d\d:\d\d:\d\d [+-]\d{4})\n")
    NAME = re.compile(r"\d+\.M\d+P\d+R[0-9a-f]{32}\.([^,/:]+)"
        r",S=(\d+),W=(\d+)")

    def __init__(self, path):
        self.path = path
        with open(path, "rb") as file:
            self.whole = file.read()
        match = self.BLOCK.match(self.whole)
        true(match, "no header block: %.300r" % self.whole)
        self.header = match.groupdict()
        self.body = self.whole[match.end():]
        # Behind a colon are the flags of a reader, who moved it to cur/.
        name = self.NAME.fullmatch(os.path.basename(path).split(":")[0])
        true(name, "a file name of no form: " + path)
        equal(int(name[2]), len(self.whole), "S= of " + path)
        equal(int(name[3]), len(self.whole) + self.whole.count(b"\n"),
            "W= of " + path)
        equal(os.stat(path).st_mode & 0o7777, 0o600, "mode of " + path)


# The log

PAIR = re.compile(r'([a-z0-9-]+)=("(?:[^"\\]|\\.)*"|[^ "]*)(?: |$)')


def unquote(value):
    if not value.startswith('"'):
        return value
    return re.sub(r"\\(x([0-9a-f]{2})|.)",
        lambda m: chr(int(m[2], 16)) if m[2] else m[1], value[1:-1])


def parse_log(text):
    """Each line as a dict; what does not parse is an error of the test."""
    lines = []
    for line in text.splitlines():
        line = re.sub(r"^<\d>", "", line)
        if re.sub(PAIR, "", line) or not line.startswith("event="):
            raise AssertionError("a log line of no form: %r" % line)
        lines.append({key: unquote(value)
            for key, value in PAIR.findall(line)})
    return lines


def shows(line, number):
    """Does a log line give that errno?  What follows are libc's words."""
    return line.get("errno", "").startswith(errno.errorcode[number] + ": ")
