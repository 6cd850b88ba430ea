"""Runs in virtual time: the market goes on to its next instant once everybody has done with the one before.

Reproducible by seed: trio's scheduler is seeded too, through two names of trio's own that its pinned version has.
"""

import math
from typing import Final

import trio
import trio._core._run as scheduler

from simulator.tws.world import World
from system.domain.settings import FOREVER_NS, SECOND_NS

STEP_NS: Final = SECOND_NS  # whoever asks what time it is in an idle stretch is not told an old one


def seed_scheduler(seed: int) -> None:
    """Let the next `trio.run` order its tasks by the seed. Call it before each."""
    assert hasattr(scheduler, "_ALLOW_DETERMINISTIC_SCHEDULING"), "this trio names it otherwise: pin trio"
    assert hasattr(scheduler, "_r"), "this trio names it otherwise: pin trio"
    scheduler._ALLOW_DETERMINISTIC_SCHEDULING = True  # type: ignore[misc]
    scheduler._r.seed(seed)


async def play(world: World, until_ns: int, *, grain_ns: int = 1) -> None:
    """Play up to `until_ns`, an instant at a time; instants in the same `grain_ns` are played as one, at its end.
    Where nothing happens time goes on by STEP_NS.

    For trio's MockClock with `autojump_threshold=0`, which jumps only when every task is blocked: the lock-step.
    Time on its clock is counted from the call's instant in whole nanoseconds, so that no rounding adds
    up.
    """
    began_s, began_ns = trio.current_time(), world.now_ns
    while world.now_ns < until_ns:
        next_ns = min(world.next_ns, world.now_ns + STEP_NS, until_ns)
        if world.faults is not None:
            world.faults.clock(trio.current_time())
            next_ns = min(next_ns, began_ns + _ns(world.faults.next_s - began_s))
        next_ns = min(-(-max(next_ns, world.now_ns + 1) // grain_ns) * grain_ns, until_ns)
        await trio.sleep_until(began_s + round((next_ns - began_ns) / SECOND_NS, 9))
        world.advance(next_ns)
        if world.faults is not None:
            world.faults.clock(trio.current_time())


def _ns(seconds: float) -> int:
    """Whole nanoseconds, rounded up; at most FOREVER_NS."""
    return math.ceil(min(round(seconds * SECOND_NS, 3), FOREVER_NS))
