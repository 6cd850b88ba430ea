"""Maintenance windows by any zone's clock, and what holds when."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from system.domain.hours import Hours
from system.domain.maintenance import EVERY_DAY, Window
from system.domain.session import CHICAGO, NEW_YORK, Calendar, utc_ns
from tests.domain.tape import S, chicago, new_york

MINUTE = 60 * S


def window(start: str, end: str, zone: ZoneInfo = NEW_YORK, **changes: object) -> Window:
    def seconds(wall: str) -> int:
        return int(wall[:2]) * 3600 + int(wall[3:]) * 60

    return Window(name="w", zone=zone, start_s=seconds(start), end_s=seconds(end), **changes)  # type: ignore[arg-type]


def hours(*windows: Window, margin_s: int = 0) -> Hours:
    return Hours(Calendar(), windows, margin_s * S)


@pytest.mark.parametrize(
    ("wall", "inside"),
    [
        ("2024-01-03 00:14:59", False),
        ("2024-01-03 00:15:00", True),
        ("2024-01-03 01:44:59", True),
        ("2024-01-03 01:45:00", False),
        ("2024-07-03 00:15:00", True),
        ("2024-07-03 01:45:00", False),
    ],
)
def test_a_window_is_by_its_zones_clock_summer_and_winter(wall: str, inside: bool) -> None:
    assert bool(hours(window("00:15", "01:45")).at(new_york(wall)).window) is inside


def test_an_end_before_its_start_is_the_next_days() -> None:
    late = hours(window("23:45", "00:45", days=frozenset({4})))  # Fridays
    assert late.at(new_york("2024-01-05 23:45:00")).window == "w"
    assert late.at(new_york("2024-01-06 00:44:59")).window == "w"
    assert late.at(new_york("2024-01-06 00:45:00")).window == ""
    assert late.at(new_york("2024-01-05 00:30:00")).window == ""
    assert late.at(new_york("2024-01-06 23:50:00")).window == ""


def test_an_end_that_is_the_start_is_a_whole_day_later() -> None:
    whole = window("12:00", "12:00", days=frozenset({5}))
    assert whole.on(date(2024, 1, 6)) == (new_york("2024-01-06 12:00:00"), new_york("2024-01-07 12:00:00"))


def test_midnight_may_be_written_as_24() -> None:
    assert window("24:00", "24:00").on(date(2024, 1, 1)) == (
        new_york("2024-01-02 00:00:00"),
        new_york("2024-01-03 00:00:00"),
    )
    assert window("23:00", "24:00").on(date(2024, 1, 1)) == (
        new_york("2024-01-01 23:00:00"),
        new_york("2024-01-02 00:00:00"),
    )


def test_a_window_has_its_days_and_its_dates() -> None:
    dated = window("10:00", "11:00", first_day=date(2024, 1, 3), last_day=date(2024, 1, 4), days=EVERY_DAY - {3})
    assert [day for day in range(1, 8) if dated.on(date(2024, 1, day))] == [3]


@pytest.mark.parametrize(
    ("start", "end", "day", "minutes"),
    [
        ("01:30", "02:30", date(2024, 3, 10), 60),  # 02:30 is skipped: the later of its readings ends a window,
        ("02:30", "03:30", date(2024, 3, 10), 60),  # and the earlier begins one
        ("02:15", "02:45", date(2024, 3, 10), 90),
        ("00:30", "01:30", date(2024, 11, 3), 120),  # 01:30 comes twice
        ("01:30", "03:00", date(2024, 11, 3), 150),
        ("01:15", "01:45", date(2024, 11, 3), 90),
    ],
)
def test_where_the_clock_skips_or_repeats_a_time_the_wider_reading_holds(
    start: str, end: str, day: date, minutes: int
) -> None:
    span = window(start, end).on(day)
    assert span is not None
    assert span[1] - span[0] == minutes * MINUTE


zones = st.sampled_from(
    ["America/New_York", "America/Chicago", "Europe/Zurich", "Asia/Kolkata", "Australia/Lord_Howe", "UTC"]
)


@given(zones, st.integers(0, 86_399), st.integers(1, 86_399), st.dates(date(2020, 1, 1), date(2030, 1, 1)))
def test_no_window_is_shorter_than_it_reads(name: str, start_s: int, length_s: int, day: date) -> None:
    """Else the clock was set forward in it."""
    zone = ZoneInfo(name)
    span = Window(name="w", zone=zone, start_s=start_s, end_s=(start_s + length_s) % 86_400, days=EVERY_DAY).on(day)
    assert span is not None
    shift_s = sum(
        sign * moment.utcoffset().total_seconds()  # type: ignore[union-attr]
        for sign, ns in ((-1, span[0]), (1, span[1]))
        for moment in [datetime.fromtimestamp(ns // S, zone)]
    )
    assert span[1] - span[0] >= (length_s - max(0, shift_s)) * S


@given(zones, st.integers(0, 86_400), st.integers(0, 86_400), st.integers(0, 7), st.integers(0, 14_400), st.data())
def test_a_spell_holds_until_it_ends_and_is_the_same_whoever_asks(
    name: str, start_s: int, end_s: int, days: int, margin_s: int, data: st.DataObject
) -> None:
    w = Window(name="w", zone=ZoneInfo(name), start_s=start_s, end_s=end_s, days=frozenset(range(days)))
    kept = hours(w, margin_s=margin_s)
    now_ns = utc_ns(datetime(2024, 3, 8, tzinfo=CHICAGO))
    for _ in range(12):
        now_ns += data.draw(st.integers(0, 7200)) * S
        spell, fresh = kept.at(now_ns), hours(w, margin_s=margin_s).at(now_ns)
        assert (spell.is_open, spell.window, spell.ahead) == (fresh.is_open, fresh.window, fresh.ahead)
        last = hours(w, margin_s=margin_s).at(spell.until_ns - 1)
        assert (spell.is_open, spell.window, spell.ahead) == (last.is_open, last.window, last.ahead)
        assert now_ns < spell.until_ns <= now_ns + 3600 * S
        around = [span for day in range(-2, 3) if (span := w.on(date.fromordinal(date(2024, 3, 9).toordinal() + day)))]
        if datetime.fromtimestamp(now_ns // S, CHICAGO).day in (8, 9):
            assert bool(spell.window) == any(start <= now_ns < end for start, end in around)


def test_entries_end_a_margin_before_a_window() -> None:
    kept = hours(window("13:00", "13:10"), margin_s=900)
    seen = [
        kept.at(new_york(f"2024-01-03 {wall}")) for wall in ("12:44:59", "12:45:00", "12:59:59", "13:00:00", "13:10:00")
    ]
    assert [(spell.ahead, spell.window) for spell in seen] == [("", ""), ("w", ""), ("w", ""), ("", "w"), ("", "")]
    assert [spell.is_quiet for spell in seen] == [False, False, False, True, False]


def test_the_first_of_windows_that_overlap_is_named() -> None:
    first = Window(name="first", zone=NEW_YORK, start_s=12 * 3600, end_s=13 * 3600)
    kept = hours(first, window("12:30", "14:00"), margin_s=7200)
    assert kept.at(new_york("2024-01-03 12:45:00")).window == "first"
    assert kept.at(new_york("2024-01-03 11:45:00")).ahead == "first"
    assert kept.at(new_york("2024-01-03 13:45:00")).window == "w"


@pytest.mark.parametrize(
    ("wall", "is_open"),
    [
        ("2024-01-03 15:59:59", True),
        ("2024-01-03 16:00:00", False),
        ("2024-01-03 16:59:59", False),
        ("2024-01-03 17:00:00", True),
        ("2024-01-05 16:00:00", False),  # Friday
        ("2024-01-07 16:59:59", False),  # Sunday
        ("2024-01-07 17:00:00", True),
        ("2024-07-03 12:14:59", True),  # a half day
        ("2024-07-03 12:15:00", False),
        ("2024-07-03 17:00:00", True),
        ("2024-12-25 10:00:00", False),
    ],
)
def test_the_market_is_open_in_the_sessions_hours(wall: str, is_open: bool) -> None:
    assert hours().at(chicago(wall)).is_open is is_open


def test_what_holds_in_the_break_ends_with_it() -> None:
    assert hours().at(chicago("2024-01-03 16:30:00")).until_ns == chicago("2024-01-03 17:00:00")
    assert hours().at(chicago("2024-01-03 15:30:00")).until_ns == chicago("2024-01-03 16:00:00")
