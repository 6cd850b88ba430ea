"""Bars of one session from its candles: what a request's `whatToShow` and bar size make of them.

Bars lie on a grid that begins with the session, and begin no earlier than the span asked for. From the first price on
every bar of the span is there: one without a trade shows the last price, with volume 0. A bar of quotes begins with the
quote that prevails at its beginning.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt

from simulator.tws.data.candles import QUOTES, Candles, Series, Session, starts_of
from simulator.tws.market_notices import Bar

What = Literal["TRADES", "MIDPOINT", "BID", "ASK", "BID_ASK"]
WHATS: Final[tuple[What, ...]] = ("TRADES", "MIDPOINT", "BID", "ASK", "BID_ASK")
TICK: Final = 0.25
UNITS: Final[dict[Series, float]] = {"TRADES": TICK, "BID": TICK, "ASK": TICK, "MIDPOINT": TICK / 2}
NO_TRADES: Final = -1

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class RawBar:
    """A bar in points; `row` is the step of the session that it begins at."""

    row: int
    open: float
    high: float
    low: float
    close: float
    volume: int = NO_TRADES
    wap: float = float(NO_TRADES)
    count: int = NO_TRADES

    def told(self, time: str) -> Bar:
        """As TWS tells it."""
        return Bar(
            time=time,
            open=self.open,
            high=self.high,
            low=self.low,
            close=self.close,
            volume=self.volume,
            wap=self.wap,
            count=self.count,
        )


def bars(session: Session, what: What, rows: int, start: int, stop: int) -> list[RawBar]:
    """Bars of `rows` steps each over the steps [start, stop)."""
    start, stop = max(0, start), min(stop, session.rows)
    if start >= stop:
        return []
    if what == "TRADES":
        return list(_trades(session, rows, start, stop))
    if what == "BID_ASK":
        return list(_bid_ask(session, rows, start, stop))
    return [RawBar(*bar) for bar in _quotes(session, what, rows, start, stop)]


def _before(candles: Candles, start: int) -> int | None:
    """The last price earlier than step `start`."""
    seen = np.flatnonzero(candles.seen[:start])
    return int(candles.close[seen[-1]]) if len(seen) else None


@dataclass(frozen=True, slots=True)
class _Groups:
    """Candles by number of bar: open, high, low, close in the series' own unit; `steps` fall into runs at `starts`."""

    prices: dict[int, tuple[int, int, int, int]]
    steps: Array
    starts: Array

    def sums(self, column: Array) -> dict[int, int]:
        """By number of bar, the sum of a column over its steps."""
        if not self.prices:
            return {}
        return dict(zip(self.prices, np.add.reduceat(column[self.steps], self.starts).tolist(), strict=True))


def _groups(candles: Candles, rows: int, start: int, stop: int) -> _Groups:
    steps = np.flatnonzero(candles.seen[start:stop]) + start
    if len(steps) == 0:
        return _Groups({}, steps, steps)
    starts = starts_of(steps // rows)
    ends = np.append(starts[1:], len(steps)) - 1
    prices = zip(
        candles.open[steps[starts]].tolist(),
        np.maximum.reduceat(candles.high[steps], starts).tolist(),
        np.minimum.reduceat(candles.low[steps], starts).tolist(),
        candles.close[steps[ends]].tolist(),
        strict=True,
    )
    return _Groups(dict(zip((steps[starts] // rows).tolist(), prices, strict=True)), steps, starts)


def _trades(session: Session, rows: int, start: int, stop: int) -> Iterator[RawBar]:
    candles = session.series["TRADES"]
    last = _before(candles, start)
    groups = _groups(candles, rows, start, stop)
    volumes, counts = groups.sums(session.volume), groups.sums(session.count)
    values = groups.sums(session.price_size)
    for number in range(start // rows, (stop - 1) // rows + 1):
        row = max(number * rows, start)
        if number in groups.prices:
            first, high, low, last = groups.prices[number]
            wap = round(values[number] * TICK / volumes[number], 3)
            prices = first * TICK, high * TICK, low * TICK, last * TICK
            yield RawBar(row, *prices, volumes[number], wap, counts[number])
        elif last is not None:
            price = last * TICK
            yield RawBar(row, price, price, price, price, 0, price, 0)


def _quotes(
    session: Session, name: Series, rows: int, start: int, stop: int
) -> Iterator[tuple[int, float, float, float, float]]:
    candles, unit = session.series[name], UNITS[name]
    last = _before(candles, start)
    groups = _groups(candles, rows, start, stop).prices
    for number in range(start // rows, (stop - 1) // rows + 1):
        row = max(number * rows, start)
        if number in groups:
            first, high, low, close = groups[number]
            if last is not None:
                first, high, low = last, max(high, last), min(low, last)
            last = close
            yield row, first * unit, high * unit, low * unit, close * unit
        elif last is not None:
            price = last * unit
            yield row, price, price, price, price


def _bid_ask(session: Session, rows: int, start: int, stop: int) -> Iterator[RawBar]:
    """Open and close are the mean bid and ask, each step counted by its last quote; high the ask's, low the bid's."""
    bids = {row: (low, high) for row, _, high, low, _ in _quotes(session, "BID", rows, start, stop)}
    asks = {row: high for row, _, high, _, _ in _quotes(session, "ASK", rows, start, stop)}
    mean_bid, mean_ask = (_means(session.series[name], rows, start, stop) for name in ("BID", "ASK"))
    for row in sorted(bids.keys() & asks.keys()):
        yield RawBar(row, mean_bid[row], asks[row], bids[row][0], mean_ask[row])


def _means(candles: Candles, rows: int, start: int, stop: int) -> dict[int, float]:
    """By first step of the bar: the mean of the last price at the end of each step, from the first price on."""
    steps = np.arange(stop)
    known = np.maximum.accumulate(np.where(candles.seen[:stop], steps, -1))[start:]
    steps, known = steps[start:][known >= 0], known[known >= 0]
    if len(steps) == 0:
        return {}
    starts = starts_of(steps // rows)
    prices = candles.close[known].astype("i8")
    means = np.add.reduceat(prices, starts) / np.diff(np.append(starts, len(steps))) * TICK
    firsts = np.maximum(steps[starts] // rows * rows, start)
    return dict(zip(firsts.tolist(), np.round(means, 3).tolist(), strict=True))


assert set(WHATS) == {"TRADES", "BID_ASK", *QUOTES}
