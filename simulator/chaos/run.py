"""One plan, from the market's start to its end: who plays what, in lock-step, and what came of it."""

import gc
import hashlib
import json
import logging
import math
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from time import process_time
from typing import Any, Final

import trio
import trio.testing

from simulator.chaos.blow import Blow
from simulator.chaos.disk import Disk
from simulator.chaos.machine import Machine
from simulator.chaos.plan import Plan
from simulator.chaos.process import Process, Setting
from simulator.chaos.saved import Saved
from simulator.chaos.scenario import draw
from simulator.chaos.striker import Striker
from simulator.chaos.timeline import Timeline
from simulator.chaos.watched import WatchedPlayer
from simulator.invariants.broken import BrokenError
from simulator.invariants.oracle import Oracle
from simulator.tws.lockstep import seed_scheduler
from simulator.tws.memory import market_clock
from simulator.tws.world import World
from system.domain.settings import FOREVER_NS, SECOND_NS

GRAIN_NS: Final = SECOND_NS // 10  # what happens within it is told at its end
QUIET_NS: Final = SECOND_NS  # the market goes on at least so often


@dataclass(slots=True, kw_only=True)
class Result:
    """What came of a run. `broken` and `told` are empty where all held."""

    plan: Plan
    broken: str = ""
    told: str = ""
    at_s: float = 0.0
    decisions: list[str] = field(default_factory=list)
    events: int = 0
    orders: int = 0
    lives: int = 0
    dealt: Counter[str] = field(default_factory=Counter)
    took_effect: Counter[str] = field(default_factory=Counter)
    seen: Counter[str] = field(default_factory=Counter)
    digest: str = ""
    cpu_s: float = 0.0  # of this process

    def as_json(self) -> dict[str, Any]:
        """All but the plan."""
        return {
            "seed": self.plan.seed,
            "regime": self.plan.regime,
            "broken": self.broken,
            "told": self.told,
            "at_s": self.at_s,
            "events": self.events,
            "orders": self.orders,
            "lives": self.lives,
            "dealt": dict(self.dealt),
            "took_effect": dict(self.took_effect),
            "seen": dict(self.seen),
            "digest": self.digest,
            "cpu_s": round(self.cpu_s, 3),
        }


def run(plan: Plan, *, trace: Any = None, save: Path | None = None) -> Result:
    """Run a plan; every line of the log goes to `trace` as it is said, each life of the program into a folder."""
    began = process_time()
    result = Result(plan=plan)
    world = draw(plan.seed).world(plan.seed)
    logging.disable(logging.CRITICAL)  # the library's own words, of connections that end as they should
    seed_scheduler(plan.seed)
    gc.collect()
    gc.disable()  # finalizers run where references end, not where a counter stands
    try:
        trio.run(_Run(plan, world, result, trace, save).main, clock=trio.testing.MockClock(autojump_threshold=0))
    finally:
        gc.enable()
        logging.disable(logging.NOTSET)
    result.cpu_s = process_time() - began
    return result


class _Run:
    """The stage of one run."""

    def __init__(self, plan: Plan, world: World, result: Result, trace: Any, save: Path | None) -> None:
        self._plan = plan
        self._world = world
        self._result = result
        self._trace = trace
        self._save = save

    async def main(self) -> None:
        """Until the end, or until something does not hold."""
        plan, world, scenario = self._plan, self._world, draw(self._plan.seed)
        timeline, disk = Timeline(world.now_ns), Disk()
        oracle = self._oracle = Oracle(world, timeline, scenario, plan, self._trace)
        self._striker = Striker(plan.blows, self._dealt)
        setting = Setting(
            mock=world,
            timeline=timeline,
            disk=disk,
            settings=scenario.settings,
            orders=scenario.orders,
            watcher=oracle,
            blows=self._striker,
            saved=Saved(self._save, plan.seed) if self._save else None,
        )
        self._machine = Machine(setting, scenario, oracle.ended)
        self._striker.settle(setting, self._machine)
        world.faults = self._player = WatchedPlayer(world, plan.of_tws, oracle.fault, oracle.effect)
        oracle.watch(self._machine, disk, self._player)
        try:
            with market_clock("ib_insync", world):
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(self._machine.run)
                    await self._play(timeline)
                    await trio.testing.wait_all_tasks_blocked()  # who was stopped up to now has seen what time it is
                    oracle.at_the_end()
                    nursery.cancel_scope.cancel()
        except* BrokenError as group:
            first: BaseException = group
            while isinstance(first, BaseExceptionGroup):
                first = first.exceptions[0]
            assert isinstance(first, BrokenError)
            self._result.broken, self._result.told = first.invariant, first.text
        except* Exception as group:  # noqa: BLE001 - a bug of anybody's ends the run, and is what it has found
            self._result.broken, self._result.told = "BUG", _words(group)
        finally:
            self._fill_in(timeline)
            disk.remove()

    def _dealt(self, blow: Blow) -> None:
        self._oracle.blow(blow)

    def _fill_in(self, timeline: Timeline) -> None:
        result, oracle = self._result, self._oracle
        result.at_s, result.events, result.lives = timeline.now_s, oracle.events, self._machine.lives
        result.orders, result.decisions = oracle.orders_sent, list(oracle.lines)[-40:]
        result.dealt, result.took_effect, result.seen = oracle.dealt, oracle.took_effect, oracle.seen
        text = json.dumps(oracle.all_notes, sort_keys=True)
        result.digest = hashlib.sha256(text.encode()).hexdigest()

    async def _play(self, timeline: Timeline) -> None:
        """The market, instant by instant; between two of them everybody has done what there was to do."""
        world, player, striker, oracle = self._world, self._player, self._striker, self._oracle
        until_ns = timeline.began_ns + self._plan.minutes * 60 * SECOND_NS
        heal_s = self._plan.heal_s
        while world.now_ns < until_ns:
            player.clock(timeline.now_s)
            dues_s = min(player.next_s, striker.next_s)
            due_ns = FOREVER_NS if math.isinf(dues_s) else timeline.began_ns + math.ceil(round(dues_s * SECOND_NS, 3))
            quiet_ns = (world.now_ns // QUIET_NS + 1) * QUIET_NS  # the beat of the program's own clock marks
            next_ns = min(world.next_ns, due_ns, quiet_ns)
            next_ns = min(-(-max(next_ns, world.now_ns + 1) // GRAIN_NS) * GRAIN_NS, until_ns)
            await trio.sleep_until(timeline.deadline_s(next_ns))
            oracle.instant()
            striker.clock(timeline.now_s)
            if timeline.now_s >= heal_s:
                heal_s = math.inf
                player.heal()
                striker.heal()
            if striker.stand_still_s:
                self._stand_still(timeline)
            world.step(max(timeline.now_ns, world.now_ns))

    def _stand_still(self, timeline: Timeline) -> None:
        """The market goes on, and the machine does not."""
        seconds, self._striker.stand_still_s = self._striker.stand_still_s, 0.0
        until_s = timeline.now_s + seconds
        if self._striker.sleeps:
            timeline.slept_ns += round(seconds * SECOND_NS)
        while self._player.next_s < until_s:
            self._world.advance(timeline.began_ns + math.ceil(self._player.next_s * SECOND_NS))
            self._player.clock(self._player.next_s)
        self._world.advance(max(self._world.now_ns, timeline.began_ns + round(until_s * SECOND_NS)))
        if not self._striker.sleeps:
            clock = trio.lowlevel.current_clock()
            assert isinstance(clock, trio.testing.MockClock)
            clock.jump(seconds)
        self._oracle.stood_still()


def _words(group: BaseExceptionGroup[BaseException]) -> str:
    """The first exception in it, and where it was raised."""
    first: BaseException = group
    while isinstance(first, BaseExceptionGroup):
        first = first.exceptions[0]
    frame = first.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    where = f" ({frame.tb_frame.f_code.co_filename.rpartition('/')[2]}:{frame.tb_lineno})" if frame else ""
    return f"{type(first).__name__}: {first}{where}"


__all__ = ["Process", "Result", "run"]
