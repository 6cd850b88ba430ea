"""`bn live`, from the first dial to the last word: whose account, its journal, the services, and the actors within.

    services (one nursery): broker, recorder, clock, and what the command adds: control socket, disk, panel
        actors (`Wiring`, a nursery of their own): they may begin again; the services go on

The account is learnt, its journal is locked and read, and only then is anything asked of TWS that could matter. At the
end: no more entries, a few seconds for what is under way, and a word on what is left at the broker.
"""

import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import trio

from system.actors.ports import Log
from system.broker.account import Account
from system.broker.address import Address, account_fault
from system.broker.broker import LiveBroker
from system.broker.door import guard
from system.broker.greeting import Greeting
from system.config import Config
from system.domain.errors import BnError, HaltedError, LinkGaveUpError, RefusedError, StorageError
from system.domain.order_events import Journal as Record
from system.domain.session import Calendar
from system.storage.journal.journal import Journal
from system.storage.journal.lock import AccountLock
from system.storage.journal.record import Entry
from system.storage.masking import mask_text
from system.wiring import control
from system.wiring.clock import SystemClock
from system.wiring.disk_guard import DiskGuard
from system.wiring.first_dial import first_greeting
from system.wiring.frames import Frames, recorded
from system.wiring.head import head_of
from system.wiring.lifetime import live_until_signal
from system.wiring.memory import Recollection
from system.wiring.operator import Operator, Written
from system.wiring.places import Places, known_accounts, make, make_data_dir, places_of
from system.wiring.pulse import Pulse, feed_watchdogs, leave_watchdogs
from system.wiring.recorder import SEAL_S, Recorder
from system.wiring.rules import at_a_mock
from system.wiring.runs import Mode, recorded_run
from system.wiring.status import status_of_journal, take_status
from system.wiring.stopping import Stopping
from system.wiring.version import version
from system.wiring.wiring import Rules, Wiring, World

ANCHOR_S: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to run. `is_paper`: the kind of account it is to be. The configuration says which, and what is where."""

    config: Config
    address: Address
    rules: Rules
    is_paper: bool
    records_wire: bool = False
    exits_if_halted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """All that runs, for those who look at it."""

    plan: Plan
    places: Places
    mode: Mode
    written: Written
    clock: SystemClock
    wiring: Wiring
    broker: LiveBroker
    recorder: Recorder
    pulse: Pulse
    log: Log

    def status(self) -> dict[str, Any]:
        """How things stand."""
        return take_status(
            self.wiring,
            settings=self.plan.rules.settings,
            account=self.places.account,
            version=version(),
            mode=self.mode,
            now_ns=self.clock(),
            lost_log_lines=getattr(self.log, "lost", 0),
            loop_late_ms=self.pulse.worst_ms,
        ).document()


Service = Callable[[Running], Awaitable[None]]


class Live:
    """One run of `bn live`. `services` are started around the actors, and cancelled when these have ended."""

    def __init__(self, plan: Plan, *, wall_ns: Callable[[], int], log: Log, services: Sequence[Service] = ()) -> None:
        self._plan = plan
        self._wall_ns = wall_ns
        self._log = log
        self._services = services
        self._pulse = Pulse(log, feed=feed_watchdogs)
        self._stopping = Stopping(log)

    async def run(self) -> None:
        """Until a signal or an operator ends it. Raises BnError: gave up, refused, halted, no journal."""
        try:
            await live_until_signal(self._live, self._stopping.obey, self._log)
        finally:
            leave_watchdogs()

    async def _live(self, nursery: trio.Nursery) -> None:
        nursery.start_soon(self._pulse.run)
        plan, machine = self._plan, SystemClock(self._wall_ns)
        make_data_dir(plan.config)
        try:
            greeting = await first_greeting(
                plan.address,
                rules=plan.rules.link,
                asks_mock=plan.is_paper,
                clock=machine,
                log=self._log,
                on_in_use=lambda: refuse_second(plan.config),
            )
        except LinkGaveUpError as end:
            raise LinkGaveUpError("; ".join([str(end), *_remembered(plan)])) from end
        expected = plan.config.account
        fault = account_fault(list(greeting.accounts), plan.address.port, paper=plan.is_paper, expected=expected)
        if fault:
            raise RefusedError(f"{plan.address}: {fault}; nothing was sent")
        places = places_of(plan.config, greeting.accounts[0])
        make(places)
        mode: Mode = "mock" if greeting.mock_ns else "paper" if plan.is_paper else "real"
        with Journal.open(places.journal, places.account, create=True) as journal:
            recollect = Recollection(journal)
            halted = recollect().orders.halted
            if halted and plan.exits_if_halted:
                raise HaltedError(f"halted: {halted}; bn resume ends that")
            if halted:
                self._log("alert", name="halted", text=f"{halted}: no entries until bn resume")
            is_dry, wall_ns = plan.rules.is_dry, self._wall_ns
            with recorded_run(journal, version=version(), mode=mode, is_dry=is_dry, wall_ns=wall_ns):
                await self._trade(places, mode, greeting, recollect, machine)

    async def _trade(
        self, places: Places, mode: Mode, greeting: Greeting, recollect: Recollection, machine: SystemClock
    ) -> None:
        plan, log = self._plan, self._log
        clock, rules = at_market_time(greeting, machine, plan.rules, self._wall_ns)
        settings = rules.settings
        calendar = Calendar(settings.closures)
        frames = _recording(plan, places, mode, clock, recollect) if plan.records_wire else None
        broker = LiveBroker(
            plan.address,
            Account(
                instrument=settings.instrument,
                paper=plan.is_paper,
                month=lambda now_ns: wiring.month(now_ns),
                expected=places.account,
            ),
            clock=clock,
            prepare=_guarded,
            wire=frames.write if frames else None,
        )
        recorder = Recorder(
            places.tapes, settings.instrument.symbol, calendar=calendar, clock=clock, post=broker.post, log=log
        )
        written = Written(lambda records: append(recollect.journal, records), recollect().orders)
        world = World(
            broker=broker,
            records=broker.records,
            post=broker.post,
            clock=clock,
            write=written,
            remember=recollect,
            tape=recorder,
            log=log,
        )
        wiring = Wiring(recorded(world, frames) if frames else world, rules)
        running = Running(
            plan=plan,
            places=places,
            mode=mode,
            written=written,
            clock=clock,
            wiring=wiring,
            broker=broker,
            recorder=recorder,
            pulse=self._pulse,
            log=log,
        )
        self._stopping.wiring = wiring
        try:
            await self._run(running, frames)
        except BnError as end:
            raise type(end)(f"{end}; {wiring.left_behind()}") from end
        except Exception as error:
            log("alert", name="program_failed", text=f"a bug ends the program; {wiring.left_behind()}", exc=error)
            raise

    async def _run(self, running: Running, frames: Frames | None) -> None:
        ends: list[BnError] = []
        async with trio.open_nursery() as services:
            services.start_soon(running.broker.run)
            services.start_soon(running.recorder.run)
            services.start_soon(_follow_wall, running)
            services.start_soon(_watch_disks, running)
            if frames:
                services.start_soon(frames.run, running.log)
            for service in self._services:
                services.start_soon(service, running)
            try:
                await services.start(_take_orders, running)
                await running.wiring.run()
            except BnError as end:
                ends.append(end)
            finally:
                if frames:
                    frames.end(sys.exception() or (ends[0] if ends else None))
            services.cancel_scope.cancel()
        await running.recorder.end(max(0.0, min(SEAL_S, self._stopping.by_s - trio.current_time())))
        if ends:
            raise ends[0]


def _recording(plan: Plan, places: Places, mode: Mode, clock: SystemClock, recollect: Recollection) -> Frames:
    """A recording that has begun, with what this run begins with."""
    frames, memory, address = Frames(places.wire, clock), recollect(), plan.address
    head = head_of(plan.config, memory, seq=recollect.journal.last_seq, account=places.account, mode=mode)
    of_plan = {"paper": plan.is_paper, "dry": plan.rules.is_dry}
    frames.begin({**head, **of_plan, "host": address.host, "port": address.port, "client_id": address.client_id})
    return frames


def _guarded(ib: Any) -> None:
    guard(ib)


async def _watch_disks(running: Running) -> None:
    """Room for journal, tape and log."""
    folders = (running.places.folder, running.places.logs)
    await DiskGuard(folders, post=running.broker.post, clock=running.clock, log=running.log).run()


async def _take_orders(running: Running, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
    """An operator's, over the control socket."""
    operator = Operator(running.wiring, running.written, post=running.broker.post, clock=running.clock, log=running.log)

    async def status(_asked: dict[str, Any]) -> dict[str, Any]:
        return running.status()

    handlers = {"status": status, "halt": operator.halt, "resume": operator.resume, "flatten": operator.flatten}
    await control.serve(running.places.socket, handlers, running.log, task_status=task_status)


async def _follow_wall(running: Running) -> None:
    """Take over where the machine's clock has been set, while nothing is held that counts its time."""
    while True:
        await trio.sleep(ANCHOR_S)
        state = running.wiring.order.state
        if not state.book.position and running.wiring.is_settled:
            step_ns = running.clock.anchor()
            if step_ns:
                running.log("clock_set", step_ns=step_ns)


def _remembered(plan: Plan) -> Iterator[str]:
    """What the journals say is held, of the accounts that are known."""
    for account in known_accounts(plan.config):
        try:
            shown = status_of_journal(places_of(plan.config, account), plan.rules.settings, 0)
        except StorageError as error:
            yield str(error)
        else:
            yield f"{mask_text(account)}: {shown.words}"


def refuse_second(config: Config) -> None:
    """Raise RefusedError where another process has one of our accounts: the client id that is in use is its."""
    for account in known_accounts(config):
        AccountLock(places_of(config, account).folder, account).close()


def append(journal: Journal, records: Sequence[Record]) -> None:
    """One transaction."""
    journal.append_all([Entry(kind=record.kind, now_ns=record.now_ns, payload=record.payload) for record in records])


def at_market_time(
    greeting: Greeting, machine: SystemClock, rules: Rules, wall_ns: Callable[[], int]
) -> tuple[SystemClock, Rules]:
    """Clock and rules: the machine's, but at a mock its market's, which may go faster than any clock."""
    if not greeting.mock_ns:
        return machine, rules
    ahead_ns = greeting.mock_ns - wall_ns()
    return SystemClock(lambda: wall_ns() + ahead_ns), at_a_mock(rules)
