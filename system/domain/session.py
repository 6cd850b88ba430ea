"""Trading sessions: which one a time belongs to, when its hours are, what New York's clock shows (METHOD.md 1, 6)."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from system.domain.holidays import FIRST_YEAR, HOLIDAYS, LAST_YEAR
from system.domain.settings import DAY_S, SECOND_NS

CHICAGO: Final = ZoneInfo("America/Chicago")
NEW_YORK: Final = ZoneInfo("America/New_York")
BREAK: Final = time(16)  # Chicago: the daily break begins, and a session ends
OPEN: Final = time(17)  # Chicago: the next session opens
CLOSE_S: Final = 16 * 3600
SATURDAY: Final = 5
HOUR_NS: Final = 3600 * SECOND_NS
REOPEN_NEW_YORK_S: Final = 18 * 3600  # 17:00 Chicago: both zones change their clocks on the same nights


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One trading day: events in [open_ns, break_ns) are its own; the hour up to reopen_ns is the break."""

    day: date
    open_ns: int
    break_ns: int
    reopen_ns: int
    regular: bool  # it trades, and until 16:00 Chicago


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """Events [start, stop) of a batch: of `session`'s hours, or of the break after them, whose events are ignored."""

    session: Session
    start: int
    stop: int
    in_break: bool


def utc_ns(moment: datetime) -> int:
    """An aware datetime of whole seconds as nanoseconds since 1970."""
    return int((moment - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(seconds=1)) * SECOND_NS


def _local(ts_ns: int, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(ts_ns // SECOND_NS, zone)


class Calendar:
    """Sessions by time, with the exchange's holidays and half days and the user's own closures over them."""

    def __init__(self, closures: Mapping[date, int | None] | None = None) -> None:
        self._closures = dict(closures or {})
        self._last: Session | None = None

    def close_s(self, day: date) -> int | None:
        """The Chicago time of day, in seconds, at which the session of `day` closes; None: it does not trade."""
        if day in self._closures:
            return self._closures[day]
        if day.weekday() >= SATURDAY or not FIRST_YEAR <= day.year <= LAST_YEAR:
            return None
        return HOLIDAYS.get(day, CLOSE_S)

    def session(self, day: date) -> Session:
        """The session named `day`, whether it trades or not."""
        return Session(
            day=day,
            open_ns=utc_ns(datetime.combine(day - timedelta(days=1), OPEN, CHICAGO)),
            break_ns=utc_ns(datetime.combine(day, BREAK, CHICAGO)),
            reopen_ns=utc_ns(datetime.combine(day, OPEN, CHICAGO)),
            regular=self.close_s(day) == CLOSE_S,
        )

    def at(self, ts_ns: int) -> Session:
        """The session whose hours or following break `ts_ns` lies in."""
        last = self._last
        if last is None or not last.open_ns <= ts_ns < last.reopen_ns:
            local = _local(ts_ns, CHICAGO)
            self._last = last = self.session(local.date() + timedelta(days=local.time() >= OPEN))
        return last

    def segments(self, ts_ns: npt.NDArray[np.int64]) -> Iterator[Segment]:
        """Cut times (ascending, shape (n,)) into runs that lie in one session's hours or in one break."""
        start, length = 0, len(ts_ns)
        while start < length:
            session = self.at(int(ts_ns[start]))
            in_break = ts_ns[start] >= session.break_ns
            end_ns = session.reopen_ns if in_break else session.break_ns
            stop = length if ts_ns[-1] < end_ns else bisect_left(ts_ns, end_ns, start)
            yield Segment(session=session, start=start, stop=stop, in_break=in_break)
            start = stop


@lru_cache(maxsize=64)
def _new_york_offset(hour: int) -> int:
    """Seconds to add to UTC in the given hour since 1970; zones change at whole hours."""
    offset = datetime.fromtimestamp(hour * 3600, NEW_YORK).utcoffset()
    assert offset is not None
    return int(offset.total_seconds())


def new_york_s(ts_ns: int) -> int:
    """New York's wall clock at `ts_ns` in whole seconds after midnight."""
    seconds = ts_ns // SECOND_NS
    return (seconds + _new_york_offset(seconds // 3600)) % DAY_S


def in_span(time_s: int, start_s: int, end_s: int) -> bool:
    """Whether a time of day lies in [start, end); a start later than the end wraps over midnight; equal: empty."""
    if start_s <= end_s:
        return start_s <= time_s < end_s
    return time_s >= start_s or time_s < end_s


def next_new_york(ts_ns: int, time_s: int) -> int:
    """The first instant at or after `ts_ns` at which New York's clock shows `time_s` (below 24:00) or skips over it."""
    day = _local(ts_ns, NEW_YORK).date()
    at = time(time_s // 3600, time_s // 60 % 60, time_s % 60)
    days = [day + timedelta(days=later) for later in range(3)]
    return min(instant for day in days for instant in _instants(datetime.combine(day, at)) if instant >= ts_ns)


def _instants(wall: datetime) -> list[int]:
    """When New York's clock shows `wall`: twice where it is set back, at the change where it is set forward over it."""
    moments = [wall.replace(tzinfo=NEW_YORK, fold=fold) for fold in (0, 1)]
    instants = [utc_ns(moment) for moment in moments]
    if instants[0] > instants[1]:  # skipped: read with the offset of before, it is after the change, a whole hour
        return [instants[0] // HOUR_NS * HOUR_NS]
    return instants
