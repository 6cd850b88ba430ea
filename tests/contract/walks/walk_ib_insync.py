"""A walk with ib_insync: `python walk_ib_insync.py PORT`."""

import sys

from ib_walk import walk

if __name__ == "__main__":
    sys.exit(walk("ib_insync", int(sys.argv[1])))
