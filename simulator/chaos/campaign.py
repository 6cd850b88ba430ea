"""Many seeds in a few processes: who runs what, how long each may take, and what all of them have seen together."""

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from subprocess import DEVNULL, PIPE
from time import perf_counter
from typing import Any, Final

import trio

from simulator.chaos.blow import KINDS as BLOWS
from simulator.chaos.plan import Plan, write_chaos
from simulator.chaos.shrink import RUNS_MAX
from simulator.chaos.swarm import drawn
from simulator.faults.kinds import KINDS
from simulator.invariants.seen import SOMETIMES

MINUTE_MAX_S: Final = 12.0  # real time that a virtual minute may take, on a machine with other work
START_MAX_S: Final = 600.0  # and the start, with a compilation
SIGHTED: Final = 200  # seeds from which on a campaign must have seen everything
DEALT_MIN: Final = 20  # times that each kind must have been dealt by then
LINE_MAX: Final = 1 << 24


@dataclass(slots=True, kw_only=True)
class Campaign:
    """What has come of it so far. `failures` are answers of workers, shrunk."""

    minutes: int
    seeds: int = 0
    elapsed_s: float = 0.0
    cpu_s: float = 0.0  # of all workers
    events: int = 0
    orders: int = 0
    lives: int = 0
    dealt: Counter[str] = field(default_factory=Counter)
    took_effect: Counter[str] = field(default_factory=Counter)
    seen: Counter[str] = field(default_factory=Counter)
    failures: list[dict[str, Any]] = field(default_factory=list)

    def take(self, answer: dict[str, Any]) -> None:
        """Count a run."""
        self.seeds += 1
        self.cpu_s += answer["cpu_s"]
        for name in ("events", "orders", "lives"):
            setattr(self, name, getattr(self, name) + answer[name])
        for name in ("dealt", "took_effect", "seen"):
            getattr(self, name).update(answer[name])

    @property
    def blind(self) -> list[str]:
        """What a campaign of that size should have seen, and has not."""
        if self.seeds < SIGHTED:
            return []
        kinds = [*KINDS, *BLOWS]
        return [
            *(f"never seen: {what}" for what in SOMETIMES if not self.seen[what]),
            *(f"dealt {self.dealt[kind]} times: {kind}" for kind in kinds if self.dealt[kind] < DEALT_MIN),
            *(f"never took effect: {kind}" for kind in kinds if self.dealt[kind] and not self.took_effect[kind]),
        ]

    def as_json(self) -> dict[str, Any]:
        """Figures, failures, and what it was blind to."""
        return {
            "seeds": self.seeds,
            "minutes": self.minutes,
            "virtual_hours": round(self.seeds * self.minutes / 60, 2),
            "elapsed_s": round(self.elapsed_s, 1),
            "cpu_s": round(self.cpu_s, 1),
            "seeds_per_hour": round(self.seeds / self.elapsed_s * 3600) if self.elapsed_s else 0,
            "us_per_event": round(self.cpu_s / self.events * 1e6, 1) if self.events else 0.0,
            "events": self.events,
            "orders": self.orders,
            "lives": self.lives,
            "dealt": dict(sorted(self.dealt.items())),
            "took_effect": dict(sorted(self.took_effect.items())),
            "seen": {what: self.seen[what] for what in SOMETIMES},
            "blind": self.blind,
            "failures": self.failures,
        }


class Worker:
    """One process that runs plans; it is made anew after it had to be killed."""

    def __init__(self) -> None:
        self._process: trio.Process | None = None
        self._buffer = b""
        self._is_new = True

    async def ask(self, plan: Plan, mutant: str, *, shrinks: bool = False) -> dict[str, Any]:
        """What came of a plan. One that takes too long, or ends the process, is broken too."""
        within_s = plan.minutes * MINUTE_MAX_S * (RUNS_MAX if shrinks else 1) + START_MAX_S
        job = {"plan": write_chaos(plan), "mutant": mutant, "shrinks": shrinks}
        with trio.move_on_after(within_s):
            try:
                process = await self._running()
                assert process.stdin is not None
                await process.stdin.send_all(json.dumps(job).encode() + b"\n")
                answer: dict[str, Any] = json.loads(await self._line(process))
            except (trio.BrokenResourceError, EOFError):
                await self.close()
                return _lost(plan, "CRASH", "the process ended")
            return answer
        await self.close()
        return _lost(plan, "HANG", f"no end within {within_s:.0f} s of real time")

    async def close(self) -> None:
        """End it."""
        process, self._process, self._buffer = self._process, None, b""
        if process is not None:
            process.kill()
            await process.wait()

    async def _running(self) -> trio.Process:
        if self._process is None:
            command = [sys.executable, "-m", "simulator.chaos.worker"]
            self._process = await trio.lowlevel.open_process(command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL)
        return self._process

    async def _line(self, process: trio.Process) -> bytes:
        assert process.stdout is not None
        while b"\n" not in self._buffer:
            more = await process.stdout.receive_some(65_536)
            if not more or len(self._buffer) > LINE_MAX:
                raise EOFError
            self._buffer += more
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line


def _lost(plan: Plan, broken: str, told: str) -> dict[str, Any]:
    nothing: dict[str, Any] = {name: {} for name in ("dealt", "took_effect", "seen")}
    counts = dict.fromkeys(("events", "orders", "lives", "cpu_s", "at_s"), 0)
    return {
        **nothing,
        **counts,
        "seed": plan.seed,
        "broken": broken,
        "told": told,
        "plan": write_chaos(plan),
        "decisions": [],
    }


async def campaign(
    seeds: range,
    minutes: int,
    workers: int,
    *,
    mutant: str = "",
    tell: Callable[[Campaign, dict[str, Any]], None] = lambda _campaign, _answer: None,
    failures_max: int = 5,
) -> Campaign:
    """Run the seeds; `tell` after each. It ends early after so many failures, each of which is shrunk."""
    began, result = perf_counter(), Campaign(minutes=minutes)
    left: Iterator[int] = iter(seeds)

    async def work() -> None:
        worker = Worker()
        try:
            for seed in left:
                answer = await worker.ask(drawn(seed, minutes), mutant)
                result.take(answer)
                if answer["broken"]:
                    shrinkable = answer["broken"] not in ("HANG", "CRASH")
                    plan = drawn(seed, minutes)
                    small = await worker.ask(plan, mutant, shrinks=True) if shrinkable else answer
                    result.failures.append(small)
                result.elapsed_s = perf_counter() - began
                tell(result, answer)
                if len(result.failures) >= failures_max:
                    return
        finally:
            with trio.CancelScope(shield=True):
                await worker.close()

    async with trio.open_nursery() as nursery:
        for _ in range(workers):
            nursery.start_soon(work)
    return result
