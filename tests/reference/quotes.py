"""Quotes, and which of them prevails (METHOD 2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tests.reference import calendar
from tests.reference.events import GAP, QUOTE, Event


@dataclass(frozen=True, slots=True)
class Quote:
    """A valid quote: both sides present, bid < ask."""

    bid: int
    ask: int
    bid_size: int
    ask_size: int

    @property
    def spread_ticks(self) -> int:
        return self.ask - self.bid

    def opposite_touch(self, action: str) -> tuple[int, int]:
        """Price and displayed size that an order to buy ('B') or sell ('S') meets."""
        return (self.ask, self.ask_size) if action == "B" else (self.bid, self.bid_size)

    def own_touch(self, action: str) -> tuple[int, int]:
        """Price and displayed size of the best orders on the order's own side."""
        return (self.bid, self.bid_size) if action == "B" else (self.ask, self.ask_size)


def is_one_sided(event: Event) -> bool:
    """A side is missing: its price absent, or its size absent, zero or negative."""
    return (
        event.bid is None
        or event.bid_size is None
        or event.bid_size <= 0
        or event.ask is None
        or event.ask_size is None
        or event.ask_size <= 0
    )


def valid_quote(event: Event) -> Quote | None:
    """The quote in a quote row, or None when it is one-sided, locked or crossed."""
    if event.bid is None or event.ask is None or event.bid_size is None or event.ask_size is None:
        return None
    if event.bid_size <= 0 or event.ask_size <= 0 or event.bid >= event.ask:
        return None
    return Quote(event.bid, event.ask, event.bid_size, event.ask_size)


class PrevailingQuote:
    """Remembers the last valid quote, and forgets it as METHOD says."""

    def __init__(self) -> None:
        self._quote: Quote | None = None
        self._session: date | None = None

    def see(self, event: Event) -> None:
        """Takes in an event of trading hours (never one of the break)."""
        if event.kind == GAP:
            self._quote = None
        if event.kind != QUOTE:
            return
        valid = valid_quote(event)
        if valid is not None:
            self._quote = valid
            self._session = calendar.session_of(event.ts_ns)
        elif is_one_sided(event):
            self._quote = None
        # crossed or locked: changes nothing

    def at(self, ts_ns: int) -> Quote | None:
        """The quote prevailing at this time: of the same session, and not in the break."""
        if self._quote is None or calendar.in_break(ts_ns) or calendar.session_of(ts_ns) != self._session:
            return None
        return self._quote
