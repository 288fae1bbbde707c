"""The manual pages and the README, taken apart: their examples and tables."""

import os
import re

from tap import TOP, equal, true

PAGES = ["smtp-receive.8", "smtp-receive.conf.5", "smtp-receive-users.5",
    "smtp-receive-promise.7", "user/smtp-receive-user.8",
    "tls/smtp-receive-tls.8", "smtp-receive-takeover.7",
    "map/smtp-receive-map.8"]


def read(*path):
    with open(os.path.join(TOP, *path), encoding="utf-8") as file:
        return file.read()


def page(name):
    return read("smtp-receive", name)


def plain(text):
    """What a reader sees of one line of mdoc that has no macro."""
    for escape, seen in ("\\(lq", "“"), ("\\(rq", "”"), ("\\(dq", '"'), \
            ("\\(ha", "^"), ("\\&", ""), ("\\e", "\\"):
        text = text.replace(escape, seen)
    return text


# Examples: the literal blocks.  Each must be claimed by a test.

class Blocks:
    def __init__(self):
        self.left = {}
        for name in PAGES:
            self.left[name] = [plain(block) for block in re.findall(
                r"^\.Bd -literal.*\n((?:.*\n)*?)\.Ed$", page(name), re.M)]
        self.found = dict(self.left)

    def all(self, name):
        return self.found[name]

    def claim(self, name, start, count=1):
        """The blocks of that page that have a line starting so."""
        found = [block for block in self.left[name]
            if re.search("(?m)^" + re.escape(start), block)]
        true(len(found) == count, "%d blocks of %s with %r"
            % (len(found), name, start))
        self.left[name] = [b for b in self.left[name] if b not in found]
        return found if count > 1 else found[0]


def commands(block):
    """What is typed after the prompts, one string for each."""
    block = block.replace("\\\n", " ")
    typed = []
    for line in block.splitlines():
        if line[:2] in ("$ ", "# "):
            typed.append(line[2:])
        else:
            typed[-1] += "\n" + line
    return typed


# Tables: the .It of a list, and the text below each.

def items(name, section):
    """(what stands behind .It, the lines below) for each item between that
    .Sh or .Ss and the next."""
    text = re.search(r"^\.S[hs] %s\n(.*?)(?=^\.S[hs] |\Z)"
        % re.escape(section), page(name), re.M | re.S)[1]
    return [(head, body) for head, body in re.findall(
        r"^\.It (.*)\n((?:(?!\.It |\.El).*\n)*)", text, re.M)]


def macro(name, line):
    """The arguments of each .NAME or NAME in a line, commas dropped."""
    return [word for word in line.split()[1:] if re.fullmatch(
        r"[a-z0-9-]+", word)] if line.startswith("." + name) else []


# README: the indented blocks, and those between lines of ```.

INDENTED = r"(?:^(?:    .*)?\n)+"
FENCED = r"^```\n(?:.*\n)*?```\n"


def bare(block):
    """Without its fence, or its indent."""
    gone = "(?m)^```\n" if block.startswith("```") else "(?m)^    "
    return re.sub(gone, "", block).strip("\n")


def readme_blocks():
    found = re.findall(FENCED + "|" + INDENTED, read("README"), re.M)
    return [bare(block) for block in found if block.strip()]


def readme_block(start):
    found = [b for b in readme_blocks() if b.startswith(start)]
    true(len(found) == 1, "%d blocks of README start with %r"
        % (len(found), start))
    return found[0]


def evening(title):
    """Of that section of the README: (what is typed, the lines of it that
    one should see) for each block.  Another sort of block it may not have."""
    text = re.search(r"^%s\n-+\n(.*?)\n\n\n" % title, read("README"),
        re.M | re.S)[1] + "\n"
    steps = [(bare(typed), bare(seen).splitlines()) for typed, seen in
        re.findall("(%s)\n?((?:%s)?)" % (FENCED, INDENTED), text, re.M)]
    blocks = re.findall(FENCED + "|" + INDENTED, text, re.M)
    equal(len([block for block in blocks if block.strip()]), sum(
        1 + bool(seen) for _, seen in steps), "blocks of " + title)
    return steps
