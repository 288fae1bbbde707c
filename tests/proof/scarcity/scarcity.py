"""No room, no inodes, no quota, no descriptors, no memory, no processes, and
disks that die: always 4xx before 250, nothing partial, and a log line that
says why; and mail comes in again when there is room again.
time limit: 1500"""

import full
import directory
import qgroup
import dead
import limits
from harness import run
from mounts import own_mounts
from tap import ROOT

if __name__ == "__main__":
    if ROOT:
        own_mounts()
    run()
