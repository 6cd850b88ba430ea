"""The synthetic market of one session as a sequential kernel: when something happens, and what it is.

Arrivals excite further arrivals on three time scales (Hawkes), under the day's curve and regimes of activity; each
event may be answered within a millisecond by those who watch (a chain, which ends with a certain chance each
time). An arrival or a reaction closes a wide spread, trades, or changes a queue.
"""

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from simulator.flow.draws import bits, decay, exponential, uniform
from simulator.flow.moods import move_schedule
from simulator.flow.queues import change_queue, close_spread, shortage, spread
from simulator.flow.state import SCALES
from simulator.flow.trades import trade, wish
from system.domain.kernels import kernel
from system.domain.ticks import GAP, QUOTE, TRADE

Array = npt.NDArray[Any]

# What comes next.
OVER: Final = 0  # nothing: the session ends
REACTION: Final = 1
ARRIVAL: Final = 2
REPAIR: Final = 3  # an arrival that closes the spread
PIECE: Final = 4  # the next piece of an order, at the time of the last
FEED: Final = 5  # trading halts or goes on, or the feed does
REACTION_NS: Final = (2e3, 2e4, 6e4, 1.2e5, 1.5e5, 3e5, 6e5, 9e5)  # mean delays, one of them drawn
DELAYS: Final = np.array(REACTION_NS)
ANSWERED_MAX: Final = 0.98
DELAY_SHIFT: Final = 29  # three bits choose one of eight


@kernel
def _fade(flow: Array, rules: Array, now_ns: int) -> float:
    """Let what earlier arrivals have excited decay until now; return its sum."""
    past = float(now_ns - flow["faded_ns"][0])
    flow["faded_ns"][0] = now_ns
    total = 0.0
    for k in range(SCALES):
        flow["excited"][0, k] *= decay(past / rules["memory_ns"][0, k])
        total += flow["excited"][0, k]
    return total


@kernel
def _excite(flow: Array, rules: Array) -> None:
    for k in range(SCALES):
        flow["excited"][0, k] += rules["branching"][0, k] / rules["memory_ns"][0, k]


@kernel
def _write(flow: Array, row: Array, kind: int) -> None:
    """One event with the quote as it stands; `row` has shape (1,)."""
    row["ts_ns"][0], row["kind"][0] = flow["ts_ns"][0], kind
    row["bid_ticks"][0], row["ask_ticks"][0] = flow["touch"][0, 0], flow["touch"][0, 1]
    row["bid_size"][0], row["ask_size"][0] = flow["shown"][0, 0], flow["shown"][0, 1]
    row["seed_price_size"][0], row["seed_size"][0] = 0, 0
    row["price_ticks"][0], row["size"][0], row["side"][0] = 0, 0, 0


@kernel
def _write_trade(flow: Array, rules: Array, sizes: Array, row: Array, side: int) -> None:
    """A print; the quote that follows from it comes next, at the same time."""
    _write(flow, row, TRADE)
    if flow["limited"][0]:  # no quote prevails
        row["bid_ticks"][0] = row["ask_ticks"][0] = row["bid_size"][0] = row["ask_size"][0] = 0
    row["price_ticks"][0], row["side"][0] = flow["touch"][0, side], 2 * side - 1
    row["size"][0] = trade(flow, rules, sizes, side)
    flow["due"][0] = True


@kernel
def _await(flow: Array, rules: Array, minutes: Array) -> int:
    """Move time to what comes next, and return that.

    Arrivals by thinning (Ogata): between two steps of the schedule the intensity only falls.
    """
    if flow["reacts"][0]:
        if flow["more"][0] and uniform(flow) < rules["piece_at_once"][0]:
            return PIECE
        delay = exponential(flow) * DELAYS[bits(flow) >> DELAY_SHIFT] * (1 - rules["hurry"][0] * shortage(flow))
        flow["ts_ns"][0] += 1 + int(delay)
        return REACTION if flow["ts_ns"][0] < flow["close_ns"][0] else OVER
    flow["hit"][0] = -1
    excited = _fade(flow, rules, flow["ts_ns"][0])
    while True:
        hurry = 1 + (flow["repair"][0] if spread(flow) > 1 else 0.0)
        bound = (flow["base"][0] + excited) * hurry
        ts_ns = flow["ts_ns"][0] + 1 + int(min(exponential(flow) / bound, 1e15))
        step_ns = flow["step_ns"][0]
        if ts_ns >= step_ns or flow["halted"][0]:
            if step_ns >= flow["close_ns"][0]:
                return OVER
            flow["ts_ns"][0] = max(flow["ts_ns"][0], step_ns)
            if move_schedule(flow, rules, minutes):
                return FEED
            excited = _fade(flow, rules, flow["ts_ns"][0])
            continue
        flow["ts_ns"][0] = ts_ns
        excited = _fade(flow, rules, ts_ns)
        intensity = flow["base"][0] + excited
        drawn = uniform(flow) * bound
        if drawn < intensity * hurry:
            flow["heat"][0] = excited / intensity
            return ARRIVAL if drawn < intensity else REPAIR


@kernel
def _eagerness(flow: Array, rules: Array) -> float:
    """How much likelier than usual somebody would rather trade: trades come in spells, quotes between them too."""
    caused = 0.0
    for k in range(SCALES):
        caused += rules["branching"][0, k]
    return float(1 + rules["eager"][0] * (flow["heat"][0] - caused))


@kernel
def _act(flow: Array, rules: Array, sizes: Array, row: Array, what: int) -> None:
    """Let what has come happen, write it, and see whether somebody reacts."""
    was_wide, reacts = spread(flow) > 1, what in (REACTION, PIECE)
    side = -1
    answered = rules["reacts_to_quote"][0]
    if what == REPAIR or (what == REACTION and was_wide and uniform(flow) < rules["repair_fast"][0]):
        close_spread(flow, rules)
    else:
        if reacts and flow["more"][0]:
            if what == PIECE or uniform(flow) < rules["piece"][0]:
                side = flow["last"][0]
        elif uniform(flow) < (rules["wish_fast"][0] if reacts else rules["wish"][0]) * _eagerness(flow, rules):
            side = wish(flow, rules, reacts)
            flow["prints"][0] = 0
        if side >= 0:
            _write_trade(flow, rules, sizes, row, side)
            answered = rules["reacts_to_trade"][0]
        else:
            change_queue(flow, rules)
    if side < 0:
        _write(flow, row, QUOTE)
    if side < 0:
        answered += rules["reacts_to_short"][0] * shortage(flow)
    if not was_wide and spread(flow) > 1:
        answered = rules["reacts_to_gap"][0]
    flow["reacts"][0] = flow["more"][0] or uniform(flow) < min(answered + flow["quickness"][0], ANSWERED_MAX)
    if not reacts:
        _excite(flow, rules)


@kernel
def _turn_feed(flow: Array, row: Array) -> bool:
    """Trading halts or goes on, or the feed does; whether that is an event."""
    if flow["dark"][0]:
        flow["lost"][0] = True
        return False
    if flow["lost"][0]:  # the feed is back: say that events are missing, and how the market stands
        flow["lost"][0] = False
        flow["due"][0] = True
        _write(flow, row, GAP)
        row["bid_ticks"][0] = row["ask_ticks"][0] = row["bid_size"][0] = row["ask_size"][0] = 0
        return True
    _write(flow, row, QUOTE)
    if flow["halted"][0]:  # nobody quotes
        row["bid_size"][0] = row["ask_size"][0] = 0
    return True


@kernel
def fill(flow: Array, rules: Array, minutes: Array, sizes: Array, batch: Array) -> int:
    """Write the session's next events into `batch` (dtype EVENT); fewer than it holds: the session is over.

    `flow` (dtype FLOW, shape (1,)) carries on from call to call; `minutes` (dtype MINUTE) is the day's schedule from
    the open on, `sizes` (shape (4096,), contracts) the quantiles of what a trade wants.
    """
    n = 0
    while n < len(batch):
        row = batch[n : n + 1]
        if flow["due"][0]:
            flow["due"][0] = False
            _write(flow, row, QUOTE)
        elif flow["rest"][0] > 0:
            _write_trade(flow, rules, sizes, row, flow["last"][0])
        else:
            what = _await(flow, rules, minutes)
            if what == OVER:
                flow["reacts"][0] = flow["more"][0] = False
                break
            if what == FEED:
                if not _turn_feed(flow, row):
                    continue
            else:
                _act(flow, rules, sizes, row, what)
        if not flow["dark"][0]:
            n += 1
    return n
