"""Made-up facts of tapes that look like the real ones, so that the page can be shown before anything is measured."""

from dataclasses import dataclass, field
from math import exp, pi, sin, sqrt
from typing import Any

Curves = dict[str, dict[str, Any]]
LAGS = [1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100, 150, 200, 300, 500, 700, 1000]
PRINT_EDGES = [1, 2, 3, 4, 5, 7, 10, 15, 20, 30, 50, 70, 100, 150, 200, 300, 500]
QUEUE_EDGES = [1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100, 150, 200, 300, 500, 700, 1000, 2000]
SIGNATURE_S = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300]
IMPACT_S = [0, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 60]
RTH_SHARES = [0.115, 0.09, 0.07, 0.06, 0.055, 0.045, 0.04, 0.042, 0.043, 0.05, 0.042, 0.048, 0.095]


@dataclass(frozen=True)
class Verdict:
    """As a judge gives it."""

    key: str
    label: str
    unit: str
    segment: str
    value: float | None
    low: float | None = None
    high: float | None = None
    inside: bool | None = None


@dataclass
class Facts:
    """As a measurement gives them."""

    name: str
    curves: Curves
    summary: dict[str, int] = field(
        default_factory=lambda: {"events": 1_234_567, "prints": 98_765, "sessions": 1, "contracts": 345_678}
    )


def facts(name: str = "es-2024-03-18.parquet", tilt: float = 1.0) -> Facts:
    """A whole day; another `tilt` is another market."""
    return Facts(name, {"rth": segment(tilt), "overnight": segment(0.85 * tilt, thin=True), "day": day(tilt)})


def day(tilt: float) -> dict[str, Any]:
    starts = [(36 + number) % 48 for number in range(46)]
    shares = [RTH_SHARES[at - 19] if 19 <= at < 32 else 0.03 if at == 32 else 0.005 * tilt for at in starts]
    return {
        "half_hours": [f"{at // 2:02}:{at % 2 * 30:02}" for at in starts],
        "volume_share": [share / sum(shares) for share in shares],
    }


def segment(tilt: float, thin: bool = False) -> dict[str, Any]:
    wide = (0.06 if thin else 0.008) * tilt
    return {
        "spread": {"ticks": [1, 2, 3, 4], "share": [1 - wide * 1.01, wide, wide / 100, 0]},
        "print_size": {"contracts": PRINT_EDGES, "share": binned(PRINT_EDGES, [at ** (-1.6 - 0.3 * tilt) for at in PRINT_EDGES], 0)},
        "queue_size": {"contracts": QUEUE_EDGES, "share": hump((9 if thin else 14) * tilt)},
        "sign_acf": {
            "lag": LAGS,
            "true": [0.45 * tilt * lag**-0.55 if lag < 700 else -0.001 for lag in LAGS],
            "tick_rule": [0.75 * lag ** (-0.45 * tilt) for lag in LAGS],
        },
        "returns": {
            name: tails(mix * tilt, kurtosis * tilt, std)
            for name, mix, kurtosis, std in (("1 s", 0.12, 6.2, 0.6), ("1 min", 0.06, 1.9, 3.1), ("5 min", 0.02, 0.7, 7))
        },
        "abs_return_acf": {"lag_min": list(range(1, 61)), "value": [0.16 * tilt * lag**-0.4 + sin(lag * lag) / 60 for lag in range(1, 61)]},
        "signature": {"seconds": SIGNATURE_S, "ticks_per_sqrt_s": [0.4 * tilt * (1 + 0.25 / (1 + at)) for at in SIGNATURE_S]},
        "impact": {"seconds": IMPACT_S, "ticks": [0.165 * tilt + 0.21 * (1 - exp(-at / 0.004)) + at / 1500 for at in IMPACT_S]},
        "next_up": {
            "imbalance": [-0.8, -0.4, 0, 0.4, 0.8],
            "share": [0.5 + tilt * part for part in (-0.21, -0.06, 0.04, 0.17, 0.33)],
            "weight": [0.2, 0.2, 0.2, 0.2, 0.2],
        },
    }  # fmt: skip


def binned(edges: list[int], density: list[float], rest: float) -> list[float]:
    widths = [after - at for at, after in zip(edges, [*edges[1:], edges[-1] + 1], strict=True)]
    shares = [one * width for one, width in zip(density, widths, strict=True)]
    return [(1 - rest) * share / sum(shares) for share in shares]


def hump(middle: float) -> list[float]:
    return binned(QUEUE_EDGES, [at / middle**2 * exp(-at / middle) for at in QUEUE_EDGES], 0)


def tails(mix: float, kurtosis: float, std: float) -> dict[str, Any]:
    """A narrow and a wide normal, mixed."""
    z = [(number - 32) / 4 for number in range(65)]

    def normal(at: float, deviation: float) -> float:
        return exp(-((at / deviation) ** 2) / 2) / sqrt(2 * pi) / deviation

    density = [(1 - mix) * normal(at, 0.9) + mix * normal(at, 2.2) for at in z]
    if std < 1:  # steps of half a tick: most bins are empty
        steps = {round(2 * step / std) for step in range(-20, 21)}
        density = [3.3 * one if number - 32 in steps else 0.0 for number, one in enumerate(density)]
    return {
        "z": z,
        "density": [value if value > 1e-6 else 0.0 for value in density],
        "excess_kurtosis": kurtosis,
        "std_ticks": std,
    }


def verdicts(tilt: float = 1.0) -> list[Verdict]:
    """Some with a band and some without, for both segments and for the day."""
    made = []
    for name, scale in (("rth", 1.0), ("overnight", 0.96)):
        for key, label, unit, value, low, high in (
            ("spread_1", "spread of 1 tick, by time", "share", 1 - 0.008 * tilt, 0.985, 1.0),
            ("size_mean", "print size, mean", "contracts", 3.2 * tilt, 2.0, 4.5),
            ("size_p99", "print size p99", "contracts", 28 * tilt, 15.0, 40.0),
            ("side_acf_1", "ACF of true sides, lag 1", "", 0.45 * tilt, 0.3, 0.55),
            ("side_acf_10", "ACF of true sides, lag 10", "", 0.13 * tilt, 0.05, 0.25),
            ("fano", "prints per second, Fano, median half hour", "", 52 * tilt, 5.0, 45.0),
            ("impact_10ms", "mid after a trade, 10 ms", "ticks", 0.36 * tilt, 0.28, 0.5),
        ):
            found = value * scale
            made.append(Verdict(key, label, unit, name, found, low, high, low <= found <= high))
        made.append(Verdict("kurtosis_300s", "mid return excess kurtosis, 5 min", "", name, None, -0.5, 6.0))
        made.append(Verdict("prints_per_hour", "prints per hour", "", name, 21_402.4 * scale))
        made.append(Verdict("size_max", "print size, largest", "contracts", name, 264))
    made.append(Verdict("rth_volume", "volume in RTH", "share", "day", 0.78, 0.68, 0.85, True))
    return made
