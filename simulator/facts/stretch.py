"""Stretches: what is measured in one piece, for nothing is ever paired or differenced over their borders.

A stretch lies within the regular or the overnight hours of one session and holds no gap.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from system.domain.session import HOUR_NS, Calendar, Session
from system.domain.ticks import GAP, QUOTE, TRADE, Batch

Array = npt.NDArray[Any]
RTH: Final = "rth"
OVERNIGHT: Final = "overnight"
DAY: Final = "day"  # of facts that compare the two
QUOTE_COLUMNS: Final = ("ts_ns", "bid_ticks", "ask_ticks", "bid_size", "ask_size")
PRINT_COLUMNS: Final = (*QUOTE_COLUMNS, "price_ticks", "size", "side")
# The break begins at 17:00 in New York all year; counting from there is safe on nights when the clocks change.
RTH_BEGINS_BEFORE_BREAK_NS: Final = 15 * HOUR_NS // 2
RTH_ENDS_BEFORE_BREAK_NS: Final = HOUR_NS

Columns = dict[str, Array]


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """Valid quotes, each different from the one before, and valid trades: arrays by column, in tape order."""

    session: Session
    segment: str
    begin_ns: int  # the first and the last event of any kind
    end_ns: int
    quotes: Columns
    prints: Columns

    @cached_property
    def mid_ticks(self) -> Array:
        """The mid price at each quote."""
        mid: Array = (self.quotes["bid_ticks"] + self.quotes["ask_ticks"]) / 2.0
        return mid


class _Open:
    """The stretch that is being collected."""

    def __init__(self, session: Session, part: int) -> None:
        self.session, self.part = session, part
        self._times: list[int] = []
        self._quotes: list[Columns] = []
        self._prints: list[Columns] = []

    def take(self, rows: Batch) -> None:
        kind = rows["kind"]
        sizes = (rows["bid_size"] > 0) & (rows["ask_size"] > 0)
        quotes = np.flatnonzero((kind == QUOTE) & sizes & (rows["bid_ticks"] < rows["ask_ticks"]))
        prints = np.flatnonzero((kind == TRADE) & (rows["size"] > 0))
        # Taking by index copies, so that the batch may be filled anew.
        self._quotes.append({name: rows[name][quotes] for name in QUOTE_COLUMNS})
        self._prints.append({name: rows[name][prints] for name in PRINT_COLUMNS})
        self._times = [self._times[0] if self._times else int(rows["ts_ns"][0]), int(rows["ts_ns"][-1])]

    def close(self) -> Stretch:
        quotes, prints = _joined(self._quotes), _joined(self._prints)
        changed = np.ones(len(quotes["ts_ns"]), dtype=bool)
        changed[1:] = False
        for name in QUOTE_COLUMNS[1:]:
            changed[1:] |= quotes[name][1:] != quotes[name][:-1]
        return Stretch(
            session=self.session,
            segment=RTH if self.part == 1 else OVERNIGHT,
            begin_ns=self._times[0],
            end_ns=self._times[1],
            quotes={name: column[changed] for name, column in quotes.items()},
            prints=prints,
        )


def stretches(batches: Iterable[Batch], calendar: Calendar) -> Iterator[Stretch]:
    """Cut a stream of events, in order, into stretches. Events in the daily break are left out; a gap ends one."""
    held: _Open | None = None
    for batch in batches:
        ts_ns, kinds = np.ascontiguousarray(batch["ts_ns"]), batch["kind"]
        for segment in calendar.segments(ts_ns):
            if segment.in_break:
                continue
            for part, start, stop in _parts(ts_ns, segment.session, segment.start, segment.stop):
                for first, last, after_gap in _between_gaps(kinds, start, stop):
                    if held and (after_gap or (held.session.day, held.part) != (segment.session.day, part)):
                        yield held.close()
                        held = None
                    if first < last:
                        held = held or _Open(segment.session, part)
                        held.take(batch[first:last])
    if held:
        yield held.close()


def _parts(ts_ns: Array, session: Session, start: int, stop: int) -> Iterator[tuple[int, int, int]]:
    """Cut [start, stop) at 09:30 and at 16:00 in New York: part 0, 1 or 2, and its rows."""
    borders = [session.break_ns - RTH_BEGINS_BEFORE_BREAK_NS, session.break_ns - RTH_ENDS_BEFORE_BREAK_NS]
    cuts = [start, *(start + int(cut) for cut in np.searchsorted(ts_ns[start:stop], borders)), stop]
    for part in range(3):
        if cuts[part] < cuts[part + 1]:
            yield part, cuts[part], cuts[part + 1]


def _between_gaps(kinds: Array, start: int, stop: int) -> Iterator[tuple[int, int, bool]]:
    """Rows between gap rows, perhaps none, and whether a gap lies right before them."""
    after_gap = False
    for gap in start + np.flatnonzero(kinds[start:stop] == GAP):
        yield start, int(gap), after_gap
        start, after_gap = int(gap) + 1, True
    yield start, stop, after_gap


def _joined(parts: list[Columns]) -> Columns:
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
