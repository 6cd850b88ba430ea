"""The live system, real client and mock TWS in one process: virtual time, a journal in memory or on disk, any fault."""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, TypeVar

import trio
import trio.testing

from simulator.faults.plan import read_plan
from simulator.faults.player import Player
from simulator.tws.lockstep import play
from simulator.tws.memory import in_memory
from simulator.tws.requests import CancelOrder, PlaceOrder
from simulator.tws.world import World as Mock
from system.broker.account import Account
from system.broker.address import Address
from system.broker.broker import LiveBroker
from system.broker.door import loop
from system.domain.hours import Hours
from system.domain.instrument import ES
from system.domain.limits import OrderRules
from system.domain.link_state import LinkRules, Phase
from system.domain.order_events import Journal
from system.domain.order_log import State
from system.domain.order_state import OrderState
from system.domain.road import OperatorAsked
from system.domain.session import Calendar
from system.domain.settings import SECOND_NS, Settings
from system.storage.journal import Entry
from system.storage.journal import Journal as File
from system.wiring.clock import VirtualClock
from system.wiring.memory import Kept, Memory, remember
from system.wiring.wiring import Rules, Wiring, World
from tests.actors.stage import SETTINGS, Ears, Paper, Reel
from tests.live.market import a_quiet_world, trades

ADDRESS = Address(host="memory", port=7497, client_id=1)
STEP_S = 0.1
T = TypeVar("T")


class Killed(BaseException):
    """The program is gone, as by kill -9: raised by a hook, and nothing of the program's own catches it."""


@dataclass
class Disk:
    """A journal in a file, written and read as the program does it."""

    file: File
    records: list[Kept] = field(default_factory=list)
    writes: int = 0

    def __post_init__(self) -> None:
        self.records += self.file.records()

    def write(self, records: Sequence[Journal]) -> None:
        self.writes += 1
        self.file.append_all([Entry(kind=one.kind, now_ns=one.now_ns, payload=one.payload) for one in records])
        self.records += records

    def remember(self) -> Memory:
        return remember(self.file.records())


@contextmanager
def on_disk(path: Path) -> Iterator[Disk]:
    """The journal in a folder, made where there is none."""
    path.mkdir(exist_ok=True)
    with File.open(path / "journal.db", "DU1", create=True) as file:
        yield Disk(file=file)


def killed_at(write: int, *, durable: bool) -> Callable[[World], World]:
    """A hook for `live`: the program is killed in its n-th write, before the records are on disk or right after."""

    def hook(world: World) -> World:
        calls = 0

        def killed(records: Sequence[Journal]) -> None:
            nonlocal calls
            calls += 1
            if calls < write or durable:
                world.write(records)
            if calls == write:
                raise Killed

        return replace(world, write=killed)

    return hook


async def pass_without_us(mock: Mock, seconds: float) -> None:
    """Let the market and the broker go on while no program of ours runs."""
    mock.faults = None
    await play(mock, mock.now_ns + round(seconds * SECOND_NS))


@dataclass
class Live:
    """All of it, running."""

    mock: Mock
    broker: LiveBroker
    wiring: Wiring
    paper: Paper | Disk
    reel: Reel
    ears: Ears
    clock: VirtualClock
    faults: Player
    settings: Settings
    phases: list[tuple[int, str]]  # the link's, each with when it began

    # time

    async def settle(self, seconds: float) -> None:
        """Let the market go on."""
        await trio.sleep(seconds)
        await trio.testing.wait_all_tasks_blocked()

    async def until(self, holds: Callable[[], object], within_s: float) -> float:
        """Let it go on until something holds; after how long. Fails when it does not within that time."""
        began_ns = self.clock()
        while not holds():
            passed_s = (self.clock() - began_ns) / SECOND_NS
            assert passed_s < within_s, f"not within {within_s} s: {self.described()}"
            await self.settle(STEP_S)
        return (self.clock() - began_ns) / SECOND_NS

    async def ready(self, within_s: float = 60) -> float:
        """Until entries may be made (L04)."""
        return await self.until(lambda: not self.why_halted, within_s)

    # the market and the broker

    def inject(self, kind: str, for_: str | None = None, client: int | None = None, **settings: Any) -> None:
        """Let a fault begin now. `of` and other settings by their names."""
        self.faults.inject(kind, for_, client, settings)

    async def signal(self, side: int, pushes: int = 20) -> None:
        """Let the market give a signal by trades of one side, half a second apart."""
        told = len(self.ears.signals)
        for _ in range(pushes):
            self.mock.place(trades(self.mock, side))
            await self.settle(0.5)
            if len(self.ears.signals) > told:
                return
        raise AssertionError("no signal came")

    async def enter(self, side: int = 1) -> None:
        """Until the broker holds what a signal leads to, and its stop is proven."""
        await self.ready()
        await self.signal(side)
        await self.until(lambda: self.truth == side * self.settings.contracts, 5)
        await self.until(lambda: self.wiring.is_protected, 5)

    def fill(self, order_id: int, contracts: int = 0, price_ticks: int | None = None) -> None:
        """Fill one of our orders at the exchange, whatever the market does."""
        self.mock.fill(ADDRESS.client_id, order_id, contracts, price_ticks)

    def take_back(self, order_id: int, reason: str = "injected") -> None:
        """IB takes back an order of ours that rests: 201 and Inactive."""
        (order,) = [one for one in self.mock.desk.orders if (one.client_id, one.order_id) == (1, order_id)]
        self.mock.deliver(self.mock.desk.reject(order.perm_id, reason, self.mock.now_ns))

    def forget_data(self) -> None:
        """TWS no longer knows what was asked for of the market, and says nothing."""
        self.mock.forget_data(self.mock.sessions[ADDRESS.client_id])

    def ask(self, what: Literal["halt", "resume", "flatten", "stop"]) -> None:
        """An operator's command."""
        self.broker.post(OperatorAsked(now_ns=self.clock(), what=what))

    # what was sent

    def heard(self, kind: type[T]) -> list[T]:
        """What TWS has got from us."""
        return [one for client_id, one in self.mock.heard if client_id == ADDRESS.client_id and isinstance(one, kind)]

    @property
    def placed(self) -> list[int]:
        """Order ids, in the order in which they were sent."""
        return [one.order_id for one in self.heard(PlaceOrder)]

    @property
    def canceled(self) -> list[int]:
        """Order ids whose cancel was asked for."""
        return [one.order_id for one in self.heard(CancelOrder)]

    # what is

    @property
    def truth(self) -> int:
        """What the account holds at the broker."""
        return sum(contracts for _, contracts in self.mock.desk.positions())

    @property
    def resting(self) -> dict[int, str]:
        """Our orders that live at the broker, by id, with their status."""
        return {one.order_id: one.status for one in self.mock.desk.orders if one.client_id == ADDRESS.client_id}

    @property
    def orders(self) -> State:
        """What the order brain knows."""
        return self.wiring.order.state

    @property
    def held(self) -> int:
        """What the book holds."""
        return self.orders.book.position

    @property
    def phase(self) -> Phase:
        """Where the link is."""
        return self.wiring.watchdog.state.phase

    @property
    def why_halted(self) -> str:
        """Why no entry may be made."""
        return self.wiring.risk.why_halted()

    @property
    def entries(self) -> int:
        """How many signals have become orders."""
        return [outcome for _, outcome in self.ears.signals].count("accepted")

    @property
    def is_over(self) -> bool:
        """Whether the newest bracket is: nothing of it may fill any more."""
        return self.orders.bracket is not None and self.orders.bracket.is_over

    @property
    def writes(self) -> int:
        """How often the journal was written to."""
        return self.paper.writes

    @property
    def is_sure(self) -> bool:
        """Whether the stop is proven, and nothing is unknown of any order."""
        unknown = any(one.state is OrderState.UNKNOWN for one in self.orders.orders)
        return self.wiring.is_protected and not unknown

    def described(self) -> str:
        """All that helps where a test fails."""
        orders = [
            f"{one.order_id} {one.role.value} {one.state.value} filled {one.filled} hint {one.hint!r}"
            for one in self.orders.orders
        ]
        return (
            f"{self.phase.value}, halted by {self.why_halted!r}, book {self.held}, broker {self.truth}, "
            f"resting {self.resting}, orders {orders}, alerts {self.ears.alerts()}"
        )

    def agrees(self) -> None:
        """Book and broker say the same, no order was sent twice, and the journal leads to what runs (S06, S07, S10)."""
        assert self.held == self.truth, self.described()
        live = {one.order_id for one in self.orders.orders if one.is_live}
        assert live == set(self.resting), self.described()
        self.was_sent_once()
        assert self.paper.remember().orders == self.orders

    def was_sent_once(self) -> None:
        """Each order once, its id higher than all before, its intent in the journal."""
        assert self.placed == sorted(set(self.placed)), f"ids do not rise: {self.placed}"
        written: set[int] = set()
        for one in self.paper.records:
            if one.kind == "intent":
                first = int(one.payload["entry_id"])
                written |= {first, first + 1, first + 2}
            elif one.kind == "exit_intent":
                written.add(int(one.payload["order_id"]))
        assert set(self.placed) <= written, f"without an intent: {set(self.placed) - written}"


@asynccontextmanager
async def live(
    mock: Mock | None = None,
    *,
    plan: str = "",
    settings: Settings = SETTINGS,
    paper: Paper | Disk | None = None,
    spacing_s: int = 0,
    for_s: int = 7200,
    hook: Callable[[World], World] = lambda world: world,
    ends: type[BaseException] | None = None,
    hours: Hours | None = None,
    allow_sampled: bool = False,
    **rules: Any,
) -> AsyncIterator[Live]:
    """The live system at 10:00 New York, with faults by a plan. `hook` may put something before its world.

    `ends`: what it is to end with by itself, before the block is done.
    """
    mock = mock or a_quiet_world()
    try:
        link = LinkRules(
            hours=hours or Hours(Calendar(settings.closures)),
            spacing_ns=spacing_s * SECOND_NS,
            allow_sampled=allow_sampled,
        )
        async with _live(mock, plan, settings, paper or Paper(), link, for_s, hook, rules) as it:
            yield it
    except BaseExceptionGroup as group:
        error = leaf(group)
        if ends is None or not isinstance(error, ends):
            raise error from None
    else:
        assert ends is None, f"it did not end by itself: {it.described()}"


def leaf(error: BaseException) -> BaseException:
    """The one failure within groups of groups; where there are more, the group."""
    while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    return error


@asynccontextmanager
async def _live(
    mock: Mock,
    plan: str,
    settings: Settings,
    paper: Paper | Disk,
    link: LinkRules,
    for_s: int,
    hook: Callable[[World], World],
    rules: dict[str, Any],
) -> AsyncIterator[Live]:
    faults = mock.faults = Player(mock, read_plan(plan, "plan"))
    reel, ears = Reel(), Ears()
    phases: list[tuple[int, str]] = []
    clock = VirtualClock(mock.now_ns)

    def log(event: str, /, **fields: object) -> None:
        ears.log(event, **fields)
        if event == "link":
            phases.append((clock(), str(fields["phase"])))

    def prepare(ib: Any) -> None:
        in_memory(ib, mock)

    async with loop(lambda text: ears.log("loop_failed", text=text)), trio.open_nursery() as services:
        broker = LiveBroker(
            ADDRESS,
            Account(instrument=ES, paper=True, month=lambda now_ns: wiring.month(now_ns)),
            clock=clock,
            prepare=prepare,
        )
        world = World(
            broker=broker,
            records=broker.records,
            post=broker.post,
            clock=clock,
            write=paper.write,
            remember=paper.remember,
            tape=reel,
            log=log,
            decisions=ears,
        )
        wiring = Wiring(hook(world), Rules(settings=settings, link=link, orders=OrderRules(), **rules))
        services.start_soon(broker.run)
        services.start_soon(play, mock, mock.now_ns + for_s * SECOND_NS)
        services.start_soon(wiring.run)
        yield Live(
            mock=mock,
            broker=broker,
            wiring=wiring,
            paper=paper,
            reel=reel,
            ears=ears,
            clock=clock,
            faults=faults,
            settings=settings,
            phases=phases,
        )
        services.cancel_scope.cancel()
