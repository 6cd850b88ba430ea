"""What has been played, kept compactly: seconds of the last sessions, minutes of the last year, the last raw events."""

from bisect import bisect_left
from collections import deque
from collections.abc import Iterator
from typing import Any, Final

import numpy.typing as npt

from simulator.tws.data import hours
from simulator.tws.data.bars import RawBar, What, bars
from simulator.tws.data.candles import Session
from simulator.tws.data.volumes import Volumes
from system.domain.session import Calendar
from system.domain.settings import SECOND_NS
from system.domain.ticks import Batch, empty_batch

SECONDS_KEPT: Final = 3  # sessions by the second, 6 MB each
SESSIONS_KEPT: Final = 260  # by the minute, 0.1 MB each
RAW_KEPT: Final = 300_000  # events, 17 MB
FOLD_EVENTS: Final = 8_192  # not folded yet; few at a time would cost more
MINUTE_S: Final = 60


class History:
    """Consistent with what was told live: whatever is asked for is made of the same events."""

    def __init__(self, *, sessions_kept: int = SESSIONS_KEPT, raw_kept: int = RAW_KEPT) -> None:
        self._sessions_kept = sessions_kept
        self._raw_kept = raw_kept
        self._calendar = Calendar()
        self._sessions: dict[int, Session] = {}  # by open, in order
        self._volumes: dict[int, Volumes] = {}
        self._raw: deque[Batch] = deque()
        self._raw_events = 0
        self._new = empty_batch(FOLD_EVENTS)
        self._new_events = 0

    def take(self, events: npt.NDArray[Any]) -> None:
        """Take the next events."""
        if self._new_events + len(events) > FOLD_EVENTS:
            self._fold()
            if len(events) > FOLD_EVENTS:
                self._keep(events.copy())
                return
        self._new[self._new_events : self._new_events + len(events)] = events
        self._new_events += len(events)

    def _fold(self) -> None:
        if self._new_events:
            self._keep(self._new[: self._new_events].copy())
            self._new_events = 0

    def _keep(self, batch: Batch) -> None:
        for segment in self._calendar.segments(batch["ts_ns"]):
            if segment.in_break:
                continue
            session, part = segment.session, batch[segment.start : segment.stop]
            if session.open_ns not in self._sessions:
                self._begin(session.open_ns, (session.break_ns - session.open_ns) // SECOND_NS)
            self._sessions[session.open_ns].fold(part)
            self._volumes[session.open_ns].fold(part)
        self._raw.append(batch)
        self._raw_events += len(batch)
        while self._raw_events - len(self._raw[0]) >= self._raw_kept:
            self._raw_events -= len(self._raw.popleft())

    def _begin(self, open_ns: int, length_s: int) -> None:
        """Make room for a session: old ones are kept by the minute, and very old ones not at all."""
        self._sessions[open_ns] = Session(open_ns, length_s, 1)
        self._volumes[open_ns] = Volumes(hours.at(open_ns))
        opens = list(self._sessions)
        for old in opens[:-SECONDS_KEPT]:
            if self._sessions[old].step_s == 1:
                self._sessions[old] = self._sessions[old].coarser(MINUTE_S)
        for old in opens[: -self._sessions_kept]:
            del self._sessions[old], self._volumes[old]

    # questions

    def days(self) -> list[hours.Day]:
        """The hours of the sessions that are kept, oldest first."""
        self._fold()
        return [hours.at(open_ns) for open_ns in self._sessions]

    def volumes(self, day: hours.Day) -> Volumes:
        """A kept session's contracts by price."""
        self._fold()
        return self._volumes[day.session.open_ns]

    def bars(self, day: hours.Day, what: What, bar_s: int, start_ns: int, stop_ns: int) -> list[tuple[int, RawBar]]:
        """A kept session's bars over [start, stop), each with its beginning; none where seconds are not kept any more.

        `bar_s` 0: one bar.
        """
        self._fold()
        session = self._sessions.get(day.session.open_ns)
        if session is None or (bar_s % session.step_s and bar_s):
            return []
        step_ns = session.step_s * SECOND_NS
        start, stop = (start_ns - session.open_ns) // step_ns, -((session.open_ns - stop_ns) // step_ns)
        rows = bar_s // session.step_s if bar_s else session.rows
        return [(session.open_ns + bar.row * step_ns, bar) for bar in bars(session, what, rows, start, stop)]

    def before(self, ts_ns: int) -> Iterator[Batch]:
        """Kept raw events earlier than `ts_ns`, in parts, the latest part first."""
        self._fold()
        for batch in reversed(self._raw):
            part = batch[: bisect_left(batch["ts_ns"], ts_ns)]
            if len(part):
                yield part

    def since(self, ts_ns: int) -> Iterator[Batch]:
        """Kept raw events from `ts_ns` on, in parts, the earliest part first."""
        self._fold()
        for batch in self._raw:
            part = batch[bisect_left(batch["ts_ns"], ts_ns) :]
            if len(part):
                yield part
