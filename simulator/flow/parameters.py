"""What steers the synthetic market, one record: each value with its unit, its bounds and where it comes from.

Where no source is given, the value was tuned until `bn tape facts` showed the bands that real ES has; the shares of the
half hours are means over published ES and MES sessions.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final

from simulator.flow.events import ScriptedEvent

# The day's activity by half hour from 18:00 New York on, in ten-thousandths.
HALF_HOURS: Final = (
    *(100, 68, 62, 55, 50, 45, 40, 38, 45, 40, 38, 33, 30, 30, 33, 37, 45, 55),  # 18:00 to 03:00
    *(78, 63, 75, 55, 49, 50, 57, 65, 76, 90, 112, 177, 215),  # 03:00 to 09:30
    *(1140, 860, 700, 600, 530, 450, 400, 400, 400, 460, 420, 480, 1080),  # 09:30 to 16:00
    *(260, 80),
)


def _number(default: float, low: float, high: float, unit: str) -> Any:
    return field(default=default, metadata={"low": low, "high": high, "unit": unit})


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """RTH is 09:30 to 16:00 New York, night the rest; a print is a trade as the exchange reports it, one a price."""

    # the day
    half_hours: tuple[float, ...] = field(
        default=HALF_HOURS, metadata={"low": 0.0, "high": 1e6, "unit": "relative activity by half hour from 18:00 on"}
    )
    prints_per_session: float = _number(330_000, 100, 3e6, "prints")
    day_volatility: float = _number(0.25, 0, 1, "deviation of the logarithm of a day's activity")
    day_memory: float = _number(0.8, 0, 0.99, "correlation of that with the day before")
    regime_step: float = _number(0.165, 0, 0.6, "by how much a regime lifts or lowers activity, a share")
    # prices
    minute_std_ticks: float = _number(5.9, 0.2, 200, "ticks, deviation of a minute's move in RTH")
    night_std_share: float = _number(0.5, 0.05, 2, "the same at night, as a share of RTH's")
    tension_step: float = _number(0.17, 0, 0.6, "by how much a spell lifts or lowers the news in trades, a share")
    trend_ticks: float = _number(0.0, -4000, 4000, "ticks that RTH drifts")
    news_in_trades: float = _number(4.4, 0, 20, "what a trade's side tells, as a multiple of what else happens with it")
    # queues
    best_size: float = _number(25.0, 2, 2000, "contracts at a touch in RTH, about")
    night_size_share: float = _number(1.0, 0.05, 2, "the same at night, as a share of RTH's")
    size_wander: float = _number(0.28, 0, 0.9, "by how much a queue's usual length changes, a share")
    spread_ticks: float = _number(1.01, 1.001, 1.5, "ticks, mean over time in RTH")
    night_spread_ticks: float = _number(1.03, 1.001, 1.5, "ticks, mean over time at night")
    single_order_share: float = _number(0.72, 0, 1, "share of orders of one contract")
    order_contracts: float = _number(1.5, 0.1, 1000, "contracts beyond two of the other orders, mean")
    # trades
    wish_share: float = _number(0.19, 0.01, 0.9, "of arrivals, the share that would rather trade than quote")
    single_trade_share: float = _number(0.67, 0, 0.99, "share of trades that want one contract")
    trade_tail: float = _number(0.84, 0.5, 4, "exponent of the others' power law")
    split_share: float = _number(0.31, 0, 0.95, "share of trades that another piece of the same order follows")
    split_more: float = _number(0.6, 0, 0.95, "the same of the later pieces")
    run_share: float = _number(0.325, 0, 0.95, "share of trades that belong to large orders")
    run_pieces: float = _number(8.0, 0.1, 500, "scale of their length, pieces")
    hold_prints: float = _number(230.0, 0.1, 100_000, "prints while a price holds against all who hit it, mean")
    hold_every: float = _number(1400.0, 0.1, 1e9, "prints between, mean")
    # arrivals
    branching: tuple[float, ...] = field(
        default=(0.08, 0.24, 0.2),
        metadata={"low": 0.0, "high": 0.99, "unit": "arrivals that one causes, by time scale"},
    )
    memory_s: tuple[float, ...] = field(
        default=(0.03, 1.0, 20.0), metadata={"low": 0.001, "high": 600.0, "unit": "s, those time scales"}
    )
    reaction: float = _number(0.68, 0, 0.98, "chance that a quote is answered within a millisecond")
    reaction_to_trade: float = _number(0.9, 0, 0.98, "the same of a trade")


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """Parameters, and what is scripted on top of them."""

    parameters: Parameters
    events: tuple[ScriptedEvent, ...] = ()


FIELDS: Final = {each.name: each for each in fields(Parameters)}

PRESETS: Final[Mapping[str, Parameters]] = {
    "calm": Parameters(prints_per_session=200_000, minute_std_ticks=2.8, best_size=120, night_size_share=0.4),
    "normal": Parameters(),
    "volatile": Parameters(
        prints_per_session=700_000, minute_std_ticks=20, best_size=9, spread_ticks=1.06, night_spread_ticks=1.12
    ),
    "trend-up": Parameters(trend_ticks=240),
    "trend-down": Parameters(trend_ticks=-240),
}
NORMAL: Final = Flow(parameters=PRESETS["normal"])
