"""Faults through ib_async: `python faults_ib_async.py PORT`."""

import sys

from ib_faults import walk

if __name__ == "__main__":
    sys.exit(walk("ib_async", int(sys.argv[1])))
