"""What crosses the exchange's door: orders in, reports out."""

from dataclasses import dataclass
from typing import Final, Literal

from simulator.exchange.book import OrderType, Trigger

FAR_TICKS: Final = 1 << 40  # times the side: a trailing stop that the first trade is to set


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One order as sent, prices in ticks. `group`: one cancels other; `parent`: the entry it waits for (0: none).

    A child is for what its entry has filled, at most for its own contracts. A stop with `trail_ticks` or `trail_ppm`
    (millionths of the price) follows each trade that does not trigger it, and takes its limit along.
    """

    order_id: int
    side: Literal[1, -1]
    contracts: int
    type: OrderType
    limit_ticks: int = 0
    stop_ticks: int = 0
    group: int = 0
    parent: int = 0
    waits: bool = False  # a market order that finds no quote waits for one; else it is cancelled
    lasts: Literal["rest", "immediate", "whole"] = "rest"  # what does not fill on arrival; whole: all or nothing
    group_cancels: bool = False  # any fill of another in the group ends it; else it is reduced by as much
    regular_only: bool = False  # asleep outside regular hours: neither fills nor triggers, nor keeps a place in a queue
    trigger: Trigger = Trigger.LAST  # of a stop
    trail_ticks: int = 0
    trail_ppm: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """Contracts of an order filled at one price."""

    order_id: int
    ts_ns: int
    contracts: int
    price_ticks: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Canceled:
    """What was left of an order is gone."""

    order_id: int
    ts_ns: int
    reason: Literal["asked", "group", "parent", "no_quote", "unfilled"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Triggered:
    """A stop-limit order has become a limit order."""

    order_id: int
    ts_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """An order rests, waits or acts at the exchange since `ts_ns`; `replaced`: with its new terms."""

    order_id: int
    ts_ns: int
    replaced: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A cancel or replace found no such order any more."""

    order_id: int
    ts_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursChanged:
    """Regular hours have begun or ended."""

    ts_ns: int
    regular: bool


Report = Filled | Canceled | Triggered | Accepted | Refused | HoursChanged
