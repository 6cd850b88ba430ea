"""What is true at the mock broker: its orders, its fills and its position, whoever is told of them or not.

Positions are of the contract month that the program trades: what another holds it only tells and halts for.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from simulator.tws.account_notices import ExecDetails
from simulator.tws.data.contracts import PRODUCTS, Listed
from simulator.tws.desk.life import Life
from simulator.tws.desk.office import Addressed
from simulator.tws.desk.order import DeskOrder
from simulator.tws.notices import NO_ID
from simulator.tws.world import World
from system.domain.book import split_id
from system.domain.instrument import TICKS_PER_POINT, ContractMonth
from system.domain.settings import SECOND_NS

OURS: Final = 1  # our client id
STILL_S: Final = 30
IN_TWS: Final = (Life.HELD, Life.UNTRANSMITTED, Life.SHELVED)  # and not, or not yet, at the exchange


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueFill:
    """Contracts that traded, as they stand after the last correction."""

    at_ns: int
    client_id: int
    order_id: int
    ref: str
    side: int
    contracts: int
    price_ticks: int
    revision: int


class Truth:
    """Listens at the desk's own door, before anything can get lost."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.fills: dict[str, TrueFill] = {}  # by execution id
        self._last: dict[str, TrueFill] = {}  # by the same without its revision
        self._con_id = world.data.listing(world.now_ns).front[0].con_id
        self._own: Counter[int] = Counter()  # contracts that orders of ours have added up to, by contract id
        self.filled: dict[int, int] = {}  # contracts by order id of ours
        self.news: list[TrueFill] = []  # since this was last looked at
        self.moved_ns = 0  # of the last fill of anybody's
        self.foreign_ns = 0  # of the last one that was not ours, or was taken back
        self.taken_back = 0  # how often one was, in whole or in part
        self.changed_ns = 0  # of the last thing that was said of orders
        self.turns = 0  # how often the desk may have changed
        self._deliver = world.deliver
        world.deliver = self._heard  # type: ignore[method-assign]

    def _heard(self, addressed: Iterable[Addressed]) -> None:
        said = list(addressed)
        self.turns += 1
        for client_id, notice in said:
            self.changed_ns = self._world.now_ns
            if isinstance(notice, ExecDetails) and notice.req_id == NO_ID and client_id == notice.execution.client_id:
                self._fill(notice)
        self._deliver(said)

    def _fill(self, notice: ExecDetails) -> None:
        told = notice.execution
        stem, revision = split_id(told.exec_id)
        fill = TrueFill(
            at_ns=self._world.now_ns,
            client_id=told.client_id,
            order_id=told.order_id,
            ref=told.order_ref,
            side=1 if told.side == "BOT" else -1,
            contracts=round(told.quantity),
            price_ticks=round(told.price * TICKS_PER_POINT),
            revision=revision,
        )
        before = self._last.get(stem)
        self.fills[told.exec_id] = self._last[stem] = fill
        change = fill.side * (fill.contracts - (before.contracts if before is not None else 0))
        if not change:
            return
        self.moved_ns = self._world.now_ns
        self.news.append(fill)
        if before is not None:  # taken back: what rests for it is too much until the program knows
            self.foreign_ns = self._world.now_ns
            self.taken_back += 1
        if fill.client_id == OURS:
            self._own[notice.contract.con_id] += change
            self.filled[fill.order_id] = self.filled.get(fill.order_id, 0) + abs(change)
        else:
            self.foreign_ns = self._world.now_ns

    def trades(self, month: ContractMonth) -> None:
        """The month that the program trades now."""
        self._con_id = Listed(PRODUCTS[0], month).con_id

    @property
    def own(self) -> int:
        """Contracts that orders of ours have added up to."""
        return self._own[self._con_id]

    @property
    def is_still(self) -> bool:
        """Whether nothing has filled for so long that everybody may know."""
        return self._world.now_ns - self.moved_ns >= STILL_S * SECOND_NS

    def closed_by_others(self) -> None:
        """What others have taken off is not ours any more, once the program has found that out."""
        account = self.position
        self._own[self._con_id] = min(self.own, account, key=abs) if self.own * account > 0 else 0
        self.turns += 1

    @property
    def position(self) -> int:
        """What the account holds."""
        return self._world.desk.contracts_of(self._con_id)

    def live(self) -> list[DeskOrder]:
        """Orders of ours that are not over."""
        return [order for order in self._world.desk.orders if order.client_id == OURS]

    def at_exchange(self) -> Iterator[DeskOrder]:
        """Those of them that may fill now: a child is held until its entry fills, and some orders are put aside.

        A held one stays so while its cancel is on its way.
        """
        for order in self.live():
            is_held = order.parent is not None and not order.parent.filled
            if order.state not in IN_TWS and not is_held:
                yield order


def reach(held: int, orders: Iterable[DeskOrder]) -> tuple[int, int]:
    """The lowest and highest position that fills may lead to: of a group at most its largest member fills."""
    most: dict[tuple[str, int], int] = {}
    for order in orders:
        key = (order.group_name or f"#{order.perm_id}", order.ticket.side)
        most[key] = max(most.get(key, 0), order.left)
    return (
        held - sum(left for (_, side), left in most.items() if side < 0),
        held + sum(left for (_, side), left in most.items() if side > 0),
    )


def reducing(held: int, orders: Iterable[DeskOrder]) -> int:
    """How much may be taken off a position: by group the largest member, and all that stand alone."""
    most: dict[str, int] = {}
    for order in orders:
        if order.ticket.side * held <= 0:
            key = order.group_name or f"#{order.perm_id}"
            most[key] = max(most.get(key, 0), order.left)
    return sum(most.values())


def is_stop_for(order: DeskOrder, held: int) -> bool:
    """Whether an order is a stop that works and covers a position."""
    working = order.state in (Life.ARMED, Life.WORKING)
    return order.is_stop and working and order.ticket.side * held < 0 and order.left >= abs(held)
