"""Events of a tape (METHOD 2). Prices are integer ticks, sizes contracts, times nanoseconds UTC."""

from __future__ import annotations

from dataclasses import dataclass

QUOTE, TRADE, GAP, SEED = "quote", "trade", "gap", "seed"


@dataclass(frozen=True, slots=True)
class Event:
    """One row of a tape; an absent value is None."""

    ts_ns: int
    kind: str
    price: int | None = None
    size: int | None = None
    bid: int | None = None
    ask: int | None = None
    bid_size: int | None = None
    ask_size: int | None = None
    seed_price_size: int | None = None
    seed_size: int | None = None

    def __post_init__(self) -> None:
        if self.kind not in (QUOTE, TRADE, GAP, SEED):
            raise ValueError(f"unknown kind of event: {self.kind!r}")


def quote(ts_ns: int, bid: int | None, ask: int | None, bid_size: int | None, ask_size: int | None) -> Event:
    return Event(ts_ns, QUOTE, bid=bid, ask=ask, bid_size=bid_size, ask_size=ask_size)


def trade(ts_ns: int, price: int | None, size: int | None) -> Event:
    return Event(ts_ns, TRADE, price=price, size=size)


def gap(ts_ns: int) -> Event:
    return Event(ts_ns, GAP)


def seed(ts_ns: int, price_size: int | None, size: int | None) -> Event:
    return Event(ts_ns, SEED, seed_price_size=price_size, seed_size=size)


@dataclass(frozen=True, slots=True)
class Trade:
    """A valid trade."""

    ts_ns: int
    price: int
    size: int


def valid_trade(event: Event) -> Trade | None:
    """The trade in a trade row, or None when it is invalid (no price, or a size absent, zero or negative)."""
    if event.price is None or event.size is None or event.size <= 0:
        return None
    return Trade(event.ts_ns, event.price, event.size)
