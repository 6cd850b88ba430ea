"""What a tape is, noted while it is replayed."""

from typing import Final

from simulator.replay.result import TapeSummary
from system.domain.session import Calendar
from system.domain.settings import SECOND_NS
from system.domain.ticks import SEED, TRADE, Batch

LATE_START_NS: Final = 60 * SECOND_NS  # a first event this long after the open: the session's beginning is missing


class TapeNotes:
    """Adds batches, in their order, to a summary."""

    def __init__(self, summary: TapeSummary, calendar: Calendar) -> None:
        self.summary = summary
        self._calendar = calendar
        self._has_begun = False  # with a trade or a seed

    def note(self, batch: Batch) -> None:
        """Add a batch."""
        summary = self.summary
        kind, ts_ns = batch["kind"], batch["ts_ns"]
        summary.first_ts_ns = int(ts_ns[0]) if summary.first_ts_ns is None else summary.first_ts_ns
        summary.last_ts_ns = int(ts_ns[-1])
        summary.events += len(batch)
        summary.trades += int((kind == TRADE).sum())
        for segment in self._calendar.segments(ts_ns):
            if segment.in_break:
                continue
            if not summary.sessions:
                late_ns = int(ts_ns[segment.start]) - segment.session.open_ns
                summary.partial_session = late_ns >= LATE_START_NS
            if segment.session.day not in summary.sessions[-1:]:
                summary.sessions.append(segment.session.day)
            if summary.partial_session and not self._has_begun:
                rows = (kind[segment.start : segment.stop] == TRADE) | (kind[segment.start : segment.stop] == SEED)
                self._has_begun = bool(rows.any())
                if self._has_begun:
                    summary.partial_session = bool(kind[segment.start + rows.argmax()] == TRADE)
