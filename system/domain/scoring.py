"""The per-event rules of METHOD.md sections 3 to 5 as one sequential kernel: `advance(rules, state, ..., batch, ...)`.

The kernel sees one session's trading hours at a time (the callers cut a tape into these) and stops when an output
buffer is full. Sums are integers: prices in ticks, sizes in contracts, sides in units (`unit` of them a contract).
"""

from math import tanh
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from system.domain.kernels import kernel
from system.domain.patterns import MASK, judge
from system.domain.ticks import GAP, QUOTE, SEED

HISTORY: Final = 21  # prices kept: twenty changes
LONG: Final = 1
SHORT: Final = -1
NEUTRAL: Final = 0
EPSILON: Final = 1e-9
BULLISH_TREND: Final = 0.1
NEAR: Final = 25 / 35  # of the half width: the threshold in the trend's direction
FAR: Final = 45 / 35
LONG_AGO_NS: Final = -(1 << 60)
BUFFER: Final = 4096  # rows of each output that one call of the kernel may fill

# What a run's settings come to, one record.
RULES: Final = np.dtype(
    [
        ("legacy", "?"),
        ("split", "?"),
        ("level", "?"),
        ("adapts", "?"),
        ("weights", "f8", (8,)),
        ("long_above", "f8"),
        ("short_below", "f8"),
        ("window_trades", "i8"),
        ("interval_ns", "i8"),
        ("spacing_ns", "i8"),
        ("bar_trades", "i8"),
        ("tick", "f8"),  # points
        ("unit", "i8"),
    ],
    align=True,
)

# What is carried from event to event, one record.
STATE: Final = np.dtype(
    [
        ("quoted", "?"),  # whether a quote prevails
        ("bid_ticks", "i8"),
        ("ask_ticks", "i8"),
        ("bid_size", "i8"),
        ("ask_size", "i8"),
        ("price_size", "i8"),  # VWAP's two sums
        ("size", "i8"),
        ("seen", "i8"),  # trades since the session's start or the last gap
        ("price_ticks", "i8"),  # of the last of them
        ("tick_rule", "i8"),
        ("buys", "i8"),  # units in the window
        ("sells", "i8"),
        ("travel", "i8"),  # sum of the absolute changes between the prices kept
        ("evaluated_ns", "i8"),
        ("position", "i8"),  # LONG, SHORT or NEUTRAL
        ("bar_trades", "i8"),  # in the open bar
        ("bar_spread", "i8"),
        ("bar_quoted", "i8"),
        ("bars", "i8"),  # closed in this session
        ("signals", "i8"),  # ever: the ring of times has them modulo its length
        ("evaluations", "i8"),  # ever
        ("known", "i8"),  # volume whose aggressor the tape knows, and of it what our side agrees with
        ("agreed", "i8"),
        ("score_sum", "f8"),
        ("score_min", "f8"),
        ("score_max", "f8"),
    ],
    align=True,
)

EVALUATION: Final = np.dtype(
    [
        ("ts_ns", "i8"),
        ("price_ticks", "i8"),
        ("vwap_ticks", "f8"),
        ("score", "f8"),
        ("long_above", "f8"),
        ("short_below", "f8"),
    ],
    align=True,
)
SIGNAL: Final = np.dtype(
    [
        ("index", "i8"),  # of its trade in the batch
        ("ts_ns", "i8"),
        ("direction", "i8"),
        ("bid_ticks", "i8"),  # the prevailing quote
        ("ask_ticks", "i8"),
        ("score", "f8"),
        ("features", "f8", (8,)),
        ("patterned", "?"),  # a pattern of its direction fired within the last three closed bars
    ],
    align=True,
)

Array = npt.NDArray[Any]


@kernel
def clear_flow(state: Array) -> None:
    """Empty what a gap does: window, trend, momentum, tick rule, prevailing quote, open bar and section 5's state."""
    state["quoted"][0] = False
    state["seen"][0] = 0
    state["tick_rule"][0] = 0
    state["buys"][0] = 0
    state["sells"][0] = 0
    state["travel"][0] = 0
    state["bar_trades"][0] = 0
    state["position"][0] = NEUTRAL


@kernel
def clear_session(state: Array) -> None:
    """Start a session: what a gap empties, VWAP, bars and the time of the last evaluation."""
    clear_flow(state)
    state["price_size"][0] = 0
    state["size"][0] = 0
    state["evaluated_ns"][0] = LONG_AGO_NS
    state["bars"][0] = 0


@kernel
def _extend_bar(state: Array, bar: Array, price: int, size: int, delta: int) -> None:
    """Add a trade to the open bar, a record of its own."""
    if state["bar_trades"][0] == 0:
        bar["open"][0] = bar["high"][0] = bar["low"][0] = price
        bar["volume"][0] = bar["delta"][0] = 0
        state["bar_spread"][0] = state["bar_quoted"][0] = 0
    state["bar_trades"][0] += 1
    bar["high"][0] = max(bar["high"][0], price)
    bar["low"][0] = min(bar["low"][0], price)
    bar["close"][0] = price
    bar["volume"][0] += size
    bar["delta"][0] += delta
    if state["quoted"][0]:
        state["bar_spread"][0] += state["ask_ticks"][0] - state["bid_ticks"][0]
        state["bar_quoted"][0] += 1


@kernel
def _close_bar(
    rules: Array, state: Array, bar: Array, bars: Array, gamma: Array, memory: Array, fired: Array, ts: int
) -> None:
    """Move the open bar into the ring and judge it."""
    number = state["bars"][0]
    quoted = state["bar_quoted"][0]
    bar["ts_ns"][0] = ts
    bar["number"][0] = number
    bar["spread"][0] = state["bar_spread"][0] / quoted if quoted > 0 else np.nan
    bar["vwap_ticks"][0] = state["price_size"][0] / state["size"][0]
    bars[number & MASK] = bar[0]
    judge(bars, number, int(rules["unit"][0]), gamma, memory, fired)
    state["bars"][0] = number + 1
    state["bar_trades"][0] = 0


@kernel
def _measure(rules: Array, state: Array, price: int, size: int, net: int, vwap_up: bool, features: Array) -> None:
    """The eight features of METHOD.md section 4 into `features`, at a trade with a prevailing quote."""
    unit = rules["unit"][0]
    delta = (state["buys"][0] - state["sells"][0]) / unit
    total = (state["buys"][0] + state["sells"][0]) / unit
    bias = delta / total if total > 0 else 0.0
    spread = (state["ask_ticks"][0] - state["bid_ticks"][0]) * rules["tick"][0]
    if rules["legacy"][0]:
        features[0] = 1.0 if vwap_up else -1.0
        features[1] = min(max(delta / 5, -1.0), 1.0)
        features[2] = bias
        features[3] = min(size / 10, 1.0)
        features[4] = 1.0 if spread <= 0.3 else -1.0
    else:
        vwap = state["price_size"][0] / state["size"][0]
        features[0] = tanh(200 * (price - vwap) / vwap) if vwap != 0 else 0.0
        features[1] = tanh(delta / 800)
        features[2] = tanh(1.5 * bias)
        features[3] = min(size / 100, 1.0)
        features[4] = max(0.0, 1 - spread / 4)
    bid_size, ask_size = state["bid_size"][0], state["ask_size"][0]
    features[5] = (bid_size - ask_size) / (bid_size + ask_size)
    features[6] = tanh(net / 8)
    features[7] = net / state["travel"][0] if state["seen"][0] >= HISTORY and state["travel"][0] > 0 else 0.0


@kernel
def _is_due(times: Array, count: int, ts: int, spacing_ns: int) -> bool:
    """Whether a candidate at `ts` may be a signal, by the spacing and the number in the last minute."""
    if count == 0:
        return True
    if ts - times[(count - 1) % len(times)] < spacing_ns:
        return False
    return count < len(times) or ts - times[count % len(times)] >= 60_000_000_000


@kernel
def _take_quote(state: Array, bid_ticks: int, ask_ticks: int, bid_size: int, ask_size: int) -> None:
    """Section 2: a valid quote prevails, a one-sided one ends it, any other changes nothing."""
    if bid_size <= 0 or ask_size <= 0:
        state["quoted"][0] = False
    elif bid_ticks < ask_ticks:
        state["quoted"][0] = True
        state["bid_ticks"][0] = bid_ticks
        state["ask_ticks"][0] = ask_ticks
        state["bid_size"][0] = bid_size
        state["ask_size"][0] = ask_size


@kernel
def _add_to_vwap(state: Array, price: int, size: int) -> bool:
    """Whether VWAP was under `price`, which is when the trade lifts it."""
    lifts = price * state["size"][0] > state["price_size"][0]
    state["price_size"][0] += price * size
    state["size"][0] += size
    return bool(lifts)


@kernel
def _follow_price(state: Array, prices: Array, price: int) -> tuple[int, int]:
    """Tick rule, trend and momentum; return the change from the trade before and over the last twenty (0: unknown)."""
    seen = state["seen"][0]
    change = price - state["price_ticks"][0] if seen > 0 else 0
    if change != 0:
        state["tick_rule"][0] = 1 if change > 0 else -1
    slot = seen % HISTORY
    state["travel"][0] += abs(change)
    if seen >= HISTORY:
        state["travel"][0] -= abs(prices[(slot + 1) % HISTORY] - prices[slot])
    prices[slot] = price
    state["price_ticks"][0] = price
    return change, price - prices[(slot + 1) % HISTORY] if seen >= HISTORY - 1 else 0


@kernel
def _side_of(state: Array, price: int) -> int:
    """+1 bought, -1 sold: by the prevailing quote, else by the tick rule; 0 before the first change."""
    if state["quoted"][0]:
        if price >= state["ask_ticks"][0]:
            return 1
        if price <= state["bid_ticks"][0]:
            return -1
    return int(state["tick_rule"][0])


@kernel
def _compare_sides(state: Array, side: int, true_side: int, size: int) -> None:
    """Measure our sides by the tape's own, which no decision sees."""
    if true_side != 0:
        state["known"][0] += size
        state["agreed"][0] += size if true_side == side else 0


@kernel
def _units(split: bool, change: int, side: int, size: int) -> tuple[int, int]:
    """Units of a trade that were bought and sold."""
    if split:
        share = 5 if change == 0 else (6 if change > 0 else 4)
        return share * size, (10 - share) * size
    return size if side > 0 else 0, size if side < 0 else 0


@kernel
def _slide_window(state: Array, window: Array, length: int, bought: int, sold: int) -> None:
    """Take a trade into the window, and the one that leaves it out."""
    seen = state["seen"][0]
    place = seen % length
    if seen >= length:
        state["buys"][0] -= window[0, place]
        state["sells"][0] -= window[1, place]
    window[0, place] = bought
    window[1, place] = sold
    state["buys"][0] += bought
    state["sells"][0] += sold
    state["seen"][0] = seen + 1


@kernel
def _thresholds(rules: Array, trend: float) -> tuple[float, float]:
    """Long above and short below, adapted to the trend if the profile adapts."""
    long_above, short_below = rules["long_above"][0], rules["short_below"][0]
    if not rules["adapts"][0] or abs(trend) <= BULLISH_TREND:
        return long_above, short_below
    centre, half = (long_above + short_below) / 2, (long_above - short_below) / 2
    if trend > 0:
        return centre + half * NEAR, centre - half * FAR
    return centre + half * FAR, centre - half * NEAR


@kernel
def _evaluate(rules: Array, state: Array, features: Array, ts: int, price: int, row: Any) -> bool:
    """Score the features, note it in the evaluation `row`, move the state; return whether that makes a candidate."""
    score = 0.0
    for k in range(8):
        score += rules["weights"][0, k] * features[k]
    long_above, short_below = _thresholds(rules, features[7])
    position = NEUTRAL
    if state["seen"][0] > rules["window_trades"][0]:  # the first `window_trades` trades are NEUTRAL
        if score > long_above + EPSILON:
            position = LONG
        elif score < short_below - EPSILON:
            position = SHORT
    candidate = position != NEUTRAL and (rules["level"][0] or position != state["position"][0])
    state["position"][0] = position
    row["ts_ns"], row["price_ticks"], row["score"] = ts, price, score
    row["vwap_ticks"] = state["price_size"][0] / state["size"][0]
    row["long_above"], row["short_below"] = long_above, short_below
    state["evaluated_ns"][0] = ts
    state["evaluations"][0] += 1
    state["score_sum"][0] += score
    state["score_min"][0] = min(state["score_min"][0], score)
    state["score_max"][0] = max(state["score_max"][0], score)
    return bool(candidate)


@kernel
def _signal(state: Array, features: Array, times: Array, memory: Array, index: int, evaluation: Any, out: Any) -> None:
    """The signal of event `index` into the row `out`, its time among the last ones."""
    position, ts = state["position"][0], evaluation["ts_ns"]
    times[state["signals"][0] % len(times)] = ts
    state["signals"][0] += 1
    out["index"], out["ts_ns"], out["direction"], out["score"] = index, ts, position, evaluation["score"]
    out["bid_ticks"], out["ask_ticks"] = state["bid_ticks"][0], state["ask_ticks"][0]
    for k in range(8):
        out["features"][k] = features[k]
    bar_number = memory["bullish_bar"][0] if position > 0 else memory["bearish_bar"][0]
    out["patterned"] = state["bars"][0] - bar_number <= 3


@kernel
def advance(
    rules: Array,
    state: Array,
    window: Array,  # (2, window_trades): units bought and sold, a ring
    prices: Array,  # (HISTORY,): a ring
    times: Array,  # (max_signals_per_minute,): of the last signals, a ring
    bar: Array,  # (1,): the open one
    bars: Array,  # (RING,)
    gamma: Array,
    memory: Array,
    fired: Array,
    batch: Array,
    start: int,
    stop: int,
    evaluations: Array,  # out
    signals: Array,  # out
    closed: Array,  # out: bars
) -> tuple[int, int, int, int]:
    """Take events [start, stop) of one session; return the index reached and how many rows each output got."""
    kind, bid_ticks, ask_ticks, bid_size = batch["kind"], batch["bid_ticks"], batch["ask_ticks"], batch["bid_size"]
    features = np.zeros(8)
    n_evaluations, n_signals, n_closed = 0, 0, 0
    for i in range(start, stop):
        if kind[i] == QUOTE:
            _take_quote(state, bid_ticks[i], ask_ticks[i], bid_size[i], batch["ask_size"][i])
        elif kind[i] == GAP:
            clear_flow(state)
        elif kind[i] == SEED:
            state["price_size"][0], state["size"][0] = batch["seed_price_size"][i], batch["seed_size"][i]
        elif batch["size"][i] > 0:
            ts, price, size = int(batch["ts_ns"][i]), int(batch["price_ticks"][i]), int(batch["size"][i])
            vwap_up = _add_to_vwap(state, price, size)
            change, net = _follow_price(state, prices, price)
            side = _side_of(state, price)
            _compare_sides(state, side, batch["side"][i], size)
            bought, sold = _units(rules["split"][0], change, side, size)
            _slide_window(state, window, rules["window_trades"][0], bought, sold)
            _extend_bar(state, bar, price, size, bought - sold)
            if state["bar_trades"][0] == rules["bar_trades"][0]:  # judged before the trade is judged as a signal
                _close_bar(rules, state, bar, bars, gamma, memory, fired, ts)
                closed[n_closed] = bars[(state["bars"][0] - 1) & MASK]
                n_closed += 1
            if state["quoted"][0] and ts - state["evaluated_ns"][0] >= rules["interval_ns"][0]:
                _measure(rules, state, price, size, net, vwap_up, features)
                row = evaluations[n_evaluations]
                n_evaluations += 1
                candidate = _evaluate(rules, state, features, ts, price, row)
                if candidate and _is_due(times, state["signals"][0], ts, rules["spacing_ns"][0]):
                    _signal(state, features, times, memory, i, row, signals[n_signals])
                    n_signals += 1
            if n_evaluations == BUFFER or n_closed == BUFFER:
                return i + 1, n_evaluations, n_signals, n_closed
    return stop, n_evaluations, n_signals, n_closed
