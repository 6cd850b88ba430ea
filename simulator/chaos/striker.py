"""Deals the blows of a plan, each at its time or at the step that it waits for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from signal import SIGINT, SIGTERM
from typing import Any, Final

import trio
import trio.abc

from simulator.chaos.blow import Blow
from simulator.chaos.disk import Paper
from simulator.chaos.machine import Machine
from simulator.chaos.process import Process, Setting
from system.domain.errors import RefusedError
from system.domain.order_events import Journal
from system.domain.road import OperatorAsked
from system.domain.settings import SECOND_NS

MILLISECOND_NS: Final = 1_000_000
PRIVATE: Final = ("_attempt_abort", "_abort_func")  # trio's own, by which a task can be made to fail where it waits
ACTOR_TASKS: Final = ("watchdog", "market data", "confluence", "risk", "order")


class CrashError(Exception):
    """What an actor is made to raise."""


@dataclass(slots=True, eq=False)
class Armed:
    """A blow that waits for a step."""

    blow: Blow
    left: int


class Striker:
    """`next_s` and `clock` as the faults' player has them; `step` is called by a process at each of its steps."""

    def __init__(self, blows: Sequence[Blow], dealt: Callable[[Blow], None]) -> None:
        self._agenda = sorted(blows, key=lambda blow: blow.at_s)
        self._armed: list[Armed] = []
        self._dealt = dealt
        self._ends: list[tuple[float, Callable[[], None]]] = []
        self._counting: Steps | None = None
        self.stand_still_s = 0.0  # what the machine is about to lose
        self.sleeps = False

    def settle(self, setting: Setting, machine: Machine) -> None:
        """On whom."""
        self._setting = setting
        self._machine = machine

    @property
    def next_s(self) -> float:
        """When something is due."""
        first = self._agenda[0].at_s if self._agenda else float("inf")
        return min([first, *(end_s for end_s, _ in self._ends)])

    def clock(self, now_s: float) -> None:
        """Do what is due."""
        for end in [end for end in self._ends if end[0] <= now_s]:
            self._ends.remove(end)
            end[1]()
        while self._agenda and self._agenda[0].at_s <= now_s:
            self._begin(self._agenda.pop(0), now_s)

    def heal(self) -> None:
        """Who waits for a step waits no longer."""
        self._armed.clear()
        if self._counting is not None:
            self._counted()

    def step(self, process: Process, where: str, records: Sequence[Journal] = ()) -> None:
        """A step of a process: who waits for it strikes."""
        for armed in [armed for armed in self._armed if _where(armed.blow) == where]:
            armed.left -= 1
            if armed.left > 0:
                continue
            self._armed.remove(armed)
            self._dealt(armed.blow)
            if armed.blow.kind == "power":
                self._machine.restart_s = armed.blow["restart"]
                process.power_cut(records, armed.blow["permille"] / 1000)
            else:
                self._strike(process, armed.blow)

    # inside

    def _begin(self, blow: Blow, now_s: float) -> None:
        """Strike, or wait for the step at which to strike. Without a program there is nobody to hit."""
        process, kind = self._machine.running, blow.kind
        if kind == "power" or _where(blow) not in ("", "now", "await"):
            self._armed.append(Armed(blow=blow, left=blow["steps"]))
        elif kind == "crash":
            self._count((blow["actor"],), blow["steps"], lambda task: self._crash(task, blow))
        elif kind in ("disk_full", "disk_error"):
            self._break_disk(blow, now_s)
        elif kind in ("clock_step", "suspend", "stop"):
            self._move_time(blow)
            self._dealt(blow)
        elif process is None:
            return
        elif kind == "kill" and blow["where"] == "await":
            self._count(ACTOR_TASKS, blow["steps"], lambda _: self._kill_dealt(process, blow))
        else:
            self._strike(process, blow)
            self._dealt(blow)

    def _strike(self, process: Process, blow: Blow) -> None:
        match blow.kind:
            case "kill":
                self._kill(process, blow)
            case "interrupt":
                for _ in range(2 if blow["pressed"] == "twice" else 1):
                    process.signal(SIGINT)
            case "reconfigure":
                self._reconfigure(blow)
                process.signal(SIGTERM)
            case "second":
                self._second()
            case "operator":
                process.broker.post(OperatorAsked(now_ns=process.clock(), what=blow["word"]))
            case _:
                raise AssertionError(f"nobody deals {blow.kind}")

    def _break_disk(self, blow: Blow, now_s: float) -> None:
        disk = self._setting.disk
        if blow.kind == "disk_full":
            disk.is_full = True
        else:
            disk.failing = blow["when"]
        self._dealt(blow)
        self._ends.append((now_s + blow["for"], self._mend))

    def _move_time(self, blow: Blow) -> None:
        if blow.kind == "clock_step":
            self._setting.timeline.stepped_ns += blow["by_ms"] * MILLISECOND_NS
        else:
            self.stand_still_s, self.sleeps = blow["for"], blow.kind == "suspend"

    def _kill_dealt(self, process: Process, blow: Blow) -> None:
        if not process.dead:
            self._dealt(blow)
            self._kill(process, blow)

    def _kill(self, process: Process, blow: Blow) -> None:
        self._machine.restart_s = blow["restart"]
        linger_s = blow["linger"]
        process.kill(linger="linger" in blow.arguments)
        if "linger" in blow.arguments:
            self._ends.append((self._setting.timeline.now_s + linger_s, process.close_lingering))

    def _reconfigure(self, blow: Blow) -> None:
        """Its user writes another configuration."""
        self._machine.settings = replace(
            self._machine.settings,
            contracts=blow["contracts"],
            stop_ticks=blow["stop_ticks"],
            target_ticks=blow["target_ticks"],
            cooldown_after_loss_ns=blow["cooldown_s"] * SECOND_NS,
        )

    def _mend(self) -> None:
        self._setting.disk.is_full, self._setting.disk.failing = False, ""

    def _second(self) -> None:
        """The same journal cannot be opened twice: it ends before it has said a word to TWS."""
        try:
            paper = Paper(self._setting.disk)
        except RefusedError:
            return
        paper.close()
        raise AssertionError("a second program has opened the journal")

    def _count(self, tasks: tuple[str, ...], steps: int, then: Callable[[Any], None]) -> None:
        assert all(hasattr(trio.lowlevel.Task, name) for name in PRIVATE), "this trio names it otherwise: pin trio"
        if self._counting is not None:
            trio.lowlevel.remove_instrument(self._counting)
        self._counting = Steps(tasks, steps, then, self._counted)
        trio.lowlevel.add_instrument(self._counting)

    def _counted(self) -> None:
        assert self._counting is not None
        trio.lowlevel.remove_instrument(self._counting)
        self._counting = None

    def _crash(self, task: Any, blow: Blow) -> None:
        """Throw at the very await where the task has just begun to wait."""

        def fail() -> None:
            raise MemoryError if blow["error"] == "memory" else CrashError(f"{blow['actor']} made to fail")

        self._dealt(blow)
        task._attempt_abort(fail)


class Steps(trio.abc.Instrument):
    """Counts the steps of tasks; the last one that waits for something is hit there."""

    def __init__(
        self, tasks: tuple[str, ...], steps: int, then: Callable[[Any], None], over: Callable[[], None]
    ) -> None:
        self._tasks = tasks
        self._left = steps
        self._then = then
        self._over = over

    def after_task_step(self, task: Any) -> None:
        """A task waits again, or has ended."""
        if task.name not in self._tasks:
            return
        self._left -= 1
        if self._left <= 0 and task._abort_func is not None:
            self._over()
            self._then(task)


def _where(blow: Blow) -> str:
    return "write" if blow.kind == "power" else str(blow["where"]) if blow.kind in ("kill", "interrupt") else ""
