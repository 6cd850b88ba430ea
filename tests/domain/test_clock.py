"""METHOD.md 6: hours are New York wall clock, through both nights that change it."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from system.domain.session import in_span, new_york_s, next_new_york
from tests.domain.tape import S, new_york

H = 3600


@pytest.mark.parametrize(
    ("utc_s", "clock"),
    [
        (1_704_301_200, 12 * H),  # 2024-01-03 17:00 UTC
        (1_720_627_200, 12 * H),  # 2024-07-10 16:00 UTC
        (1_710_053_999, 2 * H - 1),  # 10 March 2024, 06:59:59 UTC; a second later the clock skips to 3
        (1_710_054_000, 3 * H),
        (1_730_613_599, 2 * H - 1),  # 3 November 2024, 05:59:59 UTC; a second later it is 1 again
        (1_730_613_600, 1 * H),
    ],
)
def test_the_clock_of_new_york(utc_s: int, clock: int) -> None:
    assert new_york_s(utc_s * S) == clock
    assert new_york_s(utc_s * S + 999_999_999) == clock


@given(st.integers(883_612_800, 2_240_000_000))
def test_the_clock_is_the_zones(utc_s: int) -> None:
    local = datetime.fromtimestamp(utc_s, ZoneInfo("America/New_York"))
    assert new_york_s(utc_s * S) == (local.hour * 60 + local.minute) * 60 + local.second


@pytest.mark.parametrize(
    ("start", "end", "inside", "outside"),
    [
        (5, 7, [5, 6], [4, 7]),
        (22, 3, [22, 23, 0, 2], [3, 21]),  # over midnight
        (18, 24, [18, 23], [0, 17]),  # 24:00 is the end of the day
        (5, 5, [], [0, 4, 5, 6, 23]),  # empty
        (0, 24, [0, 12, 23], []),
    ],
)
def test_spans_are_half_open_and_wrap(start: int, end: int, inside: list[int], outside: list[int]) -> None:
    assert all(in_span(hour * H, start * H, end * H) for hour in inside)
    assert not any(in_span(hour * H, start * H, end * H) for hour in outside)


FLAT_S = (15 * 60 + 55) * 60


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2024-01-03 10:00:00", "2024-01-03 15:55:00"),
        ("2024-01-03 15:55:00", "2024-01-03 15:55:00"),
        ("2024-01-03 15:55:01", "2024-01-04 15:55:00"),
        ("2024-07-03 10:00:00", "2024-07-03 15:55:00"),
        ("2024-03-09 16:00:00", "2024-03-10 15:55:00"),  # 22 h 55 min later
        ("2024-11-02 16:00:00", "2024-11-03 15:55:00"),
    ],
)
def test_a_time_of_day_comes_round(now: str, due: str) -> None:
    assert next_new_york(new_york(now), FLAT_S) == new_york(due)


def test_a_time_that_the_clock_skips_comes_at_the_skip() -> None:
    """On 10 March 2024 New York goes from 02:00 to 03:00 at 07:00 UTC."""
    skip = 1_710_054_000 * S
    assert next_new_york(new_york("2024-03-10 01:00:00"), 2 * H + 1800) == skip
    assert next_new_york(skip, 2 * H + 1800) == skip
    assert next_new_york(skip + 1, 2 * H + 1800) == new_york("2024-03-11 02:30:00")


def test_a_time_that_the_clock_shows_twice_comes_twice() -> None:
    """On 3 November 2024 New York shows 01:30 at 05:30 and at 06:30 UTC."""
    first = 1_730_611_800 * S
    assert next_new_york(new_york("2024-11-03 00:30:00"), H + 1800) == first
    assert next_new_york(first + 1, H + 1800) == first + H * S
    assert next_new_york(first + H * S + 1, H + 1800) == new_york("2024-11-04 01:30:00")
