"""What tests/unpack has put below PEERS."""

import os

PEERS = os.path.abspath(os.environ.get("PEERS", "build/peers"))


def usr(name):
    return os.path.join(PEERS, name, "usr")


def libraries(name):
    """For LD_LIBRARY_PATH: its own, and those that this machine lacks."""
    return ":".join(sorted({path for path, _, files in os.walk(
        os.path.join(PEERS, name)) if any(".so" in each for each in files)}))
