"""A position from flat to flat, and the round trip it leaves (METHOD.md 6 and 7.7). Money is integer cents."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

Reason = Literal["entry", "stop", "target", "opposite", "flatten"]
ExitReason = Literal["stop", "target", "opposite", "flatten"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill:
    """Contracts of ours that traded at one price. `side` is the order's: +1 bought, -1 sold."""

    ts_ns: int
    side: int
    contracts: int
    price_ticks: int
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundTrip:
    """Flat to flat. Prices are exact size-weighted means in ticks; time and reason of exit are the last fill's."""

    side: Literal["long", "short"]
    contracts: int
    entry_ts_ns: int
    entry_price_ticks: Fraction
    exit_ts_ns: int
    exit_price_ticks: Fraction
    exit_reason: ExitReason
    net_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """What is held and what it took. `side` is +1 long, -1 short, 0 flat; values are sums of contracts x ticks."""

    side: int = 0
    entered: int = 0  # contracts
    entry_value: int = 0
    entry_ts_ns: int = 0  # of the first fill
    exited: int = 0
    exit_value: int = 0

    @property
    def contracts(self) -> int:
        """Still open."""
        return self.entered - self.exited

    def gross_cents(self, mark_ticks: int, tick_cents: int) -> int:
        """Result without commissions if what is open were closed at `mark_ticks`."""
        value = self.exit_value + self.contracts * mark_ticks - self.entry_value
        return self.side * value * tick_cents

    def commission_cents(self, per_side_cents: int) -> int:
        """Commissions for what has been filled so far."""
        return (self.entered + self.exited) * per_side_cents


FLAT = Position()


def book(
    position: Position, fill: Fill, *, tick_cents: int, commission_cents: int
) -> tuple[Position, RoundTrip | None]:
    """Add a fill; the one that makes the position flat gives its round trip.

    An exit never exceeds what is open: the exchange's group sees to it, and this asserts it.
    """
    value = fill.contracts * fill.price_ticks
    if fill.reason == "entry":
        assert position.side in (0, fill.side), "an entry adds to a position"
        opened = Position(
            side=fill.side,
            entered=position.entered + fill.contracts,
            entry_value=position.entry_value + value,
            entry_ts_ns=position.entry_ts_ns if position.side else fill.ts_ns,
            exited=position.exited,
            exit_value=position.exit_value,
        )
        return opened, None
    assert position.side == -fill.side, "an exit is on the other side"
    assert fill.contracts <= position.contracts, "an exit only reduces"
    left = Position(
        side=position.side,
        entered=position.entered,
        entry_value=position.entry_value,
        entry_ts_ns=position.entry_ts_ns,
        exited=position.exited + fill.contracts,
        exit_value=position.exit_value + value,
    )
    if left.contracts:
        return left, None
    trip = RoundTrip(
        side="long" if left.side > 0 else "short",
        contracts=left.entered,
        entry_ts_ns=left.entry_ts_ns,
        entry_price_ticks=Fraction(left.entry_value, left.entered),
        exit_ts_ns=fill.ts_ns,
        exit_price_ticks=Fraction(left.exit_value, left.exited),
        exit_reason=fill.reason,
        net_cents=left.gross_cents(0, tick_cents) - left.commission_cents(commission_cents),
    )
    return FLAT, trip
