"""METHOD.md 1: which session a time belongs to, when it trades, and how times are cut at its edges."""

from datetime import date, datetime, time, timedelta

import numpy as np
import pytest

from system.domain.holidays import FIRST_YEAR, HOLIDAYS, LAST_YEAR
from system.domain.session import CHICAGO, CLOSE_S, Calendar, utc_ns
from tests.domain.tape import S, chicago

HOUR = 3600 * S


@pytest.mark.parametrize(
    ("wall", "session"),
    [
        ("2024-01-03 00:00:00", "2024-01-03"),
        ("2024-01-03 16:59:59", "2024-01-03"),  # the break after it
        ("2024-01-03 17:00:00", "2024-01-04"),
        ("2024-01-05 17:00:00", "2024-01-06"),  # Friday evening is Saturday's
        ("2024-01-07 17:00:00", "2024-01-08"),  # Sunday evening is Monday's
        ("2024-03-10 03:00:00", "2024-03-10"),
        ("2024-11-03 17:00:00", "2024-11-04"),
    ],
)
def test_a_session_is_named_by_the_chicago_date_plus_a_day_from_17_00_on(wall: str, session: str) -> None:
    assert Calendar().at(chicago(wall)).day == date.fromisoformat(session)


@pytest.mark.parametrize(
    ("day", "open_utc", "break_utc"),
    [
        ("2024-01-03", "2024-01-02 23:00", "2024-01-03 22:00"),  # winter: Chicago is six hours behind
        ("2024-07-10", "2024-07-09 22:00", "2024-07-10 21:00"),  # summer: five
        ("2024-03-10", "2024-03-09 23:00", "2024-03-10 21:00"),  # the night that skips an hour: 22 hours
        ("2024-11-03", "2024-11-02 22:00", "2024-11-03 22:00"),  # the night that repeats one: 24 hours
    ],
)
def test_hours_are_chicagos_in_winter_in_summer_and_on_the_nights_between(
    day: str, open_utc: str, break_utc: str
) -> None:
    session = Calendar().session(date.fromisoformat(day))
    assert session.open_ns == utc_ns(datetime.fromisoformat(open_utc + "+00:00"))
    assert session.break_ns == utc_ns(datetime.fromisoformat(break_utc + "+00:00"))
    assert session.reopen_ns == session.break_ns + HOUR


@pytest.mark.parametrize(
    ("day", "close"),
    [
        ("2024-01-03", CLOSE_S),
        ("2024-07-03", (12 * 60 + 15) * 60),  # a half day
        ("2024-12-25", None),  # a holiday
        ("2024-01-06", None),  # a Saturday
        ("2024-01-07", None),  # a Sunday
        ("1997-12-31", None),  # before the table
        ("2041-01-02", None),  # after it
    ],
)
def test_a_session_is_regular_when_it_closes_at_16_00(day: str, close: int | None) -> None:
    calendar, named = Calendar(), date.fromisoformat(day)
    assert calendar.close_s(named) == close
    assert calendar.session(named).regular == (close == CLOSE_S)


def test_configured_closures_go_over_the_table() -> None:
    """Closed, shortened, and a holiday that is none after all."""
    closed, short, opened = date(2024, 1, 3), date(2024, 1, 4), date(2024, 7, 3)
    calendar = Calendar({closed: None, short: 12 * 3600, opened: CLOSE_S})
    assert [calendar.session(day).regular for day in (closed, short, opened)] == [False, False, True]
    assert [calendar.close_s(day) for day in (closed, short, opened)] == [None, 12 * 3600, CLOSE_S]


def cut(*walls: str) -> list[tuple[str, int, int, bool]]:
    """Segments of these Chicago times."""
    ts_ns = np.array([chicago(wall) for wall in walls], dtype=np.int64)
    return [(str(each.session.day), each.start, each.stop, each.in_break) for each in Calendar().segments(ts_ns)]


def test_times_are_cut_at_the_break_and_at_the_open() -> None:
    found = cut(
        "2024-01-03 15:59:58",
        "2024-01-03 15:59:59",
        "2024-01-03 16:00:00",
        "2024-01-03 16:59:59",
        "2024-01-03 17:00:00",
        "2024-01-04 15:59:59",
    )
    assert found == [("2024-01-03", 0, 2, False), ("2024-01-03", 2, 4, True), ("2024-01-04", 4, 6, False)]


def test_sessions_without_events_and_times_out_of_reach_of_the_last_are_no_matter() -> None:
    """A jump over days; then back to an earlier day in another batch; and no time at all."""
    assert cut("2024-01-03 12:00:00", "2024-01-09 16:30:00", "2024-01-10 12:00:00") == [
        ("2024-01-03", 0, 1, False),
        ("2024-01-09", 1, 2, True),
        ("2024-01-10", 2, 3, False),
    ]
    assert cut() == []
    calendar = Calendar()
    assert [calendar.at(chicago(f"2024-01-{day} 12:00:00")).day.day for day in ("05", "03", "03")] == [5, 3, 3]


def test_the_table_is_what_the_exchanges_calendar_says() -> None:
    """Every weekday of the last and the next years, against the library that the table was generated from."""
    library = pytest.importorskip("pandas_market_calendars", reason="pandas_market_calendars is not installed")
    exchange = library.get_calendar("CME Globex Equity")
    schedule = exchange.schedule(f"{FIRST_YEAR}-01-01", f"{LAST_YEAR}-12-31")
    closes = {
        opened.date(): close.tz_convert(CHICAGO).time()
        for opened, close in zip(schedule.index, schedule.market_close, strict=True)
    }
    calendar, day, compared = Calendar(), date(FIRST_YEAR, 1, 1), 0
    while day.year <= LAST_YEAR:
        close_s = calendar.close_s(day)
        close = closes.get(day)
        assert close_s == (None if close is None else (close.hour * 60 + close.minute) * 60), day
        day, compared = day + timedelta(days=1), compared + 1
    assert compared > 15_000
    assert set(closes) & {day for day, close_s in HOLIDAYS.items() if close_s is None} == set()
    assert time(16) in closes.values()
