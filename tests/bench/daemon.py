"""A server that stays: it takes connections itself, and serves several
with one process."""

import os
import time

import server


class Daemon(server.Server):
    """queues: directories below which there is a file for each message that
    was accepted and is not yet in its Maildir."""

    def __init__(self, *arguments, queues=(), **more):
        self.queues = queues
        super().__init__(*arguments, **more)

    def busy(self):
        return any(files for queue in self.queues
            for _, _, files in os.walk(queue))

    def settle(self):
        super().settle()
        time.sleep(0.3)		# to hear that the client has gone
