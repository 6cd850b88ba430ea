"""Time: the market's, which always goes on, and the clocks of the machine that the live system runs on."""

from typing import Final

import trio

from system.domain.settings import SECOND_NS

STEP_NS: Final = SECOND_NS // 2  # a wall clock that differs by less is left alone


class Timeline:
    """The market's time: trio's clock, and what passed while the machine stood still and trio's clock with it."""

    def __init__(self, began_ns: int) -> None:
        self.began_ns = began_ns
        self._clock = trio.lowlevel.current_clock()
        self._began_s = self._at_s = self._clock.current_time()
        self._passed_ns = 0  # by `_at_s`
        self.slept_ns = 0  # the machine, in all
        self.stepped_ns = 0  # its wall clock, against the market's

    @property
    def now_ns(self) -> int:
        """The market's time."""
        at_s = self._clock.current_time()
        if at_s != self._at_s:  # asked many times at one instant
            self._at_s, self._passed_ns = at_s, round((at_s - self._began_s) * SECOND_NS)
        return self.began_ns + self.slept_ns + self._passed_ns

    @property
    def now_s(self) -> float:
        """Since the beginning."""
        return round((self.now_ns - self.began_ns) / SECOND_NS, 9)

    def deadline_s(self, at_ns: int) -> float:
        """That market time on trio's clock, unless the machine sleeps meanwhile."""
        return self._began_s + round((at_ns - self.slept_ns - self.began_ns) / SECOND_NS, 9)


class MachineClock:
    """A process's clock, as `SystemClock` is: anchored once to the wall clock, and again after a sleep."""

    def __init__(self, timeline: Timeline) -> None:
        self._timeline = timeline
        self._offset_ns = timeline.stepped_ns + timeline.slept_ns
        self._gone_ns = timeline.slept_ns
        self._last_ns = 0

    @property
    def _monotonic_ns(self) -> int:
        return self._timeline.now_ns - self._timeline.slept_ns

    def __call__(self) -> int:
        """Now, never going back."""
        self._last_ns = max(self._last_ns, self._monotonic_ns + self._offset_ns)
        return self._last_ns

    def deadline_s(self, at_ns: int) -> float:
        """A time on trio's clock."""
        return self._timeline.deadline_s(at_ns - self._offset_ns + self._timeline.slept_ns)

    def slept_ns(self) -> int:
        """How long the machine was suspended since this was last asked."""
        gone_ns = self._timeline.slept_ns
        slept_ns, self._gone_ns = gone_ns - self._gone_ns, gone_ns
        if slept_ns:
            step_ns = self._timeline.stepped_ns + gone_ns - self._offset_ns
            self._offset_ns += step_ns if abs(step_ns) >= STEP_NS else 0
        return slept_ns
