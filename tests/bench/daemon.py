"""A server that stays: it takes connections itself, and serves several
with one process."""

import time

import server


class Daemon(server.Server):
    def settle(self):
        super().settle()
        time.sleep(0.3)		# to hear that the client has gone
