"""Maintenance windows: weekly spells, in a zone of their own, in which a broker may be away for good reason.

A window is never shorter than it reads: where its zone's clock skips or repeats an end, the wider reading holds.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from system.domain.session import utc_ns
from system.domain.settings import DAY_S, SECOND_NS

EVERY_DAY: Final = frozenset(range(7))  # Monday is 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """On `days`, from `start_s` up to `end_s` on the zone's clock; an end not after its start is the next day's."""

    name: str
    zone: ZoneInfo
    start_s: int
    end_s: int
    days: frozenset[int] = EVERY_DAY  # on which it starts
    first_day: date = date.min
    last_day: date = date.max

    def on(self, day: date) -> tuple[int, int] | None:
        """Its start and end in ns, where it starts on `day`; None where it does not."""
        if day.weekday() not in self.days or not self.first_day <= day <= self.last_day:
            return None
        end_s = self.end_s if self.end_s > self.start_s else self.end_s + DAY_S
        return min(_readings(day, self.start_s, self.zone)), max(_readings(day, end_s, self.zone))

    def near(self, now_ns: int, later_ns: int = 0) -> Iterator[tuple[int, int]]:
        """Every start and end of it that could hold an instant from `now_ns` to `later_ns` after it, and few more."""
        first = _local_day(now_ns, self.zone) - timedelta(days=1)
        last = _local_day(now_ns + later_ns, self.zone)
        for number in range((last - first).days + 1):
            span = self.on(first + timedelta(days=number))
            if span is not None:
                yield span


def _local_day(ts_ns: int, zone: ZoneInfo) -> date:
    return datetime.fromtimestamp(ts_ns // SECOND_NS, zone).date()


def _readings(day: date, time_s: int, zone: ZoneInfo) -> list[int]:
    """The instants that a clock's time may mean: two of them where it is skipped or repeated."""
    days, rest = divmod(time_s, DAY_S)
    wall = datetime.combine(day + timedelta(days=days), time(rest // 3600, rest // 60 % 60, rest % 60), zone)
    return [utc_ns(wall.replace(fold=fold)) for fold in (0, 1)]
