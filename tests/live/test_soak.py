"""Two days of a soak, which `ops/soak` runs for a hundred; and that what it judges by sees growth."""

import pytest

from tests.live.growth import Measure, rising, slope_kib
from tests.live.soak import soak

pytestmark = pytest.mark.jit


def measures(kibs: list[int], first: int = 0, tasks: int = 9) -> list[Measure]:
    return [
        Measure(day=first + number, rss_kib=kib, blocks=0, counts={"tasks": tasks}, sizes={})
        for number, kib in enumerate(kibs)
    ]


def test_two_days_with_ten_faults_leave_no_task_handle_or_connection_behind() -> None:
    tally = soak(2)
    assert tally.wrong == []
    assert (tally.days, tally.faults, tally.connections > 16, tally.trades > 5) == (2, 10, True, True)
    assert rising(tally.measures) == []
    assert {name: tally.measures[-1].counts[name] for name in ("IB", "Line", "Ear", "Session")} == {
        "IB": 1,
        "Line": 1,
        "Ear": 1,
        "Session": 1,
    }


def test_a_slope_is_that_of_the_line_through_noise() -> None:
    assert slope_kib(measures([100, 130, 160, 190])) == pytest.approx(30)
    assert slope_kib(measures([100, 104, 100, 104, 100])) == pytest.approx(0)
    assert slope_kib(measures([100])) == 0


def test_one_task_more_a_day_is_seen_and_one_that_comes_and_goes_is_not() -> None:
    more = [one for day in range(4) for one in measures([1], first=day, tasks=9 + day)]
    assert rising(more) == ["tasks have risen from 9 to 12"]
    assert rising([*more[:2], *more[:2]]) == []
