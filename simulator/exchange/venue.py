"""The exchange: commands with latency, the clock of arrivals, brackets and groups around the matching kernels."""

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import replace
from typing import Final, Literal

import numpy as np

from simulator.exchange import book as records
from simulator.exchange import matching
from simulator.exchange.arrival import why_not
from simulator.exchange.commands import Cancel, Child, Children, InFlight, Replace, Submit
from simulator.exchange.orders import Accepted, Canceled, Filled, HoursChanged, Order, Refused, Report, Triggered
from system.domain.settings import FOREVER_NS
from system.domain.ticks import Batch

ROWS: Final = 16  # of the order table to begin with; it doubles when full

Hours = Callable[[int], tuple[bool, int]]  # at a time: whether it lies in regular hours, and when that changes next


class Exchange:
    """METHOD.md section 7. Our orders are an overlay: they meet the tape, never one another, and do not move it."""

    def __init__(self, *, latency_ns: int) -> None:
        assert latency_ns > 0
        self._latency_ns = latency_ns
        self._book = np.zeros(1, dtype=records.BOOK)
        self._book["regular"] = True  # unless it is told when
        self._quote_ends_ns = 0
        self._orders = np.zeros(ROWS, dtype=records.ORDER)
        self._live = 0
        self._reports = np.zeros(ROWS, dtype=records.REPORT)
        self._children = Children()
        self._in_flight = InFlight()
        self._fates: dict[int, int] = {}  # what an entry that is gone has filled, while children of it are on their way
        self._hours: Hours | None = None
        self._hours_change_ns = FOREVER_NS

    # commands

    def submit(self, orders: tuple[Order, ...], now_ns: int) -> None:
        """Send orders as one command, an entry before its children; a child may also follow a live entry."""
        sent = {0, *(order.order_id for order in orders)}
        for order in orders:
            assert order.contracts > 0
            assert order.parent in sent or self.left(order.parent)
        self._in_flight.send(Submit(orders=orders), now_ns + self._latency_ns)

    def cancel(self, order_id: int, now_ns: int) -> None:
        """Send a cancel of what is left of an order."""
        self._in_flight.send(Cancel(order_id=order_id), now_ns + self._latency_ns)

    def replace(
        self,
        order_id: int,
        now_ns: int,
        *,
        contracts: int,
        limit_ticks: int = 0,
        stop_ticks: int | None = 0,
        trail_ticks: int = 0,
        trail_ppm: int = 0,
        regular_only: bool | None = None,
    ) -> None:
        """Send new terms, `contracts` being what is to be left; fills on the way count against it.

        Only fewer contracts at the same price keep the queue. None: as it is, a trailing stop where it has trailed to.
        """
        assert contracts > 0
        terms = Replace(
            order_id=order_id,
            contracts=contracts,
            limit_ticks=limit_ticks,
            stop_ticks=stop_ticks,
            trail_ticks=trail_ticks,
            trail_ppm=trail_ppm,
            regular_only=regular_only,
        )
        self._in_flight.send(terms, now_ns + self._latency_ns)

    # the clock

    def begin_session(self, break_ns: int) -> None:
        """Begin a session's hours, which end at `break_ns`: no quote prevails. Commands due earlier have arrived."""
        self._book["quoted"] = False
        self._quote_ends_ns = break_ns

    def keep_hours(self, hours: Hours) -> None:
        """Let orders that are `regular_only` sleep outside regular hours, from the next event or arrival on."""
        self._hours = hours

    def _begin_hours(self, ts_ns: int) -> None:
        if self._hours is not None and self._hours_change_ns == FOREVER_NS:
            self._book["regular"], self._hours_change_ns = self._hours(ts_ns)

    @property
    def next_arrival_ns(self) -> int:
        """When the next command acts or hours change, or FOREVER_NS."""
        return min(self._in_flight.next_ns, self._hours_change_ns)

    @property
    def is_idle(self) -> bool:
        """Whether nothing rests, waits, is held or is on its way."""
        return not (self._live or self._children or self._in_flight)

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
            if start < stop:
                self._begin_hours(min(int(ts_ns[start]), self._in_flight.next_ns))
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
            if reports := self.arrive():
                return start, reports

    def arrive(self) -> list[Report]:
        """Let what is due next act, on the book as it stands; a child whose entry has yet to fill makes no report."""
        if self.next_arrival_ns >= self._quote_ends_ns:
            self._book["quoted"] = False
        if self.next_arrival_ns == self._hours_change_ns:
            return self._change_hours(self._hours_change_ns)
        ts_ns, command = self._in_flight.pop()
        self._begin_hours(ts_ns)
        if isinstance(command, Submit):
            return self._submit(command.orders, ts_ns)
        if isinstance(command, Cancel):
            return self._cancel(command.order_id, ts_ns)
        return self._replace(command, ts_ns)

    def _change_hours(self, ts_ns: int) -> list[Report]:
        """Wake the orders that slept, or let them sleep: those at a limit leave their queue."""
        assert self._hours is not None
        regular, self._hours_change_ns = self._hours(ts_ns)
        self._book["regular"] = regular
        reports: list[Report] = [HoursChanged(ts_ns=ts_ns, regular=regular)]
        orders = self._orders[: self._live]
        sleepers = orders["regular_only"]
        orders["ahead"][sleepers] = records.UNSET
        for order_id in orders["order_id"][sleepers].tolist():
            row = self._row(order_id)
            if row is not None and regular:
                reports += self._act(row, ts_ns)
        return reports

    def fill(self, order_id: int, contracts: int, price_ticks: int | None, ts_ns: int) -> list[Report]:
        """Fill an order at rest without asking the market: all that is left for 0, at its limit or the touch for None.

        For whoever decides fills by hand. Nothing for an order that is not at rest or sleeps, or for want of a price.
        """
        row = self._row(order_id)
        if row is None or (self._orders[row]["regular_only"] and not self.is_regular):
            return []
        order, book = self._orders[row], self._book[0]
        if price_ticks is None:
            if order["type"] != records.LIMIT and not book["quoted"]:
                return []
            touch = book["ask_ticks"] if order["side"] > 0 else book["bid_ticks"]
            price_ticks = int(order["limit_ticks"] if order["type"] == records.LIMIT else touch)
        wanted = min(contracts, int(order["contracts"])) if contracts else int(order["contracts"])
        rows = matching.fill(self._orders[: self._live], row, ts_ns, wanted, price_ticks, self._reports, 0)
        return self._settle(rows)

    def left(self, order_id: int) -> int:
        """Contracts that an order may still fill: at rest, held until its entry fills, or on their way; else 0."""
        return self._left(order_id) or self._in_flight.left(order_id)

    def _left(self, order_id: int) -> int:
        """The same without what is on its way."""
        row, child = self._row(order_id), self._children.find(order_id)
        resting = 0 if row is None else int(self._orders["contracts"][row])
        return resting if child is None else resting + child.order.contracts - child.rested

    @property
    def is_regular(self) -> bool:
        """Whether regular hours are on."""
        return bool(self._book["regular"][0])

    def stop_ticks(self, order_id: int) -> int | None:
        """Where the stop of an order is now, or None where it does not rest."""
        row = self._row(order_id)
        return None if row is None else int(self._orders["stop_ticks"][row])

    # arrivals

    def _submit(self, orders: tuple[Order, ...], ts_ns: int) -> list[Report]:
        """Orders that reach the exchange as one command; children are held until their entry fills."""
        sent = {order.order_id for order in orders}
        for order in orders:
            if order.parent in sent:
                self._children.hold(Child(order=order))
        reports: list[Report] = []
        resting = []
        for order in orders:
            if order.parent in sent:
                continue
            if order.parent:
                reports += self._follow(order, ts_ns)
                continue
            reports.append(Accepted(order_id=order.order_id, ts_ns=ts_ns))
            reason = why_not(order, self._book[0])
            if reason is None:
                resting.append(order)
            else:
                reports.append(Canceled(order_id=order.order_id, ts_ns=ts_ns, reason=reason))
                reports += self._drop_children(order.order_id, ts_ns)
        return reports + self._rest(resting, ts_ns)

    def _follow(self, order: Order, ts_ns: int) -> list[Report]:
        """A child that comes after its entry rests for what that has filled."""
        entry = order.parent
        row, is_held = self._row(entry), self._children.find(entry) is not None
        filled = self._fates.get(entry, 0) if row is None else int(self._orders["filled"][row])
        if entry not in self._in_flight.named:
            self._fates.pop(entry, None)
        child = Child(order=order)
        more = child.let(max(0, filled - self._in_flight.used.pop(order.order_id, 0)))
        if row is not None or is_held:
            self._children.hold(child)
        elif not more:
            return [Canceled(order_id=order.order_id, ts_ns=ts_ns, reason="group" if filled else "parent")]
        if not more:
            return []
        accepted = Accepted(order_id=order.order_id, ts_ns=ts_ns)
        return [accepted, *self._rest([replace(order, contracts=more)], ts_ns)]

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
            if order.lasts != "rest" and self._row(order.order_id) is not None:
                reports += self._end(order.order_id, ts_ns, "unfilled")
        return reports

    def _place(self, order: Order) -> None:
        if self._live == len(self._orders):
            self._orders = np.concatenate([self._orders, np.zeros_like(self._orders)])
        row = self._orders[self._live]
        self._live += 1
        row["order_id"], row["side"], row["type"], row["group"] = order.order_id, order.side, order.type, order.group
        row["target"] = order.parent != 0 and order.type == records.LIMIT
        row["contracts"], row["filled"], row["ahead"] = order.contracts, 0, records.UNSET
        row["limit_ticks"], row["stop_ticks"] = order.limit_ticks, order.stop_ticks
        row["trail_ticks"], row["trail_ppm"] = order.trail_ticks, order.trail_ppm
        row["group_cancels"], row["regular_only"] = order.group_cancels, order.regular_only
        row["trigger"], row["reached"] = order.trigger, 0

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
        if not self._left(order_id):
            return [Refused(order_id=order_id, ts_ns=ts_ns)]
        return self._end(order_id, ts_ns, "asked")

    def _end(self, order_id: int, ts_ns: int, reason: Literal["asked", "unfilled"]) -> list[Report]:
        """Take an order away, at rest or held, with the children that wait for it."""
        self._children.drop(order_id)
        row = self._row(order_id)
        if row is not None:
            self._orders["contracts"][row] = 0
            self._sweep()
        return [Canceled(order_id=order_id, ts_ns=ts_ns, reason=reason), *self._drop_children(order_id, ts_ns)]

    def _replace(self, terms: Replace, ts_ns: int) -> list[Report]:
        if terms.contracts == 0:
            return self._cancel(terms.order_id, ts_ns)
        row, child = self._row(terms.order_id), self._children.find(terms.order_id)
        if not self._left(terms.order_id):
            return [Refused(order_id=terms.order_id, ts_ns=ts_ns)]
        contracts = terms.contracts
        if child is not None:
            contracts = child.change(terms, 0 if row is None else int(self._orders["contracts"][row]))
        reports: list[Report] = [Accepted(order_id=terms.order_id, ts_ns=ts_ns, replaced=True)]
        if row is None:
            return reports
        order = self._orders[row]
        moved = terms.limit_ticks != order["limit_ticks"] or contracts > order["contracts"]
        order["contracts"], order["limit_ticks"] = contracts, terms.limit_ticks
        order["trail_ticks"], order["trail_ppm"] = terms.trail_ticks, terms.trail_ppm
        if terms.stop_ticks is not None:
            order["stop_ticks"] = terms.stop_ticks
        if terms.regular_only is not None and terms.regular_only != order["regular_only"]:
            order["regular_only"], moved = terms.regular_only, True
        if not moved:
            return reports
        order["ahead"] = records.UNSET
        self._make_room()
        return reports + self._act(row, ts_ns)

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
                members = self._members(order_id, group)
                for gone, reason in self._in_flight.shrink(members, group, contracts):
                    reports.append(Canceled(order_id=gone, ts_ns=ts_ns, reason=reason))
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

    def _members(self, order_id: int, group: int) -> set[int]:
        """An order, and those at rest in its group."""
        orders = self._orders[: self._live]
        return {order_id, *orders["order_id"][(orders["group"] == group) & (group != 0)].tolist()}

    def _sweep(self) -> None:
        """Drop the rows that are done; the others keep their order."""
        orders = self._orders[: self._live]
        for order_id in self._in_flight.named:
            for filled in orders["filled"][(orders["order_id"] == order_id) & (orders["contracts"] == 0)].tolist():
                self._fates[order_id] = filled
        left = orders[orders["contracts"] > 0]
        self._live = len(left)
        self._orders[: self._live] = left

    def _release(self, entry_id: int, contracts: int, ts_ns: int) -> list[Report]:
        """Let an entry's children rest for what it has just filled."""
        reports: list[Report] = []
        resting = []
        is_over = not self._left(entry_id)
        for child in self._children.of(entry_id):
            order_id, more = child.order.order_id, child.let(contracts)
            row = self._row(order_id)
            if row is not None:
                self._orders["contracts"][row] += more
            elif more:
                reports.append(Accepted(order_id=order_id, ts_ns=ts_ns))
                resting.append(replace(child.order, contracts=more))
            if is_over:
                self._children.drop(order_id)
        return reports + self._rest(resting, ts_ns)

    def _drop_children(self, entry_id: int, ts_ns: int) -> list[Report]:
        """Cancel the children that wait for an entry that is gone; those at rest protect what it filled, and stay."""
        reports: list[Report] = []
        for child in self._children.of(entry_id):
            order_id = child.order.order_id
            waits = self._row(order_id) is None and self._left(order_id) > 0
            self._children.drop(order_id)
            if waits:
                reports.append(Canceled(order_id=order_id, ts_ns=ts_ns, reason="parent"))
                reports += self._drop_children(order_id, ts_ns)
        return reports
