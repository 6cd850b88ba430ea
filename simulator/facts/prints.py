"""Measures of trades: sizes, the time between them, their number by the second, their prices and their sides."""

from itertools import pairwise
from typing import Any, Final

import numpy as np

from simulator.facts.pools import Array, Correlation, Histogram, Moments, Samples, Share
from simulator.facts.stretch import Stretch
from system.domain.session import HOUR_NS
from system.domain.settings import SECOND_NS

LAGS: Final = (1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100, 150, 200, 300, 500, 700, 1000)
COUNT_LAGS: Final = (1, 10, 60)  # seconds
HALF_HOUR_NS: Final = HOUR_NS // 2
HALF_HOUR_PRINTS: Final = 200  # fewer say little of how prints cluster
SIZE_EDGES: Final = (1, 2, 3, 4, 5, 7, 10, 15, 20, 30, 50, 70, 100, 150, 200, 300, 500)
MILLISECOND_S: Final = 1e-3


class Prints:
    """What is measured of the trades of one segment of the day."""

    def __init__(self) -> None:
        self.sizes = Histogram()
        self.hours = 0.0
        self.gaps, self.gap_moments, self.gaps_short = Samples(), Moments(), Share()
        self.counts, self.empty, self.count_correlation = Moments(), Share(), Correlation(COUNT_LAGS)
        self.half_hour_variation, self.half_hour_fano = Samples(), Samples()
        self.unchanged, self.jumps, self.reversals = Share(), Share(), Share()
        self.price_correlation = Correlation((1,))
        self.side_correlation, self.rule_correlation = Correlation(LAGS), Correlation(LAGS)
        self.rule_right, self.buys = Share(), Share()

    def add(self, stretch: Stretch) -> None:
        """Add one stretch; nothing of it is joined to another."""
        prints = stretch.prints
        self.hours += (stretch.end_ns - stretch.begin_ns) / HOUR_NS
        self.sizes.add(prints["size"])
        self._add_times(stretch)
        self._add_prices(prints["price_ticks"].astype(np.float64), prints["side"])

    def _add_times(self, stretch: Stretch) -> None:
        ts_ns = stretch.prints["ts_ns"]
        gaps_s = np.diff(ts_ns) / SECOND_NS
        self.gaps.add(gaps_s)
        self.gap_moments.add(gaps_s)
        self.gaps_short.add(gaps_s < MILLISECOND_S)
        counts = _by_second(ts_ns, stretch.begin_ns, stretch.end_ns)
        self.counts.add(counts)
        self.empty.add(counts == 0)
        self.count_correlation.add(counts)
        # The volume curve of the day makes long windows look more clustered than trading is at any one time.
        first_ns = stretch.session.break_ns - 48 * HALF_HOUR_NS
        borders = np.searchsorted(ts_ns, first_ns + HALF_HOUR_NS * np.arange(49))
        for number, (start, stop) in enumerate(pairwise(borders)):
            if stop - start >= HALF_HOUR_PRINTS:
                begin_ns = first_ns + number * HALF_HOUR_NS
                self._add_half_hour(
                    ts_ns[start:stop],
                    max(begin_ns, stretch.begin_ns),
                    min(begin_ns + HALF_HOUR_NS - 1, stretch.end_ns),
                )

    def _add_half_hour(self, ts_ns: Array, begin_ns: int, end_ns: int) -> None:
        gaps, counts = Moments(), Moments()
        gaps.add(np.diff(ts_ns) / SECOND_NS)
        counts.add(_by_second(ts_ns, begin_ns, end_ns))
        for pool, value in (
            (self.half_hour_variation, gaps.deviation_to_mean),
            (self.half_hour_fano, counts.variance_to_mean),
        ):
            if value is not None:
                pool.add(np.array([value]))

    def _add_prices(self, prices: Array, sides: Array) -> None:
        changes = np.diff(prices)
        self.unchanged.add(changes == 0)
        self.jumps.add(np.abs(changes) > 1)
        self.price_correlation.add(changes)
        moves = changes[changes != 0]
        self.reversals.add(moves[1:] * moves[:-1] < 0)
        known = sides[sides != 0]
        self.buys.add(known > 0)
        self.side_correlation.add(known)
        rule = tick_rule(prices)
        self.rule_correlation.add(rule[rule != 0])
        both = (rule != 0) & (sides != 0)
        self.rule_right.add(rule[both] == sides[both])

    def end_session(self) -> None:
        """Nothing is held back until then."""

    def counted(self) -> dict[str, int]:
        """How much each kind of figure rests on."""
        return {
            "prints": int(self.sizes.total),
            "sided": self.buys.count,
            "busy_half_hours": self.half_hour_fano.count,
        }

    def values(self) -> dict[str, float | None]:
        """Figures by the keys of the catalogue."""
        sizes, hours = self.sizes, self.hours
        return {
            "prints_per_hour": sizes.total / hours if hours else None,
            "size_mean": sizes.mean,
            "size_p50": sizes.counted_quantile(0.5),
            "size_p90": sizes.counted_quantile(0.9),
            "size_p99": sizes.counted_quantile(0.99),
            "size_max": sizes.largest,
            "size_1_share": sizes.share(1),
            "size_1_volume": sizes.amount_share(1, 2),
            "size_10_volume": sizes.amount_share(10),
            "size_50_volume": sizes.amount_share(50),
            "gap_cv": self.half_hour_variation.quantile(0.5),
            "gap_cv_whole": self.gap_moments.deviation_to_mean,
            "gap_p50_ms": _times_1000(self.gaps.quantile(0.5)),
            "gap_p99_s": self.gaps.quantile(0.99),
            "gap_below_1ms": self.gaps_short.value,
            "fano": self.half_hour_fano.quantile(0.5),
            "fano_whole": self.counts.variance_to_mean,
            "empty_seconds": self.empty.value,
            **{f"count_acf_{lag}": self.count_correlation.at(lag) for lag in COUNT_LAGS},
            "price_unchanged": self.unchanged.value,
            "price_jumps": self.jumps.value,
            "price_acf_1": self.price_correlation.at(1),
            "price_reversal": self.reversals.value,
            **{f"side_acf_{lag}": self.side_correlation.at(lag) for lag in (1, 2, 5, 10, 100)},
            **{f"rule_acf_{lag}": self.rule_correlation.at(lag) for lag in (1, 10, 100)},
            "rule_right": self.rule_right.value,
            "buy_share": self.buys.value,
        }

    def curves(self) -> dict[str, Any]:
        """What the page draws."""
        return {
            "print_size": {"contracts": list(SIZE_EDGES), "share": self.sizes.binned(SIZE_EDGES)},
            "sign_acf": {
                "lag": list(LAGS),
                "true": self.side_correlation.curve(),
                "tick_rule": self.rule_correlation.curve(),
            },
        }


def tick_rule(prices: Array) -> Array:
    """The sign of the last price change so far, 0 before the first: +1 for a buy."""
    signs = np.zeros(len(prices), dtype=np.int8)
    signs[1:] = np.sign(np.diff(prices))
    last = np.where(signs != 0, np.arange(len(signs)), 0)
    result: Array = signs[np.maximum.accumulate(last)] if len(signs) else signs
    return result


def _by_second(ts_ns: Array, begin_ns: int, end_ns: int) -> Array:
    seconds = (end_ns - begin_ns) // SECOND_NS + 1
    return np.bincount((ts_ns - begin_ns) // SECOND_NS, minlength=seconds).astype(np.float64)


def _times_1000(value: float | None) -> float | None:
    return None if value is None else 1000 * value
