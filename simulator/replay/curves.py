"""The lines of the report's page: one row per time bucket, so that a day of millions of events stays small."""

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from simulator.replay.result import Curves
from system.domain.patterns import BAR

LINE: Final = np.dtype(
    [
        ("ts_ns", "i8"),  # of the bucket's last evaluation
        ("open_ticks", "i8"),
        ("high_ticks", "i8"),
        ("low_ticks", "i8"),
        ("close_ticks", "i8"),  # prices at evaluations
        ("vwap_ticks", "f8"),
        ("score_low", "f8"),
        ("score_high", "f8"),
        ("score", "f8"),  # the last
        ("long_above", "f8"),
        ("short_below", "f8"),
    ]
)
LINES_MAX: Final = 4096
BARS_MAX: Final = 5000  # that fired something; as many again that fired nothing
FINEST: Final = 20  # the narrowest bucket is 2 ** 20 ns, a millisecond
PENDING: Final = 4 * LINES_MAX

Rows = npt.NDArray[Any]


def _buckets(ts_ns: npt.NDArray[np.int64], width: int) -> npt.NDArray[np.intp]:
    """Where each bucket of 2 ** `width` ns begins among rows in time order."""
    numbers = ts_ns >> width
    return np.concatenate(([0], np.flatnonzero(numbers[1:] != numbers[:-1]) + 1))


def _merge(rows: Rows, starts: npt.NDArray[np.intp]) -> Rows:
    """One row for each bucket: its first open, its extremes, and the last of everything else."""
    merged: Rows = rows[np.append(starts[1:], len(rows)) - 1]
    merged["open_ticks"] = rows["open_ticks"][starts]
    for name, extreme in (
        ("high_ticks", np.maximum),
        ("low_ticks", np.minimum),
        ("score_high", np.maximum),
        ("score_low", np.minimum),
    ):
        merged[name] = extreme.reduceat(rows[name], starts)
    return merged


class _Thinned:
    """At most BARS_MAX bars: every 2 ** n-th, with n no greater than need be."""

    def __init__(self) -> None:
        self.bars: Rows = np.empty(0, BAR)
        self.seen = 0
        self.step = 1

    def add(self, bars: Rows) -> None:
        """Copy what is to be kept."""
        self.bars = np.concatenate((self.bars, bars[-self.seen % self.step :: self.step]))
        self.seen += len(bars)
        while len(self.bars) > BARS_MAX:
            self.bars = self.bars[::2].copy()
            self.step *= 2


class CurveRecorder:
    """Collects evaluations and bars in time order, in bounded memory; how they are cut into calls changes nothing.

    Buckets lie on a fixed grid and double in width when more than LINES_MAX of them hold something. No extreme of price
    or score is ever lost.
    """

    def __init__(self) -> None:
        self._rows: Rows = np.empty(PENDING, LINE)
        self._count = 0
        self._width = FINEST
        self._fired = _Thinned()
        self._quiet = _Thinned()

    def add(self, evaluations: Rows) -> None:
        """Take rows of `scoring.EVALUATION`; nothing of the argument is kept."""
        first = 0
        while first < len(evaluations):
            if self._count == PENDING:
                self._compact()
            part = evaluations[first : first + PENDING - self._count]
            self._append(part)
            first += len(part)

    def add_bars(self, bars: Rows) -> None:
        """Take rows of `patterns.BAR`; nothing of the argument is kept."""
        fired = bars["fired"] != 0
        self._fired.add(bars[fired])
        self._quiet.add(bars[~fired])

    def curves(self) -> Curves:
        """What has been collected so far."""
        self._compact()
        bars = np.concatenate((self._fired.bars, self._quiet.bars))
        return Curves(
            lines=self._rows[: self._count].copy(),
            bars=bars[np.argsort(bars["ts_ns"], kind="stable")],
        )

    def _append(self, part: Rows) -> None:
        rows = self._rows[self._count : self._count + len(part)]
        for name in ("ts_ns", "vwap_ticks", "score", "long_above", "short_below"):
            rows[name] = part[name]
        for name in ("open_ticks", "high_ticks", "low_ticks", "close_ticks"):
            rows[name] = part["price_ticks"]
        rows["score_low"] = rows["score_high"] = part["score"]
        self._count += len(part)

    def _compact(self) -> None:
        """Merge what shares a bucket, in buckets as wide as it takes to have no more than LINES_MAX."""
        if self._count == 0:
            return
        rows = self._rows[: self._count]
        starts = _buckets(rows["ts_ns"], self._width)
        while len(starts) > LINES_MAX:
            self._width += 1
            starts = _buckets(rows["ts_ns"], self._width)
        merged = _merge(rows, starts)
        self._rows[: len(merged)] = merged
        self._count = len(merged)
