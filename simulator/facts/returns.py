"""Measures of the mid price on grids of time: deviations, tails, clustering; and the minutes' ranges and volumes.

Figures that a loud session would rule are measured in the session's own deviation first, as the bands were.
"""

from math import sqrt
from typing import Any, Final

import numpy as np

from simulator.facts.pools import Array, Correlation, Histogram, Moments, Samples, Share, ratio
from simulator.facts.stretch import Stretch
from system.domain.settings import SECOND_NS

GRID_NS: Final = SECOND_NS // 10
SIGNATURE_S: Final = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300)
HORIZONS_S: Final = (1, 10, 60, 300)
DRAWN: Final = {"1 s": 1, "1 min": 60, "5 min": 300}
MINUTE_NS: Final = 60 * SECOND_NS
MINUTE_LAGS: Final = tuple(range(1, 61))
Z_STEP: Final = 0.25
Z_MOST: Final = 32  # steps to either side of the middle bin
SPREAD: Final = tuple((number + 0.5) / 8 - 0.5 for number in range(8))  # ticks: a mid mostly moves by whole ones, and
# is drawn as if it lay anywhere around: the grid of prices would hide the shape


class Tails:
    """Returns over one horizon: their deviation over all sessions, and their shape within each."""

    def __init__(self) -> None:
        self.held: list[Array] = []  # of the session at hand, one array a stretch
        self.moments = Moments()
        self.zero = Share()
        self._fourth, self._shaped = 0.0, 0
        self._bins = np.zeros(2 * Z_MOST + 1)

    def end_session(self) -> tuple[list[Array], float]:
        """Take the session in; its returns and its deviation, 0 where nothing moved."""
        held, self.held = self.held, []
        if not held:
            return [], 0.0
        returns = np.concatenate(held)
        self.moments.add(returns)
        self.zero.add(returns == 0)
        deviation = float(returns.std())
        if deviation > 0:
            z = (returns - returns.mean()) / deviation
            self._fourth += float((z**4).sum())
            self._shaped += len(z)
            for within in SPREAD:
                bins = np.rint((z + within / deviation) / Z_STEP).astype(np.int64) + Z_MOST
                inside = bins[(bins >= 0) & (bins <= 2 * Z_MOST)]
                self._bins += np.bincount(inside, minlength=len(self._bins)) / len(SPREAD)
        return held, deviation

    @property
    def deviation(self) -> float | None:
        """In ticks."""
        return None if self.moments.variance is None else sqrt(self.moments.variance)

    @property
    def excess_kurtosis(self) -> float | None:
        """0 for a normal distribution; None where nothing moved."""
        return self._fourth / self._shaped - 3 if self._shaped else None

    def curve(self) -> dict[str, Any]:
        """The density of returns in deviations; what lies further out than the bins is missing from it."""
        return {
            "z": [Z_STEP * (number - Z_MOST) for number in range(len(self._bins))],
            "density": [float(value) for value in self._bins / (max(self._shaped, 1) * Z_STEP)],
            "excess_kurtosis": self.excess_kurtosis,
            "std_ticks": self.deviation,
        }


class Returns:
    """What is measured of prices and volumes over time in one segment of the day."""

    def __init__(self) -> None:
        self.tails = {horizon: Tails() for horizon in HORIZONS_S}
        self.signature = {horizon: Moments() for horizon in SIGNATURE_S}
        self.absolute, self.signed = Correlation(MINUTE_LAGS), Correlation((1,))
        self.volume = Correlation((1, 30))
        self.ranges = Histogram()
        self.session_ranges = Samples(1 << 12)
        self._volumes: list[Array] = []
        self._low_high: tuple[int, int] | None = None

    def add(self, stretch: Stretch) -> None:
        """Add one stretch; grids start at its first quote, minutes at its first event."""
        quote_ns = stretch.quotes["ts_ns"]
        if len(quote_ns):
            grid_ns = np.arange(quote_ns[0], stretch.end_ns, GRID_NS)
            mid = stretch.mid_ticks[np.searchsorted(quote_ns, grid_ns, "right") - 1]
            for horizon, moments in self.signature.items():
                returns = np.diff(mid[:: round(10 * horizon)])
                moments.add(returns)
                if horizon in self.tails and len(returns):
                    self.tails[int(horizon)].held.append(returns)
        if len(stretch.prints["ts_ns"]):
            self._add_minutes(stretch)

    def _add_minutes(self, stretch: Stretch) -> None:
        prices, sizes = stretch.prints["price_ticks"], stretch.prints["size"]
        minute = (stretch.prints["ts_ns"] - stretch.begin_ns) // MINUTE_NS
        starts = np.flatnonzero(np.diff(minute, prepend=-1))
        self.ranges.add(np.maximum.reduceat(prices, starts) - np.minimum.reduceat(prices, starts))
        whole = (stretch.end_ns - stretch.begin_ns) // MINUTE_NS
        self._volumes.append(np.bincount(minute, sizes, minlength=whole)[:whole])
        low, high = int(prices.min()), int(prices.max())
        if self._low_high is not None:
            low, high = min(low, self._low_high[0]), max(high, self._low_high[1])
        self._low_high = low, high

    def end_session(self) -> None:
        """Take in what is measured from a session's own mean and in its own deviation."""
        ended = {horizon: tails.end_session() for horizon, tails in self.tails.items()}
        minutes, deviation = ended[60]
        if deviation > 0:
            for pool, series in ((self.absolute, [np.abs(part) for part in minutes]), (self.signed, minutes)):
                _add_scaled(pool, series)
        if self._volumes:
            _add_scaled(self.volume, self._volumes)
            self._volumes = []
        if self._low_high is not None:
            self.session_ranges.add(np.array([self._low_high[1] - self._low_high[0]]))
            self._low_high = None

    def counted(self) -> dict[str, int]:
        """How much each kind of figure rests on."""
        returns = {f"returns_{horizon}s": tails.moments.count for horizon, tails in self.tails.items()}
        return {**returns, "minutes": int(self.ranges.total)}

    def _variance_ratio(self, horizon: int) -> float | None:
        one = self.signature[1].variance
        return ratio(self.signature[horizon].variance, None if one is None else one * horizon)

    def values(self) -> dict[str, float | None]:
        """Figures by the keys of the catalogue."""
        return {
            **{f"std_{horizon}s": tails.deviation for horizon, tails in self.tails.items()},
            **{f"kurtosis_{horizon}s": tails.excess_kurtosis for horizon, tails in self.tails.items()},
            "zero_1s": self.tails[1].zero.value,
            "variance_ratio_10s": self._variance_ratio(10),
            "variance_ratio_60s": self._variance_ratio(60),
            "return_acf_1": self.signed.at(1),
            **{f"abs_return_acf_{lag}": self.absolute.at(lag) for lag in (1, 5, 30)},
            **{f"volume_acf_{lag}": self.volume.at(lag) for lag in (1, 30)},
            "range_p50": self.ranges.counted_quantile(0.5),
            "range_p90": self.ranges.counted_quantile(0.9),
            "range_p99": self.ranges.counted_quantile(0.99),
            "range_max": self.ranges.largest,
            "session_range": self.session_ranges.quantile(0.5),
        }

    def curves(self) -> dict[str, Any]:
        """What the page draws."""
        deviations = [(horizon, moments.variance) for horizon, moments in self.signature.items()]
        return {
            "returns": {name: self.tails[horizon].curve() for name, horizon in DRAWN.items()},
            "abs_return_acf": {"lag_min": list(MINUTE_LAGS), "value": self.absolute.curve()},
            "signature": {
                "seconds": list(SIGNATURE_S),
                "ticks_per_sqrt_s": [
                    None if variance is None else sqrt(variance / horizon) for horizon, variance in deviations
                ],
            },
        }


def _add_scaled(pool: Correlation, series: list[Array]) -> None:
    """Add the series of one session, measured from their common mean in their common deviation."""
    together = np.concatenate(series)
    deviation = float(together.std()) if len(together) else 0.0
    if deviation > 0:
        for part in series:
            pool.add((part - together.mean()) / deviation, 0.0)
