"""Contract months and their roll (METHOD.md 1), and what a tick is worth."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from system.domain.instrument import ES, INSTRUMENTS, MES, ContractMonth, front_month

days = st.dates(date(1998, 1, 1), date(2040, 12, 31))
months = st.builds(ContractMonth, st.integers(1998, 2040), st.sampled_from([3, 6, 9, 12]))


def test_a_tick_is_worth_what_the_exchange_says() -> None:
    assert (ES.tick_cents, MES.tick_cents) == (1250, 125)
    assert all(int(each.tick * each.usd_per_point * 100) == each.tick_cents for each in INSTRUMENTS.values())


def test_the_roll_is_eight_days_before_the_third_friday() -> None:
    """March 2024 begins on a Friday, so its third Friday is the 15th; June 2024 begins on a Saturday: the 21st."""
    assert ContractMonth(2024, 3).third_friday == date(2024, 3, 15)
    assert ContractMonth(2024, 3).roll_date(8) == date(2024, 3, 7)
    assert ContractMonth(2024, 6).third_friday == date(2024, 6, 21)


def test_the_front_month_changes_on_the_roll_date() -> None:
    assert front_month(date(2024, 3, 6), 8) == ContractMonth(2024, 3)
    assert front_month(date(2024, 3, 7), 8) == ContractMonth(2024, 6)
    assert front_month(date(2024, 12, 31), 8) == ContractMonth(2025, 3)


@given(days, st.integers(0, 60))
def test_the_front_month_is_the_nearest_before_its_roll(day: date, roll_days: int) -> None:
    month = front_month(day, roll_days)
    assert month.roll_date(roll_days) > day
    before = ContractMonth(month.year - 1, 12) if month.month == 3 else ContractMonth(month.year, month.month - 3)
    assert before.next() == month
    assert before.roll_date(roll_days) <= day


@given(months)
def test_the_third_friday_is_a_friday_from_the_15th_to_the_21st(month: ContractMonth) -> None:
    friday = month.third_friday
    assert (friday.weekday(), 15 <= friday.day <= 21) == (4, True)
    assert (friday - timedelta(days=14)).day <= 7


@given(months)
def test_a_month_is_read_as_it_is_written(month: ContractMonth) -> None:
    assert ContractMonth.parse(str(month)) == month
    assert ContractMonth.parse(f"{month.year}{month.month:02d}15") == month


@pytest.mark.parametrize("text", ["", "2024", "2024-3", "ESH4", "2024-04", "2024-13", "-"])
def test_anything_else_is_not_a_month(text: str) -> None:
    with pytest.raises(ValueError, match="contract month"):
        ContractMonth.parse(text)
