"""The whole wiring in virtual time, with a scripted TWS at the other end of the broker's port and a journal in memory."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import trio
import trio.testing

from system.domain import link_events as link
from system.domain import order_events as order
from system.domain.errors import StorageError
from system.domain.hours import Hours
from system.domain.instrument import ContractMonth
from system.domain.limits import OrderRules
from system.domain.link_state import LinkRules
from system.domain.order_events import Journal
from system.domain.position import Fill
from system.domain.profile import Profile
from system.domain.risk import Outcome
from system.domain.road import (
    AskSeed,
    BrokerCommand,
    ContractTold,
    Packet,
    QuoteTold,
    Record,
    SeedAnswered,
    SignalTold,
    TradeTold,
)
from system.domain.session import Calendar
from system.domain.settings import SECOND_NS, Settings
from system.domain.ticks import Batch
from system.wiring.clock import VirtualClock
from system.wiring.memory import Memory, remember
from system.wiring.wiring import Rules, Wiring, World
from tests.domain.order_broker import Broker as Book
from tests.domain.tape import NOON

MONTH = ContractMonth(2024, 6)
EAGER = Profile(
    name="eager",
    features="final",
    weights=(0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
    long_above=0.001,
    short_below=-0.001,
    window_trades=4,
    trigger="edge",
    adapts=False,
)
SETTINGS = Settings(profile=EAGER, min_time_between_signals_ns=SECOND_NS, max_signals_per_minute=60)
ACCOUNTS = {"dials", "verifies", "beats", "books"}


@dataclass
class Paper:
    """A journal in memory: what has been written is durable."""

    records: list[Journal] = field(default_factory=list)
    fails: bool = False
    writes: int = 0

    def write(self, records: Sequence[Journal]) -> None:
        self.writes += 1
        if self.fails:
            raise StorageError("the disk is full")
        self.records += records

    def remember(self) -> Memory:
        return remember(self.records)

    def kinds(self) -> list[str]:
        return [record.kind for record in self.records]


@dataclass
class Reel:
    """A tape in memory."""

    batches: list[Batch] = field(default_factory=list)

    def contract(self, contract: ContractTold) -> None:
        self.month = contract.month

    def record(self, batch: Batch, now_ns: int) -> None:
        self.batches.append(batch)

    def kinds(self) -> list[int]:
        return [int(kind) for batch in self.batches for kind in batch["kind"]]


@dataclass
class Ears:
    """What was decided, and what was said."""

    signals: list[tuple[SignalTold, Outcome]] = field(default_factory=list)
    fills: list[Fill] = field(default_factory=list)
    said: list[tuple[str, dict[str, object]]] = field(default_factory=list)

    def signal(self, signal: SignalTold, outcome: Outcome) -> None:
        self.signals.append((signal, outcome))

    def fill(self, fill: Fill) -> None:
        self.fills.append(fill)

    def log(self, event: str, /, **fields: object) -> None:
        self.said.append((event, fields))

    def alerts(self) -> list[str]:
        return [str(fields["name"]) for event, fields in self.said if event == "alert"]


class Tws:
    """Does what is in `does`; everything that it says goes on the road within the instant."""

    def __init__(self) -> None:
        self.does = set(ACCOUNTS)
        self.book = Book()
        self.generation = 0  # of the connection that stands
        self.commands: list[tuple[int, BrokerCommand]] = []
        self.seed: tuple[int, int] | None = (10_000, 1)
        self.lands = True  # what is placed
        self.margin = order.MarginAnswered(
            now_ns=0, generation=0, known=True, initial_cents=1_500_000, equity_cents=10_000_000
        )
        self._in, self.records = trio.open_memory_channel[Packet](1000)

    def start(self, clock: VirtualClock) -> None:
        self.clock = clock

    # the port

    def do(self, command: BrokerCommand) -> None:
        now_ns = self.clock()
        self.book.now_ns = now_ns
        self.commands.append((now_ns, command))
        if isinstance(command, order.Place | order.Cancel | order.Ask):
            self._trade(command, now_ns)
        elif isinstance(command, order.AskMargin):
            self.say(self.margin)
        elif isinstance(command, link.Dial):
            self._dial(command.generation)
        elif isinstance(command, link.Abort):
            self.generation = 0
        elif isinstance(command, AskSeed):
            self._seed(command)
        elif isinstance(command, link.Probe) and "beats" in self.does:
            self.say(link.HeartbeatAnswered(now_ns=now_ns, generation=command.generation, server_ns=now_ns))

    def _trade(self, command: order.Place | order.Cancel | order.Ask, now_ns: int) -> None:
        match command:
            case order.Place():
                if self.lands:
                    self.book.place(command.orders)
                ids = tuple(terms.order_id for terms in command.orders)
                self.say(order.PlacementAnswered(now_ns=now_ns, order_ids=ids, sent=True), *self._mail())
            case order.Cancel():
                self.book.cancel(command.order_id)
                self.say(*self._mail())
            case order.Ask():
                if "books" in self.does:
                    self.say(self.book.answer(command))

    def post(self, record: Record) -> None:
        self.say(record)

    # what it says

    def say(self, *records: Record) -> None:
        now_ns = self.clock()
        stamped = tuple(replace(record, now_ns=now_ns) for record in records)
        self._in.send_nowait(Packet(now_ns=now_ns, records=stamped))

    def _dial(self, generation: int) -> None:
        now_ns = self.clock()
        if "dials" not in self.does:
            self.say(link.DialFailed(now_ns=now_ns, generation=generation, reason="refused"))
            return
        self.generation = self.book.generation = generation
        self.say(
            link.Connected(now_ns=now_ns, generation=generation),
            order.NextIdTold(now_ns=now_ns, generation=generation, order_id=1 + max(self.book.orders, default=0)),
            ContractTold(now_ns=now_ns, generation=generation, month=MONTH, con_id=1, local_symbol="ESM4"),
            link.Verified(now_ns=now_ns, generation=generation),
        )

    def _seed(self, asked: AskSeed) -> None:
        price_size, size = self.seed or (0, 0)
        self.say(
            SeedAnswered(
                now_ns=0, generation=asked.generation, known=self.seed is not None, price_size=price_size, size=size
            )
        )

    def _mail(self) -> list[Any]:
        mail, self.book.mail = self.book.mail, []
        return mail

    def hang_up(self) -> None:
        self.say(link.ConnectionLost(now_ns=0, generation=self.generation, reason="hung up"))

    def fill(self, order_id: int, price_ticks: int = 20_000) -> None:
        """Fill an order whole."""
        self.say(*self.filled(order_id, price_ticks))

    def filled(self, order_id: int, price_ticks: int = 20_000) -> list[Any]:
        """What is said when an order fills whole."""
        self.book.now_ns = self.clock()
        resting = self.book.orders[order_id]
        self.book.fill(resting, self.book.can_fill(resting), price_ticks)
        return [replace(told, ts_ns=self.clock()) if hasattr(told, "ts_ns") else told for told in self._mail()]

    # the market

    def quote(self, bid: int = 20_000, ask: int = 20_001, bid_size: int = 10, ask_size: int = 10) -> list[Record]:
        told = QuoteTold(
            now_ns=0,
            generation=self.generation,
            bid_ticks=bid,
            ask_ticks=ask,
            bid_size=bid_size,
            ask_size=ask_size,
        )
        return [told, link.DataFlowing(now_ns=0, generation=self.generation, stream="BidAsk")]

    def trade(self, price: int = 20_000, size: int = 1) -> list[Record]:
        told = TradeTold(now_ns=0, generation=self.generation, price_ticks=price, size=size)
        return [told, link.DataFlowing(now_ns=0, generation=self.generation, stream="Last")]


@dataclass
class Stage:
    """All of it."""

    tws: Tws
    wiring: Wiring
    paper: Paper
    reel: Reel
    ears: Ears
    clock: VirtualClock

    async def settle(self, seconds: float = 0.0) -> None:
        """Let time pass, and everybody finish."""
        await trio.sleep(seconds)
        await trio.testing.wait_all_tasks_blocked()

    async def until_ready(self) -> None:
        """Dial, and let both streams flow."""
        await self.settle(1)
        self.tws.say(*self.tws.quote(), *self.tws.trade())
        await self.settle(20)  # subscriptions are spaced
        await self.flow(1)

    async def flow(self, seconds: float, price: int = 20_000) -> None:
        """A quote and a trade every half second."""
        for _ in range(round(seconds * 2)):
            if self.tws.generation:
                self.tws.say(*self.tws.quote(price, price + 1), *self.tws.trade(price))
            await self.settle(0.5)

    def done(self, kind: type) -> list[Any]:
        return [command for _, command in self.tws.commands if isinstance(command, kind)]


@asynccontextmanager
async def stage(
    at_ns: int = NOON,
    *,
    settings: Settings | None = None,
    paper: Paper | None = None,
    tws: Tws | None = None,
    spacing_s: int = 0,
    **rules: Any,
) -> AsyncIterator[Stage]:
    """The wiring, running. What it ends with is raised at the end of the block."""
    tws, paper, reel, ears = tws or Tws(), paper or Paper(), Reel(), Ears()
    clock = VirtualClock(at_ns)
    tws.start(clock)
    world = World(
        broker=tws,
        records=tws.records,
        post=tws.post,
        clock=clock,
        write=paper.write,
        remember=paper.remember,
        tape=reel,
        log=ears.log,
        decisions=ears,
    )
    settings = settings or Settings()
    wiring = Wiring(
        world,
        Rules(
            settings=settings,
            link=LinkRules(hours=Hours(Calendar(settings.closures)), spacing_ns=spacing_s * SECOND_NS),
            orders=OrderRules(),
            contract_month=MONTH,
            **rules,
        ),
    )
    async with trio.open_nursery() as services:
        services.start_soon(wiring.run)
        yield Stage(tws=tws, wiring=wiring, paper=paper, reel=reel, ears=ears, clock=clock)
        services.cancel_scope.cancel()


async def push(it: Stage, side: int, times: int = 6) -> None:
    """Trades of one side, until the profile has a signal."""
    for _ in range(times):
        it.tws.say(*it.tws.quote(), *it.tws.trade(20_001 if side > 0 else 20_000, 50))
        await it.settle(0.5)
