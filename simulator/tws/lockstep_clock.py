"""Virtual time for lock-step: it stands still while anybody has something to do, and then jumps to the next deadline.

It does what trio's MockClock does with `autojump_threshold=0`, at the same instants and to the same bit, in one pass of
the scheduler where that needs two: one to find that all are blocked, and another to wake up who has slept. It may do so
because here nothing comes from outside: no socket, no thread.
"""

import math

import trio._core._run as scheduler
import trio.abc


class LockstepClock(trio.abc.Clock):
    """Starts at 0."""

    def __init__(self) -> None:
        self._now_s = 0.0

    def start_clock(self) -> None:
        """A run begins."""
        for name in ("runq", "waiting_for_idle", "entry_queue"):
            assert hasattr(scheduler.GLOBAL_RUN_CONTEXT.runner, name), f"this trio names {name} otherwise: pin trio"

    def current_time(self) -> float:
        """Seconds."""
        return self._now_s

    def deadline_to_sleep_time(self, deadline: float) -> float:
        """Asked where nobody can run: go there, unless somebody waits for just that, or has called from outside."""
        runner = scheduler.GLOBAL_RUN_CONTEXT.runner
        if runner.waiting_for_idle or runner.entry_queue.size() or math.isinf(deadline):
            return deadline - self._now_s
        self._now_s += max(0.0, deadline - self._now_s)
        return 0.0

    def jump(self, seconds: float) -> None:
        """Let time pass at once. Raises ValueError for a time that goes back."""
        if seconds < 0:
            raise ValueError("time can't go backwards")
        self._now_s += seconds
