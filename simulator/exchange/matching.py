"""METHOD.md section 7 as sequential kernels: how orders that rest, wait or arrive meet the tape.

`meet` runs through events and returns behind the first one that made a report; `arrive` lets one order act on the book
as it stands. A row with no contracts left is done and is swept out by the caller.
"""

from typing import Any

import numpy.typing as npt

from simulator.exchange.book import (
    CANCELED,
    DOUBLE_BID_ASK,
    DOUBLE_LAST,
    EITHER,
    FILLED,
    LIMIT,
    MARKET,
    MIDDLE,
    STOP_LIMIT,
    TRIGGERED,
    UNSET,
)
from system.domain.kernels import kernel
from system.domain.ticks import GAP, QUOTE, TRADE

Array = npt.NDArray[Any]


@kernel
def _report(orders: Array, o: int, what: int, ts: int, contracts: int, price: int, reports: Array, n: int) -> int:
    row = reports[n]
    row["order_id"], row["what"], row["ts_ns"] = orders["order_id"][o], what, ts
    row["contracts"], row["price_ticks"], row["group"] = contracts, price, orders["group"][o]
    return n + 1


@kernel
def fill(orders: Array, o: int, ts: int, contracts: int, price: int, reports: Array, n: int) -> int:
    """Fill part of an order at one price; its group shrinks by as much at once."""
    orders["contracts"][o] -= contracts
    orders["filled"][o] += contracts
    n = _report(orders, o, FILLED, ts, contracts, price, reports, n)
    group = orders["group"][o]
    if group == 0:
        return n
    for other in range(len(orders)):
        if other != o and orders["group"][other] == group and orders["contracts"][other] > 0:
            less = orders["contracts"][other] if orders["group_cancels"][other] else contracts
            orders["contracts"][other] = max(0, orders["contracts"][other] - less)
            if orders["contracts"][other] == 0:
                n = _report(orders, other, CANCELED, ts, 0, 0, reports, n)
    return n


@kernel
def _take(orders: Array, o: int, ts: int, price: int, shown: int, limited: bool, reports: Array, n: int) -> int:
    """Fill at `price`, one tick worse per further `shown` contracts (0: all at it), up to the limit if `limited`."""
    side = orders["side"][o]
    while orders["contracts"][o] > 0 and not (limited and (price - orders["limit_ticks"][o]) * side > 0):
        left = orders["contracts"][o]
        n = fill(orders, o, ts, min(left, shown) if shown > 0 else left, price, reports, n)
        price += side
    return n


@kernel
def _take_touch(orders: Array, o: int, ts: int, book: Array, limited: bool, reports: Array, n: int) -> int:
    """Fill at the prevailing quote's opposite touch."""
    if orders["side"][o] > 0:
        return _take(orders, o, ts, book["ask_ticks"][0], book["ask_size"][0], limited, reports, n)
    return _take(orders, o, ts, book["bid_ticks"][0], book["bid_size"][0], limited, reports, n)


@kernel
def _see_touch(orders: Array, o: int, book: Array) -> None:
    """Let a quote set or lower the size ahead of a resting limit order.

    At the touch for the first time: what is shown is ahead, and less when less is shown later. Better than the touch:
    nobody is ahead, and those who join then stand behind us. Away from the touch: the queue stands.
    """
    if orders["side"][o] > 0:
        better, size = orders["limit_ticks"][o] - book["bid_ticks"][0], book["bid_size"][0]
    else:
        better, size = book["ask_ticks"][0] - orders["limit_ticks"][o], book["ask_size"][0]
    ahead = orders["ahead"][o]
    if better == 0:
        orders["ahead"][o] = size if ahead == UNSET else min(ahead, size)
    elif better > 0:
        orders["ahead"][o] = 0


@kernel
def _meet_quote(orders: Array, o: int, ts: int, book: Array, reports: Array, n: int) -> int:
    """Let a resting limit order meet a valid quote."""
    price, side = orders["limit_ticks"][o], orders["side"][o]
    opposite = book["ask_ticks"][0] if side > 0 else book["bid_ticks"][0]
    if (price - opposite) * side >= 0:
        return fill(orders, o, ts, orders["contracts"][o], price, reports, n)
    _see_touch(orders, o, book)
    return n


@kernel
def trail_distance(price: int, trail_ticks: int, trail_ppm: int) -> int:
    """How far behind a price a trailing stop stays: ticks, or at least one of millionths; 0: it stands."""
    if trail_ppm > 0:
        return max(1, (price * trail_ppm + 500_000) // 1_000_000)
    return trail_ticks


@kernel
def _trail(orders: Array, o: int, price: int) -> None:
    """Let a trailing stop, and its limit, follow a trade that did not trigger it; it never goes back."""
    distance = trail_distance(price, orders["trail_ticks"][o], orders["trail_ppm"][o])
    if distance > 0:
        side = orders["side"][o]
        moved = min(0, (price + side * distance - orders["stop_ticks"][o]) * side) * side
        orders["stop_ticks"][o] += moved
        orders["limit_ticks"][o] += moved


@kernel
def _asleep(orders: Array, o: int, book: Array) -> bool:
    return bool(orders["regular_only"][o] and not book["regular"][0])


@kernel
def arrive(orders: Array, o: int, ts: int, book: Array, reports: Array, n: int) -> int:
    """Let order `o`, just put into its row or awake again, act at `ts` on the book as it stands."""
    if _asleep(orders, o, book):
        return n
    kind = orders["type"][o]
    if kind == MARKET and book["quoted"][0]:
        return _take_touch(orders, o, ts, book, False, reports, n)
    if kind == LIMIT and book["quoted"][0]:
        if orders["target"][o]:
            return _meet_quote(orders, o, ts, book, reports, n)
        n = _take_touch(orders, o, ts, book, True, reports, n)
        _see_touch(orders, o, book)
    return n


@kernel
def _sets_off(orders: Array, o: int, reaches: bool, double: int) -> bool:
    """Whether a price sets a stop off; of kind `double` it takes two running that reach it."""
    if orders["trigger"][o] != double:
        return reaches
    orders["reached"][o] = orders["reached"][o] + 1 if reaches else 0
    return bool(orders["reached"][o] > 1)


@kernel
def _set_off(orders: Array, o: int, ts: int, price: int, book: Array, reports: Array, n: int) -> int:
    """Let a stop act, set off by a price."""
    if orders["type"][o] == STOP_LIMIT:
        orders["type"][o] = LIMIT
        n = _report(orders, o, TRIGGERED, ts, 0, 0, reports, n)
        return arrive(orders, o, ts, book, reports, n)
    if not book["quoted"][0]:
        return _take(orders, o, ts, price, 0, False, reports, n)
    if orders["side"][o] > 0:
        return _take(orders, o, ts, max(price, book["ask_ticks"][0]), book["ask_size"][0], False, reports, n)
    return _take(orders, o, ts, min(price, book["bid_ticks"][0]), book["bid_size"][0], False, reports, n)


@kernel
def _watch_quote(orders: Array, o: int, ts: int, book: Array, reports: Array, n: int) -> int:
    """Let a stop that looks at quotes meet a valid one: a buy the bid, a sell the ask, or their middle."""
    bid, ask, side = book["bid_ticks"][0], book["ask_ticks"][0], orders["side"][o]
    doubled = bid + ask if orders["trigger"][o] == MIDDLE else 2 * (bid if side > 0 else ask)
    if not _sets_off(orders, o, (doubled - 2 * orders["stop_ticks"][o]) * side >= 0, DOUBLE_BID_ASK):
        return n
    return _set_off(orders, o, ts, ask if side > 0 else bid, book, reports, n)


@kernel
def _meet_trade(orders: Array, o: int, ts: int, price: int, size: int, book: Array, reports: Array, n: int) -> int:
    """Let a resting order meet a valid trade."""
    kind, side = orders["type"][o], orders["side"][o]
    if kind == LIMIT:
        through = (orders["limit_ticks"][o] - price) * side
        if through > 0:
            return fill(orders, o, ts, orders["contracts"][o], orders["limit_ticks"][o], reports, n)
        if through == 0:
            ahead = max(0, orders["ahead"][o])
            orders["ahead"][o] = max(0, ahead - size)
            if size > ahead:
                return fill(orders, o, ts, min(orders["contracts"][o], size - ahead), price, reports, n)
    elif kind != MARKET:
        reaches = (price - orders["stop_ticks"][o]) * side >= 0
        if orders["trigger"][o] > EITHER or not _sets_off(orders, o, reaches, DOUBLE_LAST):
            _trail(orders, o, price)
            return n
        return _set_off(orders, o, ts, price, book, reports, n)
    return n


@kernel
def skip(book: Array, batch: Array, start: int, stop: int) -> None:
    """Take events [start, stop) while no order rests: only the quote that prevails after them matters."""
    kind, bid_ticks, ask_ticks = batch["kind"], batch["bid_ticks"], batch["ask_ticks"]
    bid_size, ask_size = batch["bid_size"], batch["ask_size"]
    for i in range(stop - 1, start - 1, -1):
        if kind[i] == GAP or (kind[i] == QUOTE and (bid_size[i] <= 0 or ask_size[i] <= 0)):
            book["quoted"][0] = False
            return
        if kind[i] == QUOTE and bid_ticks[i] < ask_ticks[i]:
            book["quoted"][0] = True
            book["bid_ticks"][0] = bid_ticks[i]
            book["ask_ticks"][0] = ask_ticks[i]
            book["bid_size"][0] = bid_size[i]
            book["ask_size"][0] = ask_size[i]
            return


@kernel
def meet(  # noqa: C901, PLR0912 - in one piece: a call with arrays costs about 10 ns an event
    book: Array, orders: Array, batch: Array, start: int, stop: int, reports: Array
) -> tuple[int, int]:
    """Take events [start, stop); return the index behind the last one taken and the number of reports it made."""
    ts_ns, kind = batch["ts_ns"], batch["kind"]
    price_ticks, sizes = batch["price_ticks"], batch["size"]
    bid_ticks, ask_ticks, bid_size, ask_size = (
        batch["bid_ticks"],
        batch["ask_ticks"],
        batch["bid_size"],
        batch["ask_size"],
    )
    live = len(orders)
    for i in range(start, stop):
        n = 0
        if kind[i] == QUOTE:
            if bid_size[i] <= 0 or ask_size[i] <= 0:
                book["quoted"][0] = False
            elif bid_ticks[i] < ask_ticks[i]:
                book["quoted"][0] = True
                book["bid_ticks"][0] = bid_ticks[i]
                book["ask_ticks"][0] = ask_ticks[i]
                book["bid_size"][0] = bid_size[i]
                book["ask_size"][0] = ask_size[i]
                for o in range(live):  # an exit that waited for a quote acts first
                    if orders["type"][o] == MARKET and orders["contracts"][o] > 0 and not _asleep(orders, o, book):
                        n = _take_touch(orders, o, ts_ns[i], book, False, reports, n)
                for o in range(live):
                    if orders["contracts"][o] > 0 and not _asleep(orders, o, book):
                        if orders["type"][o] == LIMIT:
                            n = _meet_quote(orders, o, ts_ns[i], book, reports, n)
                        elif orders["trigger"][o] >= EITHER:
                            n = _watch_quote(orders, o, ts_ns[i], book, reports, n)
        elif kind[i] == TRADE:
            if sizes[i] > 0:
                for o in range(live):
                    if orders["contracts"][o] > 0 and not _asleep(orders, o, book):
                        n = _meet_trade(orders, o, ts_ns[i], int(price_ticks[i]), int(sizes[i]), book, reports, n)
        elif kind[i] == GAP:
            book["quoted"][0] = False
        if n > 0:
            return i + 1, n
    return stop, 0
