"""The bands of the real market: where a figure of a tape should lie.

They come from real hours and sessions of ES and MES. Where the judged band is wider than those figures suggest at
first, a comment gives the narrower one and why.
"""

from typing import Final

from simulator.facts.stretch import DAY, OVERNIGHT, RTH

Band = tuple[float, float]

# Both segments, unless one of its own follows below.
_BOTH: Final[dict[str, Band]] = {
    "price_unchanged": (0.77, 0.90),
    "price_acf_1": (-0.42, -0.24),
    "mid_reversal": (0.55, 0.70),
    "side_acf_1": (0.30, 0.55),
    "side_acf_10": (0.05, 0.25),
    "side_acf_100": (0.0, 0.10),
    "rule_acf_1": (0.65, 0.78),
    "rule_acf_10": (0.20, 0.45),
    "rule_acf_100": (0.02, 0.08),
    "size_1_share": (0.55, 0.68),
    "size_mean": (2.0, 4.5),
    "size_p90": (4.0, 8.0),
    "size_p99": (15.0, 40.0),
    "gap_cv": (2.0, 3.3),
    "gap_p50_ms": (1.0, 3.0),
    "gap_below_1ms": (0.45, 0.60),
    "fano": (5.0, 45.0),
    "size_only": (0.92, 0.97),
    # .29 rising to .83, of one hour; the ends move with what rests in the queues.
    "next_up_rises": (1.0, 1.0),
    "next_up_1": (0.10, 0.38),
    "next_up_5": (0.62, 0.90),
    "impact_10ms": (0.30, 0.50),
    "impact_100ms": (0.30, 0.50),
}
_RTH: Final[dict[str, Band]] = {
    "spread_1": (0.985, 1.0),
    "kurtosis_1s": (1.5, 8.0),
    "kurtosis_60s": (0.3, 7.5),
    "kurtosis_300s": (-0.5, 6.0),
    "abs_return_acf_1": (0.0, 0.29),
    "abs_return_acf_30": (-0.06, 0.19),
    "range_p50": (5.0, 24.0),
}
_OVERNIGHT: Final[dict[str, Band]] = {
    "spread_1": (0.93, 0.99),
    "kurtosis_1s": (6.0, 30.0),
}
_DAY: Final[dict[str, Band]] = {
    # "About .52" at first.
    "std_ratio": (0.35, 0.70),
    "rth_volume": (0.68, 0.85),
    "volume_0930": (0.09, 0.145),
    "volume_1530": (0.07, 0.14),
}
BANDS: Final[dict[str, dict[str, Band]]] = {
    RTH: {**_BOTH, **_RTH},
    OVERNIGHT: {**_BOTH, **_OVERNIGHT},
    DAY: _DAY,
}
# A figure that rests on less is shown, but not judged.
LEAST: Final = {
    "prints": 200,
    "sided": 200,
    "busy_half_hours": 1,
    "quotes": 200,
    "mid_moves": 60,
    "quintile_quotes": 30,
    "impacts": 200,
    "returns_1s": 60,
    "returns_10s": 60,
    "returns_60s": 60,
    "returns_300s": 60,
    "minutes": 60,
    "whole_sessions": 1,
    "returns_60s_both": 60,
}
