"""The synthetic market of one session as a sequential kernel: a touch of two queues that orders join, leave and hit.

Everything is drawn with integers of at most 63 bits, so that compiled code, plain Python and every machine agree.
Up and down are symmetric in law: a side is drawn with a fair bit, and all that follows looks at that side and the other
one, never at bid or ask.
"""

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from system.domain.kernels import kernel
from system.domain.ticks import QUOTE, TRADE

Array = npt.NDArray[Any]

FLOW: Final = np.dtype(
    [
        ("carry", "i8"),  # the two generators' states
        ("shift", "i8"),
        ("ts_ns", "i8"),  # the time of the last event, nanoseconds UTC
        ("open_ns", "i8"),
        ("close_ns", "i8"),
        ("touch", "i8", (2,)),  # bid and ask in ticks
        ("shown", "i8", (2,)),  # the contracts there
        ("gone", "i8"),  # the touch that went when the spread last became wide
        ("mood", "i8"),  # the touch that trades hit a little more often for some minutes
        ("last", "i8"),  # the touch that the last trade hit: 0 bid, 1 ask
        ("burst", "i8"),  # 1: whoever traded last has not done yet
        ("due", "i8"),  # 1: a quote of the same time is still to be written
    ],
    align=True,
)

SLOT_NS: Final = 1_800_000_000_000  # the day's curve has a value for each half hour
BURST_GAP_NS: Final = 300_000  # mean time to the next piece of one order
REPAIR_GAP_NS: Final = 4_000_000  # mean time to the next event while the spread is wide
PERCENT_TRADES: Final = 23  # of actions out of a burst
PERCENT_BURST: Final = 38  # of trades that another piece of the same order follows
PERCENT_REPEAT: Final = 10  # of other trades that hit the touch of the last one, whatever the queues say
PERCENT_REPAIR: Final = 90  # of actions at a wide spread that make it one tick
PERCENT_SINGLE: Final = 60  # of trades of one contract
PERCENT_FOLLOW: Final = 90  # of those that let the other touch follow; in the rest the one that went comes back
PERCENT_MOOD: Final = 10  # of trades that the mood decides
MOOD_TRADES: Final = 300  # mean length of a mood
MEAN_BLOCK: Final = 6  # contracts of the other trades
MEAN_ORDER: Final = 3  # contracts that join or leave at once
MEAN_NEW: Final = 20  # contracts of a touch that improves
MEAN_DEEP: Final = 30  # contracts of the level behind a touch that went
USUAL: Final = 26  # contracts at which as many orders join as leave


@kernel
def _draw(flow: Array, below: int) -> int:
    """A uniform number in [0, below), below at most 2**31: multiply-with-carry plus a xorshift, 32 bits each."""
    carry = flow["carry"][0]
    carry = 698_769_069 * (carry & 0xFFFFFFFF) + (carry >> 32)
    shift = flow["shift"][0]
    shift ^= (shift << 13) & 0xFFFFFFFF
    shift ^= shift >> 17
    shift ^= (shift << 5) & 0xFFFFFFFF
    flow["carry"][0] = carry
    flow["shift"][0] = shift
    drawn: int = ((((carry & 0xFFFFFFFF) + shift) & 0xFFFFFFFF) * below) >> 32
    return drawn


@kernel
def _chance(flow: Array, percent: int) -> bool:
    return _draw(flow, 100) < percent


@kernel
def _side(flow: Array) -> int:
    """0 (bid) or 1 (ask) by one fair bit."""
    return _draw(flow, 2)


@kernel
def _exponential(flow: Array, mean: int) -> int:
    """An exponential number of the given mean, rounded down, by von Neumann's comparisons: no logarithm to differ."""
    whole = 0
    while True:
        first = _draw(flow, 1 << 20)
        last, falls = first, 0
        while True:
            drawn = _draw(flow, 1 << 20)
            if drawn >= last:
                break
            last = drawn
            falls += 1
        if falls % 2 == 0:
            return (((whole << 20) + first) * mean) >> 20
        whole += 1


@kernel
def _go(flow: Array, side: int) -> None:
    """The touch of `side` is empty: the level behind shows; a spread of two ticks takes the other side along."""
    away = 2 * side - 1
    wide = flow["touch"][0, 1] - flow["touch"][0, 0] > 1
    flow["gone"][0] = side
    flow["touch"][0, side] += away
    flow["shown"][0, side] = 1 + _exponential(flow, MEAN_DEEP)
    if wide:
        flow["touch"][0, 1 - side] += away
        flow["shown"][0, 1 - side] = 1 + _exponential(flow, MEAN_NEW)


@kernel
def _leave(flow: Array, side: int, contracts: int) -> None:
    flow["shown"][0, side] -= contracts
    if flow["shown"][0, side] == 0:
        _go(flow, side)


@kernel
def _queue(flow: Array) -> None:
    """An order joins or leaves a touch; the longer the queue, the likelier it leaves."""
    side = _side(flow)
    shown = flow["shown"][0, side]
    contracts = 1 + _exponential(flow, MEAN_ORDER - 1)
    if _draw(flow, USUAL + shown) < USUAL:
        flow["shown"][0, side] += contracts
    else:
        _leave(flow, side, min(contracts, shown))


@kernel
def _repair(flow: Array) -> None:
    """Make a wide spread one tick again: the other touch follows, or the one that went comes back."""
    side = 1 - flow["gone"][0] if _chance(flow, PERCENT_FOLLOW) else flow["gone"][0]
    flow["touch"][0, side] += 1 - 2 * side
    flow["shown"][0, side] = 1 + _exponential(flow, MEAN_NEW)


@kernel
def _hit_side(flow: Array) -> int:
    """The touch that the next trade hits: that of the last trade again, the mood's, or rather the shorter queue."""
    last: int = flow["last"][0]
    if flow["burst"][0] == 1 or _chance(flow, PERCENT_REPEAT):
        return last
    if _draw(flow, MOOD_TRADES) == 0:
        flow["mood"][0] = _side(flow)
    mood: int = flow["mood"][0]
    if _chance(flow, PERCENT_MOOD):
        return mood
    side = _side(flow)
    mine, other = flow["shown"][0, side], flow["shown"][0, 1 - side]
    return side if _draw(flow, 4 * (mine + other)) < mine + 3 * other else 1 - side


@kernel
def _trade_size(flow: Array) -> int:
    return 1 if _chance(flow, PERCENT_SINGLE) else 2 + _exponential(flow, MEAN_BLOCK - 2)


@kernel
def _write(flow: Array, row: Array, kind: int) -> None:
    """One event with the quote as it stands; `row` has shape (1,)."""
    row["ts_ns"][0], row["kind"][0] = flow["ts_ns"][0], kind
    row["bid_ticks"][0], row["ask_ticks"][0] = flow["touch"][0, 0], flow["touch"][0, 1]
    row["bid_size"][0], row["ask_size"][0] = flow["shown"][0, 0], flow["shown"][0, 1]
    row["seed_price_size"][0], row["seed_size"][0] = 0, 0
    row["price_ticks"][0], row["size"][0], row["side"][0] = 0, 0, 0


@kernel
def _trade(flow: Array, row: Array) -> None:
    """One print at the touch, never more than it shows; the quote that follows from it comes next, at the same time."""
    side = _hit_side(flow)
    size = min(_trade_size(flow), flow["shown"][0, side])
    _write(flow, row, TRADE)
    row["price_ticks"][0], row["size"][0], row["side"][0] = flow["touch"][0, side], size, 2 * side - 1
    _leave(flow, side, size)
    flow["last"][0] = side
    flow["burst"][0] = 1 if _chance(flow, PERCENT_BURST) else 0
    flow["due"][0] = 1


@kernel
def _next_ns(flow: Array, gaps_ns: Array) -> int:
    """When something happens next."""
    now_ns: int = flow["ts_ns"][0]
    mean = gaps_ns[(now_ns - flow["open_ns"][0]) // SLOT_NS]
    if flow["burst"][0] == 1:
        mean = min(mean, BURST_GAP_NS)
    elif flow["touch"][0, 1] - flow["touch"][0, 0] > 1:
        mean = min(mean, REPAIR_GAP_NS)
    return now_ns + 1 + _exponential(flow, mean)


@kernel
def fill(flow: Array, gaps_ns: Array, batch: Array) -> int:
    """Write the session's next events into `batch` (dtype EVENT); fewer than it holds: the session is over.

    `flow` (dtype FLOW, shape (1,)) carries on from call to call; `gaps_ns` is the mean time between two actions in each
    half hour since the open, nanoseconds.
    """
    n = 0
    while n < len(batch):
        row = batch[n : n + 1]
        if flow["due"][0] == 1:
            flow["due"][0] = 0
            _write(flow, row, QUOTE)
            n += 1
            continue
        ts_ns = _next_ns(flow, gaps_ns)
        if ts_ns >= flow["close_ns"][0]:
            flow["ts_ns"][0] = flow["close_ns"][0] - 1
            flow["burst"][0] = 0
            break
        flow["ts_ns"][0] = ts_ns
        repair = flow["touch"][0, 1] - flow["touch"][0, 0] > 1 and _chance(flow, PERCENT_REPAIR)
        if flow["burst"][0] == 1 or (not repair and _chance(flow, PERCENT_TRADES)):
            _trade(flow, row)
        else:
            if repair:
                _repair(flow)
            else:
                _queue(flow)
            _write(flow, row, QUOTE)
        n += 1
    return n
