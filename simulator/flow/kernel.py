"""One session's flow as a sequential kernel: a queue at each touch, orders that join, leave and hit it.

Everything is integer arithmetic and table look-ups, so that a seed gives the same bytes on every machine, with the JIT
on or off. Up and down are treated alike: each rule has its mirror image, drawn with the same odds.
"""

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from system.domain.kernels import kernel
from system.domain.ticks import QUOTE, TRADE

ROWS_PER_STEP: Final = 3  # at most: the opening quote, a trade, the quote after it
WORD: Final = 0xFFFFFFFF
PERCENT: Final = 100

TRADES_PERCENT: Final = 29  # of steps
PERSIST_PERCENT: Final = 35  # of trades go the way of the one before, whatever the book
LEAN_PERCENT: Final = 25  # how far a fully one-sided book leans the odds of the next trade's side
JOIN_PERCENT: Final = 56  # of quote changes add to a queue; the others take from it
CLOSE_PERCENT: Final = 85  # of steps at a spread of two ticks close it again
BURST_PERCENT: Final = 40  # of steps follow the one before at once
BURST_DIVISOR: Final = 400
FRESH_PERCENT: Final = 40  # of the usual size stands at a level that has just become the touch

FLOW: Final = np.dtype(
    [
        ("ts_ns", "i8"),
        ("end_ns", "i8"),
        ("open_ns", "i8"),
        ("bid", "i8"),
        ("ask", "i8"),
        ("bid_size", "i8"),
        ("ask_size", "i8"),
        ("last_side", "i8"),
        ("word", "i8"),  # the generator's two words
        ("weyl", "i8"),
    ],
    align=True,
)

Array = npt.NDArray[Any]


@kernel
def draw(flow: Array, bound: int) -> int:
    """A whole number in [0, bound), bound well under 2^32: xorshift32 plus a Weyl sequence (Marsaglia 2003)."""
    word = int(flow["word"][0])
    word ^= (word << 13) & WORD
    word ^= word >> 17
    word ^= (word << 5) & WORD
    weyl = (int(flow["weyl"][0]) + 362_437) & WORD
    flow["word"][0] = word
    flow["weyl"][0] = weyl
    return ((word + weyl) & WORD) * bound >> 32


@kernel
def _quote(flow: Array, out: Array, n: int) -> int:
    row = out[n]
    row["ts_ns"], row["kind"] = flow["ts_ns"][0], QUOTE
    row["bid_ticks"], row["ask_ticks"] = flow["bid"][0], flow["ask"][0]
    row["bid_size"], row["ask_size"] = flow["bid_size"][0], flow["ask_size"][0]
    return n + 1


@kernel
def _shift(flow: Array, side: int, usual: int) -> None:
    """The queue at one touch is gone: side +1 the ask's, -1 the bid's. The next level becomes the touch."""
    fresh = 1 + draw(flow, usual * 2 * FRESH_PERCENT // PERCENT + 1)
    if side > 0:
        flow["ask"][0] += 1
        flow["ask_size"][0] = usual // 2 + fresh
    else:
        flow["bid"][0] -= 1
        flow["bid_size"][0] = usual // 2 + fresh


@kernel
def _follow(flow: Array, side: int, usual: int) -> None:
    """Somebody steps into a gap of two ticks: side +1 on the bid, upwards; -1 on the ask, downwards."""
    fresh = 1 + draw(flow, usual * 2 * FRESH_PERCENT // PERCENT + 1)
    if side > 0:
        flow["bid"][0] += 1
        flow["bid_size"][0] = fresh
    else:
        flow["ask"][0] -= 1
        flow["ask_size"][0] = fresh


@kernel
def _trade(flow: Array, out: Array, n: int, usual: int, sizes: Array) -> int:
    """A trade at a touch, with the quote that it leaves."""
    bid_size, ask_size = flow["bid_size"][0], flow["ask_size"][0]
    if flow["last_side"][0] != 0 and draw(flow, PERCENT) < PERSIST_PERCENT:
        side = int(flow["last_side"][0])
    else:
        total = bid_size + ask_size
        odds = 50 * total + LEAN_PERCENT * (bid_size - ask_size)  # of 100 x total that it is a buy
        side = 1 if draw(flow, PERCENT * total) < odds else -1
    flow["last_side"][0] = side
    shown = ask_size if side > 0 else bid_size
    size = min(shown, sizes[draw(flow, len(sizes))])
    row = out[n]
    row["ts_ns"], row["kind"], row["side"], row["size"] = flow["ts_ns"][0], TRADE, side, size
    row["price_ticks"] = flow["ask"][0] if side > 0 else flow["bid"][0]
    row["bid_ticks"], row["ask_ticks"] = flow["bid"][0], flow["ask"][0]
    row["bid_size"], row["ask_size"] = bid_size, ask_size
    if side > 0:
        flow["ask_size"][0] -= size
    else:
        flow["bid_size"][0] -= size
    if size == shown:
        _shift(flow, side, usual)
    return _quote(flow, out, n + 1)


@kernel
def _change(flow: Array, out: Array, n: int, usual: int, sizes: Array) -> int:
    """A quote change: an order joins or leaves a queue, or a gap closes."""
    if flow["ask"][0] - flow["bid"][0] > 1 and draw(flow, PERCENT) < CLOSE_PERCENT:
        _follow(flow, 1 if draw(flow, 2) == 0 else -1, usual)
        return _quote(flow, out, n)
    on_ask = draw(flow, 2) == 0
    queue = flow["ask_size"][0] if on_ask else flow["bid_size"][0]
    size = sizes[draw(flow, len(sizes))]
    joins = draw(flow, PERCENT) < JOIN_PERCENT and queue <= 2 * usual
    queue += size if joins else -size
    if queue <= 0:
        _shift(flow, 1 if on_ask else -1, usual)
    elif on_ask:
        flow["ask_size"][0] = queue
    else:
        flow["bid_size"][0] = queue
    return _quote(flow, out, n)


@kernel
def advance(flow: Array, gaps_ns: Array, usual: Array, waits: Array, sizes: Array, out: Array) -> int:
    """Fill `out` with the next rows of the session; return how many; 0 when it is over.

    `gaps_ns` and `usual` have the mean time between steps and the usual size at the touch for each half hour; `waits`
    thousandths of the mean, `sizes` contracts, both to be drawn from evenly.
    """
    n = 0
    while n + ROWS_PER_STEP <= len(out):
        if flow["ts_ns"][0] == flow["open_ns"][0] and flow["last_side"][0] == 0 and n == 0:
            n = _quote(flow, out, n)
        half_hour = (flow["ts_ns"][0] - flow["open_ns"][0]) // 1_800_000_000_000
        wait = int(gaps_ns[half_hour]) * int(waits[draw(flow, len(waits))]) // 1000
        if draw(flow, PERCENT) < BURST_PERCENT:
            wait //= BURST_DIVISOR
        flow["ts_ns"][0] += 1000 + wait
        if flow["ts_ns"][0] >= flow["end_ns"][0]:
            flow["ts_ns"][0] = flow["end_ns"][0]
            return n
        if draw(flow, PERCENT) < TRADES_PERCENT:
            n = _trade(flow, out, n, int(usual[half_hour]), sizes)
        else:
            n = _change(flow, out, n, int(usual[half_hour]), sizes)
    return n
