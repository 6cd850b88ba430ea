"""Sums that grow with what is measured, not with how much: sessions are added, and figures are read off at the end."""

from collections.abc import Sequence
from math import sqrt
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
SAMPLES_MAX: Final = 1 << 20  # of one figure in memory; a whole session fits, so its quantiles are exact
SIZES: Final = 4096  # whole numbers that a histogram tells apart; larger ones count as the largest

PAIRS_MIN: Final = 30  # of a point that is drawn


class Moments:
    """Number, mean and variance of what was added."""

    def __init__(self) -> None:
        self.count = 0
        self._total = 0.0
        self._squares = 0.0

    def add(self, values: Array) -> None:
        """Add values of any numeric dtype, shape (n,)."""
        self.count += len(values)
        self._total += float(values.sum())
        self._squares += _dot(values, values)

    @property
    def mean(self) -> float | None:
        """None where nothing was added."""
        return self._total / self.count if self.count else None

    @property
    def variance(self) -> float | None:
        """Of the whole population, not an estimate from a sample."""
        if not self.count:
            return None
        return max(0.0, self._squares / self.count - (self._total / self.count) ** 2)

    @property
    def deviation_to_mean(self) -> float | None:
        """The coefficient of variation."""
        return ratio(sqrt(self.variance), self.mean) if self.variance is not None else None

    @property
    def variance_to_mean(self) -> float | None:
        """Of counts: the Fano factor, 1 for a Poisson process."""
        return ratio(self.variance, self.mean)


class Correlation:
    """Autocorrelation at some lags, from products that never join two series."""

    def __init__(self, lags: Sequence[int]) -> None:
        self.lags = tuple(lags)
        self._products = np.zeros(len(self.lags))
        self._pairs = np.zeros(len(self.lags), dtype=np.int64)
        self._squares = 0.0
        self.count = 0

    def add(self, values: Array, mean: float | None = None) -> None:
        """Add one series, measured from its own mean or from a given one."""
        if not len(values):
            return
        series = values.astype(np.float64)
        series -= series.mean() if mean is None else mean
        self._squares += _dot(series, series)
        self.count += len(series)
        for number, lag in enumerate(self.lags):
            if lag < len(series):
                self._products[number] += _dot(series[lag:], series[:-lag])
                self._pairs[number] += len(series) - lag

    def at(self, lag: int) -> float | None:
        """None where nothing varies or no two values are so far apart."""
        number = self.lags.index(lag)
        if not self._pairs[number] or self._squares <= 0:
            return None
        return float(self._products[number] / self._pairs[number] / (self._squares / self.count))

    def curve(self) -> list[float | None]:
        """The autocorrelation at each lag that enough pairs stand behind."""
        return [self.at(lag) if self._pairs[number] >= PAIRS_MIN else None for number, lag in enumerate(self.lags)]


class Histogram:
    """How often, or for how long, each whole number from 0 was seen."""

    def __init__(self) -> None:
        self.weights = np.zeros(SIZES)
        self.largest: float | None = None

    def add(self, values: Array, weights: Array | None = None) -> None:
        """Add whole numbers of 0 or more; without weights each counts 1."""
        if len(values):
            self.weights += np.bincount(np.minimum(values, SIZES - 1), weights, minlength=SIZES)
            self.largest = max(self.largest or 0.0, float(values.max()))

    @property
    def total(self) -> float:
        """The sum of the weights."""
        return float(self.weights.sum())

    @property
    def mean(self) -> float | None:
        """Weighted."""
        return ratio(float(np.dot(self.weights, np.arange(SIZES))), self.total)

    def share(self, value: int) -> float | None:
        """The share of the weight at one value."""
        return ratio(float(self.weights[value]), self.total)

    def amount_share(self, low: int, high: int = SIZES) -> float | None:
        """The share of the sum of all values that values in [low, high) make."""
        amounts = self.weights * np.arange(SIZES)
        return ratio(float(amounts[low:high].sum()), float(amounts.sum()))

    def counted_quantile(self, quantile: float) -> float | None:
        """As numpy.percentile reads it off the values, for a histogram without weights."""
        if not self.total:
            return None
        upto = np.cumsum(self.weights)
        rank = quantile * (self.total - 1)
        low, high = (int(np.searchsorted(upto, whole, "right")) for whole in (np.floor(rank), np.ceil(rank)))
        return low + (high - low) * float(rank - np.floor(rank))

    def weighted_quantile(self, quantile: float) -> float | None:
        """The first value up to which at least this share of the weight lies."""
        if not self.total:
            return None
        return float(np.searchsorted(np.cumsum(self.weights), quantile * self.total))

    def binned(self, edges: Sequence[int]) -> list[float]:
        """The share of the weight from each edge up to the next; the last one takes all that is larger."""
        sums = np.add.reduceat(self.weights, edges)
        return [float(value) for value in sums / max(self.total, 1e-300)]


class Samples:
    """Values for quantiles: all of them up to a number, beyond it every second, every fourth and so on."""

    def __init__(self, most: int = SAMPLES_MAX) -> None:
        self._most = most
        self._parts: list[Array] = []
        self._stride = 1
        self.count = 0
        self._kept = 0

    def add(self, values: Array) -> None:
        """Add values in order; what is kept depends on the order alone."""
        part = values[-self.count % self._stride :: self._stride].copy()
        self.count += len(values)
        self._parts.append(part)
        self._kept += len(part)
        while self._kept > self._most:
            self._parts = [np.concatenate(self._parts)[::2]]
            self._stride *= 2
            self._kept = len(self._parts[0])

    def quantile(self, quantile: float) -> float | None:
        """None where nothing was added."""
        return float(np.percentile(np.concatenate(self._parts), 100 * quantile)) if self._kept else None


class Share:
    """How many of all."""

    def __init__(self) -> None:
        self.hits = 0
        self.count = 0

    def add(self, flags: Array) -> None:
        """Add booleans, shape (n,)."""
        self.hits += int(np.count_nonzero(flags))
        self.count += len(flags)

    @property
    def value(self) -> float | None:
        """None where nothing was added."""
        return ratio(self.hits, self.count)


def _dot(first: Array, second: Array) -> float:
    """Without BLAS: its threads cost more than they bring here, and their number would show in the last digits."""
    return float(np.einsum("i,i->", first, second))


def ratio(above: float | None, below: float | None) -> float | None:
    """None where either is unknown or the lower one is 0."""
    return above / below if above is not None and below else None
