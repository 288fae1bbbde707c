"""Root's interactive shell in a booted system, into which blocks of commands
are pasted as they are, and who answers what the commands ask."""

import os
import re
import select
import subprocess
import time

from tap import TOP, need, true

PASSWORD = "evening-of-%d" % os.getpid()

# As long root thinks before he answers.  What asks for a password forgets what
# was typed before the terminal stopped to show it, and that is a little after
# the question.
THINKING = 0.5
READING = 2.1	# seconds for a block, before the next is pasted

# What is asked, at the end of what was printed, and what root types then.
ANSWERS = [(re.compile(pattern), answer) for pattern, answer in [
    (r"Do you want to continue\? \[Y/n\] $", "y"),
    (r"(?i)(enter |retype )?new password: $", PASSWORD),
    (r"Enter host password for user '[^']*':$", PASSWORD),
    (r"Is the information correct\? \[Y/n\] $", "y"),
]]


def commands(block):
    """The lines of each: as many as bash wants to see before it can do
    something, a line that ends in a backslash and a here-document included."""
    found, lines = [], []
    for line in block.splitlines():
        lines.append(line)
        parsed = subprocess.run(["bash", "-n"], input="\n".join(lines),
            encoding="utf-8", stderr=subprocess.PIPE)
        if parsed.returncode == 0 and not parsed.stderr and line[-1:] != "\\":
            found.append("\n".join(lines))
            lines = []
    true(not lines, "no command: " + "\n".join(lines))
    return found


class Shell:
    """script(1) gives bash a terminal inside.  After each command, instead of
    a prompt, bash says what its exit status was."""

    def __init__(self, root, directory):
        self.token = "done-%d" % os.getpid()
        self.process = subprocess.Popen([TOP + "/tests/with-systemd",
            "--root", root, "script", "-qfc", "bash --noediting --norc -i",
            "/dev/null"], cwd=directory, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:"
            "/sbin:/bin", "HOME": "/root", "USER": "root", "LANG": "C.UTF-8",
            "TERM": "linux", "SHELL": "/bin/bash"})
        self.said, self.begun = "", 0
        self.paste("PS1= PS2= PROMPT_COMMAND='printf \"\\n<%s %%d>\\n\" $?'"
            % self.token, 1, 60)

    def write(self, text):
        self.process.stdin.write(text.encode())
        self.process.stdin.flush()

    def more(self, seconds):
        """Waits for octets; whether there were any."""
        if not select.select([self.process.stdout], [], [], seconds)[0]:
            return False
        octets = os.read(self.process.stdout.fileno(), 65536)
        if not octets:
            need(self.process.wait() != 77, self.said)
            raise AssertionError("the end after: " + self.said[-3000:])
        self.said += octets.decode(errors="replace").replace("\r", "")
        return True

    def paste(self, block, count=None, seconds=600):
        """(exit status, output) of each command.  The output is what was
        printed and typed since the one before.  Nobody who reads what he
        pastes is quicker than that."""
        time.sleep(max(0, self.begun + READING - time.monotonic()))
        self.begun = time.monotonic()
        count = count or len(commands(block))
        marker = re.compile(r"\n<%s (\d+)>\n" % self.token)
        deadline = time.monotonic() + seconds
        self.said, answered = "", 0
        self.write(block + "\n")
        while len(marker.findall(self.said)) < count:
            true(time.monotonic() < deadline,
                "still waiting after: " + self.said[-3000:])
            if self.more(THINKING):
                continue
            for question, answer in ANSWERS:
                if question.search(self.said, answered):
                    answered = len(self.said)
                    self.write(answer + "\n")
        parts = marker.split(self.said)
        return list(zip(map(int, parts[1::2]), parts[0::2]))

    def close(self):
        self.process.stdin.close()
        self.process.terminate()
        self.process.wait(timeout=30)
        self.process.stdout.close()
