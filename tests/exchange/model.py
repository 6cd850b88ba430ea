"""A slow, obvious model of METHOD.md 7 for one tape: contract by contract, every order a plain object. Shares no code.

It reports fills as (order, ns, price), one a contract, and ends as (order, ns, why).
"""

from dataclasses import dataclass, field
from typing import Any

INSTANT = tuple[int, int, int]


@dataclass
class Working:
    """An order at the exchange, or a child that waits for its entry."""

    order_id: int
    side: int
    kind: str  # market, limit, stop, stop-limit
    left: int
    limit: int
    stop: int
    group: int
    parent: int
    waits: bool
    target: bool
    ahead: int | None = None
    lasts: str = "rest"
    group_cancels: bool = False
    regular_only: bool = False
    trail_ticks: int = 0
    trail_ppm: int = 0
    trigger: str = "LAST"
    twice: bool = False  # the price before has reached it
    own: int = 0  # of a child: what it was sent for
    rested: int = 0  # and how much of that has been put at rest


@dataclass
class Model:
    """Commands go in with their arrival; `play` takes the events one by one."""

    fills: list[INSTANT] = field(default_factory=list)
    ends: list[tuple[int, int, str]] = field(default_factory=list)
    quote: dict[str, int] | None = None
    working: list[Working] = field(default_factory=list)
    children: list[Working] = field(default_factory=list)  # with an entry that may still fill
    flying: list[tuple[int, str, Any]] = field(default_factory=list)
    known: dict[int, int] = field(default_factory=dict)  # of an entry's contracts, what its children know of
    used: dict[int, int] = field(default_factory=dict)  # of a child on its way: what its group has filled
    hours: list[int] = field(default_factory=list)  # when regular hours end and begin, from when they are on
    regular: bool = True
    now: int = 0

    def play(self, event: dict[str, int]) -> None:
        """Commands due act; then what rests meets the event."""
        while min([at for at, _, _ in self.flying[:1]] + self.hours[:1], default=event["ts_ns"] + 1) <= event["ts_ns"]:
            if self.hours and (not self.flying or self.hours[0] <= self.flying[0][0]):
                self.now = self.hours.pop(0)
                self.change_hours()
            else:
                self.now, name, what = self.flying.pop(0)
                getattr(self, name)(what)
        self.now = event["ts_ns"]
        kind = ("quote", "trade", "gap", "seed")[event["kind"]]
        if kind == "gap":
            self.quote = None
        elif kind == "quote" and min(event["bid_size"], event["ask_size"]) <= 0:
            self.quote = None
        elif kind == "quote" and event["bid_ticks"] < event["ask_ticks"]:
            self.quote = event
            present = [order for order in self.working if not self.asleep(order)]
            for order in present:
                if order.kind == "market":
                    self.sweep(order, self.opposite(order)[0], None)
            for order in present:
                self.meet_quote(order)
        elif kind == "trade" and event["size"] > 0:
            for order in [order for order in self.working if not self.asleep(order)]:
                self.meet_trade(order, event["price_ticks"], event["size"])
        self.let_children_rest()

    def asleep(self, order: Working) -> bool:
        return order.regular_only and not self.regular

    def change_hours(self) -> None:
        self.regular = not self.regular
        sleepers = [order for order in self.working if order.regular_only]
        for order in sleepers:
            order.ahead = None
        if self.regular:
            for order in sleepers:
                if order in self.working:
                    self.act([order])

    def knows(self, order_id: int) -> bool:
        flying = [order for _, name, what in self.flying if name == "submit" for order in what]
        return any(order.order_id == order_id for order in [*self.working, *self.children, *flying])

    # commands

    def submit(self, orders: list[Working]) -> None:
        sent = [order.order_id for order in orders]
        late = [order for order in orders if order.parent and order.parent not in sent]
        self.children += [order for order in orders if order.parent in sent]
        entries = []
        for order in orders:
            if order in late:
                entries += self.follow(order)
            elif not order.parent and self.dies(order) is not None:
                self.end(order, str(self.dies(order)))
            elif not order.parent:
                entries.append(order)
        self.working += [order for order in entries if order not in self.working]
        self.act(entries)

    def dies(self, order: Working) -> str | None:
        if self.asleep(order):
            return None
        if order.kind == "market" and not order.waits and self.quote is None:
            return "no_quote"
        if order.lasts == "whole" and order.kind == "limit":
            if self.quote is None:
                return "unfilled"
            price, shown = self.opposite(order)
            levels = range(price, order.limit + order.side, order.side)
            if (order.limit - price) * order.side < 0 or shown * len(levels) < order.left:
                return "unfilled"
        return None

    def follow(self, child: Working) -> list[Working]:
        """A child that comes later: for what its entry has filled, less what its group has on the way."""
        filled = sum(1 for fill in self.fills if fill[0] == child.parent)
        lives = any(order.order_id == child.parent for order in [*self.working, *self.children])
        child.own = child.left
        child.rested = max(0, min(child.own, filled - self.used.get(child.order_id, 0)))
        if not lives and not child.rested:
            self.end(child, "group" if filled else "parent")
            return []
        if lives:
            self.children.append(child)
            self.known.setdefault(child.parent, filled)
        if not child.rested:
            return []
        return [Working(**{**vars(child), "left": child.rested})]

    def cancel(self, order_id: int) -> None:
        found = [order for order in self.working if order.order_id == order_id]
        held = [child for child in self.children if child.order_id == order_id]
        if not found and not held:
            self.ends.append((order_id, self.now, "refused"))
            return
        self.children = [child for child in self.children if child.order_id != order_id]
        self.working = [order for order in self.working if order.order_id != order_id]
        self.end((found + held)[0], "asked")

    def change(self, terms: dict[str, int]) -> None:
        if terms["contracts"] == 0:
            return self.cancel(terms["order_id"])
        found = [order for order in self.working if order.order_id == terms["order_id"]]
        held = [child for child in self.children if child.order_id == terms["order_id"]]
        contracts = terms["contracts"]
        for child in held:
            child.limit, child.stop, child.trail_ticks, child.trail_ppm = terms["limit"], terms["stop"], 0, 0
            contracts = min(terms["contracts"], sum(order.left for order in found))
            child.own = child.rested + terms["contracts"] - contracts
        if not found and not held:
            self.ends.append((terms["order_id"], self.now, "refused"))
        for order in found:
            anew = terms["limit"] != order.limit or contracts > order.left
            order.left, order.limit, order.stop = contracts, terms["limit"], terms["stop"]
            order.trail_ticks = order.trail_ppm = 0
            if anew:
                order.ahead = None
                self.act([order])
        return None

    # fills

    def act(self, orders: list[Working]) -> None:
        """On the book as it stands."""
        for order in orders:
            if order in self.working and self.quote is not None and not self.asleep(order):
                if order.kind == "limit" and order.target:
                    self.limit_meets_quote(order)
                elif order.kind == "limit":
                    self.sweep(order, self.opposite(order)[0], order.limit)
                    self.look_at_queue(order)
                elif order.kind == "market":
                    self.sweep(order, self.opposite(order)[0], None)
            self.let_children_rest()
            if order.lasts != "rest" and order in self.working:
                self.working.remove(order)
                self.children = [child for child in self.children if child.order_id != order.order_id]
                self.end(order, "unfilled")

    def opposite(self, order: Working) -> tuple[int, int]:
        side = "ask" if order.side > 0 else "bid"
        assert self.quote is not None
        return self.quote[f"{side}_ticks"], self.quote[f"{side}_size"]

    def sweep(self, order: Working, price: int, limit: int | None) -> None:
        shown = self.opposite(order)[1] if self.quote is not None else None
        taken = 0
        while order.left > 0:
            level = price + order.side * (taken // shown if shown is not None else 0)
            if limit is not None and (level > limit if order.side > 0 else level < limit):
                return
            self.fill_one(order, level)
            taken += 1

    def fill_one(self, order: Working, price: int) -> None:
        """One contract; every other of the group, at rest or on its way, has one less."""
        self.fills.append((order.order_id, self.now, price))
        order.left -= 1
        mates = {order.order_id} | {o.order_id for o in self.working if order.group and o.group == order.group}
        for other in list(self.working):
            if other is not order and other.order_id in mates:
                other.left -= other.left if other.group_cancels else 1
                if other.left == 0:
                    self.working.remove(other)
                    self.end(other, "group")
        for _, name, what in self.flying:
            if name == "submit":
                sent = [o.order_id for o in what]
                for other in [o for o in what if order.group and o.group == order.group and o.parent not in sent]:
                    mates.add(other.order_id)
                    other.left -= other.left if other.group_cancels else 1
                    self.used[other.order_id] = self.used.get(other.order_id, 0) + 1
                    if other.left == 0:
                        what.remove(other)
                        self.end(other, "group")
                        self.end_flying_children(other.order_id)
            elif name == "change" and what["order_id"] in mates:
                what["contracts"] = max(0, what["contracts"] - 1)
        if order.left == 0 and order in self.working:
            self.working.remove(order)

    def end_flying_children(self, entry_id: int) -> None:
        for sent in [what for _, name, what in self.flying if name == "submit"]:
            for child in [child for child in sent if child.parent == entry_id]:
                sent.remove(child)
                self.end(child, "parent")
                self.end_flying_children(child.order_id)

    def meet_quote(self, order: Working) -> None:
        if order.kind == "limit":
            self.limit_meets_quote(order)
        elif order.kind != "market" and order.left > 0:
            self.stop_meets_quote(order)

    def limit_meets_quote(self, order: Working) -> None:
        if order.left == 0:
            return
        opposite = self.opposite(order)[0]
        if opposite <= order.limit if order.side > 0 else opposite >= order.limit:
            while order.left > 0:
                self.fill_one(order, order.limit)
        self.look_at_queue(order)

    def look_at_queue(self, order: Working) -> None:
        assert self.quote is not None
        side = "bid" if order.side > 0 else "ask"
        touch, shown = self.quote[f"{side}_ticks"], self.quote[f"{side}_size"]
        if order.limit == touch:
            order.ahead = shown if order.ahead is None or shown < order.ahead else order.ahead
        elif order.limit > touch if order.side > 0 else order.limit < touch:
            order.ahead = 0

    def meet_trade(self, order: Working, price: int, size: int) -> None:
        if order.left == 0 or order.kind == "market":
            return
        if order.kind == "limit":
            if price < order.limit if order.side > 0 else price > order.limit:
                while order.left > 0:
                    self.fill_one(order, order.limit)
            elif price == order.limit:
                order.ahead = order.ahead or 0
                while size > 0 and order.ahead > 0:
                    size, order.ahead = size - 1, order.ahead - 1
                while size > 0 and order.left > 0:
                    size -= 1
                    self.fill_one(order, price)
        elif order.trigger in ("LAST", "DOUBLE_LAST", "EITHER") and self.is_reached(order, price, "DOUBLE_LAST"):
            self.set_off(order, price)
        elif order.trail_ticks or order.trail_ppm:
            behind = order.trail_ticks or max(1, int(price * order.trail_ppm / 1e6 + 0.5))
            to = min(order.stop, price + behind) if order.side > 0 else max(order.stop, price - behind)
            order.limit, order.stop = order.limit + to - order.stop, to

    def stop_meets_quote(self, order: Working) -> None:
        assert self.quote is not None
        bid, ask = self.quote["bid_ticks"], self.quote["ask_ticks"]
        if order.trigger in ("BID_ASK", "DOUBLE_BID_ASK", "EITHER"):
            seen: float = bid if order.side > 0 else ask
        elif order.trigger == "MIDDLE":
            seen = (bid + ask) / 2
        else:
            return
        if self.is_reached(order, seen, "DOUBLE_BID_ASK"):
            self.set_off(order, self.opposite(order)[0])

    def is_reached(self, order: Working, price: float, double: str) -> bool:
        reached = price >= order.stop if order.side > 0 else price <= order.stop
        if order.trigger != double:
            return reached
        before, order.twice = order.twice, reached
        return reached and before

    def set_off(self, order: Working, price: int) -> None:
        if order.kind == "stop-limit":
            order.kind = "limit"
            self.ends.append((order.order_id, self.now, "triggered"))
            if self.quote is not None:
                self.sweep(order, self.opposite(order)[0], order.limit)
                self.look_at_queue(order)
        else:
            touch = self.opposite(order)[0] if self.quote is not None else price
            self.sweep(order, max(price, touch) if order.side > 0 else min(price, touch), None)

    # children

    def end(self, order: Working, why: str) -> None:
        """An order is gone; so are the children that wait for it and don't rest yet."""
        order.left = 0
        self.ends.append((order.order_id, self.now, why))
        for child in [child for child in self.children if child.parent == order.order_id]:
            self.children.remove(child)
            if all(child.order_id != resting.order_id for resting in self.working):
                self.end(child, "parent")

    def let_children_rest(self) -> None:
        """For what entries have filled at this instant."""
        for entry_id in list(dict.fromkeys(child.parent for child in self.children)):
            filled = sum(1 for fill in self.fills if fill[0] == entry_id) - self.known.get(entry_id, 0)
            if filled == 0:
                continue
            self.known[entry_id] = self.known.get(entry_id, 0) + filled
            fresh = []
            for child in [child for child in self.children if child.parent == entry_id]:
                child.own = child.own or child.left
                more = min(filled, child.own - child.rested)
                child.rested += more
                resting = [order for order in self.working if order.order_id == child.order_id]
                for order in resting:
                    order.left += more
                if not resting and more:
                    fresh.append(Working(**{**vars(child), "left": more}))
            self.working += fresh
            if all(order.order_id != entry_id for order in self.working):
                self.children = [child for child in self.children if child.parent != entry_id]
            self.act(fresh)
