"""Trading and regular hours, with holidays, and how TWS writes them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.tws.data import hours
from tests.tws.data.floor import MS, SECOND, utc


def test_regular_hours_are_those_of_new_york_stocks() -> None:
    assert not hours.rth(utc(13, 30) - 1)
    assert hours.rth(utc(13, 30))
    assert hours.rth(utc(20) - 1)
    assert not hours.rth(utc(20))


def test_trading_ends_for_an_hour_and_over_the_weekend() -> None:
    assert hours.is_open(utc(21) - 1)
    assert not hours.is_open(utc(21))
    assert hours.is_open(utc(22))
    assert not hours.is_open(utc(12, day=23))
    assert hours.next_change_ns(utc(21)) == utc(22)
    assert hours.next_change_ns(utc(21, day=22)) == utc(22, day=24)


def test_regular_hours_change_next_over_a_weekend_and_a_holiday() -> None:
    assert hours.next_rth_change_ns(utc(13, 30)) == utc(20)
    assert hours.next_rth_change_ns(utc(20, day=22)) == utc(13, 30, day=25)
    assert hours.next_rth_change_ns(utc(20, day=28)) == utc(13, 30, day=1, month=4), "29 March: Good Friday"


def test_a_half_day_ends_early() -> None:
    thanksgiving = hours.day(date(2024, 11, 28))
    assert (thanksgiving.close_ns - thanksgiving.session.break_ns) / SECOND == -4 * 3600
    assert thanksgiving.rth_close_ns == thanksgiving.close_ns


def test_a_day_that_closes_before_the_regular_hours_has_none() -> None:
    day = hours.day(date(2026, 4, 3))  # Good Friday with an early close at 08:15
    assert day.trades
    assert day.rth_open_ns == day.rth_close_ns
    assert "20260403:CLOSED" in hours.liquid_hours(date(2026, 4, 2))


def test_the_day_in_hand_is_the_next_one_in_the_break_and_on_a_day_off() -> None:
    assert hours.trading_day(utc(16)) == date(2024, 3, 18)
    assert hours.trading_day(utc(21, 30)) == date(2024, 3, 19)
    assert hours.trading_day(utc(12, day=23)) == date(2024, 3, 25)


def test_hours_are_written_by_session_and_days_off_as_closed() -> None:
    assert hours.trading_hours(date(2024, 3, 22)).split(";")[:3] == [
        "20240321:1700-20240322:1600",
        "20240323:CLOSED",
        "20240324:1700-20240325:1600",
    ]
    assert hours.liquid_hours(date(2024, 3, 22)).split(";")[:4] == [
        "20240322:0830-20240322:1500",
        "20240323:CLOSED",
        "20240324:CLOSED",
        "20240325:0830-20240325:1500",
    ]


def test_christmas_is_not_closed_where_its_evening_opens_the_next_session() -> None:
    text = hours.trading_hours(date(2024, 12, 23))
    assert "20241223:1700-20241224:1215;20241225:1700-20241226:1600" in text


def test_no_trading_day_within_a_month_is_said() -> None:
    with pytest.raises(ValueError, match="no trading day"):
        hours.next_change_ns(utc(12) + 20 * 366 * 86_400 * SECOND)


@given(st.integers(0, 400 * 86_400))
def test_the_next_change_is_the_next_time_that_the_answer_changes(second: int) -> None:
    ts_ns = utc(0) + second * SECOND
    for answer, following in ((hours.rth, hours.next_rth_change_ns), (hours.is_open, hours.next_change_ns)):
        change_ns = following(ts_ns)
        assert change_ns > ts_ns
        assert answer(change_ns) != answer(ts_ns)
        assert answer(change_ns - MS) == answer(ts_ns)


@given(st.dates(date(2020, 1, 1), date(2030, 12, 31)))
def test_regular_hours_lie_within_trading_hours(day: date) -> None:
    found = hours.day(day)
    assert found.open_ns <= found.rth_open_ns <= found.rth_close_ns <= found.close_ns
    assert found.close_ns - found.open_ns <= timedelta(hours=23).total_seconds() * SECOND
