"""`bn record`: live ticks to tapes, and nothing else. There is no journal, no book is asked for, no order can leave.

The actors run as they do in trading, without acting on anything: so data is watched, asked for again and marked where
it is missing in the one way that there is.
"""

import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, assert_never

import trio

from system.actors.ports import Log
from system.broker.account import Account
from system.broker.address import Address, account_fault
from system.broker.broker import LiveBroker
from system.broker.door import guard
from system.domain import link_events as link
from system.domain import order_events as order
from system.domain.errors import BnError, RefusedError, StorageError
from system.domain.road import AskSeed, BrokerCommand
from system.domain.session import Calendar
from system.wiring.clock import SystemClock
from system.wiring.first_dial import first_greeting
from system.wiring.lifetime import live_until_signal
from system.wiring.memory import Memory
from system.wiring.recorder import Recorder
from system.wiring.service import at_market_time
from system.wiring.wiring import Rules, Wiring, World

LOOK_S: Final = 1.0
SEAL_S: Final = 60.0  # nothing else is left to do at the end
OF_TRADING: Final = frozenset({"signal", "reconciled"})  # what is said of it means nothing here


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPlan:
    """What is to be recorded, and where to. `rules` are made dry."""

    address: Address
    rules: Rules
    is_paper: bool
    folder: Path
    account: str = ""


class Listener:
    """The broker's port for who only listens: a question for books is answered by there being none of ours."""

    def __init__(self, broker: LiveBroker, clock: Callable[[], int]) -> None:
        self._broker = broker
        self._clock = clock
        self._generation = 0

    def do(self, command: BrokerCommand) -> None:
        """Pass on what is about the connection and the market."""
        match command:
            case order.Place() | order.Cancel() | order.AskMargin():
                raise AssertionError("who only listens sends no orders")
            case order.Ask():
                self._answer(command)
            case link.Dial():
                self._generation = command.generation
                self._broker.do(command)
            case link.Abort() | link.Probe() | link.Subscribe() | link.Resubscribe() | AskSeed():
                self._broker.do(command)
            case _:
                assert_never(command)

    def _answer(self, asked: order.Ask) -> None:
        kinds = {
            "open_orders": order.OpenOrdersAnswered,
            "executions": order.ExecutionsAnswered,
            "positions": order.PositionsAnswered,
        }
        told = kinds[asked.question]
        self._broker.post(told(now_ns=self._clock(), generation=self._generation, number=asked.number, known=True))


class Recording:
    """One run of `bn record`. `services` run beside it."""

    def __init__(
        self,
        plan: RecordPlan,
        *,
        wall_ns: Callable[[], int],
        log: Log,
        services: Sequence[Callable[[], Awaitable[None]]] = (),
    ) -> None:
        self._services = services
        self._plan = plan
        self._wall_ns = wall_ns
        self._log = log

    async def run(self) -> None:
        """Until a signal ends it. Raises BnError: gave up, refused, a disk that takes no more."""
        await live_until_signal(self._record, self._obey, self._log)

    async def _obey(self, signals: AsyncIterator[int], nursery: trio.Nursery) -> None:
        async for number in signals:
            self._log("signal_taken", name=signal.Signals(number).name)
            nursery.cancel_scope.cancel()
            return

    async def _record(self, nursery: trio.Nursery) -> None:
        for service in self._services:
            nursery.start_soon(service)
        plan = self._plan
        clock = SystemClock(self._wall_ns)
        greeting = await first_greeting(
            plan.address,
            rules=plan.rules.link,
            asks_mock=plan.is_paper,
            clock=clock,
            log=self._log,
            on_in_use=lambda: None,
        )
        fault = account_fault(list(greeting.accounts), plan.address.port, paper=plan.is_paper, expected=plan.account)
        if fault:
            raise RefusedError(f"{plan.address}: {fault}; nothing was sent")
        clock, rules = at_market_time(greeting, clock, plan.rules, self._wall_ns)
        await self._listen(clock, replace(rules, is_dry=True, rolls=True))

    async def _listen(self, clock: SystemClock, rules: Rules) -> None:
        plan, settings, log = self._plan, rules.settings, self._say
        broker = LiveBroker(
            plan.address,
            Account(
                instrument=settings.instrument,
                paper=plan.is_paper,
                month=lambda now_ns: wiring.month(now_ns),
                expected=plan.account,
            ),
            clock=clock,
            prepare=_guarded,
        )
        calendar = Calendar(settings.closures)
        recorder = Recorder(
            plan.folder, settings.instrument.symbol, calendar=calendar, clock=clock, post=broker.post, log=log
        )
        world = World(
            broker=Listener(broker, clock),
            records=broker.records,
            post=broker.post,
            clock=clock,
            write=lambda records: None,
            remember=Memory,
            tape=recorder,
            log=log,
        )
        wiring = Wiring(world, rules)
        try:
            await self._serve(broker, recorder, wiring)
        finally:
            with trio.CancelScope(shield=True):
                await recorder.end(SEAL_S)

    async def _serve(self, broker: LiveBroker, recorder: Recorder, wiring: Wiring) -> None:
        ends: list[BnError] = []

        async def live(run: Callable[[], Any]) -> None:
            try:
                await run()
            except BnError as end:
                ends.append(end)
                services.cancel_scope.cancel()

        async with trio.open_nursery() as services:
            for run in (broker.run, recorder.run, wiring.run, lambda: _watch(recorder)):
                services.start_soon(live, run)
        if ends:
            raise ends[0]

    def _say(self, event: str, /, **fields: object) -> None:
        if event not in OF_TRADING:
            self._log(event, **fields)


async def _watch(recorder: Recorder) -> None:
    """A recorder that records no more has no reason to go on."""
    while not recorder.has_failed:  # noqa: ASYNC110 - the actors call it, and need no events
        await trio.sleep(LOOK_S)
    raise StorageError("the tape cannot be recorded")


def _guarded(ib: Any) -> None:
    guard(ib)
