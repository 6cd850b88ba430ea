"""Money: cash, positions at average cost, and the margin that they take. Integer cents and ticks.

Futures have no cost: a fill moves cash by its commission and by what it realizes; the average cost that TWS tells
includes the commission of opening.
"""

from dataclasses import dataclass, field
from typing import Final, Protocol

from simulator.tws.desk.order import Product
from system.domain.instrument import Instrument

INITIAL_CASH_CENTS: Final = 100_000_000
DAY_CENTS: Final = {"ES": (1_584_000, 1_440_000), "MES": (158_400, 144_000)}  # initial, maintenance; a contract
NIGHT_CENTS: Final = {"ES": (1_742_400, 1_584_000), "MES": (174_240, 158_400)}


class Marks(Protocol):
    """Where prices are now, in ticks; a size of 0: that side is absent. The market's board has these."""

    bid_ticks: int
    ask_ticks: int
    bid_size: int
    ask_size: int
    last_ticks: int


@dataclass(slots=True, kw_only=True)
class Holding:
    """One contract in one account."""

    product: Product
    contracts: int = 0  # signed
    value_cents: int = 0  # what was paid for them (signed), without commission
    commission_cents: int = 0  # of opening them
    realized_cents: int = 0  # today, commissions of both sides included
    start_cents: int = 0  # what they were worth over their cost when the day began

    @property
    def instrument(self) -> Instrument:
        return self.product.instrument

    @property
    def cost_cents(self) -> int:
        """What they have cost, signed, with the commission of opening."""
        return self.value_cents + self.commission_cents

    @property
    def average_cost(self) -> float:
        """Of one contract in dollars, as TWS tells it; 0 when flat."""
        return self.cost_cents / self.contracts / 100 if self.contracts else 0.0

    def worth_cents(self, price_ticks: int) -> int:
        """The market value, signed."""
        return self.contracts * price_ticks * self.instrument.tick_cents

    def unrealized_cents(self, price_ticks: int) -> int:
        """Market value over cost, as TWS tells it."""
        return self.worth_cents(price_ticks) - self.cost_cents

    def fill(self, side: int, contracts: int, price_ticks: int, commission_cents: int) -> tuple[int, int | None]:
        """Take a fill; return what cash moves by without the commission, and the result told (None: it only opened)."""
        closed = min(contracts, abs(self.contracts)) if self.contracts * side < 0 else 0
        gross, told = 0, None
        paid = price_ticks * self.instrument.tick_cents
        fee = commission_cents * closed // contracts  # of closing
        if closed:
            value = self.value_cents * closed // abs(self.contracts)
            opening_fee = self.commission_cents * closed // abs(self.contracts)
            gross = -side * closed * paid - value
            told = gross - opening_fee - fee
            self.value_cents -= value
            self.commission_cents -= opening_fee
            self.realized_cents += told
        opened = contracts - closed
        self.contracts += side * contracts
        self.value_cents += side * opened * paid
        self.commission_cents += commission_cents - fee
        return gross, told


@dataclass(slots=True, kw_only=True)
class Account:
    """One account."""

    name: str
    cash_cents: int = INITIAL_CASH_CENTS
    commission_cents: int | None = None  # a contract and side; None: the product's own
    holdings: dict[int, Holding] = field(default_factory=dict)  # by conId, flat ones of today too

    def _each_cents(self, product: Product) -> int:
        own = self.commission_cents
        return product.instrument.commission_cents if own is None else own

    def fill(self, product: Product, side: int, contracts: int, price_ticks: int) -> tuple[int, int | None]:
        """Book a fill; return its commission and the realized result that TWS tells of it."""
        holding = self.holdings.setdefault(product.con_id, Holding(product=product))
        commission = self._each_cents(product) * contracts
        gross, told = holding.fill(side, contracts, price_ticks, commission)
        self.cash_cents += gross - commission
        return commission, told

    def settle(self, con_id: int, price_ticks: int) -> None:
        """A contract has come to its end: what is held of it is closed at a price, without commission."""
        holding = self.holdings[con_id]
        gross, _ = holding.fill(-1 if holding.contracts > 0 else 1, abs(holding.contracts), price_ticks, 0)
        self.cash_cents += gross

    def undo(self, product: Product, signed: int, price_ticks: int) -> None:
        """A fill of `signed` contracts has never been: its opposite at the same price, its commission given back."""
        holding = self.holdings.setdefault(product.con_id, Holding(product=product))
        gross, _ = holding.fill(-1 if signed > 0 else 1, abs(signed), price_ticks, 0)
        self.cash_cents += gross + self._each_cents(product) * abs(signed)

    def correct(self, con_id: int, signed: int, cents: int) -> None:
        """A fill of `signed` contracts has cost so much more: what is held is dearer, or cash has gone."""
        holding = self.holdings.get(con_id)
        if holding is not None and holding.contracts * signed >= signed * signed:
            holding.value_cents += cents
            return
        self.cash_cents -= cents
        if holding is not None:
            holding.realized_cents -= cents

    def position(self, con_id: int) -> int:
        """Contracts held, signed."""
        holding = self.holdings.get(con_id)
        return holding.contracts if holding is not None else 0

    def equity_cents(self, price_ticks: int) -> int:
        """Net liquidation: cash and what the positions would bring over what was paid."""
        held = self.holdings.values()
        return self.cash_cents + sum(held_.worth_cents(price_ticks) - held_.value_cents for held_ in held)

    def unrealized_cents(self, price_ticks: int) -> int:
        """Of all positions, as TWS tells it."""
        return sum(held.unrealized_cents(price_ticks) for held in self.holdings.values())

    @property
    def realized_cents(self) -> int:
        """Today's, of all positions."""
        return sum(held.realized_cents for held in self.holdings.values())

    def begin_day(self, price_ticks: int) -> None:
        """Results are counted anew; contracts that are flat are forgotten."""
        self.holdings = {con_id: held for con_id, held in self.holdings.items() if held.contracts}
        for held in self.holdings.values():
            held.realized_cents = 0
            held.start_cents = held.unrealized_cents(price_ticks)

    def daily_cents(self, price_ticks: int) -> int:
        """The day's result, of all positions."""
        return sum(day_cents(held, price_ticks) for held in self.holdings.values())


def day_cents(held: Holding, price_ticks: int) -> int:
    """What a position has brought today, realized or not."""
    return held.realized_cents + held.unrealized_cents(price_ticks) - held.start_cents


def margins(contracts: dict[str, int], *, night: bool) -> tuple[int, int]:
    """Initial and maintenance margin in cents of so many contracts of each symbol."""
    cents = NIGHT_CENTS if night else DAY_CENTS
    initial = sum(cents[symbol][0] * number for symbol, number in contracts.items())
    return initial, sum(cents[symbol][1] * number for symbol, number in contracts.items())


def mark_ticks(marks: Marks) -> int:
    """The price that positions are valued at: the last trade's, or the middle of the touch before the first."""
    return marks.last_ticks or (marks.bid_ticks + marks.ask_ticks) // 2
