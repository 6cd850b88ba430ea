"""Prices by equal steps of one session: opening, highest, lowest and last, kept in arrays."""

from dataclasses import dataclass, field
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt

from system.domain.ticks import QUOTE, TRADE, Batch

Series = Literal["TRADES", "BID", "ASK", "MIDPOINT"]
QUOTES: Final[tuple[Series, ...]] = ("BID", "ASK", "MIDPOINT")
Array = npt.NDArray[Any]


@dataclass(slots=True)
class Candles:
    """One series of a session. Prices in ticks, for MIDPOINT in half ticks; rows that nothing was seen in are zero."""

    rows: int
    open: Array = field(init=False)
    high: Array = field(init=False)
    low: Array = field(init=False)
    close: Array = field(init=False)
    seen: Array = field(init=False)

    def __post_init__(self) -> None:
        self.open, self.high, self.low, self.close = (np.zeros(self.rows, dtype="i4") for _ in range(4))
        self.seen = np.zeros(self.rows, dtype=bool)

    def merge(self, at: Array, first: Array, high: Array, low: Array, last: Array) -> None:
        """Put candles, one a row of `at`, behind what those rows hold."""
        new = ~self.seen[at]
        self.open[at] = np.where(new, first, self.open[at])
        self.high[at] = np.where(new, high, np.maximum(high, self.high[at]))
        self.low[at] = np.where(new, low, np.minimum(low, self.low[at]))
        self.close[at] = last
        self.seen[at] = True


def starts_of(rows: Array) -> Array:
    """Where each run of equal values begins; `rows` ascend."""
    return np.flatnonzero(np.diff(rows, prepend=rows[0] - 1))


class Session:
    """All series of one session by steps of `step_s` seconds, and its trades' sizes."""

    def __init__(self, open_ns: int, length_s: int, step_s: int) -> None:
        self.open_ns, self.step_s = open_ns, step_s
        self.rows = length_s // step_s
        self.series: dict[Series, Candles] = {name: Candles(self.rows) for name in ("TRADES", "BID", "ASK", "MIDPOINT")}
        self.volume, self.price_size = np.zeros(self.rows, dtype="i8"), np.zeros(self.rows, dtype="i8")
        self.count = np.zeros(self.rows, dtype="i4")

    def fold(self, batch: Batch) -> None:
        """Take events of the session, in order."""
        kinds = batch["kind"]
        rows = (batch["ts_ns"] - self.open_ns) // (self.step_s * 1_000_000_000)
        trades = (kinds == TRADE) & (batch["size"] > 0)
        if trades.any():
            self._fold_trades(rows[trades], batch["price_ticks"][trades], batch["size"][trades].astype("i8"))
        quotes = kinds == QUOTE
        bid, ask = quotes & (batch["bid_size"] > 0), quotes & (batch["ask_size"] > 0)
        self._fold("BID", rows[bid], batch["bid_ticks"][bid])
        self._fold("ASK", rows[ask], batch["ask_ticks"][ask])
        both = bid & ask
        self._fold("MIDPOINT", rows[both], batch["bid_ticks"][both] + batch["ask_ticks"][both])

    def _fold(self, name: Series, rows: Array, prices: Array) -> None:
        if len(rows) == 0:
            return
        starts = starts_of(rows)
        ends = np.append(starts[1:], len(rows)) - 1
        high, low = np.maximum.reduceat(prices, starts), np.minimum.reduceat(prices, starts)
        self.series[name].merge(rows[starts], prices[starts], high, low, prices[ends])

    def _fold_trades(self, rows: Array, prices: Array, sizes: Array) -> None:
        self._fold("TRADES", rows, prices)
        starts = starts_of(rows)
        at = rows[starts]
        self.volume[at] += np.add.reduceat(sizes, starts)
        self.price_size[at] += np.add.reduceat(sizes * prices, starts)
        self.count[at] += np.diff(np.append(starts, len(rows))).astype("i4")

    def coarser(self, step_s: int) -> "Session":
        """The same by longer steps."""
        assert step_s % self.step_s == 0
        other = Session(self.open_ns, self.rows * self.step_s, step_s)
        ratio = step_s // self.step_s
        for name, candles in self.series.items():
            seen = np.flatnonzero(candles.seen)
            if len(seen) == 0:
                continue
            starts = starts_of(seen // ratio)
            ends = np.append(starts[1:], len(seen)) - 1
            other.series[name].merge(
                (seen // ratio)[starts],
                candles.open[seen[starts]],
                np.maximum.reduceat(candles.high[seen], starts),
                np.minimum.reduceat(candles.low[seen], starts),
                candles.close[seen[ends]],
            )
        other.volume[:] = self.volume.reshape(-1, ratio).sum(axis=1)
        other.price_size[:] = self.price_size.reshape(-1, ratio).sum(axis=1)
        other.count[:] = self.count.reshape(-1, ratio).sum(axis=1)
        return other
