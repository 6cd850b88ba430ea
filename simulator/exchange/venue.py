"""The exchange: commands with latency, the clock of arrivals, brackets and groups around the matching kernels."""

from bisect import bisect_left
from collections import deque
from dataclasses import dataclass, replace
from typing import Final

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
        sent = {0, *(order.order_id for order in orders)}
        assert all(order.contracts > 0 and order.parent in sent for order in orders)
        self._send(_Submit(orders=orders), now_ns)

    def cancel(self, order_id: int, now_ns: int) -> None:
        """Send a cancel of what is left of an order."""
        self._send(_Cancel(order_id=order_id), now_ns)

    def replace(self, order_id: int, now_ns: int, *, contracts: int, limit_ticks: int = 0, stop_ticks: int = 0) -> None:
        """Send new terms, `contracts` being what is to be left; fills on the way count against it.

        Only fewer contracts at the same price keep the queue.
        """
        assert contracts > 0
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
        due_ns = min(self.next_arrival_ns, until_ns)
        bound = stop if start == stop or ts_ns[stop - 1] < due_ns else bisect_left(ts_ns, due_ns, start, stop)
        if self._live:
            start, rows = matching.meet(self._book, self._orders[: self._live], batch, start, bound, self._reports)
            if rows:
                return start, self._settle(rows)
        else:
            matching.skip(self._book, batch, start, bound)
            start = bound
        if start == stop or self.next_arrival_ns > until_ns:
            return start, []
        return start, self.arrive()

    def arrive(self) -> list[Report]:
        """Let the next command in flight act, on the book as it stands; what it does is never without a report."""
        ts_ns, command = self._in_flight.popleft()
        if ts_ns >= self._quote_ends_ns:
            self._book["quoted"] = False
        if isinstance(command, _Submit):
            return self._submit(command.orders, ts_ns)
        if isinstance(command, _Cancel):
            return self._cancel(command.order_id, ts_ns)
        return self._replace(command, ts_ns)

    # arrivals

    def _submit(self, orders: tuple[Order, ...], ts_ns: int) -> list[Report]:
        """Orders that reach the exchange as one command; children are held until their entry fills."""
        for order in orders:
            if order.parent:
                self._held.setdefault(order.parent, []).append(order)
        reports: list[Report] = []
        resting = []
        for order in orders:
            if order.parent:
                continue
            reports.append(Accepted(order_id=order.order_id, ts_ns=ts_ns))
            if order.type == records.MARKET and not order.waits and not self._book["quoted"][0]:
                reports.append(Canceled(order_id=order.order_id, ts_ns=ts_ns, reason="no_quote"))
                reports += self._drop_children(order.order_id, ts_ns)
            else:
                resting.append(order)
        return reports + self._rest(resting, ts_ns)

    def _rest(self, orders: list[Order], ts_ns: int) -> list[Report]:
        """Put orders into the table, all of them before the first acts: it may fill what its group has to know of."""
        for order in orders:
            self._place(order)
        self._make_room()
        reports: list[Report] = []
        for order in orders:
            row = self._row(order.order_id)
            if row is not None:
                reports += self._act(row, ts_ns)
        return reports

    def _place(self, order: Order) -> None:
        if self._live == len(self._orders):
            self._orders = np.concatenate([self._orders, np.zeros_like(self._orders)])
        row = self._orders[self._live]
        self._live += 1
        row["order_id"], row["side"], row["type"], row["group"] = order.order_id, order.side, order.type, order.group
        row["target"] = order.parent != 0 and order.type == records.LIMIT
        row["contracts"], row["ahead"] = order.contracts, records.UNSET
        row["limit_ticks"], row["stop_ticks"] = order.limit_ticks, order.stop_ticks

    def _make_room(self) -> None:
        """Whenever the table has grown: at most a fill a contract, a trigger and a cancel an order at one instant."""
        room = int(self._orders["contracts"][: self._live].sum()) + 2 * self._live
        if room > len(self._reports):
            self._reports = np.zeros(2 * room, dtype=records.REPORT)

    def _act(self, row: int, ts_ns: int) -> list[Report]:
        """Let the order in a row act on the book as it stands."""
        rows = matching.arrive(self._orders[: self._live], row, ts_ns, self._book, self._reports, 0)
        return self._settle(rows)

    def _row(self, order_id: int) -> int | None:
        found = np.flatnonzero(self._orders["order_id"][: self._live] == order_id)
        return int(found[0]) if len(found) else None

    def _cancel(self, order_id: int, ts_ns: int) -> list[Report]:
        row = self._row(order_id)
        was_held = self._change_held(order_id, None)
        if row is None and not was_held:
            return [Refused(order_id=order_id, ts_ns=ts_ns)]
        if row is not None:
            self._orders["contracts"][row] = 0
            self._sweep()
        return [Canceled(order_id=order_id, ts_ns=ts_ns, reason="asked"), *self._drop_children(order_id, ts_ns)]

    def _replace(self, terms: _Replace, ts_ns: int) -> list[Report]:
        if terms.contracts == 0:
            return self._cancel(terms.order_id, ts_ns)
        row = self._row(terms.order_id)
        was_held = self._change_held(terms.order_id, terms)
        if row is None and not was_held:
            return [Refused(order_id=terms.order_id, ts_ns=ts_ns)]
        reports: list[Report] = [Accepted(order_id=terms.order_id, ts_ns=ts_ns)]
        if row is None:
            return reports
        order = self._orders[row]
        moved = terms.limit_ticks != order["limit_ticks"] or terms.contracts > order["contracts"]
        order["contracts"], order["limit_ticks"], order["stop_ticks"] = (
            terms.contracts,
            terms.limit_ticks,
            terms.stop_ticks,
        )
        if not moved:
            return reports
        order["ahead"] = records.UNSET
        self._make_room()
        return reports + self._act(row, ts_ns)

    def _change_held(self, order_id: int, terms: _Replace | None) -> bool:
        """Give new prices to a child whose entry may still fill, or (None) drop it; whether there is one."""
        for children in self._held.values():
            for place, child in enumerate(children):
                if child.order_id == order_id:
                    if terms is None:
                        del children[place]
                    else:
                        children[place] = replace(child, limit_ticks=terms.limit_ticks, stop_ticks=terms.stop_ticks)
                    return True
        return False

    # what a fill leads to

    def _settle(self, rows: int) -> list[Report]:
        """Turn record rows into reports; shrink what is on its way in the same group; let children rest."""
        reports: list[Report] = []
        filled: dict[int, int] = {}
        canceled: list[int] = []
        ts_ns = 0
        for row in self._reports[:rows].tolist():
            order_id, what, ts_ns, contracts, price_ticks, group = row
            if what == records.FILLED:
                reports.append(Filled(order_id=order_id, ts_ns=ts_ns, contracts=contracts, price_ticks=price_ticks))
                filled[order_id] = filled.get(order_id, 0) + contracts
                reports += self._shrink_in_flight(order_id, group, contracts, ts_ns)
            elif what == records.CANCELED:
                reports.append(Canceled(order_id=order_id, ts_ns=ts_ns, reason="group"))
                canceled.append(order_id)
            else:
                reports.append(Triggered(order_id=order_id, ts_ns=ts_ns))
        self._sweep()
        for order_id in canceled:
            reports += self._drop_children(order_id, ts_ns)
        for order_id, contracts in filled.items():
            reports += self._release(order_id, contracts, ts_ns)
        return reports

    def _sweep(self) -> None:
        """Drop the rows that are done; the others keep their order."""
        orders = self._orders[: self._live]
        left = orders[orders["contracts"] > 0]
        self._live = len(left)
        self._orders[: self._live] = left

    def _release(self, entry_id: int, contracts: int, ts_ns: int) -> list[Report]:
        """Let an entry's children rest for what it has just filled."""
        reports: list[Report] = []
        resting = []
        for child in self._held.get(entry_id, ()):
            row = self._row(child.order_id)
            if row is None:
                reports.append(Accepted(order_id=child.order_id, ts_ns=ts_ns))
                resting.append(replace(child, contracts=contracts))
            else:
                self._orders["contracts"][row] += contracts
        if self._row(entry_id) is None:
            self._held.pop(entry_id, None)
        return reports + self._rest(resting, ts_ns)

    def _drop_children(self, entry_id: int, ts_ns: int) -> list[Report]:
        """Cancel the children that wait for an entry that is gone; those at rest protect what it filled, and stay."""
        children = self._held.pop(entry_id, [])
        return [
            Canceled(order_id=child.order_id, ts_ns=ts_ns, reason="parent")
            for child in children
            if self._row(child.order_id) is None
        ]

    def _shrink_in_flight(self, order_id: int, group: int, contracts: int, ts_ns: int) -> list[Report]:
        """A fill counts against what is on its way: new terms of the order, and all of its group."""
        reports: list[Report] = []
        orders = self._orders[: self._live]
        members = {order_id, *orders["order_id"][(orders["group"] == group) & (group != 0)].tolist()}
        for _ in range(len(self._in_flight)):
            arrival_ns, command = self._in_flight.popleft()
            if isinstance(command, _Submit) and group:
                members |= {order.order_id for order in command.orders if order.group == group}
                command = _Submit(orders=self._shrunk(command.orders, group, contracts, ts_ns, reports))
                if not command.orders:
                    continue
            elif isinstance(command, _Replace) and command.order_id in members:
                command = replace(command, contracts=max(0, command.contracts - contracts))
            self._in_flight.append((arrival_ns, command))
        return reports

    def _shrunk(
        self, orders: tuple[Order, ...], group: int, contracts: int, ts_ns: int, reports: list[Report]
    ) -> tuple[Order, ...]:
        """What is left of orders on their way. Children have no size before their entry fills, and go with it."""
        left = []
        gone = set()
        for order in orders:
            if order.parent in gone:
                reports.append(Canceled(order_id=order.order_id, ts_ns=ts_ns, reason="parent"))
            elif order.parent or order.group != group:
                left.append(order)
            elif order.contracts > contracts:
                left.append(replace(order, contracts=order.contracts - contracts))
            else:
                reports.append(Canceled(order_id=order.order_id, ts_ns=ts_ns, reason="group"))
                gone.add(order.order_id)
        return tuple(left)
