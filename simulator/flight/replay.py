"""A recorded session through the live system: the same wiring, actors, broker and client library, in no time at all.

"Identical" means, for each run of the program in the session, frame by frame of its recording:

- every write to a connection is the same, byte for byte, and in the same order on that connection, orders and requests
  for what has to be asked alike; nothing is left out of the bytes, for nothing of the time of day is in them but the
  length of the history asked for, which follows from the recorded time of its command;
- every transaction of the journal is the same, record by record, with their times, and so is every command to the
  broker: dials, probes, questions, orders; all in the same order of each actor, what is on disk before what is sent;
- every record that goes on the road without bytes is the same: answers that did not come, connections, words of ours;
- what follows from one of these, or from what came in, within the same call follows it at once;
- the run ends for the same reason.

How what goes out interleaves with what comes in is the recording's and not compared: within a few milliseconds it hangs
on when the machine let which task run. Account numbers are masked in a recording, and so in what is compared.

What is not compared: log and tape; what the program had begun within the last second before a run ended and may not
have come to; and, once an actor has failed and begun again, the rest of that run, for what was in its hands is in no
recording. A run that was killed is compared as far as its recording goes.

Between two runs of a session the journal is held against what the first has left: see `Verdict.notes`.
"""

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import trio
from trio.testing import MockClock

from simulator.fidelity.guard import no_standstill, nothing_outside
from simulator.fidelity.journal import NoTape
from simulator.flight.difference import Difference, DifferentError
from simulator.flight.driver import Driver
from simulator.flight.session import Recorded
from simulator.flight.stand_ins import Broker, Clock, Commands, Paper
from simulator.flight.start import Start
from simulator.tws.lockstep import seed_scheduler
from system.broker.account import Account
from system.broker.door import loop
from system.domain.road import Packet
from system.wiring.memory import Memory, remember
from system.wiring.wiring import Wiring, World


@dataclass(slots=True, kw_only=True)
class Replayed:
    """One run, played. `memory`: what its journal came to, as far as the session went."""

    run: Recorded
    compared: int
    stopped_at: int
    memory: Memory
    difference: Difference | None = None
    failed: bool = False  # an actor failed in the session: the rest was not compared


@dataclass(slots=True, kw_only=True)
class Verdict:
    """Of a session."""

    runs: list[Replayed] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def difference(self) -> Difference | None:
        """The first one."""
        return next((each.difference for each in self.runs if each.difference), None)


def play(run: Recorded, start: Start) -> Replayed:
    """Play one run to a program that begins with `start`."""
    seed_scheduler(0)
    logging.disable(logging.CRITICAL)  # the library's own words, of connections that end as they did
    try:
        with nothing_outside():
            return trio.run(partial(_play, run, start), clock=MockClock())
    finally:
        logging.disable(logging.NOTSET)


async def _play(run: Recorded, start: Start) -> Replayed:
    clock = Clock(run=run)
    paper = Paper(run=run, memory=start.memory, did=lambda kind, what: driver.did(kind, 0, what))
    driver = Driver(run, clock, lambda: nursery.start_soon(_live, wiring.run, driver))
    difference: Difference | None = None

    def log(event: str, /, **fields: object) -> None:
        if event == "actor_failed":
            driver.failed = f"the {fields['actor']} actor failed: {fields['error']}"

    def note(what: str, _now_ns: int) -> None:
        driver.did(what, 0, None)

    async with loop(lambda text: log("loop_failed", text=text)), trio.open_nursery() as nursery:
        broker = Broker(
            start.address,
            Account(
                instrument=start.rules.settings.instrument,
                paper=start.is_paper,
                month=lambda now_ns: wiring.month(now_ns),
                expected=start.account,
            ),
            clock=lambda: driver.frame.now_ns,
            tells=lambda packet: driver.did("told", _generation(packet), packet.records[0]),
            wire=driver.wired,
        )
        driver.meet(broker)
        world = World(
            broker=Commands(commanded=lambda command: driver.did("do", getattr(command, "generation", 0), command)),
            records=broker.records,
            post=broker.post,
            clock=clock,
            write=paper.write,
            remember=paper.remember,
            tape=NoTape(),
            log=log,
            note=note,
            behind_ns=clock.behind_ns,
        )
        wiring = Wiring(world, start.rules)
        nursery.start_soon(_live, broker.run, driver)
        with no_standstill():
            try:
                await driver.play()
            except DifferentError as found:
                difference = found.difference
        nursery.cancel_scope.cancel()
    return Replayed(
        run=run,
        compared=driver.compared,
        stopped_at=driver.number,
        memory=remember(driver.journal, start.memory),
        difference=difference,
        failed=driver.has_failed,
    )


async def _live(run: Callable[[], Awaitable[None]], driver: Driver) -> None:
    """Actors or broker, to the end that they come to by themselves."""
    try:
        await run()
    except Exception as end:  # noqa: BLE001 - whatever it is: the session has ended so too, or that is the difference
        driver.ended = end


def _generation(packet: Packet) -> int:
    return int(getattr(packet.records[0], "generation", 0))


def replay(runs: Sequence[Recorded], start_of: Callable[[Recorded], Start]) -> Verdict:
    """Play a session, run by run, to its first difference."""
    verdict = Verdict()
    before: Replayed | None = None
    for run in runs:
        start = start_of(run)
        if before is not None:
            found = _between(before, run, start.memory, verdict.notes)
            if found is not None:
                verdict.runs.append(Replayed(run=run, compared=0, stopped_at=1, memory=start.memory, difference=found))
                break
        before = play(run, start)
        verdict.runs.append(before)
        if before.failed:
            verdict.notes.append(f"{_name(run.path)}: an actor failed at frame {before.stopped_at}: compared up to it")
        if run.end is None:
            verdict.notes.append(f"{_name(run.path)}: ends without a word, as after a kill: compared as far as it goes")
        if before.difference:
            break
    return verdict


def _between(before: Replayed, run: Recorded, memory: Memory, notes: list[str]) -> Difference | None:
    """The journal that a run begins with is what the one before has left, as far as both are recorded."""
    first, last = before.run.seq, run.seq
    ended = before.run.end is not None
    of_runs = 0 if "chaos" in run.head else 1 + ended  # the beginning and the end of one are events themselves
    unseen = last - first - before.run.events - of_runs
    if before.run.account != run.account or before.failed:
        return None
    if unseen > 0:
        notes.append(f"{_name(run.path)}: {unseen} events of its journal are in no recording here")
        return None
    if before.memory == memory:
        return None
    return Difference(
        kind="the journal between two runs",
        frame=1,
        now_ns=run.began_ns,
        generation=0,
        session=_told(memory),
        replay=_told(before.memory),
    )


def _told(memory: Memory) -> str:
    orders: Any = memory.orders
    return f"{orders.records} records, {orders.book.position:+d} contracts, {orders.halted or 'not halted'}"


def _name(path: Path) -> str:
    return path.name
