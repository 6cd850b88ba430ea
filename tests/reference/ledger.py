"""Round trips from flat to flat, in integer cents (METHOD 6 and 7)."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from tests.reference.exchange import BUY, Fill


@dataclass(frozen=True, slots=True)
class RoundTrip:
    side: str  # 'long' or 'short'
    contracts: int
    entry_ts_ns: int
    entry_price: Fraction  # ticks
    exit_ts_ns: int
    exit_price: Fraction
    exit_reason: str
    net_cents: int


@dataclass(frozen=True, slots=True)
class OpenAtEnd:
    """What is open at the tape's end.

    `open_cents` values the contracts that are still open at the mark, before commissions. `trade_cents` is the
    whole trade so far: partial exits, the open contracts at the mark, and the commissions paid until now.
    """

    side: str
    contracts: int
    entry_ts_ns: int
    entry_price: Fraction
    mark_ticks: int
    open_cents: Fraction
    trade_cents: int


def mean_price(fills: list[Fill]) -> Fraction:
    return Fraction(sum(fill.contracts * fill.price_ticks for fill in fills), sum(fill.contracts for fill in fills))


class Ledger:
    def __init__(self, cents_per_tick: int, commission_cents: int) -> None:
        self._cents_per_tick = cents_per_tick
        self._commission_cents = commission_cents
        self._trade: list[Fill] = []  # the fills since we were last flat
        self.round_trips: list[RoundTrip] = []

    def see(self, fill: Fill) -> RoundTrip | None:
        """Takes in a fill; the round trip if it leaves us flat."""
        self._trade.append(fill)
        if self._open_contracts() != 0:
            return None
        entries, exits = self._entries_and_exits()
        result = RoundTrip(
            side=self._side(),
            contracts=sum(entry.contracts for entry in entries),
            entry_ts_ns=entries[0].ts_ns,
            entry_price=mean_price(entries),
            exit_ts_ns=fill.ts_ns,
            exit_price=mean_price(exits),
            exit_reason=fill.reason,
            net_cents=self._cash_ticks() * self._cents_per_tick - self._commissions(),
        )
        self._trade = []
        self.round_trips.append(result)
        return result

    def open_at_end(self, mark_ticks: int) -> OpenAtEnd:
        contracts = self._open_contracts()  # signed
        entries, _ = self._entries_and_exits()
        entry_price = mean_price(entries)
        worth = self._cash_ticks() + contracts * mark_ticks
        return OpenAtEnd(
            side=self._side(),
            contracts=abs(contracts),
            entry_ts_ns=entries[0].ts_ns,
            entry_price=entry_price,
            mark_ticks=mark_ticks,
            open_cents=(mark_ticks - entry_price) * contracts * self._cents_per_tick,
            trade_cents=worth * self._cents_per_tick - self._commissions(),
        )

    def _entries_and_exits(self) -> tuple[list[Fill], list[Fill]]:
        entries = [fill for fill in self._trade if fill.reason == "entry"]
        return entries, [fill for fill in self._trade if fill.reason != "entry"]

    def _side(self) -> str:
        return "long" if self._trade[0].action == BUY else "short"

    def _open_contracts(self) -> int:
        return sum(fill.contracts if fill.action == BUY else -fill.contracts for fill in self._trade)

    def _cash_ticks(self) -> int:
        paid = sum(fill.contracts * fill.price_ticks for fill in self._trade if fill.action == BUY)
        earned = sum(fill.contracts * fill.price_ticks for fill in self._trade if fill.action != BUY)
        return earned - paid

    def _commissions(self) -> int:
        return self._commission_cents * sum(fill.contracts for fill in self._trade)
