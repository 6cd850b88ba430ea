"""An order book rebuilt from its orders (MBO), as a compiled kernel that emits top-of-book quotes and trades.

Orders live in an open-addressing hash table keyed by order id, level sizes in two arrays indexed by price in ticks.
Both have a bound: the kernel stops before an order would not fit, the caller grows them, and it goes on.
"""

from typing import Final

import numba
import numpy as np
import numpy.typing as npt

from system.domain.ticks import EVENT, QUOTE, TRADE, Batch, empty_batch

TICK_NANOS: Final = 250_000_000  # 0.25 in DBN's fixed-point price
UNDEF_PRICE: Final = 2**63 - 1
LAST: Final = 0x80  # flag: last record of an event, where the book is consistent
SNAPSHOT: Final = 0x20  # flag: part of an initial book, not of the session
MAX_TICKS: Final = 4_000_000  # a million points: beyond it a price is an error
MAX_ORDERS: Final = 1 << 24

ADD, CANCEL, MODIFY, CLEAR, TRADED, BID_SIDE, ASK_SIDE = (ord(letter) for letter in "ACMRTBA")

# Where the kernel's state lives in its one integer array.
BEST_BID, BEST_ASK, ORDERS, LAST_NS, OUT_BID, OUT_ASK, OUT_BID_SIZE, OUT_ASK_SIZE, STATE_SIZE = range(9)
DONE, TABLE_FULL, PRICE_OUT, OFF_GRID, BACKWARDS, TOO_LARGE, UNDEFINED = range(7)

ORDER: Final = np.dtype([("key", "i8"), ("ticks", "i4"), ("size", "i4"), ("side", "u1"), ("used", "u1")], align=True)
MBO: Final = np.dtype(
    [
        ("length", "u1"),
        ("rtype", "u1"),
        ("publisher_id", "<u2"),
        ("instrument_id", "<u4"),
        ("ts_event", "<i8"),  # unsigned in the format; its "undefined" becomes -1 and lies before any time
        ("order_id", "<i8"),
        ("price", "<i8"),
        ("size", "<u4"),
        ("flags", "u1"),
        ("channel_id", "u1"),
        ("action", "u1"),
        ("side", "u1"),
        ("ts_recv", "<u8"),
        ("ts_in_delta", "<i4"),
        ("sequence", "<u4"),
    ]
)

_Records = npt.NDArray[np.void]


class OrderBook:
    """One instrument's book. `advance` may be called with records cut anywhere."""

    def __init__(self, capacity: int = 1 << 15, levels: int = 1 << 15) -> None:
        self._orders = np.zeros(capacity, ORDER)
        self._levels = np.zeros((2, levels), np.int64)  # contracts by ticks, bids then asks
        self._state = np.zeros(STATE_SIZE, np.int64)
        self._state[BEST_BID] = -1
        self._state[BEST_ASK] = levels

    def advance(self, records: _Records) -> tuple[Batch, int, int]:
        """The quotes and trades of `records` (dtype MBO), how many were applied, and DONE or why it stopped there.

        A trade is emitted where its record stands; a quote at an event's end, only where one of its four numbers
        changed; nothing inside a snapshot.
        """
        out = empty_batch(2 * len(records))
        emitted, done = 0, 0
        while True:
            done, emitted, status = _advance(records, done, self._orders, self._levels, self._state, out, emitted)
            if status == TABLE_FULL and len(self._orders) < MAX_ORDERS:
                self._grow_table()
            elif status == PRICE_OUT and self._grow_levels(records[done]):
                pass
            else:
                return out[:emitted], done, status

    def _grow_table(self) -> None:
        orders = np.zeros(2 * len(self._orders), ORDER)
        _rehash(self._orders, orders)
        self._orders = orders

    def _grow_levels(self, record: np.void) -> bool:
        ticks = int(record["price"]) // TICK_NANOS
        have = self._levels.shape[1]
        if not have <= ticks < MAX_TICKS:
            return False
        levels = np.zeros((2, max(2 * have, ticks + 1)), np.int64)
        levels[:, :have] = self._levels
        if self._state[BEST_ASK] == have:  # "no ask" is one past the last level
            self._state[BEST_ASK] = levels.shape[1]
        self._levels = levels
        return True


@numba.njit(cache=True)
def _slot(orders: _Records, key: int) -> int:
    """Where the order is, or the empty slot where it would go."""
    mask = len(orders) - 1
    # Order ids are nearly consecutive. They must be scattered: a run of full slots makes `_delete` slow. The product
    # stays below 2**62, so that plain Python, where an overflow warns, computes the same.
    index = ((((key ^ (key >> 31)) & 0x7FFF_FFFF) * 1_640_531_527) >> 20) & mask
    while orders[index]["used"] == 1 and orders[index]["key"] != key:
        index = (index + 1) & mask
    return index


@numba.njit(cache=True)
def _rehash(old: _Records, new: _Records) -> None:
    for index in range(len(old)):
        if old[index]["used"] == 1:
            new[_slot(new, old[index]["key"])] = old[index]


@numba.njit(cache=True)
def _delete(orders: _Records, index: int) -> None:
    """Empty a slot, then put the orders behind it again, so that no search ends early at the hole."""
    mask = len(orders) - 1
    orders[index]["used"] = 0
    index = (index + 1) & mask
    while orders[index]["used"] == 1:
        key, ticks, size, side = (
            orders[index]["key"],
            orders[index]["ticks"],
            orders[index]["size"],
            orders[index]["side"],
        )
        orders[index]["used"] = 0
        slot = _slot(orders, key)
        orders[slot]["key"], orders[slot]["ticks"], orders[slot]["size"], orders[slot]["side"] = key, ticks, size, side
        orders[slot]["used"] = 1
        index = (index + 1) & mask


@numba.njit(cache=True)
def _change(levels: npt.NDArray[np.int64], state: npt.NDArray[np.int64], side: int, ticks: int, contracts: int) -> None:
    """Add contracts (or take, when negative) at a level and keep the best prices right."""
    count = levels.shape[1]
    if side == BID_SIDE:
        levels[0, ticks] += contracts
        if levels[0, ticks] > 0:
            state[BEST_BID] = max(state[BEST_BID], ticks)
        else:
            while state[BEST_BID] >= 0 and levels[0, state[BEST_BID]] <= 0:
                state[BEST_BID] -= 1
    else:
        levels[1, ticks] += contracts
        if levels[1, ticks] > 0:
            state[BEST_ASK] = min(state[BEST_ASK], ticks)
        else:
            while state[BEST_ASK] < count and levels[1, state[BEST_ASK]] <= 0:
                state[BEST_ASK] += 1


@numba.njit(cache=True)
def _take(orders: _Records, levels: npt.NDArray[np.int64], state: npt.NDArray[np.int64], slot: int, size: int) -> None:
    """Take `size` contracts from an order; an order without any left is gone."""
    size = min(int(size), int(orders[slot]["size"]))
    _change(levels, state, orders[slot]["side"], orders[slot]["ticks"], -size)
    orders[slot]["size"] -= size
    if orders[slot]["size"] == 0:
        _delete(orders, slot)
        state[ORDERS] -= 1


@numba.njit(cache=True)
def _put(
    orders: _Records,
    levels: npt.NDArray[np.int64],
    state: npt.NDArray[np.int64],
    key: int,
    side: int,
    ticks: int,
    size: int,
) -> None:
    """Set an order, new or changed, to this side, price and size."""
    slot = _slot(orders, key)
    if orders[slot]["used"] == 1:
        _change(levels, state, orders[slot]["side"], orders[slot]["ticks"], -int(orders[slot]["size"]))
    else:
        orders[slot]["used"] = 1
        orders[slot]["key"] = key
        state[ORDERS] += 1
    orders[slot]["ticks"] = ticks
    orders[slot]["size"] = size
    orders[slot]["side"] = side
    _change(levels, state, side, ticks, size)
    if size == 0:
        _delete(orders, slot)
        state[ORDERS] -= 1


@numba.njit(cache=True)
def _clear(orders: _Records, levels: npt.NDArray[np.int64], state: npt.NDArray[np.int64]) -> None:
    for index in range(len(orders)):
        orders[index]["used"] = 0
    levels[:] = 0
    state[BEST_BID] = -1
    state[BEST_ASK] = levels.shape[1]
    state[ORDERS] = 0


@numba.njit(cache=True)
def _emit_quote(levels: npt.NDArray[np.int64], state: npt.NDArray[np.int64], ts_ns: int, out: Batch, at: int) -> int:
    """Write a quote row if the top of the book is not the one written last; return how many rows are written now."""
    bid, ask, bid_size, ask_size = 0, 0, 0, 0
    if state[BEST_BID] >= 0:
        bid, bid_size = state[BEST_BID], levels[0, state[BEST_BID]]
    if state[BEST_ASK] < levels.shape[1]:
        ask, ask_size = state[BEST_ASK], levels[1, state[BEST_ASK]]
    same = bid == state[OUT_BID] and ask == state[OUT_ASK]
    if same and bid_size == state[OUT_BID_SIZE] and ask_size == state[OUT_ASK_SIZE]:
        return at
    state[OUT_BID], state[OUT_ASK], state[OUT_BID_SIZE], state[OUT_ASK_SIZE] = bid, ask, bid_size, ask_size
    out[at]["ts_ns"] = ts_ns
    out[at]["kind"] = QUOTE
    out[at]["bid_ticks"] = bid
    out[at]["ask_ticks"] = ask
    out[at]["bid_size"] = bid_size
    out[at]["ask_size"] = ask_size
    return at + 1


@numba.njit(cache=True)
def _emit_trade(record: np.void, out: Batch, at: int) -> int:
    """Write a trade row; a side other than the two is unknown."""
    out[at]["ts_ns"] = record["ts_event"]
    out[at]["kind"] = TRADE
    out[at]["price_ticks"] = record["price"] // TICK_NANOS
    out[at]["size"] = record["size"]
    if record["side"] == BID_SIDE:
        out[at]["side"] = 1
    elif record["side"] == ASK_SIDE:
        out[at]["side"] = -1
    return at + 1


@numba.njit(cache=True)
def _apply(record: np.void, orders: _Records, levels: npt.NDArray[np.int64], state: npt.NDArray[np.int64]) -> None:
    """Change the book. Trades and fills do not: a cancel or change of the resting order follows them."""
    action = record["action"]
    if action in (ADD, MODIFY):
        ticks = record["price"] // TICK_NANOS
        _put(orders, levels, state, record["order_id"], record["side"], ticks, record["size"])
    elif action == CANCEL:
        slot = _slot(orders, record["order_id"])
        if orders[slot]["used"] == 1:
            _take(orders, levels, state, slot, record["size"])
    elif action == CLEAR:
        _clear(orders, levels, state)


@numba.njit(cache=True)
def _problem(record: np.void, orders: _Records, levels: npt.NDArray[np.int64], state: npt.NDArray[np.int64]) -> int:
    """DONE if the record can be applied, else why not."""
    action = record["action"]
    if record["flags"] & SNAPSHOT == 0 and record["ts_event"] < state[LAST_NS]:
        return BACKWARDS
    if action not in (ADD, MODIFY, TRADED):
        return DONE
    return _price_problem(record, orders, levels, state)


@numba.njit(cache=True)
def _price_problem(
    record: np.void, orders: _Records, levels: npt.NDArray[np.int64], state: npt.NDArray[np.int64]
) -> int:
    """`_problem` of an order or trade."""
    if record["price"] == UNDEF_PRICE:
        return UNDEFINED
    if record["price"] % TICK_NANOS != 0:
        return OFF_GRID
    if record["size"] > 1_000_000_000:
        return TOO_LARGE
    if record["action"] != TRADED:
        if record["side"] != BID_SIDE and record["side"] != ASK_SIDE:
            return UNDEFINED
        ticks = record["price"] // TICK_NANOS
        if ticks < 0 or ticks >= levels.shape[1]:
            return PRICE_OUT
        if 2 * state[ORDERS] >= len(orders):
            return TABLE_FULL
    elif record["price"] < 0 or record["price"] // TICK_NANOS >= MAX_TICKS:
        return PRICE_OUT
    return DONE


@numba.njit(cache=True)
def _advance(
    records: _Records,
    start: int,
    orders: _Records,
    levels: npt.NDArray[np.int64],
    state: npt.NDArray[np.int64],
    out: Batch,
    at: int,
) -> tuple[int, int, int]:
    """Apply records from `start` on; return how many are applied, how many rows are written, and a status."""
    for index in range(start, len(records)):
        record = records[index]
        status = _problem(record, orders, levels, state)
        if status != DONE:
            return index, at, status
        _apply(record, orders, levels, state)
        if record["flags"] & SNAPSHOT != 0:
            continue
        state[LAST_NS] = record["ts_event"]
        if record["action"] == TRADED:
            at = _emit_trade(record, out, at)
        if record["flags"] & LAST != 0:
            at = _emit_quote(levels, state, record["ts_event"], out, at)
    return len(records), at, DONE


assert EVENT.isalignedstruct  # the kernel writes its fields in place
