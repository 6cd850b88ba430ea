"""Faults through ib_insync: `python faults_ib_insync.py PORT`."""

import sys

from ib_faults import walk

if __name__ == "__main__":
    sys.exit(walk("ib_insync", int(sys.argv[1])))
