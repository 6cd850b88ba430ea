"""Contracts traded in a session by price, for histograms."""

from collections import Counter
from typing import Any

import numpy as np
import numpy.typing as npt

from simulator.tws.data.hours import Day
from system.domain.ticks import TRADE, Batch


class Volumes:
    """`all_hours` and `regular` by price in ticks."""

    def __init__(self, day: Day) -> None:
        self._day = day
        self.all_hours: Counter[int] = Counter()
        self.regular: Counter[int] = Counter()

    def fold(self, batch: Batch) -> None:
        """Take events of the session."""
        trades = batch[(batch["kind"] == TRADE) & (batch["size"] > 0)]
        _count(self.all_hours, trades)
        ts_ns = trades["ts_ns"]
        _count(self.regular, trades[(ts_ns >= self._day.rth_open_ns) & (ts_ns < self._day.rth_close_ns)])


def _count(volumes: Counter[int], trades: npt.NDArray[Any]) -> None:
    if len(trades) == 0:
        return
    prices, inverse = np.unique(trades["price_ticks"], return_inverse=True)
    sums = np.bincount(inverse, weights=trades["size"])
    for price, size in zip(prices.tolist(), sums.tolist(), strict=True):
        volumes[price] += int(size)
