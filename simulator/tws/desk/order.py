"""One order as TWS keeps it, and what it says of it."""

from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import Enum
from typing import Final, Literal, Protocol

from simulator.exchange.book import OrderType, Trigger
from simulator.exchange.orders import FAR_TICKS
from simulator.tws.account_notices import CompletedOrder, OpenOrder, OrderState, OrderStatus
from simulator.tws.desk.life import Event, Life, advance
from simulator.tws.terms import Contract, OrderTerms
from system.domain.instrument import Instrument

Shape = Literal["both", "error", "inactive"]  # what is told of a reject: 201, Inactive, or both

STOPS: Final = (OrderType.STOP, OrderType.STOP_LIMIT)


class Product(Protocol):
    """A listed contract."""

    @property
    def con_id(self) -> int: ...
    @property
    def instrument(self) -> Instrument: ...
    @property
    def ends_ns(self) -> int: ...  # when it has traded for the last time
    def contract(self) -> Contract: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """What a client's order says once it is read: nothing in it is wrong. Prices in ticks."""

    product: Product
    account: str
    side: Literal[1, -1]
    contracts: int
    type: OrderType
    limit_ticks: int = 0
    stop_ticks: int = 0
    trail_ticks: int = 0
    trail_ppm: int = 0
    trigger: Trigger = Trigger.LAST
    tif: str = "DAY"
    until_ns: int | None = None  # GTD: when it ends
    after_ns: int = 0  # when it may go out
    terms: OrderTerms

    @property
    def trails(self) -> bool:
        return bool(self.trail_ticks or self.trail_ppm)


class Asked(Enum):
    """A cancel on its way: by whom, and so who is told that it came too late."""

    BY_CLIENT = "by its client"
    BY_TWS = "by TWS itself"


@dataclass(slots=True, eq=False, kw_only=True)
class DeskOrder:
    """An order of a client's (or made by hand: order id 0). `contracts` is its size as it is now."""

    perm_id: int
    client_id: int
    order_id: int
    ticket: Ticket
    contracts: int
    placed_ns: int
    parent: "DeskOrder | None" = None
    group: int = 0
    group_name: str = ""
    group_type: int = 0
    state: Life = Life.UNTRANSMITTED
    filled: int = 0
    value_ticks: int = 0  # sum of price x contracts over its fills
    last_ticks: int = 0
    expires_ns: int | None = None
    accepted_ns: int = 0
    wakes_ns: int | None = None  # asleep until the exchange opens, which is then
    trailed_ticks: int | None = None  # where its stop has trailed to
    triggered: bool = False  # a stop-limit is a limit now
    asked: list[Ticket | Asked] = field(default_factory=list)  # of the exchange, and not answered yet
    ended_ns: int = 0
    why: str = ""  # it ended
    forced: bool = False  # IB's own, to close a position
    refusal: str = ""  # why IB is taking it away, or will not take it once it is transmitted
    refusal_shape: Shape = "both"

    def step(self, event: Event) -> None:
        """Let something happen to it."""
        self.state = advance(self.state, event)

    @property
    def left(self) -> int:
        return self.contracts - self.filled

    @property
    def is_open(self) -> bool:
        """Whether clients who ask are told of it."""
        return not self.state.is_over and self.state is not Life.UNTRANSMITTED

    @property
    def waits_with_parent(self) -> bool:
        """Whether IB holds it until the time of an order that it is attached to."""
        above = self.parent
        return above is not None and (above.state is Life.WAITING or above.waits_with_parent)

    @property
    def is_stop(self) -> bool:
        return self.ticket.type in STOPS

    @property
    def status(self) -> str:
        return self.state.status

    @property
    def why_held(self) -> str:
        """What it waits for, as TWS names it."""
        if self.state is Life.HELD:
            return "child,trigger" if self.is_stop else "child"
        return "trigger" if self.state is Life.ARMED else ""

    @property
    def tick(self) -> Decimal:
        return self.ticket.product.instrument.tick

    @property
    def average_price(self) -> float:
        return self.value_ticks * float(self.tick) / self.filled if self.filled else 0.0

    def filled_at(self, contracts: int, price_ticks: int) -> None:
        """Count a fill."""
        assert 0 < contracts <= self.left, f"order {self.perm_id}: {contracts} filled of {self.left} left"
        self.filled += contracts
        self.value_ticks += contracts * price_ticks
        self.last_ticks = price_ticks

    def tell_status(self) -> OrderStatus:
        """Message 3."""
        return OrderStatus(
            order_id=self.order_id,
            status=self.status,
            filled=self.filled,
            remaining=self.left,
            average_price=self.average_price,
            perm_id=self.perm_id,
            parent_id=self.parent.order_id if self.parent is not None else 0,
            last_price=self.last_ticks * float(self.tick),
            client_id=self.client_id,
            why_held=self.why_held,
        )

    def tell_open(self, state: OrderState | None = None) -> OpenOrder:
        """Message 5."""
        return OpenOrder(
            order_id=self.order_id,
            contract=self.ticket.product.contract(),
            terms=self.tell_terms(),
            client_id=self.client_id,
            perm_id=self.perm_id,
            state=state or OrderState(status=self.status),
        )

    def tell_completed(self, time: str) -> CompletedOrder:
        """Message 101."""
        what = f"Filled Size: {self.filled}" if self.state is Life.FILLED else f"Cancelled {self.why}".strip()
        state = OrderState(status=self.status, completed_time=time, completed_status=what)
        contract, terms = self.ticket.product.contract(), self.tell_terms()
        return CompletedOrder(contract=contract, terms=terms, perm_id=self.perm_id, filled=self.filled, state=state)

    def tell_terms(self) -> OrderTerms:
        """Its terms as they are now."""
        stop = self.ticket.stop_ticks if self.trailed_ticks is None else self.trailed_ticks
        known = self.ticket.trails and abs(stop) < FAR_TICKS // 2
        return replace(
            self.ticket.terms,
            quantity=float(self.contracts),
            tif=self.ticket.tif,
            account=self.ticket.account,
            oca_group=self.group_name,
            oca_type=self.group_type,
            transmit=self.state is not Life.UNTRANSMITTED,
            trail_stop_price=stop * float(self.tick) if known else None,
        )
