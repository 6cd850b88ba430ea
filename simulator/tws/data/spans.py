"""What a request for historical bars says: how long, how fine, and which stretches of trading that is."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

from simulator.tws.data.hours import Day
from system.domain.settings import DAY_S, SECOND_NS

BarUnit = Literal["seconds", "day", "week", "month"]


@dataclass(frozen=True, slots=True)
class BarSize:
    """How long a bar is; `seconds` 0 for those of whole sessions."""

    unit: BarUnit
    seconds: int = 0


SIZES: Final = {
    **{f"{n} secs": BarSize("seconds", n) for n in (1, 5, 10, 15, 30)},
    "1 min": BarSize("seconds", 60),
    **{f"{n} mins": BarSize("seconds", 60 * n) for n in (2, 3, 5, 10, 15, 20, 30)},
    "1 hour": BarSize("seconds", 3600),
    **{f"{n} hours": BarSize("seconds", 3600 * n) for n in (2, 3, 4, 8)},
    "1 day": BarSize("day"),
    "1W": BarSize("week"),
    "1M": BarSize("month"),
}
LEGAL_SIZES: Final = ", ".join(SIZES)
ALSO: Final = {"1 week": "1W", "1 month": "1M", "1 mins": "1 min", "1 hours": "1 hour", "1 days": "1 day"}
ALSO_COMPACT: Final = {"1w": "1W", "1m": "1M"}
DURATION: Final = re.compile(r"(\d{1,6})\s*([SDWMY])", re.IGNORECASE)
MOST_DAYS: Final = 365


def bar_size(text: str) -> BarSize | None:
    """A bar size as TWS reads it, or None for one that it does not have."""
    words = " ".join(text.split())
    name = words if words in SIZES else ALSO.get(words.lower(), ALSO_COMPACT.get(words, words.lower()))
    return SIZES.get(name)


@dataclass(frozen=True, slots=True)
class Duration:
    """How far back from its end a request reaches."""

    number: int
    unit: Literal["S", "D", "W", "M", "Y"]

    @property
    def seconds(self) -> int:
        """Its length in seconds of the calendar, roughly: months of 30 days, years of 365."""
        return self.number * {"S": 1, "D": DAY_S, "W": 7 * DAY_S, "M": 30 * DAY_S, "Y": 365 * DAY_S}[self.unit]


def duration(text: str) -> Duration | None:
    """A duration as TWS reads it; without a unit it is seconds. None for anything else."""
    text = text.strip()
    match = DURATION.fullmatch(text + " S" if text.isdigit() else text)
    if match is None or int(match[1]) == 0:
        return None
    return Duration(int(match[1]), match[2].upper())  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Trading of one session in [start, stop)."""

    day: Day
    start_ns: int
    stop_ns: int


def stretches(days: Sequence[Day], length: Duration, end_ns: int, *, use_rth: bool) -> list[Stretch]:
    """The trading that a request is about, oldest first, of the sessions given.

    Seconds are of trading time; days are sessions with any trading before the end; weeks, months and years are the
    calendar's, back from the day of the last such session.
    """
    found = []
    for day in days:
        start_ns, stop_ns = (day.rth_open_ns, day.rth_close_ns) if use_rth else (day.open_ns, day.close_ns)
        stop_ns = min(stop_ns, end_ns)
        if start_ns < stop_ns:
            found.append(Stretch(day, start_ns, stop_ns))
    if not found:
        return []
    if length.unit == "S":
        return _last_seconds(found, length.number)
    if length.unit == "D":
        return found[-length.number :]
    first = _back(found[-1].day.session.day, length)
    return [stretch for stretch in found if stretch.day.session.day > first]


def _last_seconds(found: list[Stretch], seconds: int) -> list[Stretch]:
    left_ns, last = seconds * SECOND_NS, []
    for stretch in reversed(found):
        if left_ns <= 0:
            break
        start_ns = max(stretch.start_ns, stretch.stop_ns - left_ns)
        left_ns -= stretch.stop_ns - start_ns
        last.append(Stretch(stretch.day, start_ns, stretch.stop_ns))
    return last[::-1]


def _back(day: date, length: Duration) -> date:
    """The day that lies `length` before `day`; in a shorter month its last."""
    try:
        if length.unit == "W":
            return day - timedelta(weeks=length.number)
        months = day.year * 12 + day.month - 1 - length.number * (12 if length.unit == "Y" else 1)
        year, month = divmod(months, 12)
        last = (date(year + month // 11, (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
        return date(year, month + 1, min(day.day, last))
    except (ValueError, OverflowError):
        return date.min
