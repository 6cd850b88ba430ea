"""Runs in virtual time: the market goes on to its next instant once everybody has done with the one before.

Reproducible by seed: trio's scheduler is seeded too, through two names of trio's own that its pinned version has.
"""

import math
from collections.abc import Callable
from typing import Final, Protocol

import trio
import trio._core._run as scheduler
import trio.testing

from simulator.tws.world import World
from system.domain.settings import FOREVER_NS, SECOND_NS

STEP_NS: Final = SECOND_NS  # whoever asks what time it is in an idle stretch is not told an old one


def seed_scheduler(seed: int) -> None:
    """Let the next `trio.run` order its tasks by the seed. Call it before each."""
    assert hasattr(scheduler, "_ALLOW_DETERMINISTIC_SCHEDULING"), "this trio names it otherwise: pin trio"
    assert hasattr(scheduler, "_r"), "this trio names it otherwise: pin trio"
    scheduler._ALLOW_DETERMINISTIC_SCHEDULING = True  # type: ignore[misc]
    scheduler._r.seed(seed)


class Stepped(Protocol):
    """What is played: a world of clients, or a tape with a broker. `on_due` is to be called when `next_ns` falls."""

    clock: Callable[[], int] | None
    on_due: Callable[[], None]

    @property
    def now_ns(self) -> int:
        """How far it is."""

    @property
    def next_ns(self) -> int:
        """When something happens next, or FOREVER_NS; no later than `now_ns` where something is left of that."""

    @property
    def has_ended(self) -> bool:
        """Whether the tape has no event left."""

    def step(self, to_ns: int) -> None:
        """Play up to and with `to_ns`, and tell what that brings."""


class Beat:
    """Plays a world to the end of its tape in lock-step: for a `LockstepClock`, as `play` is.

    It keeps to the letter of METHOD.md 7: what is sent acts at its arrival, be it sent while nothing happens; what the
    clock makes due at a whole second comes before that instant's events; and what one step leads to is done before the
    next, of which one instant may have several.
    """

    def __init__(self, world: Stepped) -> None:
        self._world = world
        self._began_s, self._began_ns = trio.current_time(), world.now_ns
        self._scope = trio.CancelScope()
        self._due_ns = 0  # what is slept for
        world.clock, world.on_due = self._now_ns, self._hasten

    async def play(self) -> None:
        """Until the tape has ended, and everybody has done with its last event."""
        world = self._world
        while not world.has_ended:
            self._due_ns = world.next_ns
            if self._due_ns > world.now_ns:
                with trio.CancelScope(deadline=self._at_s(self._due_ns)) as self._scope:
                    await trio.sleep_forever()
            if self._due_ns <= world.now_ns or self._due_ns % SECOND_NS == 0:
                await trio.testing.wait_all_tasks_blocked()
            world.step(self._due_ns)
        await trio.testing.wait_all_tasks_blocked()

    def _hasten(self) -> None:
        """Wake up sooner, where something is due sooner."""
        due_ns = self._world.next_ns
        if due_ns < self._due_ns:
            self._due_ns = due_ns
            self._scope.deadline = self._at_s(due_ns)

    def _at_s(self, at_ns: int) -> float:
        return self._began_s + round((at_ns - self._began_ns) / SECOND_NS, 9)

    def _now_ns(self) -> int:
        return self._began_ns + round((trio.current_time() - self._began_s) * SECOND_NS)


async def play(world: World, until_ns: int, *, grain_ns: int = 1) -> None:
    """Play up to `until_ns`, an instant at a time; instants in the same `grain_ns` are played as one, at its end.
    Where nothing happens time goes on by STEP_NS.

    For a `LockstepClock`, which jumps only when every task is blocked: the lock-step.
    Time on its clock is counted from the call's instant in whole nanoseconds, so that no rounding adds
    up.
    """
    began_s, began_ns = trio.current_time(), world.now_ns
    while world.now_ns < until_ns:
        sooner, due_ns = trio.Event(), FOREVER_NS
        if world.faults is not None:
            world.faults.clock(trio.current_time())
            world.faults.on_due = sooner.set
            due_ns = began_ns + _ns(world.faults.next_s - began_s)
        next_ns = min(world.next_ns, due_ns, world.now_ns + STEP_NS, until_ns)
        next_ns = min(-(-max(next_ns, world.now_ns + 1) // grain_ns) * grain_ns, until_ns)
        with trio.move_on_at(began_s + round((next_ns - began_ns) / SECOND_NS, 9)):
            await sooner.wait()
            continue
        world.advance(next_ns)
        if world.faults is not None:
            world.faults.clock(trio.current_time())


def _ns(seconds: float) -> int:
    """Whole nanoseconds, rounded up; at most FOREVER_NS."""
    return math.ceil(min(round(seconds * SECOND_NS, 3), FOREVER_NS))
