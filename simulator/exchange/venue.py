"""The exchange: commands with latency, the clock of arrivals, brackets and groups around the matching kernels."""

from bisect import bisect_left
from collections import deque
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from simulator.exchange import book as records
from simulator.exchange import matching
from simulator.exchange.orders import Accepted, Canceled, Filled, Order, Refused, Report, Triggered
from system.domain.ticks import Batch

FOREVER_NS: Final = 1 << 62
ROWS: Final = 16  # of the order table to begin with; it doubles when full


@dataclass(frozen=True, slots=True, kw_only=True)
class _Submit:
    orders: tuple[Order, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cancel:
    order_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Replace:
    order_id: int
    contracts: int
    limit_ticks: int
    stop_ticks: int


_Command = _Submit | _Cancel | _Replace


class Exchange:
    """METHOD.md section 7. Our orders are an overlay: they meet the tape, never one another, and do not move it."""

    def __init__(self, *, latency_ns: int) -> None:
        assert latency_ns > 0
        self._latency_ns = latency_ns
        self._book = np.zeros(1, dtype=records.BOOK)
        self._quote_ends_ns = 0
        self._orders = np.zeros(ROWS, dtype=records.ORDER)
        self._live = 0
        self._reports = np.zeros(ROWS, dtype=records.REPORT)
        self._held: dict[int, list[Order]] = {}  # children by the entry they wait for
        self._in_flight: deque[tuple[int, _Command]] = deque()  # (arrival, command); one latency, so in order

    # commands

    def submit(self, orders: tuple[Order, ...], now_ns: int) -> None:
        """Send orders as one command, an entry before its children."""
        self._send(_Submit(orders=orders), now_ns)

    def cancel(self, order_id: int, now_ns: int) -> None:
        """Send a cancel of what is left of an order."""
        self._send(_Cancel(order_id=order_id), now_ns)

    def replace(self, order_id: int, now_ns: int, *, contracts: int, limit_ticks: int = 0, stop_ticks: int = 0) -> None:
        """Send new terms, `contracts` being what is to be left. Only fewer contracts at the same price keep the queue."""
        terms = _Replace(order_id=order_id, contracts=contracts, limit_ticks=limit_ticks, stop_ticks=stop_ticks)
        self._send(terms, now_ns)

    def _send(self, command: _Command, now_ns: int) -> None:
        arrival_ns = now_ns + self._latency_ns
        assert not self._in_flight or self._in_flight[-1][0] <= arrival_ns, "commands are issued in time order"
        self._in_flight.append((arrival_ns, command))

    # the clock

    def begin_session(self, break_ns: int) -> None:
        """Begin a session's hours, which end at `break_ns`: no quote prevails. Commands due earlier have arrived."""
        self._book["quoted"] = False
        self._quote_ends_ns = break_ns

    @property
    def next_arrival_ns(self) -> int:
        """When the next command acts, or FOREVER_NS."""
        return self._in_flight[0][0] if self._in_flight else FOREVER_NS

    @property
    def is_idle(self) -> bool:
        """Whether nothing rests, waits, is held or is on its way."""
        return not (self._live or self._held or self._in_flight)

    @property
    def quote(self) -> tuple[int, int] | None:
        """Bid and ask of the prevailing quote in ticks."""
        book = self._book[0]
        return (int(book["bid_ticks"]), int(book["ask_ticks"])) if book["quoted"] else None

    def advance(self, batch: Batch, start: int, stop: int, until_ns: int = FOREVER_NS) -> tuple[int, list[Report]]:
        """Take events [start, stop) of one session's hours that are earlier than `until_ns`.

        Commands act when they arrive. Returns the index reached and the reports of one instant; with none, every event
        asked for has been taken. A command due at or before `until_ns` acts before it is reached.
        """
        ts_ns = batch["ts_ns"]
        while True:
            due_ns = min(self.next_arrival_ns, until_ns)
            bound = stop if start == stop or ts_ns[stop - 1] < due_ns else bisect_left(ts_ns, due_ns, start, stop)
            start, rows = matching.meet(self._book, self._orders[: self._live], batch, start, bound, self._reports)
            if rows:
                return start, self._settle(rows)
            if start == stop or self.next_arrival_ns > until_ns:
                return start, []
            reports = self.arrive()
            if reports:
                return start, reports

    def arrive(self) -> list[Report]:
        """Let the next command in flight act, on the book as it stands."""
        ts_ns, command = self._in_flight.popleft()
        if ts_ns >= self._quote_ends_ns:
            self._book["quoted"] = False
        match command:
            case _Submit(orders=orders):
                return [report for order in orders for report in self._accept(order, ts_ns)]
            case _Cancel(order_id=order_id):
                return self._cancel(order_id, ts_ns)
            case _Replace():
                return self._replace(command, ts_ns)

    # arrivals

    def _accept(self, order: Order, ts_ns: int) -> list[Report]:
        """An order that reaches the exchange; one with a parent is held until that fills."""
        if order.contracts == 0:  # its group filled while it was on its way; the cancel has been reported
            return []
        if order.parent:
            return self._hold(order, ts_ns)
        accepted: list[Report] = [Accepted(order_id=order.order_id, ts_ns=ts_ns)]
        if order.type == records.MARKET and not order.waits and not self._book["quoted"][0]:
            gone = Canceled(order_id=order.order_id, ts_ns=ts_ns, reason="no_quote")
            return [*accepted, gone, *self._drop_children(order.order_id, ts_ns)]
        return accepted + self._rest(order, ts_ns)

    def _hold(self, order: Order, ts_ns: int) -> list[Report]:
        """Hold a child, or let it rest at once for what its entry has filled already."""
        raise NotImplementedError
