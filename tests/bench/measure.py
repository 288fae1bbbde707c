"""One function for each figure, or for those that one run gives together."""

import statistics
import time

import processes
from talk import greeted, talk


def serial(server, sessions):
    """One session at a time."""
    before = server.cpu()
    took = talk(server, sessions)
    server.settle()
    return {"cpu": (server.cpu() - before) * 1e3 / sessions,
        "rate": sessions / took.seconds,
        "greeting": statistics.median(took.greeting) * 1e3,
        "dot": statistics.median(took.dot) * 1e3}


def idle(server, count=100):
    """KiB for each of so many connections that have heard 220."""
    before = processes.memory(server.processes())
    clients = greeted(server, count)
    time.sleep(0.5)
    try:
        after = processes.memory(server.processes())
    except PermissionError:	# a session of ours shows it to root alone
        return {}
    finally:
        for client in clients:
            client.close()
        server.settle()
    return {"idle": (after - before) / count}
