"""When ES trades and when its regular hours are, and how TWS writes that."""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final

from system.domain.session import CHICAGO, CLOSE_S, Calendar, Session
from system.domain.settings import SECOND_NS

RTH_OPEN_S: Final = 8 * 3600 + 30 * 60  # Chicago
RTH_CLOSE_S: Final = 15 * 3600
DAYS_SHOWN: Final = 7
SEARCHED_DAYS: Final = 30  # no two trading days are further apart

_CALENDAR: Final = Calendar()


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One session's hours, nanoseconds UTC. A day without trading has none: all four are its open."""

    session: Session
    open_ns: int
    close_ns: int
    rth_open_ns: int
    rth_close_ns: int

    @property
    def quotes_end_ns(self) -> int:
        """When nobody quotes any more; a tape that trades on a day off quotes to the break."""
        return self.close_ns if self.trades else self.session.break_ns

    @property
    def trades(self) -> bool:
        return self.close_ns > self.open_ns


@lru_cache(maxsize=512)
def day(name: date) -> Day:
    """The hours of the session named `name`."""
    session, close_s = _CALENDAR.session(name), _CALENDAR.close_s(name)
    if close_s is None:
        at = session.open_ns
        return Day(session=session, open_ns=at, close_ns=at, rth_open_ns=at, rth_close_ns=at)
    close_ns = session.break_ns - (CLOSE_S - close_s) * SECOND_NS  # no zone changes its clocks on a trading afternoon
    rth_open_ns = session.break_ns - (CLOSE_S - RTH_OPEN_S) * SECOND_NS
    rth_close_ns = min(close_ns, session.break_ns - (CLOSE_S - RTH_CLOSE_S) * SECOND_NS)
    return Day(
        session=session,
        open_ns=session.open_ns,
        close_ns=close_ns,
        rth_open_ns=min(rth_open_ns, rth_close_ns),
        rth_close_ns=rth_close_ns,
    )


def at(ts_ns: int) -> Day:
    """The hours of the session that `ts_ns` lies in, or in the break behind it."""
    return day(_CALENDAR.at(ts_ns).day)


def is_open(ts_ns: int) -> bool:
    """Whether ES trades."""
    hours = at(ts_ns)
    return hours.open_ns <= ts_ns < hours.close_ns


def rth(ts_ns: int) -> bool:
    """Whether it is regular trading hours."""
    hours = at(ts_ns)
    return hours.rth_open_ns <= ts_ns < hours.rth_close_ns


def _next(ts_ns: int, *, regular: bool) -> int:
    name = at(ts_ns).session.day
    for later in range(SEARCHED_DAYS):
        hours = day(name + timedelta(days=later))
        edges = (hours.rth_open_ns, hours.rth_close_ns) if regular else (hours.open_ns, hours.close_ns)
        if edges[0] < edges[1] and ts_ns < edges[1]:
            return edges[bisect_right(edges, ts_ns)]
    raise ValueError(f"no trading day within {SEARCHED_DAYS} days of {name}")


def next_rth_change_ns(ts_ns: int) -> int:
    """When regular hours next begin or end, later than `ts_ns`."""
    return _next(ts_ns, regular=True)


def next_change_ns(ts_ns: int) -> int:
    """When trading next begins or ends, later than `ts_ns`."""
    return _next(ts_ns, regular=False)


def trading_day(ts_ns: int) -> date:
    """The day of the session in hand; in the break, and on days without trading, of the next one."""
    hours = at(ts_ns)
    later = 0
    while not (hours.trades and ts_ns < hours.close_ns):
        later += 1
        assert later < SEARCHED_DAYS
        hours = day(at(ts_ns).session.day + timedelta(days=later))
    return hours.session.day


def _clock(ts_ns: int) -> str:
    return f"{datetime.fromtimestamp(ts_ns // SECOND_NS, CHICAGO):%Y%m%d:%H%M}"


@lru_cache(maxsize=32)
def trading_hours(first: date) -> str:
    """`20240317:1700-20240318:1600;...`: the week from `first` on; a day is closed on which none begins or ends."""
    parts = []
    for later in range(DAYS_SHOWN):
        hours = day(first + timedelta(days=later))
        following = day(hours.session.day + timedelta(days=1))
        if hours.trades:
            parts.append(f"{_clock(hours.open_ns)}-{_clock(hours.close_ns)}")
        elif not following.trades:
            parts.append(f"{hours.session.day:%Y%m%d}:CLOSED")
    return ";".join(parts)


@lru_cache(maxsize=32)
def liquid_hours(first: date) -> str:
    """`20240318:0830-20240318:1500;...`: the same week's regular hours."""
    parts = []
    for later in range(DAYS_SHOWN):
        hours = day(first + timedelta(days=later))
        if hours.rth_open_ns < hours.rth_close_ns:
            parts.append(f"{_clock(hours.rth_open_ns)}-{_clock(hours.rth_close_ns)}")
        else:
            parts.append(f"{hours.session.day:%Y%m%d}:CLOSED")
    return ";".join(parts)
