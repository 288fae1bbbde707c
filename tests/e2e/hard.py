"""Messages that are hard to store as they came: our own, and CORPUS."""

import glob
import os
import random

from tap import need, true

HEADERS = b"From: eve@example.com\r\nSubject: hello\r\n\r\n"
LONG = bytes(random.Random(1).choices(range(32, 256), k=100000))

OWN = {
    "a message of one line": b"Subject: hi\r\n\r\nhi\r\n",
    "no last line end": HEADERS + b"the end",
    "an empty message": b"",
    "a message of one empty line": b"\r\n",
    "only a dot": b".",
    "only dots": b".\r\n..\r\n...\r\n",
    "lines that begin with dots": HEADERS + b".a\r\n..b\r\n...\r\n. \r\nc\r\n.",
    "a header and no body": b"Subject: hi\r\n",
    "a header that does not end": b"Subject: hi",
    "no header": b"\r\nhi\r\n",
    "NUL": HEADERS + b"a\0b\r\n\0\r\n",
    "all octets but CR and LF": HEADERS
        + bytes(each for each in range(256) if each not in (10, 13)) + b"\r\n",
    "8 bit without MIME": "Subject: Grüße\r\n\r\nÄÖÜ\r\n".encode(),
    "lines of 100,000 octets": HEADERS + (LONG + b"\r\n") * 3,
    "a header line of 100,000 octets": b"X-Long: " + LONG + b"\r\n\r\nhi\r\n",
    "white space at the ends of lines": HEADERS + b" \r\n\t\r\na \r\n \r\n",
    "many empty lines": HEADERS + b"\r\n" * 5000,
    "lines around the size of a read": b"".join(
        b"x" * n + b"\r\n" for n in range(65500, 65560)),
    "dots around the size of the buffer": b"".join(
        b"." * (n % 7) + b"x" * (n % 11) + b"\r\n" for n in range(60000)),
    "mbox's From line and other people's headers": b"From eve Mon Nov 23\r\n"
        b"Return-Path: <x@y>\r\nDelivered-To: z\r\nBcc: a@b\r\n\r\nFrom me\r\n",
    "5 MiB": HEADERS + b"".join(b"%075d\r\n" % n for n in range(68100)),
    "a bare LF": HEADERS + b"a\nb\r\n",
    "a bare LF at the start": b"\nhi\r\n",
    "LF dot LF": HEADERS + b"a\n.\nMAIL FROM:<x@y>\r\n",
    "LF dot CR LF": HEADERS + b"a\n.\r\nMAIL FROM:<x@y>\r\n",
    "CR dot CR LF": HEADERS + b"a\r.\r\nMAIL FROM:<x@y>\r\n",
    "a bare CR": HEADERS + b"a\rb\r\n",
    "a bare CR at the end": HEADERS + b"a\r",
    "CR CR LF": HEADERS + b"a\r\r\nb\r\n",
    "LF CR": HEADERS + b"a\n\rb\r\n",
    "UNIX line ends": (HEADERS + b"a\r\n.b\r\nc\r\n").replace(b"\r\n", b"\n"),
}


def corpus():
    directory = os.environ.get("CORPUS", "")
    need(directory, "no CORPUS=DIR given")
    paths = sorted(glob.glob(directory + "/**/*.eml", recursive=True))
    true(paths, "no *.eml below " + directory)
    found = {}
    for path in paths:
        with open(path, "rb") as file:
            found[path] = file.read()
    return found
