"""Times as TWS and its clients write them."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from system.domain.session import CHICAGO, NEW_YORK, utc_ns
from system.domain.settings import SECOND_NS

HOST_ZONE: Final = NEW_YORK.key  # of the machine that TWS runs on; a time without a zone is of it
CONTRACT_ZONE: Final = "US/Central"  # what TWS calls Chicago's time
_DASHED: Final = re.compile(r"(\d{8})-(\d\d:\d\d:\d\d)")
_SPACED: Final = re.compile(r"(?:(\d{8})\s+)?(\d\d?:\d\d(?::\d\d)?)(?:\s+([A-Za-z]\S*))?")
_DATE: Final = re.compile(r"(\d{8})(?:\s+([A-Za-z]\S*))?")


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time that a client wrote; `implied`: it named no zone, so the machine's was taken."""

    ts_ns: int
    implied: bool


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown, or no name of a zone at all
        return None


def _day(digits: str) -> date | None:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None


def read_moment(text: str, now_ns: int) -> Moment | None:
    """A time in any of the ways TWS takes it, or None where it is none.

    `YYYYMMDD-HH:MM:SS` is UTC; `[YYYYMMDD] HH:MM[:SS] [zone]` is of that zone, else of the machine's; without a date it
    is of today.
    """
    text = text.strip()
    if match := _DASHED.fullmatch(text):
        return _moment(match[1], match[2], UTC, implied=False)
    if match := _DATE.fullmatch(text):
        day, clock, name = match[1], "00:00:00", match[2]
    elif match := _SPACED.fullmatch(text):
        day, clock, name = match[1], match[2], match[3]
    else:
        return None
    zone = _zone(name or HOST_ZONE)
    if zone is None:
        return None
    if day is None:
        day = f"{datetime.fromtimestamp(now_ns // SECOND_NS, zone):%Y%m%d}"
    return _moment(day, clock, zone, implied=name is None)


def _moment(digits: str, clock: str, zone: tzinfo, *, implied: bool) -> Moment | None:
    day = _day(digits)
    hour, minute, second = (*map(int, clock.split(":")), 0)[:3]
    if day is None or hour > 23 or minute > 59 or second > 59:
        return None
    wall = datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=zone)
    return Moment(utc_ns(wall), implied)


def in_utc(ts_ns: int) -> str:
    """`YYYYMMDD-HH:MM:SS`."""
    return f"{datetime.fromtimestamp(ts_ns // SECOND_NS, UTC):%Y%m%d-%H:%M:%S}"


def in_chicago(ts_ns: int) -> str:
    """`YYYYMMDD HH:MM:SS US/Central`."""
    return f"{datetime.fromtimestamp(ts_ns // SECOND_NS, CHICAGO):%Y%m%d %H:%M:%S} {CONTRACT_ZONE}"
