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


@dataclass
class Model:
    """Commands go in with their arrival; `play` takes the events one by one."""

    fills: list[INSTANT] = field(default_factory=list)
    ends: list[tuple[int, int, str]] = field(default_factory=list)
    quote: dict[str, int] | None = None
    working: list[Working] = field(default_factory=list)
    children: list[Working] = field(default_factory=list)  # with an entry that may still fill
    flying: list[tuple[int, str, Any]] = field(default_factory=list)
    rested: dict[int, int] = field(default_factory=dict)  # of an entry's contracts, what its children rest for
    now: int = 0

    def play(self, event: dict[str, int]) -> None:
        """Commands due act; then what rests meets the event."""
        while self.flying and self.flying[0][0] <= event["ts_ns"]:
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
            present = list(self.working)
            for order in present:
                if order.kind == "market":
                    self.sweep(order, self.opposite(order)[0], None)
            for order in present:
                if order.kind == "limit":
                    self.limit_meets_quote(order)
        elif kind == "trade" and event["size"] > 0:
            for order in list(self.working):
                self.meet_trade(order, event["price_ticks"], event["size"])
        self.let_children_rest()

    # commands

    def submit(self, orders: list[Working]) -> None:
        self.children += [order for order in orders if order.parent]
        entries = [order for order in orders if not order.parent]
        for order in entries:
            if order.kind == "market" and not order.waits and self.quote is None:
                self.end(order, "no_quote")
            else:
                self.working.append(order)
        self.act(entries)

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
        for child in held:
            child.limit, child.stop = terms["limit"], terms["stop"]
        if not found and not held:
            self.ends.append((terms["order_id"], self.now, "refused"))
        for order in found:
            anew = terms["limit"] != order.limit or terms["contracts"] > order.left
            order.left, order.limit, order.stop = terms["contracts"], terms["limit"], terms["stop"]
            if anew:
                order.ahead = None
                self.act([order])
        return None

    # fills

    def act(self, orders: list[Working]) -> None:
        """On the book as it stands."""
        for order in orders:
            if order in self.working and self.quote is not None:
                if order.kind == "limit" and order.target:
                    self.limit_meets_quote(order)
                elif order.kind == "limit":
                    self.sweep(order, self.opposite(order)[0], order.limit)
                    self.look_at_queue(order)
                elif order.kind == "market":
                    self.sweep(order, self.opposite(order)[0], None)
            self.let_children_rest()

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
                other.left -= 1
                if other.left == 0:
                    self.working.remove(other)
                    self.end(other, "group")
        for _, name, what in self.flying:
            if name == "submit":
                for other in [o for o in what if order.group and o.group == order.group and not o.parent]:
                    mates.add(other.order_id)
                    other.left -= 1
                    if other.left == 0:
                        what.remove(other)
                        self.end(other, "group")
                        for child in [c for c in what if c.parent == other.order_id]:
                            what.remove(child)
                            self.end(child, "parent")
            elif name == "change" and what["order_id"] in mates:
                what["contracts"] = max(0, what["contracts"] - 1)
        if order.left == 0 and order in self.working:
            self.working.remove(order)

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
        elif price >= order.stop if order.side > 0 else price <= order.stop:
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
            filled = sum(1 for fill in self.fills if fill[0] == entry_id) - self.rested.get(entry_id, 0)
            if filled == 0:
                continue
            self.rested[entry_id] = self.rested.get(entry_id, 0) + filled
            fresh = []
            for child in [child for child in self.children if child.parent == entry_id]:
                resting = [order for order in self.working if order.order_id == child.order_id]
                for order in resting:
                    order.left += filled
                if not resting:
                    fresh.append(Working(**{**vars(child), "left": filled}))
            self.working += fresh
            if all(order.order_id != entry_id for order in self.working):
                self.children = [child for child in self.children if child.parent != entry_id]
            self.act(fresh)
