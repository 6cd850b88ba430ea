"""Parameters as the kernel wants them: rules that hold all day, the day minute by minute, the sizes of trades."""

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from simulator.flow.parameters import Parameters
from simulator.flow.state import MINUTE, RULES

Array = npt.NDArray[Any]

MINUTES: Final = 23 * 60
RTH: Final = slice(15 * 60 + 30, 22 * 60)  # minutes since 18:00 New York
SLOT: Final = 30
SMOOTH: Final = 21  # minutes over which one half hour's activity goes over into the next
SIZES: Final = 4096
TRADE_MAX: Final = 400  # contracts
S_NS: Final = 1e9
# Bursts at the open, the news, the open of the shares, their close: minutes since 18:00, how many times as active, and
# how many minutes it takes to be over.
BURSTS: Final = ((0, 4.0, 5), (870, 2.5, 4), (930, 1.8, 10), (960, 1.4, 4), (1319, 3.0, 1))
FILLING: Final = 20  # minutes after the open in which the book, empty until then, fills up
EMPTY: Final = 0.15  # of the usual queues, what waits there as trading begins
LENGTH: Final = 1.08  # of queues that orders join as often as they leave them, in best sizes
# What one unit of a parameter takes inside, measured with the preset `normal`.
ARRIVALS_PER_PRINT: Final = 1.98
SIGMA: Final = 0.0188  # news of a trade for a deviation of 1 tick a minute at 1 print a minute, square root of
REPAIR: Final = 0.0265  # hurry for a mean spread a tick too wide
NIGHT_REPAIR: Final = 0.0148
# Rules that no parameter changes.
FIXED: Final = {
    "wish_fast": 0.165,
    "reacts_to_gap": 0.95,
    "repair_fast": 0.45,
    "large": 0.11,
    "piece": 0.6,
    "beyond": 0.01,
    "sweep": 0.01,
    "hold_flow": 0.71,
    "hold_news": 0.1,
    "hold_fill": 0.9,
    "informed": 0.23,
    "lean": 0.4,
    "lean_fast": 0.41,
    "clear": 0.2,
    "fade": 0.47,
    "pull": 0.4,
    "follow": 0.92,
    "follow_pull": 0.4,
    "join": 1.8,
    "short": 0.85,
    "heal": 0.95,
    "excess": 0.2,
    "short_small": 0.7,
    "at_once": 0.2,
    "piece_at_once": 0.06,
    "quick_step": 0.06,
    "order_step": 0.5,
    "single_step": 0.065,
    "reacts_to_short": 0.34,
    "hurry": 0.55,
    "eager": 0.5,
    "behind": 2.15,
    "busy_depth": 1.0,
}


def activity(parameters: Parameters) -> Array:
    """Each minute's share of the day's activity; the sum is 1."""
    shares = np.repeat(np.array(parameters.half_hours, dtype=np.float64), SLOT)
    padded = np.pad(shares, SMOOTH // 2, mode="edge")
    smooth = np.convolve(padded, np.ones(SMOOTH) / SMOOTH, "valid")
    opening = slice(RTH.start - SMOOTH // 2, RTH.start + SMOOTH // 2)
    smooth[opening] = shares[opening]  # the shares' open is no gradual thing
    for minute, factor, length in BURSTS:
        past = np.arange(length)
        smooth[minute : minute + length] *= 1 + (factor - 1) * (1 - past / length)
    return _round(smooth / smooth.sum())


def _round(values: Array) -> Array:
    """Without the last bits, where machines and versions of a library may differ."""
    return np.round(values * 2.0**40) / 2.0**40


def day(parameters: Parameters, factor: float = 1.0) -> Array:
    """The day's schedule, shape (1380,), dtype MINUTE; `factor` is how active this day is."""
    shares = activity(parameters) * factor
    night = np.ones(MINUTES, dtype=bool)
    night[RTH] = False
    minutes = np.zeros(MINUTES, dtype=MINUTE)
    minutes["base"] = shares * parameters.prints_per_session * ARRIVALS_PER_PRINT / (60 * S_NS)
    prints = parameters.prints_per_session * activity(parameters)
    for where, std, size, spread, repair in (
        (~night, 1.0, 1.0, parameters.spread_ticks, REPAIR),
        (
            night,
            parameters.night_std_share,
            parameters.night_size_share,
            parameters.night_spread_ticks,
            NIGHT_REPAIR,
        ),
    ):
        minutes["sigma"][where] = SIGMA * parameters.minute_std_ticks * std / np.sqrt(prints[where].mean() / 400)
        minutes["depth"][where] = LENGTH * parameters.best_size * size
        minutes["repair"][where] = repair / (spread - 1)
    filled = np.minimum(1, EMPTY + (1 - EMPTY) * np.arange(MINUTES) / FILLING)
    minutes["depth"] *= filled
    minutes["repair"] *= filled**2
    minutes["drift"][RTH] = parameters.trend_ticks / (RTH.stop - RTH.start) / 60
    for name in ("base", "sigma", "depth", "repair", "drift"):
        minutes[name] = np.round(minutes[name] * 2.0**60) / 2.0**60 if name == "base" else _round(minutes[name])
    return minutes


def rules(parameters: Parameters) -> Array:
    """What holds all day, shape (1,), dtype RULES."""
    record = np.zeros(1, dtype=RULES)
    scale = parameters.best_size / 25
    values = {
        **FIXED,
        "branching": parameters.branching,
        "memory_ns": [seconds * S_NS for seconds in parameters.memory_s],
        "regime_step": parameters.regime_step,
        "tension_step": parameters.tension_step,
        "wish": parameters.wish_share,
        "reacts_to_trade": parameters.reaction_to_trade,
        "reacts_to_quote": parameters.reaction,
        "split_first": parameters.split_share,
        "split_more": parameters.split_more,
        "runs": parameters.run_share,
        "run_pieces": parameters.run_pieces,
        "hold_prints": parameters.hold_prints,
        "hold_every": parameters.hold_every,
        "thin": 40 * scale,
        "thin_fast": 7 * scale,
        "impact": parameters.news_in_trades,
        "single_join": min(1.0, max(0.0, parameters.single_order_share - 0.02)),
        "single_leave": min(1.0, max(0.0, parameters.single_order_share + 0.01)),
        "order_mean": parameters.order_contracts * max(1.0, scale),
        "fresh": 7 * scale,
        "wander_step": parameters.size_wander,
    }
    for name, value in values.items():
        record[name] = value
    return record


def trade_sizes(parameters: Parameters) -> Array:
    """Quantiles of the contracts that a trade wants, shape (4096,): one contract or more, then a power law."""
    rank = (np.arange(SIZES) + 0.5) / SIZES
    single = parameters.single_trade_share
    above = np.clip((1 - rank) / (1 - single), 0, 1)
    sizes = np.floor(np.round(1.2 * above ** (-1 / parameters.trade_tail), 6) + 0.8)
    return np.where(rank < single, 1, np.minimum(sizes, TRADE_MAX)).astype(np.int64)
