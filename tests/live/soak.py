"""Weeks of trading in one process and in virtual time: what of the live system, or of the mock TWS, grows?

Each trading day has brackets, five faults of the connection, four openings of the machine's lid, the daily break and
the nightly maintenance; there are weekends, holidays, a contract's roll and restarts of the program between them.
Journal, tapes and logs are on disk. `ops/soak [DAYS]` runs it by itself.
"""

import json
import random
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import ib_insync
import trio
import trio.testing

from simulator.faults.plan import read_plan
from simulator.faults.player import Player
from simulator.fidelity.guard import nothing_outside
from simulator.tws.lockstep import play
from simulator.tws.lockstep_clock import LockstepClock
from simulator.tws.memory import in_memory
from simulator.tws.session import Session
from simulator.tws.world import World as Mock
from system.broker.account import Account
from system.broker.address import Address
from system.broker.broker import LiveBroker
from system.broker.door import loop
from system.broker.ear import Ear
from system.broker.line import Line
from system.domain.hours import Hours
from system.domain.instrument import ES
from system.domain.limits import OrderRules
from system.domain.link_state import LinkRules, Phase
from system.domain.maintenance import Window
from system.domain.order_state import OrderState
from system.domain.road import OperatorAsked
from system.domain.session import Calendar
from system.domain.settings import SECOND_NS, Settings
from system.storage.journal import Journal
from system.storage.live_tape import Sealed, seal_left_over
from system.wiring.log import EventLog, library_events
from system.wiring.memory import Recollection, remember
from system.wiring.operator import Written
from system.wiring.recorder import Recorder
from system.wiring.service import append
from system.wiring.status import take_status
from system.wiring.wiring import Rules, Wiring, World
from tests.actors.stage import EAGER
from tests.live import lid
from tests.live.growth import Measure, census, grown, measure, rising, slope_kib
from tests.live.market import trades

FIRST: Final = date(2024, 3, 18)
DAYS: Final = 100
WARM_DAYS: Final = 20  # until everything that is kept for some days is full
SLOPE_MAX_KIB: Final = 20.0  # a day
RESTARTS: Final = (5, 10)  # after so many days: early, so that what is measured is one long run of the program
ADDRESS: Final = Address(host="memory", port=7497, client_id=1)
FAULTS: Final[tuple[tuple[str, str | None, dict[str, Any]], ...]] = (
    ("reset", None, {}),
    ("half_open", "20s", {"then": "reset"}),
    ("truncate", None, {}),
    ("restart", "8s", {"ids_lost": 4}),
    ("hang_up", None, {}),
)
KINDS: Final = (ib_insync.IB, Line, Ear, Session, LiveBroker, Wiring, Recorder, Journal, Player)
FAR: Final = 6  # ticks; beyond stop and target
READY_S: Final = 120
STABLE_S: Final = 10
SETTLE_S: Final = 5
STEP_S: Final = 0.25
SETTINGS: Final = Settings(
    profile=EAGER,
    min_time_between_signals_ns=SECOND_NS,
    max_signals_per_minute=60,
    stop_ticks=4,
    target_ticks=4,
    min_trade_duration_ns=0,
    cooldown_after_loss_ns=0,
    max_daily_loss_cents=1 << 40,
    max_trades_per_day=1000,
    max_consecutive_losses=1000,
)
WINDOW: Final = Window(name="nightly", zone=ZoneInfo("America/New_York"), start_s=23 * 3600 + 45 * 60, end_s=45 * 60)


@dataclass
class Tally:
    """What the days have come to."""

    days: int = 0
    connections: int = 0
    faults: int = 0
    trades: int = 0
    runs: int = 0
    resumed: int = 0
    measures: list[Measure] = field(default_factory=list)
    before: Counter[type] = field(default_factory=Counter)  # objects once it was warm, and at the end
    after: Counter[type] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


@dataclass
class Program:
    """One run of the program, and the market that it runs in."""

    mock: Mock
    clock: lid.LidClock
    broker: LiveBroker
    wiring: Wiring
    journal: Journal
    written: Written
    log: EventLog
    tally: Tally
    chance: random.Random

    # time

    async def until(self, holds: Callable[[], object], within_s: float) -> bool:
        """Let the market go on until something holds; whether it does within that time."""
        by_s = trio.current_time() + within_s
        while not holds() and trio.current_time() < by_s:  # noqa: ASYNC110 - what is waited for knows no event
            await trio.sleep(STEP_S)
        return bool(holds())

    async def ready(self) -> None:
        """Until entries may be made; a sticky halt is ended as an operator would."""
        if self.wiring.risk.halted:
            self.tally.resumed += 1
            self.broker.post(OperatorAsked(now_ns=self.clock(), what="resume"))
        watchdog, risk = self.wiring.watchdog, self.wiring.risk

        def holds() -> bool:
            state = watchdog.state  # the gate hears of it later, within the instant
            return state.phase is Phase.READY and not state.failures and not risk.why_halted()

        if not await self.until(holds, READY_S):
            self.fail(f"not ready within {READY_S} s: {self.wiring.risk.why_halted()}")

    def fail(self, what: str) -> None:
        """Note what is wrong."""
        self.tally.wrong.append(f"day {self.tally.days + 1}: {what}")

    # a day

    async def stretch(self, start_ns: int, end_ns: int, *, trades: bool) -> None:
        """Sleep until a stretch of the day, and live through it."""
        await trio.testing.wait_all_tasks_blocked()
        self.mock.faults = None
        self.mock.advance(start_ns)
        self.clock.sleep_until(start_ns)
        faults = self.mock.faults = Player(self.mock, read_plan("", "plan"))
        async with trio.open_nursery() as nursery:
            nursery.start_soon(play, self.mock, end_ns)
            await self.until(lambda: self.wiring.watchdog.state.phase is not Phase.READY, 2)
            if trades:
                await self._trade(faults)
                await trio.sleep(SETTLE_S)
            else:
                await trio.sleep((end_ns - self.clock()) / SECOND_NS - STEP_S)
            nursery.cancel_scope.cancel()
        self._look()

    async def _trade(self, faults: Player) -> None:
        """A trade and a fault in turn; some faults come while something is held."""
        order = self.chance.sample(FAULTS, len(FAULTS))
        for kind, for_, settings in order:
            held = self.chance.random() < 0.5
            await self.ready()
            if await self._enter() and not held:
                await self._leave()
            generation = self.wiring.watchdog.state.generation
            faults.inject(kind, for_, ADDRESS.client_id if kind != "restart" else None, settings)
            self.tally.faults += 1
            if not await self.until(lambda seen=generation: self.wiring.watchdog.state.generation > seen, 60):  # type: ignore[misc]
                self.fail(f"{kind} has not led to another connection")
            await self.ready()
            await self._leave()

    @property
    def _held(self) -> int:
        return self.wiring.order.state.book.position

    async def _enter(self) -> bool:
        """Until a signal has become a position."""
        side = self.chance.choice((-1, 1))
        for _ in range(20):
            self.mock.place(trades(self.mock, side))
            if await self.until(lambda: self._held, 0.5):
                self.tally.trades += 1
                return True
        return False

    async def _leave(self) -> None:
        """Move the price beyond stop or target, towards where it came from."""
        if not self._held:
            return
        bid_ticks = self.mock.data.board.bid_ticks
        self.mock.move(-FAR if bid_ticks > 20_000 else FAR)
        if not await self.until(lambda: not self._held, 30):
            self.fail(f"{self._held} still held: {self.wiring.left_behind()}")

    def _look(self) -> None:
        """As whoever asks for the status does; and book and broker must agree, nothing being unknown."""
        state = self.wiring.order.state
        take_status(
            self.wiring,
            settings=SETTINGS,
            account="DU1",
            version="soak",
            mode="mock",
            now_ns=self.clock(),
            lost_log_lines=self.log.lost,
        ).document()
        truth = sum(contracts for _, contracts in self.mock.desk.positions())
        if state.book.position != truth:
            self.fail(f"book {state.book.position}, broker {truth}")
        unknown = [one.order_id for one in state.orders if one.state is OrderState.UNKNOWN]
        if self.wiring.watchdog.state.phase is not Phase.READY or unknown:
            self.fail(f"{self.wiring.watchdog.state.phase.value} at the end, unknown: {unknown}")

    def measure(self) -> Measure:
        """What there is of everything."""
        state, office = self.wiring.order.state, self.mock.desk._office
        line = self.broker._line
        sizes = {
            "past": len(state.past),
            "executions": len(state.book.executions),
            "foreign": len(state.foreign_executions) + len(state.foreign_orders),
            "sent": len(state.sent_ns),
            "road": self.broker.records.statistics().current_buffer_used,
            "questions": len(line._asked._open) if line is not None else 0,
            "events_said": len(self.log._said),
            "mock_heard": len(self.mock.heard),
            "mock_orders": len(office.registry._all),
            "mock_fills": len(office.executions._fills),
            "mock_connections": len(self.mock.connections),
            "mock_raw_events": self.mock.data.history._raw_events,
        }
        return measure(self.tally.days, KINDS, sizes)


@asynccontextmanager
async def program(folder: Path, mock: Mock, clock: lid.LidClock, log: EventLog, tally: Tally) -> AsyncIterator[Program]:
    """From its start to its end, as `bn live` composes it."""
    calendar = Calendar()
    hours = Hours(calendar, [WINDOW], 900 * SECOND_NS)

    def prepare(ib: Any) -> None:
        in_memory(ib, mock)

    async def seal_here(tapes: Path) -> list[Sealed]:
        return seal_left_over(tapes)

    with Journal.open(folder / "journal.db", "DU1", create=True) as journal:
        recollect = Recollection(journal)
        async with trio.open_nursery() as services:
            broker = LiveBroker(
                ADDRESS,
                Account(instrument=ES, paper=True, month=lambda now_ns: wiring.month(now_ns)),
                clock=clock,
                prepare=prepare,
            )
            recorder = Recorder(
                folder / "tapes", "ES", calendar=calendar, clock=clock, post=broker.post, log=log, seal=seal_here
            )
            written = Written(lambda records: append(journal, records), recollect().orders)
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
            link = LinkRules(hours=hours, spacing_ns=0, stable_ns=STABLE_S * SECOND_NS)
            rules = OrderRules(max_day_loss_cents=1 << 40)
            wiring = Wiring(world, Rules(settings=SETTINGS, link=link, orders=rules, rolls=True, checks_margin=True))
            for run in (broker.run, recorder.run, wiring.run):
                services.start_soon(run)
            tally.runs += 1
            yield Program(
                mock=mock,
                clock=clock,
                broker=broker,
                wiring=wiring,
                journal=journal,
                written=written,
                log=log,
                tally=tally,
                chance=random.Random(tally.runs),
            )
            tally.connections += wiring.watchdog.state.generation
            if remember(journal.records()).orders != wiring.order.state:
                tally.wrong.append(f"day {tally.days}: the journal leads to another state than the one that runs")
            services.cancel_scope.cancel()
        await recorder.end()


async def live(folder: Path, days: int, show: Callable[[Tally], None]) -> Tally:
    """So many trading days. Stops at the first thing that is wrong."""
    tally, calendar_days = Tally(), 2 * days + 10
    mock = lid.a_market_of(FIRST, calendar_days)
    clock = lid.LidClock(mock.now_ns)
    (folder / "tapes").mkdir()
    log = EventLog(folder / "logs", clock)

    ahead = iter(FIRST + timedelta(days=number) for number in range(calendar_days))
    with library_events(log):
        async with loop(lambda text: tally.wrong.append(text)):
            while tally.days < days and not tally.wrong:
                until = min([days, *(end for end in RESTARTS if end > tally.days)])
                async with program(folder, mock, clock, log, tally) as it:
                    await _days(it, ahead, until, warm_days(days), show)
    log.close()
    tally.after = census()
    return tally


def warm_days(days: int) -> int:
    """How many of them pass before growth is measured."""
    return min(WARM_DAYS, days // 2)


async def _days(it: Program, ahead: Iterator[date], until: int, warm: int, show: Callable[[Tally], None]) -> None:
    tally = it.tally
    while tally.days < until and not tally.wrong:
        day = next(ahead)
        trades = lid.is_trading_day(day)
        for number, (start_ns, end_ns) in enumerate(lid.stretches(day)):
            await it.stretch(start_ns, end_ns, trades=trades and not number)
        if trades:
            tally.days += 1
            tally.measures.append(it.measure())
            if tally.days == warm:
                tally.before = census()
            show(tally)


def soak(days: int, show: Callable[[Tally], None] = lambda _: None) -> Tally:
    """In a folder of its own that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="soak-") as folder, nothing_outside():
        return trio.run(live, Path(folder), days, show, clock=LockstepClock())


def main() -> int:
    """The command."""
    days = int(sys.argv[1]) if len(sys.argv) > 1 else DAYS

    def show(tally: Tally) -> None:
        last = tally.measures[-1]
        shown = {**last.counts, **last.sizes}
        sys.stderr.write(
            f"{last.day} rss {last.rss_kib} blocks {last.blocks} "
            + " ".join(f"{k} {v}" for k, v in shown.items())
            + "\n"
        )

    tally = soak(days, show)
    late = [one for one in tally.measures if one.day >= warm_days(days)]
    wrong = tally.wrong + (rising(late) if late else ["no day was measured"])
    kib = slope_kib(late)
    if kib >= SLOPE_MAX_KIB:
        wrong.append(f"memory grows by {kib:.1f} KiB a day; expected less than {SLOPE_MAX_KIB:g}")
    for one in [*wrong, *grown(tally.before, tally.after)]:
        sys.stdout.write(one + "\n")
    words = {name: getattr(tally, name) for name in ("days", "runs", "connections", "faults", "trades", "resumed")}
    sys.stdout.write(json.dumps({**words, "rss_kib_a_day": round(kib, 2)}) + "\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
