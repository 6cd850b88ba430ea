"""Sessions by the Chicago calendar, hours by the New York wall clock (METHOD 1 and 6)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

CHICAGO = ZoneInfo("America/Chicago")
NEW_YORK = ZoneInfo("America/New_York")
SECOND = 1_000_000_000
HOUR_S = 3600
DAY_S = 24 * HOUR_S
BREAK_START_S = 16 * HOUR_S
OPEN_S = 17 * HOUR_S
FLAT_UNTIL_S = 18 * HOUR_S
CLOSED = "closed"


@lru_cache(maxsize=100_000)
def _wall(second: int, zone: ZoneInfo) -> tuple[date, int]:
    """Local date and second of the day of a whole UTC second."""
    local = datetime.fromtimestamp(second, zone)
    return local.date(), local.hour * HOUR_S + local.minute * 60 + local.second


def chicago(ts_ns: int) -> tuple[date, int]:
    return _wall(ts_ns // SECOND, CHICAGO)


def session_of(ts_ns: int) -> date:
    """The Chicago date, plus one day from 17:00 Chicago on."""
    day, second = chicago(ts_ns)
    return day + timedelta(days=1) if second >= OPEN_S else day


def in_break(ts_ns: int) -> bool:
    """16:00-17:00 Chicago, on every day."""
    return BREAK_START_S <= chicago(ts_ns)[1] < OPEN_S


def new_york_second(ts_ns: int) -> int:
    """Second of the day on the New York wall clock."""
    return _wall(ts_ns // SECOND, NEW_YORK)[1]


def parse_wall(text: str) -> int:
    """'HH:MM' or 'HH:MM:SS' as a second of the day; '24:00' is legal."""
    parts = [int(part) for part in text.split(":")]
    if len(parts) not in (2, 3):
        raise ValueError(f"not a time of day: {text!r}")
    hour, minute, second = (*parts, 0)[:3]
    result = hour * HOUR_S + minute * 60 + second
    if not (0 <= hour <= 24 and 0 <= minute < 60 and 0 <= second < 60 and result <= DAY_S):
        raise ValueError(f"not a time of day: {text!r}")
    return result


def in_span(second: int, start: int, end: int) -> bool:
    """[start, end) of the wall clock; a start later than its end wraps over midnight; equal: empty."""
    if start <= end:
        return start <= second < end
    return second >= start or second < end


def spans_meet(first: tuple[int, int], second: tuple[int, int]) -> bool:
    """Whether two wall-clock spans have a second in common."""
    return any(in_span(start, *first) and in_span(start, *second) for start in (first[0], second[0], 0))


def is_full_session(session: date, special: Mapping[date, str]) -> bool:
    """Neither closed (weekends are) nor shortened. `special` maps dates to 'closed' or a Chicago close time."""
    if session.weekday() >= 5:
        return False
    close = special.get(session)
    if close is None:
        return True
    return close != CLOSED and parse_wall(close) == BREAK_START_S


def _instants(day: date, second: int, zone: ZoneInfo) -> list[int]:
    """The instants (ns) at which a zone's wall clock shows a second of a date, or skips over it."""
    naive = datetime.combine(day, time()) + timedelta(seconds=second)
    found = []
    for fold in (0, 1):
        utc = naive.replace(tzinfo=zone, fold=fold).astimezone(UTC)
        if utc.astimezone(zone).replace(tzinfo=None) == naive:
            found.append(int(utc.timestamp()))
        elif fold == 1:  # skipped in spring: the change, a whole hour, lies after this instant
            found.append((int(utc.timestamp()) // HOUR_S + 1) * HOUR_S)
    return [instant * SECOND for instant in found]


def next_instant(after_ns: int, second: int, zone: ZoneInfo) -> int:
    """The first instant later than `after_ns` at which the zone's wall clock reaches this second of the day."""
    today = _wall(after_ns // SECOND, zone)[0]
    days = [today + timedelta(days=offset) for offset in (-1, 0, 1, 2)]
    return min(instant for day in days for instant in _instants(day, second, zone) if instant > after_ns)


def first_flatten(filled_ns: int, flat_by: int) -> int | None:
    """When a position whose entry filled at this time is to be flattened by the clock (None: never).

    At the fill itself when New York time is in [flat_by, 18:00), else when that span next begins, or at the
    next open (17:00 Chicago), where a position left over from an earlier session is closed.
    """
    if flat_by == DAY_S:
        return None
    if in_span(new_york_second(filled_ns), flat_by, FLAT_UNTIL_S):
        return filled_ns
    reopening = next_instant(filled_ns, OPEN_S, CHICAGO)
    if flat_by == FLAT_UNTIL_S:
        return reopening
    return min(reopening, next_instant(filled_ns, flat_by, NEW_YORK))
