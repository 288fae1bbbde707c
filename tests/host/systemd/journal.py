"""The journal of a booted system."""

import json
import re

from host import sh
from manual import items
from tap import true

PRIORITIES = dict(alert=1, err=3, warning=4, notice=5, info=6)


def documented():
    """The priority of each event, as smtp-receive(8) has it."""
    heads = [re.fullmatch(r"Sy (\w+) Pq (\w+)", head)
        for head, _ in items("smtp-receive.8", "Log")]
    return {head[1]: PRIORITIES[head[2]] for head in heads if head}


class Journal:
    """What is written from now on."""

    def __init__(self):
        sh("journalctl --sync")
        self.after = json.loads(sh("journalctl -q -n 1 -o json"))["__CURSOR"]

    def entries(self):
        sh("journalctl --sync")
        said = sh("journalctl -q -o json --after-cursor '%s'" % self.after)
        return [json.loads(line) for line in said.splitlines()]

    def events(self, name=None):
        """(priority, line) of each line of the program's."""
        found = []
        for each in self.entries():
            if each.get("SYSLOG_IDENTIFIER") == "smtp-receive":
                event = re.match(r"event=(\w+) ", each["MESSAGE"])
                true(event, each["MESSAGE"])
                if name in (None, event[1]):
                    found.append((int(each["PRIORITY"]), each["MESSAGE"]))
        return found

    def statuses(self):
        """What systemd found worth a line in how services ended."""
        return sorted(each["EXIT_CODE"] + " " + each["EXIT_STATUS"]
            for each in self.entries() if "EXIT_STATUS" in each
            and each.get("UNIT", "").startswith("smtp-receive"))
