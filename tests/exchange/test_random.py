"""The exchange at random: like the obvious model, however the tape is cut, and no contract made or lost."""

from collections import Counter
from itertools import chain
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from simulator.exchange.book import OrderType, Trigger
from tests.exchange.desk import LATENCY_MS, MS, Desk, Row, order
from tests.exchange.model import Model, Working

PRICES = st.integers(96, 104)
SIZES = st.sampled_from([0, 1, 1, 2, 3, 5])
IDS = st.integers(1, 12)
KINDS = {
    OrderType.MARKET: "market",
    OrderType.LIMIT: "limit",
    OrderType.STOP: "stop",
    OrderType.STOP_LIMIT: "stop-limit",
}


@st.composite
def desks(draw: st.DrawFn, replaces: bool = True) -> Desk:
    """A tape around 100 with up to 40 events, and up to 8 commands: orders, brackets, cancels, replaces."""
    desk, at = Desk(), 0
    for _ in range(draw(st.integers(1, 40))):
        at += draw(st.sampled_from([0, 0, 1, 10, 25, 50]))
        what = draw(st.sampled_from(["quote", "quote", "quote", "trade", "trade", "trade", "gap", "seed"]))
        if what == "quote":
            bid = draw(PRICES)
            desk.quote(at, bid, bid + draw(st.sampled_from([1, 1, 1, 2, 4, 0, -1])), draw(SIZES), draw(SIZES))
        elif what == "trade":
            desk.trade(at, draw(PRICES), draw(SIZES))
        else:
            getattr(desk, what)(at)
    if draw(st.booleans()):
        desk.hours_ms = sorted(draw(st.lists(st.integers(1, at + 60), min_size=1, max_size=4, unique=True)))
    next_id, times = 1, sorted(draw(st.lists(st.integers(-50, at), min_size=1, max_size=8)))
    for time in times:
        next_id += any_command(draw, desk, time, next_id, replaces=replaces)
    return desk


def any_command(draw: st.DrawFn, desk: Desk, time: int, next_id: int, *, replaces: bool) -> int:
    """Let `desk` send something; return how many order ids it takes."""
    what = draw(st.sampled_from(["order", "order", "bracket", "two", "late", "cancel", "replace"]))
    if what == "cancel" or (what == "replace" and not replaces):
        desk.cancel(time, draw(IDS))
        return 0
    if what == "replace":
        desk.replace(time, draw(IDS), draw(st.integers(1, 4)), limit=draw(PRICES), stop=draw(PRICES))
        return 0
    orders = [any_order(draw, next_id, parent=draw(st.integers(0, next_id - 1)) if what == "late" else 0)]
    if what == "two":
        orders.append(any_order(draw, next_id + 1))
    if what == "bracket":
        exits = [{"stop": draw(PRICES)}, {"limit": draw(PRICES)}, {"stop": draw(PRICES), "limit": draw(PRICES)}]
        group = draw(st.sampled_from([0, next_id + 10]))
        for place, prices in enumerate(draw(st.permutations(exits))[:2]):
            more = {"parent": next_id, "group": group}
            orders.append(order(next_id + 1 + place, -orders[0].side, orders[0].contracts, **prices, **more))
    desk.submit(time, *orders)
    return len(orders)


def any_order(draw: st.DrawFn, order_id: int, parent: int = 0) -> Any:
    prices = {name: draw(PRICES) for name in draw(st.sampled_from([(), ("limit",), ("stop",), ("limit", "stop")]))}
    groups = [0, parent + 10] if parent else [0, 0, 1, 2]  # a child's group is never its entry's
    group, waits = draw(st.sampled_from(groups)), draw(st.booleans())
    return order(
        order_id,
        draw(st.sampled_from([1, -1])),
        draw(st.integers(1, 5)),
        group=group,
        waits=waits,
        parent=parent,
        lasts=draw(st.sampled_from(["rest", "rest", "rest", "immediate", "whole"])),
        group_cancels=group == 2,
        regular_only=draw(st.booleans()),
        trigger=draw(st.sampled_from(Trigger)) if "stop" in prices else Trigger.LAST,
        trail_ticks=draw(st.sampled_from([0, 0, 1, 2])) if "stop" in prices else 0,
        trail_ppm=draw(st.sampled_from([0, 0, 0, 5000, 20_000])) if "stop" in prices else 0,
        **prices,
    )


def modelled(desk: Desk) -> tuple[list[tuple[int, int, int]], list[tuple[int, int, str]]]:
    """The same tape and commands through the model."""
    model = Model(hours=[at * MS for at in desk.hours_ms])
    commands: list[tuple[int, str, Any]] = []
    for at, name, (what, *_), terms in desk.commands:
        arrival = (at + LATENCY_MS) * MS
        if name == "submit":
            orders = [
                Working(
                    o.order_id, o.side, KINDS[o.type], o.contracts, o.limit_ticks, o.stop_ticks,
                    o.group, o.parent, o.waits, o.parent != 0 and o.type == OrderType.LIMIT, None, o.lasts,
                    o.group_cancels, o.regular_only, 0 if o.trail_ppm else o.trail_ticks, o.trail_ppm, o.trigger.name,
                )
                for o in what
            ]  # fmt: skip
            commands.append((arrival, "submit", orders))
        elif name == "cancel":
            commands.append((arrival, "cancel", what))
        else:
            changed = {"limit": terms["limit_ticks"], "stop": terms["stop_ticks"], "contracts": terms["contracts"]}
            commands.append((arrival, "change", {"order_id": what, **changed}))
    for event in desk.batch():
        row = {name: int(event[name]) for name in event.dtype.names}
        while commands and commands[0][0] - LATENCY_MS * MS < row["ts_ns"]:
            if commands[0][1] == "submit":
                sent = {0, *(o.order_id for o in commands[0][2])}
                if not all(o.parent in sent or model.knows(o.parent) for o in commands[0][2]):
                    commands.pop(0)
                    continue
            model.flying.append(commands.pop(0))
        model.play(row)
    return model.fills, model.ends


def by_contract(rows: list[Row]) -> list[tuple[int, int, int]]:
    fills = [row[1:] for row in rows if row[0] == "filled"]
    return list(chain.from_iterable([(who, round(at * MS), price)] * n for who, at, n, price in fills))


@given(desks())
def test_it_does_what_the_obvious_model_does(desk: Desk) -> None:
    """Every contract's order, time and price, and every cancel, refusal and trigger; at one instant in any order."""
    rows = desk.run()
    fills, ends = modelled(desk)
    ours = [
        (row[1], round(row[2] * MS), row[3] if row[0] == "canceled" else row[0])
        for row in rows
        if row[0] in ("canceled", "refused", "triggered")
    ]
    assert sorted(by_contract(rows), key=lambda fill: fill[1]) == by_contract(rows)
    assert Counter(by_contract(rows)) == Counter(fills)
    assert Counter(ours) == Counter(ends)


@given(desks(), st.data())
def test_reports_do_not_depend_on_how_the_tape_is_cut(desk: Desk, data: st.DataObject) -> None:
    """In one piece, in some, event by event; and twice."""
    events = len(desk.events)
    whole = desk.run()
    cuts = data.draw(st.lists(st.integers(1, events), max_size=4))
    assert desk.run() == whole
    assert desk.run(cuts) == whole
    assert desk.run(range(1, events + 1)) == whole


@given(desks(replaces=False))
def test_no_contract_is_made_or_lost(desk: Desk) -> None:
    """Of orders that are no children and have no group: filled + left (0 if canceled) is what was sent; of all, no more."""
    filled: Counter[int] = Counter()
    over = set()
    for row in desk.run():
        if row[0] == "filled":
            filled[row[1]] += row[3]
            assert row[1] not in over
        elif row[0] == "canceled" and row[3] in ("asked", "no_quote", "unfilled"):
            over.add(row[1])
    table = desk.exchange._orders[: desk.exchange._live]
    left = Counter({int(row["order_id"]): int(row["contracts"]) for row in table})
    assert all(left.values())
    arrived = {row[1] for row in desk.run() if row[0] == "accepted"}
    for sent in (o for command in desk.commands if command[1] == "submit" for o in command[2][0]):
        assert filled[sent.order_id] + left[sent.order_id] <= sent.contracts
        if sent.order_id in arrived - over and not sent.group and not sent.parent:
            assert filled[sent.order_id] + left[sent.order_id] == sent.contracts


@given(desks(replaces=False))
def test_the_exits_of_a_group_never_sell_more_than_the_entry_bought(desk: Desk) -> None:
    """For every bracket that was sent as one and whose exits are a group, at any time."""
    filled: Counter[int] = Counter()
    brackets = [command[2][0] for command in desk.commands if command[1] == "submit" and len(command[2][0]) == 3]
    exits = {o.order_id: orders for orders in brackets for o in orders[1:] if o.group}
    for row in desk.run():
        if row[0] == "filled":
            filled[row[1]] += row[3]
        if row[0] == "filled" and row[1] in exits:
            entry, stop, target = exits[row[1]]
            assert filled[stop.order_id] + filled[target.order_id] <= filled[entry.order_id]
