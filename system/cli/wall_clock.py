"""The one place that reads the wall clock: a command asks it once, at its start, what day it is."""

import time


def wall_ns() -> int:
    """Nanoseconds UTC since 1970."""
    return time.clock_gettime_ns(time.CLOCK_REALTIME)
