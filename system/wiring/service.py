"""`bn live`, from the first dial to the last word: whose account, its journal, the services, and the actors within.

    services (one nursery): broker, recorder, clock, and what the command adds: control socket, disk, panel
        actors (`Wiring`, a nursery of their own): they may begin again; the services go on

The account is learnt, its journal is locked and read, and only then is anything asked of TWS that could matter. At the
end: no more entries, a few seconds for what is under way, and a word on what is left at the broker.
"""

import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import trio

from system.actors.ports import Log
from system.broker.address import Address, account_fault
from system.broker.broker import Account, LiveBroker
from system.broker.door import guard, loop
from system.broker.greeting import Greeting
from system.domain.errors import BnError, HaltedError, RefusedError
from system.domain.instrument import front_month
from system.domain.link_state import NEVER_NS, LinkRules
from system.domain.order_events import Journal as Record
from system.domain.session import Calendar
from system.storage.journal.journal import Journal
from system.storage.journal.record import Entry
from system.wiring.clock import MockClock, SystemClock
from system.wiring.first_dial import first_greeting
from system.wiring.frames import Frames
from system.wiring.memory import remember
from system.wiring.recorder import Recorder
from system.wiring.wiring import Rules, Wiring, World

ANCHOR_S: Final = 60.0
SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to run. `account`: its name, where it is to be one; `folder` gives what an account keeps where."""

    address: Address
    rules: Rules
    paper: bool
    folder: Callable[[str], Path]
    account: str = ""
    records_wire: bool = False
    exits_if_halted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """All that runs, for those who look at it."""

    plan: Plan
    account: str
    folder: Path
    journal: Journal
    clock: SystemClock | MockClock
    wiring: Wiring
    broker: LiveBroker
    recorder: Recorder
    log: Log


Service = Callable[[Running], Awaitable[None]]


class Live:
    """One run of `bn live`. `services` are started around the actors, and cancelled when these have ended."""

    def __init__(self, plan: Plan, *, wall_ns: Callable[[], int], log: Log, services: Sequence[Service] = ()) -> None:
        self._plan = plan
        self._wall_ns = wall_ns
        self._log = log
        self._services = services
        self._wiring: Wiring | None = None
        self._is_stopping = False

    async def run(self) -> None:
        """Until a signal or an operator ends it. Raises BnError: gave up, refused, halted, no journal."""
        ends: list[BnError] = []
        async with loop(lambda text: self._log("loop_failed", text=text)):
            with trio.open_signal_receiver(*SIGNALS) as signals:
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(self._obey, signals, nursery)
                    try:
                        await self._live()
                    except BnError as end:
                        ends.append(end)
                    nursery.cancel_scope.cancel()
        if ends:
            raise ends[0]

    async def _obey(self, signals: AsyncIterator[int], nursery: trio.Nursery) -> None:
        """The first signal: stop well; the second, or one before there is anything to stop: at once."""
        async for number in signals:
            self._log("signal", name=signal.Signals(number).name)
            if self._wiring is None or self._is_stopping:
                nursery.cancel_scope.cancel()
                return
            self._is_stopping = True
            nursery.start_soon(self._wiring.stop)

    async def _live(self) -> None:
        plan, machine = self._plan, SystemClock(self._wall_ns)
        greeting = await first_greeting(
            plan.address, rules=plan.rules.link, asks_mock=plan.paper, clock=machine, log=self._log
        )
        fault = account_fault(list(greeting.accounts), plan.address.port, paper=plan.paper, expected=plan.account)
        if fault:
            raise RefusedError(f"{plan.address}: {fault}; nothing was sent")
        account = greeting.accounts[0]
        folder = plan.folder(account)
        with Journal.open(folder / "journal.db", account, create=True) as journal:
            halted = remember(journal.records()).orders.halted
            if halted and plan.exits_if_halted:
                raise HaltedError(f"halted: {halted}; `bn resume` ends that")
            await self._trade(account, greeting, folder, journal, machine)

    async def _trade(
        self, account: str, greeting: Greeting, folder: Path, journal: Journal, machine: SystemClock
    ) -> None:
        plan, log = self._plan, self._log
        clock = MockClock(greeting.mock_ns, greeting.speed) if greeting.speed else machine
        rules = plan.rules if isinstance(clock, SystemClock) else at_speed(plan.rules, greeting.speed)
        settings = rules.settings
        calendar = Calendar(settings.closures)
        frames = Frames(folder / "wire", clock) if plan.records_wire else None
        broker = LiveBroker(
            plan.address,
            Account(
                instrument=settings.instrument,
                paper=plan.paper,
                month=lambda now_ns: front_month(calendar.at(now_ns).day, settings.roll_days),
                expected=account,
            ),
            clock=clock,
            prepare=_guarded,
            wire=frames.write if frames else None,
        )
        recorder = Recorder(
            folder / "tapes", settings.instrument.symbol, calendar=calendar, clock=clock, post=broker.post, log=log
        )
        wiring = Wiring(
            World(
                broker=broker,
                records=broker.records,
                post=broker.post,
                clock=clock,
                write=lambda records: append(journal, records),
                remember=lambda: remember(journal.records()),
                tape=recorder,
                log=log,
            ),
            rules,
        )
        running = Running(
            plan=plan,
            account=account,
            folder=folder,
            journal=journal,
            clock=clock,
            wiring=wiring,
            broker=broker,
            recorder=recorder,
            log=log,
        )
        self._wiring = wiring
        try:
            await self._run(running, frames)
        except BnError as end:
            raise type(end)(f"{end}; {wiring.left_behind()}") from end
        finally:
            if frames:
                frames.close()

    async def _run(self, running: Running, frames: Frames | None) -> None:
        ends: list[BnError] = []
        async with trio.open_nursery() as services:
            services.start_soon(running.broker.run)
            services.start_soon(running.recorder.run)
            services.start_soon(_follow_wall, running)
            if frames:
                services.start_soon(frames.run, running.log)
            for service in self._services:
                services.start_soon(service, running)
            try:
                await running.wiring.run()
            except BnError as end:
                ends.append(end)
            services.cancel_scope.cancel()
        await running.recorder.end()
        if ends:
            raise ends[0]


def _guarded(ib: Any) -> None:
    guard(ib)


async def _follow_wall(running: Running) -> None:
    """Take over where the machine's clock has been set, while nothing is held that counts its time."""
    while True:
        await trio.sleep(ANCHOR_S)
        state = running.wiring.order.state
        if not state.book.position and running.wiring.is_settled:
            step_ns = running.clock.anchor()
            if step_ns:
                running.log("clock_set", step_ns=step_ns)


def append(journal: Journal, records: Sequence[Record]) -> None:
    """One transaction."""
    journal.append_all([Entry(kind=record.kind, now_ns=record.now_ns, payload=record.payload) for record in records])


def at_speed(rules: Rules, speed: float) -> Rules:
    """For a mock's market that goes `speed` times as fast: the connection is still judged by real seconds, and its
    clock, which is the mock's, not at all.
    """

    def real(span_ns: int) -> int:
        return round(span_ns * speed)

    link: LinkRules = rules.link
    link = replace(
        link,
        pause_ns=real(link.pause_ns),
        quiet_pause_ns=real(link.quiet_pause_ns),
        sync_ns=real(link.sync_ns),
        stable_ns=real(link.stable_ns),
        probe_ns=real(link.probe_ns),
        probe_deadline_ns=real(link.probe_deadline_ns),
        probe_age_ns=real(link.probe_age_ns),
        patience_ns=real(link.patience_ns),
        mark_ns=real(link.mark_ns),
        skew_alarm_ns=NEVER_NS,
        skew_max_ns=NEVER_NS,
    )
    return replace(rules, link=link)
