"""A walk with ib_async: `python walk_ib_async.py PORT`."""

import sys

from ib_walk import walk

if __name__ == "__main__":
    sys.exit(walk("ib_async", int(sys.argv[1])))
