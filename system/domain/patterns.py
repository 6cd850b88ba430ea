"""The patterns of METHOD.md section 8, judged when a bar closes.

A bar is one record of BAR in a ring of the session's last RING bars; `bars[k & MASK]` is bar number k of the session.
Comparisons are of integers: volumes and closes are compared through sums of squares, deltas in units (`unit` of them
are one contract: 1, or 10 where the aggressor is split). Only mean spreads are not: they have a slack for a tie.
"""

from math import sqrt
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from system.domain.kernels import kernel

BAR: Final = np.dtype(
    [
        ("ts_ns", "i8"),  # of the trade that closed it
        ("number", "i8"),  # in its session, from 0
        ("open", "i8"),
        ("high", "i8"),
        ("low", "i8"),
        ("close", "i8"),
        ("volume", "i8"),
        ("delta", "i8"),  # in units
        ("spread", "f8"),  # mean over the trades that had a prevailing quote, ticks; NaN: none had
        ("battle", "f8"),  # 2 x outcome - 1: +1 Vikings (buyers), -1 Défenseurs (sellers)
        ("fired", "i8"),  # a bit per entry of RULES
        ("vwap_ticks", "f8"),
    ],
    align=True,
)
RING: Final = 64
MASK: Final = RING - 1

# (name, direction): the bits of BAR.fired, in order. A pattern with two directions has two entries.
RULES: Final = (
    ("long_down_up_bar", 1),
    ("long_up_down_bar", -1),
    ("color_up_setting", 1),
    ("color_down_setting", -1),
    ("headfake", 1),
    ("headfake", -1),
    ("golden_rule_break", 1),
    ("golden_rule_break", -1),
    ("microstructure_anomaly", 0),
    ("gamma_pin", 0),
)
NAMES: Final = tuple(dict.fromkeys(name for name, _ in RULES))
BULLISH: Final = sum(1 << bit for bit, (_, direction) in enumerate(RULES) if direction > 0)
BEARISH: Final = sum(1 << bit for bit, (_, direction) in enumerate(RULES) if direction < 0)

SILENT_BARS: Final = 3
LONG_BAR_TICKS: Final = 8
COLOR_TICKS: Final = 12
HEADFAKE_BARS: Final = 9
ANOMALY_BARS: Final = 30
ANOMALY_BARS_MIN: Final = 10
SQUARED_BITS: Final = 24  # of a volume whose squares, summed over the bars and times their number, fit an integer
BATTLE_BARS: Final = 5
BATTLE_MEAN_BARS: Final = 20
BASE_BARS: Final = 8
BASE_FRAME_BARS: Final = 15
BASE_RANGE_TICKS: Final = 10
BASE_AGE_BARS: Final = 20
GAMMA_TICKS: Final = 3.5
SLACK_TICKS: Final = 1e-9  # more than rounding adds up to, less than spreads of bars can differ by
NEVER: Final = -(1 << 40)

# What the rules remember within a session, beside the bars: whether each rule held at the bar before, when it fired
# last, and the latest green and red base.
MEMORY: Final = np.dtype(
    [
        ("held", "i8"),  # bits
        ("green_base_bar", "i8"),
        ("green_base_low", "i8"),
        ("red_base_bar", "i8"),
        ("red_base_high", "i8"),
        ("bullish_bar", "i8"),  # number of the last bar at which a bullish rule fired
        ("bearish_bar", "i8"),
    ],
    align=True,
)

Array = npt.NDArray[Any]


@kernel
def forget(memory: Array, fired_bar: Array) -> None:
    """Start a session: nothing held, nothing fired, no base."""
    memory["held"][0] = 0
    memory["green_base_bar"][0] = NEVER
    memory["red_base_bar"][0] = NEVER
    memory["bullish_bar"][0] = NEVER
    memory["bearish_bar"][0] = NEVER
    for rule in range(len(fired_bar)):
        fired_bar[rule] = NEVER


@kernel
def _bar_shapes(bars: Array, n: int) -> int:
    """The bits of the 3- and 4-bar price patterns whose last bar is number n."""
    o, h, lo, c = bars["open"], bars["high"], bars["low"], bars["close"]
    held = 0
    if n >= 2:
        a, b, t = (n - 2) & MASK, (n - 1) & MASK, n & MASK
        tall = LONG_BAR_TICKS
        if o[b] < c[a] and h[a] > lo[b] + tall and o[t] > c[b] and h[t] > lo[b] + tall and h[t] > h[a]:
            held |= 1 << 0
        if o[b] > c[a] and lo[a] < h[b] - tall and o[t] < c[b] and lo[t] < h[b] - tall and lo[t] < lo[a]:
            held |= 1 << 1
    if n >= 3:
        y, a, b, t = (n - 3) & MASK, (n - 2) & MASK, (n - 1) & MASK, n & MASK
        tall = COLOR_TICKS
        falling = o[a] < c[y] and h[y] > lo[a] + tall and lo[a] < lo[y] and h[b] < h[a]
        if falling and o[t] < c[b] and h[b] > lo[t] + tall and lo[t] < lo[b]:
            held |= 1 << 3
        rising = o[a] > c[y] and lo[y] < h[a] - tall and h[a] > h[y] and lo[b] > lo[a]
        if rising and o[t] > c[b] and lo[b] < h[t] - tall and h[t] > h[b]:
            held |= 1 << 2
    return held


@kernel
def _headfake(bars: Array, n: int, unit: int) -> int:
    """The bits of a break of the last nine bars' high or low that lacks strength behind it."""
    if n < HEADFAKE_BARS:
        return 0
    first = (n - 1) & MASK
    highest, lowest, volume = bars["high"][first], bars["low"][first], 0
    for k in range(n - HEADFAKE_BARS, n):
        highest = max(highest, bars["high"][k & MASK])
        lowest = min(lowest, bars["low"][k & MASK])
        volume += int(bars["volume"][k & MASK])
    t = n & MASK
    strength = 0.0
    if 2 * HEADFAKE_BARS * int(bars["volume"][t]) > 3 * volume:
        strength += 0.4
    if 10 * abs(int(bars["delta"][t])) < 3 * unit * int(bars["volume"][t]):
        strength += 0.6
    held = 0
    if bars["high"][t] > highest and strength + 0.3 * (bars["close"][t] < highest + 2) >= 0.7 - 1e-9:
        held |= 1 << 5
    if bars["low"][t] < lowest and strength + 0.3 * (bars["close"][t] > lowest - 2) >= 0.7 - 1e-9:
        held |= 1 << 4
    return held


@kernel
def _anomaly(bars: Array, n: int, unit: int) -> bool:
    """Volume or spread far out of the last 30 bars' range; without history, one-sided volume."""
    t = n & MASK
    volume = int(bars["volume"][t])
    if n < ANOMALY_BARS_MIN:
        return 5 * abs(int(bars["delta"][t])) > 4 * unit * volume
    coarse = 1  # contracts that volumes are counted in, more than one only where they are beyond all that trades
    for k in range(max(0, n - ANOMALY_BARS), n):
        coarse = max(coarse, 1 + (int(bars["volume"][k & MASK]) >> SQUARED_BITS))
    count, total, squares = 0, 0, 0
    quoted, spreads = 0, 0.0
    for k in range(max(0, n - ANOMALY_BARS), n):
        v = int(bars["volume"][k & MASK]) // coarse
        count, total, squares = count + 1, total + v, squares + v * v
        spread = bars["spread"][k & MASK]
        if spread == spread:
            quoted, spreads = quoted + 1, spreads + spread
    volume = min(volume // coarse, 4 << SQUARED_BITS)  # four times the largest is more than three deviations above
    above = count * volume - total  # count x (volume - mean)
    variance = count * squares - total * total  # count^2 x variance
    if variance > 0 and above > 0 and above * above > 9 * variance:
        return True
    here = bars["spread"][t]
    if quoted < ANOMALY_BARS_MIN or here != here:
        return False
    mean, deviation = spreads / quoted, 0.0
    for k in range(max(0, n - ANOMALY_BARS), n):
        spread = bars["spread"][k & MASK]
        if spread == spread:
            deviation += (spread - mean) * (spread - mean)
    deviation = sqrt(deviation / quoted)
    return deviation > SLACK_TICKS and here > mean + 2.0 * deviation + SLACK_TICKS


@kernel
def _battle(bars: Array, n: int, unit: int) -> float:
    """2 x outcome - 1 of the battle between Vikings (buyers) and Défenseurs (sellers) over the last bars."""
    vikings, defenders = 0.0, 0.0
    for m in range(max(0, n - BATTLE_BARS + 1), n + 1):
        bar = m & MASK
        height = int(bars["high"][bar]) - int(bars["low"][bar])
        volume = int(bars["volume"][bar])
        if height <= 0:
            continue
        body = int(bars["close"][bar]) - int(bars["open"][bar])
        ratio = abs(body) / height
        if ratio > 0.6:
            before, total = 0, 0
            for k in range(max(0, m - BATTLE_MEAN_BARS), m):
                before, total = before + 1, total + int(bars["volume"][k & MASK])
            relative = volume * before / total if total > 0 else 0.0
            gain = 0.8 * ratio + 0.2 * min(relative, 2.0)
            if body > 0:
                vikings += gain
            else:
                defenders += gain
        delta = int(bars["delta"][bar])
        gain = 0.5 * min(abs(delta) / (unit * volume), 1.0)
        if delta > 0:
            vikings += gain
        elif delta < 0:
            defenders += gain
    if vikings + defenders == 0.0:
        return 0.0
    return 2.0 * vikings / (vikings + defenders) - 1.0


@kernel
def _golden_break(bars: Array, n: int, memory: Array) -> int:
    """The bits of a red bar closing under the latest green base, a green bar over the latest red one."""
    t = n & MASK
    held = 0
    body = int(bars["close"][t]) - int(bars["open"][t])
    recent = memory["green_base_bar"][0] >= n - BASE_AGE_BARS
    if body < 0 and recent and bars["close"][t] < memory["green_base_low"][0]:
        held |= 1 << 7
    recent = memory["red_base_bar"][0] >= n - BASE_AGE_BARS
    if body > 0 and recent and bars["close"][t] > memory["red_base_high"][0]:
        held |= 1 << 6
    return held


@kernel
def _end_base(bars: Array, n: int, memory: Array) -> None:
    """Remember the base that ends at bar n, if one does."""
    if n < BASE_FRAME_BARS - 1:
        return
    high, low, total, squares = int(bars["high"][n & MASK]), int(bars["low"][n & MASK]), 0, 0
    for k in range(n - BASE_BARS + 1, n + 1):
        high, low = max(high, int(bars["high"][k & MASK])), min(low, int(bars["low"][k & MASK]))
        close = int(bars["close"][k & MASK])
        total, squares = total + close, squares + close * close
    frame_high, frame_low = high, low
    for k in range(n - BASE_FRAME_BARS + 1, n - BASE_BARS + 1):
        frame_high = max(frame_high, int(bars["high"][k & MASK]))
        frame_low = min(frame_low, int(bars["low"][k & MASK]))
    frame = frame_high - frame_low
    variance = BASE_BARS * squares - total * total  # BASE_BARS^2 x variance
    if high - low > BASE_RANGE_TICKS or 100 * variance >= 9 * BASE_BARS * BASE_BARS * frame * frame:
        return
    up, down = 0, 0
    for k in range(n - 4, n + 1):
        change = int(bars["close"][k & MASK]) - int(bars["close"][(k - 1) & MASK])
        up, down = up + (change > 0), down + (change < 0)
    if up >= 3:
        memory["green_base_bar"][0] = n
        memory["green_base_low"][0] = low
    elif down >= 3:
        memory["red_base_bar"][0] = n
        memory["red_base_high"][0] = high


@kernel
def judge(bars: Array, n: int, unit: int, gamma_ticks: Array, memory: Array, fired_bar: Array) -> int:
    """Judge bar n, the last in the ring; return the bits of the rules that fire, and remember."""
    t = n & MASK
    held = _bar_shapes(bars, n) | _headfake(bars, n, unit) | _golden_break(bars, n, memory)
    if _anomaly(bars, n, unit):
        held |= 1 << 8
    for level in range(len(gamma_ticks)):
        if abs(bars["close"][t] - gamma_ticks[level]) < GAMMA_TICKS:
            held |= 1 << 9
    fired = 0
    for rule in range(len(fired_bar)):
        bit = 1 << rule
        if held & bit and not memory["held"][0] & bit and n - fired_bar[rule] > SILENT_BARS:
            fired |= bit
            fired_bar[rule] = n
    memory["held"][0] = held
    if fired & BULLISH:
        memory["bullish_bar"][0] = n
    if fired & BEARISH:
        memory["bearish_bar"][0] = n
    _end_base(bars, n, memory)
    bars["battle"][t] = _battle(bars, n, unit)
    bars["fired"][t] = fired
    return fired
