"""Clocks that decide: the machine's, and a virtual one that goes with trio's."""

import time
from collections.abc import Callable
from typing import Final

import trio

from system.domain.settings import SECOND_NS

SLEPT_NS: Final = SECOND_NS  # less is the kernel's own jitter
STEP_NS: Final = SECOND_NS // 2  # a wall clock that differs by less is left alone
STILL_NS: Final = 2 * SECOND_NS  # the longest that time may stand still for one that was set back


class SystemClock:
    """The monotonic clock, anchored once to the wall clock (F52); `wall_ns` reads that."""

    def __init__(self, wall_ns: Callable[[], int]) -> None:
        self._wall_ns = wall_ns
        self._offset_ns = wall_ns() - time.monotonic_ns()
        self._last_ns = 0
        self._gone_ns = _suspended_ns()

    def __call__(self) -> int:
        """Now, never going back."""
        self._last_ns = max(self._last_ns, time.monotonic_ns() + self._offset_ns)
        return self._last_ns

    def deadline_s(self, at_ns: int) -> float:
        """A time on trio's clock; no earlier than it."""
        return trio.current_time() + (at_ns - self() + 999) / SECOND_NS

    def slept_ns(self) -> int:
        """How long the machine was suspended since this was last asked: the monotonic clock stands still then."""
        gone_ns = _suspended_ns()
        slept_ns, self._gone_ns = gone_ns - self._gone_ns, gone_ns
        if slept_ns < SLEPT_NS:
            return 0
        # Not left to the wall clock alone: one that was set far back is not followed, and the sleep would be missing.
        self._offset_ns += slept_ns
        self.anchor()
        return slept_ns

    def anchor(self) -> int:
        """Follow the wall clock where it has been set; by how much it was. Only while flat: a position counts its time.

        One that was set far back is not followed: as time never goes back, no deadline would be over until then.
        """
        step_ns = self._wall_ns() - (time.monotonic_ns() + self._offset_ns)
        if abs(step_ns) < STEP_NS:
            return 0
        if is_followed(step_ns):
            self._offset_ns += step_ns
        return step_ns


def is_followed(step_ns: int) -> bool:
    """Whether a clock that counts goes along with a wall clock that was set by that much."""
    return abs(step_ns) >= STEP_NS and step_ns >= -STILL_NS


class VirtualClock:
    """Counts from `began_ns` as trio's clock does from the call, in whole nanoseconds: exact for zero-based seconds."""

    def __init__(self, began_ns: int) -> None:
        self._began_ns = began_ns
        self._began_s = trio.current_time()

    def __call__(self) -> int:
        """Now."""
        return self._began_ns + round((trio.current_time() - self._began_s) * SECOND_NS)

    def deadline_s(self, at_ns: int) -> float:
        """That time on trio's clock."""
        return self._began_s + round((at_ns - self._began_ns) / SECOND_NS, 9)

    def slept_ns(self) -> int:
        """Never."""
        return 0


def _suspended_ns() -> int:
    """How long the machine has been suspended since it was started."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) - time.clock_gettime_ns(time.CLOCK_MONOTONIC)
