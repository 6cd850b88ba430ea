"""How the simulated exchange fills our orders (METHOD 7): one bracket at a time, and an exit at market.

The method issues no other orders, so rule 6 (other limits, stop-limits) has nothing to act on here.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.reference.events import QUOTE, TRADE, Event, valid_trade
from tests.reference.quotes import PrevailingQuote, Quote, valid_quote

BUY, SELL = "B", "S"


@dataclass(frozen=True, slots=True)
class Fill:
    ts_ns: int
    action: str  # 'B' or 'S'
    contracts: int
    price_ticks: int
    reason: str  # entry, stop, target, opposite, flatten


@dataclass(frozen=True, slots=True)
class Entry:
    """A bracket on its way: a market entry, with the absolute prices of its exits."""

    arrives_ns: int
    direction: int  # +1 long, -1 short
    contracts: int
    stop: int
    target: int


@dataclass(slots=True)
class Exit:
    """An exit at market: on its way, or waiting at the exchange for a quote."""

    arrives_ns: int
    reason: str  # opposite, flatten
    waits: bool = False


@dataclass(slots=True)
class Position:
    """What is open, and the bracket's exits that rest with it."""

    direction: int
    contracts: int
    entered_ns: int
    stop: int
    target: int
    ahead: int | None = None  # size ahead of the target; None until something sets the queue

    @property
    def closing_action(self) -> str:
        return SELL if self.direction > 0 else BUY


def levels(action: str, price: int, displayed: int | None, contracts: int) -> list[tuple[int, int]]:
    """(contracts, price) from this price on, one tick worse per displayed size; None: all at this price."""
    if displayed is None:
        return [(contracts, price)]
    worse = 1 if action == BUY else -1
    filled = []
    while contracts > 0:
        part = min(contracts, displayed)
        filled.append((part, price))
        contracts -= part
        price += worse
    return filled


class Exchange:
    """Our orders against the tape. Fills are appended to `fills`."""

    def __init__(self, latency_ns: int) -> None:
        self._latency_ns = latency_ns
        self._book = PrevailingQuote()
        self._last_trade_price: int | None = None
        self.entry: Entry | None = None
        self.position: Position | None = None
        self.exit: Exit | None = None
        self.fills: list[Fill] = []

    # commands

    def submit_entry(self, issued_ns: int, direction: int, contracts: int, stop: int, target: int) -> None:
        assert self.entry is None and self.position is None and self.exit is None
        self.entry = Entry(issued_ns + self._latency_ns, direction, contracts, stop, target)

    def submit_exit(self, issued_ns: int, reason: str) -> None:
        assert self.position is not None and self.exit is None
        self.exit = Exit(issued_ns + self._latency_ns, reason)

    def next_arrival_ns(self) -> int | None:
        """When the next command reaches the exchange (there is never more than one on its way)."""
        if self.entry is not None:
            return self.entry.arrives_ns
        if self.exit is not None and not self.exit.waits:
            return self.exit.arrives_ns
        return None

    def act_on_arrival(self) -> None:
        """The command on its way acts, at its own time, on the book as it stands."""
        if self.entry is not None:
            entry, self.entry = self.entry, None
            self._fill_entry(entry)
        elif self.exit is not None and not self.exit.waits:
            quote = self._book.at(self.exit.arrives_ns)
            if quote is None:
                self.exit.waits = True
            else:
                self._fill_exit(self.exit.arrives_ns, quote)

    def _fill_entry(self, entry: Entry) -> None:
        quote = self._book.at(entry.arrives_ns)
        if quote is None:
            return  # cancelled
        action = BUY if entry.direction > 0 else SELL
        price, displayed = quote.opposite_touch(action)
        for contracts, level in levels(action, price, displayed, entry.contracts):
            self.fills.append(Fill(entry.arrives_ns, action, contracts, level, "entry"))
        self.position = Position(entry.direction, entry.contracts, entry.arrives_ns, entry.stop, entry.target)
        self._target_meets_quote(entry.arrives_ns, quote)  # its first quote

    def _fill_exit(self, ts_ns: int, quote: Quote) -> None:
        assert self.position is not None and self.exit is not None
        price, displayed = quote.opposite_touch(self.position.closing_action)
        self._close(ts_ns, price, displayed, self.position.contracts, self.exit.reason)

    def _close(self, ts_ns: int, price: int, displayed: int | None, contracts: int, reason: str) -> None:
        """Fills exits of so many contracts. One group: at nothing left, all the others are cancelled."""
        position = self.position
        assert position is not None and contracts <= position.contracts
        for part, level in levels(position.closing_action, price, displayed, contracts):
            self.fills.append(Fill(ts_ns, position.closing_action, part, level, reason))
        position.contracts -= contracts
        if position.contracts == 0:
            self.position = None
            self.exit = None

    # the tape

    def meet(self, event: Event) -> None:
        """Resting orders meet an event of trading hours."""
        if event.kind == TRADE:
            self._meet_trade(event)
        before = self._book.at(event.ts_ns)
        self._book.see(event)
        quote = valid_quote(event) if event.kind == QUOTE else None
        if quote is None or self.position is None:
            return
        if self.exit is not None and self.exit.waits:
            assert before is None, "an exit waits only while no quote prevails"
            self._fill_exit(event.ts_ns, quote)
        else:
            self._target_meets_quote(event.ts_ns, quote)

    def _meet_trade(self, event: Event) -> None:
        trade = valid_trade(event)
        if trade is None:
            return
        self._last_trade_price = trade.price
        position = self.position
        if position is None:
            return
        if (position.stop - trade.price) * position.direction >= 0:
            self._fill_stop(trade.ts_ns, trade.price)
            return
        beyond = (trade.price - position.target) * position.direction
        if beyond > 0:
            self._close(trade.ts_ns, position.target, None, position.contracts, "target")
        elif beyond == 0:
            ahead = position.ahead or 0
            position.ahead = max(ahead - trade.size, 0)
            left_over = min(max(trade.size - ahead, 0), position.contracts)
            if left_over > 0:
                self._close(trade.ts_ns, position.target, None, left_over, "target")

    def _fill_stop(self, ts_ns: int, trade_price: int) -> None:
        position = self.position
        assert position is not None
        quote = self._book.at(ts_ns)
        if quote is None:
            self._close(ts_ns, trade_price, None, position.contracts, "stop")
            return
        touch, displayed = quote.opposite_touch(position.closing_action)
        worse = min if position.closing_action == SELL else max
        self._close(ts_ns, worse(trade_price, touch), displayed, position.contracts, "stop")

    def _target_meets_quote(self, ts_ns: int, quote: Quote) -> None:
        position = self.position
        assert position is not None
        opposite, _ = quote.opposite_touch(position.closing_action)
        if (opposite - position.target) * position.direction >= 0:
            self._close(ts_ns, position.target, None, position.contracts, "target")
            return
        touch, displayed = quote.own_touch(position.closing_action)
        touch_is_beyond = (touch - position.target) * position.direction
        if touch_is_beyond > 0:  # our price is better than the touch
            position.ahead = 0
        elif touch_is_beyond == 0:
            position.ahead = displayed if position.ahead is None else min(position.ahead, displayed)
        # a touch that has not come as far as our price leaves the queue as it was

    # the end

    def mark(self, ts_ns: int) -> int | None:
        """What the open position is worth at this time: the opposite touch, or the last trade's price."""
        if self.position is None:
            return None
        quote = self._book.at(ts_ns)
        if quote is not None:
            return quote.opposite_touch(self.position.closing_action)[0]
        return self._last_trade_price
