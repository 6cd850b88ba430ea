"""The pictures people look at, in their order. The figures in the captions are those of real ES and MES sessions."""

from collections.abc import Callable, Iterator
from math import exp, pi, sqrt
from typing import Final

from simulator.facts.picture import Axis, Curves, Picture, Series

AT_ONCE_S: Final = 0.0003  # where an axis of logarithms puts time 0
NORMAL_MOST: Final = 5.5  # deviations; further out it is below every picture


def _volume(day: Curves) -> list[Series]:
    shares = day["volume_share"]
    return [Series(x=day["half_hours"], y=shares, bars=True)] if any(shares) else []


def _spread(curves: Curves) -> list[Series]:
    return [Series(x=curves["spread"]["ticks"], y=curves["spread"]["share"], bars=True)]


def _sizes(name: str) -> Callable[[Curves], list[Series]]:
    def lines(curves: Curves) -> list[Series]:
        edges, shares = curves[name]["contracts"], curves[name]["share"]
        last = max((at for at, share in enumerate(shares) if share), default=-1)  # beyond it nothing was seen
        return [Series(x=edges[: last + 1], y=shares[: last + 1])]

    return lines


def _sides(curves: Curves) -> list[Series]:
    acf = curves["sign_acf"]
    return [
        Series(x=acf["lag"], y=acf["true"], words="true side"),
        Series(x=acf["lag"], y=acf["tick_rule"], words="tick rule", dash="dash"),
    ]


def _returns(horizon: str) -> Callable[[Curves], list[Series]]:
    def lines(curves: Curves) -> list[Series]:
        found = curves["returns"][horizon]
        filled = [(z, density) for z, density in zip(found["z"], found["density"], strict=True) if density]
        return [Series(x=[z for z, _ in filled], y=[density for _, density in filled])]

    return lines


def _tails(horizon: str) -> Callable[[Curves], str]:
    def note(curves: Curves) -> str:
        found = curves["returns"][horizon]
        kurtosis, deviation = found.get("excess_kurtosis"), found.get("std_ticks")
        words = [] if deviation is None else [f"deviation {deviation:.3g} ticks"]
        return ", ".join(words + ([] if kurtosis is None else [f"excess kurtosis {kurtosis:.2g}"]))

    return note


def _clustering(curves: Curves) -> list[Series]:
    return [Series(x=curves["abs_return_acf"]["lag_min"], y=curves["abs_return_acf"]["value"])]


def _signature(curves: Curves) -> list[Series]:
    return [Series(x=curves["signature"]["seconds"], y=curves["signature"]["ticks_per_sqrt_s"])]


def _impact(curves: Curves) -> list[Series]:
    return [Series(x=[max(at, AT_ONCE_S) for at in curves["impact"]["seconds"]], y=curves["impact"]["ticks"])]


def _next_up(curves: Curves) -> list[Series]:
    return [Series(x=curves["next_up"]["imbalance"], y=curves["next_up"]["share"])]


def _normal() -> Series:
    z = [at / 10 for at in range(round(-10 * NORMAL_MOST), round(10 * NORMAL_MOST) + 1)]
    return Series(x=z, y=[exp(-at * at / 2) / sqrt(2 * pi) for at in z], words="normal", dash="dash")


def _labels(*values: float) -> tuple[tuple[float, str], ...]:
    return tuple((value, f"{value:,g}") for value in values)


CONTRACTS: Final = _labels(1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000)
LAGS: Final = _labels(1, 3, 10, 30, 100, 300, 1000)
SPANS: Final = (
    *((0.1, "0.1 s"), (0.3, "0.3 s"), (1.0, "1 s"), (3.0, "3 s"), (10.0, "10 s"), (30.0, "30 s")),
    *((60.0, "1 min"), (300.0, "5 min")),
)
TIMES: Final = (
    *((AT_ONCE_S, "at once"), (0.001, "1 ms"), (0.01, "10 ms"), (0.1, "100 ms")),
    *((1.0, "1 s"), (10.0, "10 s"), (60.0, "1 min")),
)
HORIZONS: Final = {
    "1 s": "Real tails lie above the normal, with excess kurtosis of 1.5 to 8 in RTH and 6 to 30 overnight, and the "
    "tall middle is the price that did not move; steps of half a tick leave the line coarse.",
    "1 min": "Real tails lie above the normal, with excess kurtosis of 0.3 to 7.5 in RTH (median of 125 sessions "
    "1.9) and more overnight (median 4.8).",
    "5 min": "Real returns over five minutes are close to the normal, with excess kurtosis of -0.5 to 6 in RTH "
    "(median of 125 sessions 0.8).",
}


def _distributions() -> Iterator[Picture]:
    for horizon, caption in HORIZONS.items():
        yield Picture(
            key=f"returns-{horizon.replace(' ', '-')}",
            title=f"Returns over {horizon}",
            caption=caption,
            x=Axis(title="mid return, deviations", ticks=_labels(*range(-8, 9, 2))),
            y=Axis(title="density, per deviation (log)", log=True),
            lines=_returns(horizon),
            note=_tails(horizon),
            styles=(("dash", "normal"),),
            reference=(_normal(),),
        )


PICTURES: Final[tuple[Picture, ...]] = (
    Picture(
        key="volume",
        title="Volume by half hour",
        caption="Real ES trades 68 to 85 % of a day's contracts in RTH, with 9 to 14.5 % in the half hour from "
        "09:30, a trough of some 4 % after noon and 7 to 14 % in the half hour from 15:30; most of those in "
        "the night have less than 1 %.",
        x=Axis(title="start of the half hour, New York"),
        y=Axis(title="share of the day's contracts", zero=True, percent=True),
        lines=_volume,
        segments=("day",),
    ),
    Picture(
        key="spread",
        title="Spread",
        caption="Real ES shows one tick at least 98.5 % of the time in RTH and 93 to 99 % of it in a thin night; two "
        "ticks are nearly all the rest, and three were seen 0.02 % of a quiet hour.",
        x=Axis(title="spread, ticks"),
        y=Axis(title="share of time (log)", log=True, zero=True, percent=True),
        lines=_spread,
    ),
    Picture(
        key="queue-size",
        title="Queue size at the best bid and ask",
        caption="Real queues are one broad hump on this scale whose place belongs to the year: a median of 20 to 30 "
        "contracts in 2024 and 2025 (in a quiet hour p10 8, p99 137 to 155), about 155 in January 2020, 300 "
        "to 440 in 2013.",
        x=Axis(title="contracts, from (log)", log=True, ticks=CONTRACTS),
        y=Axis(title="share of time", zero=True, percent=True),
        lines=_sizes("queue_size"),
    ),
    Picture(
        key="print-size",
        title="Print size",
        caption="Real prints are of one contract in 55 to 68 % of cases and have a long tail: mean 2 to 4.5, p90 4 "
        "to 8, p99 15 to 40 contracts.",
        x=Axis(title="contracts, from (log)", log=True, ticks=CONTRACTS),
        y=Axis(title="share of prints (log)", log=True, zero=True, percent=True),
        lines=_sizes("print_size"),
    ),
    Picture(
        key="sign-acf",
        title="Autocorrelation of sides",
        caption="Real sides persist: 0.30 to 0.55 at lag 1, 0.05 to 0.25 at lag 10 and up to 0.10 at lag 100 by the "
        "true side, and by the tick rule, which inflates it, 0.65 to 0.78, 0.20 to 0.45 and 0.02 to 0.08; "
        "what is not above 0 cannot be drawn.",
        x=Axis(title="lag, prints (log)", log=True, ticks=LAGS),
        y=Axis(title="autocorrelation (log)", log=True),
        lines=_sides,
        styles=(("solid", "true side"), ("dash", "tick rule")),
    ),
    *_distributions(),
    Picture(
        key="abs-return-acf",
        title="Volatility clustering: autocorrelation of absolute 1-min returns",
        caption="In real sessions it is positive and falls slowly: a median of 0.13 at lag 1 (most within 0 to "
        "0.29), 0.10 at lag 5 and 0.06 at lag 30 (most within -0.06 to 0.19).",
        x=Axis(title="lag, minutes"),
        y=Axis(title="autocorrelation", zero=True),
        lines=_clustering,
    ),
    Picture(
        key="signature",
        title="Signature plot: deviation of mid returns by horizon",
        caption="A price that diffuses gives a level line: in a quiet real hour the deviation at 10 s was 0.95 times "
        "and at 1 min 1.24 times that at 1 s (variance ratios 0.90 and 1.54).",
        x=Axis(title="horizon (log)", log=True, ticks=SPANS),
        y=Axis(title="deviation, ticks per root second", zero=True),
        lines=_signature,
    ),
    Picture(
        key="impact",
        title="Impact: the mid after a trade, in the trade's direction",
        caption="The real mid moves within 10 ms and stays: 0.17 ticks at once, 0.36 after 10 ms, 0.37 after 100 ms "
        "and 0.42 after a minute in a quiet hour, a plateau of 0.3 to 0.5 in all.",
        x=Axis(title="time after the trade (log)", log=True, ticks=TIMES),
        y=Axis(title="mid move, ticks", zero=True),
        lines=_impact,
    ),
    Picture(
        key="next-up",
        title="Next move of the mid by queue imbalance",
        caption="The fuller real queue is the one that holds: the next move is up in 29, 44, 54, 67 and 83 % of "
        "cases from the emptiest bid to the fullest.",
        x=Axis(title="queue imbalance, (bid - ask) / (bid + ask)", ticks=_labels(-0.8, -0.4, 0, 0.4, 0.8)),
        y=Axis(title="next move is up", zero=True, percent=True),
        lines=_next_up,
        styles=(("dash", "a coin"),),
        reference=(Series(x=(-0.8, 0.8), y=(0.5, 0.5), words="a coin", dash="dash"),),
    ),
)
