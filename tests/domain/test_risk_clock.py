"""METHOD.md 6: when a position has to be flat, by the clock."""

from typing import Any

import pytest

from system.domain.risk import ExitAtMarket
from system.domain.settings import FOREVER_NS
from tests.domain.desk import Desk
from tests.domain.tape import NOON, S, chicago, new_york

ALL_DAY: dict[str, Any] = {"entry_start_s": 0, "entry_end_s": 86_400}


def due(entered: str, flat_by_s: int | None = None) -> int:
    """When a position entered at this New York time is to be flattened."""
    changes = {} if flat_by_s is None else {"flat_by_s": flat_by_s}
    desk = Desk(**ALL_DAY, **changes)
    at = new_york(entered)
    desk.risk.phase = desk.risk.phase.ENTERING  # sent a little earlier
    desk.fill(at, 1, 1, 1001, "entry")
    return desk.risk.flatten_due_ns


@pytest.mark.parametrize(
    ("entered", "flat"),
    [
        ("2024-01-03 10:00:00", "2024-01-03 15:55:00"),
        ("2024-07-03 10:00:00", "2024-07-03 15:55:00"),
        ("2024-01-03 15:54:59", "2024-01-03 15:55:00"),
        ("2024-01-03 15:55:00", "2024-01-03 15:55:00"),  # filled within the hours of being flat: at once
        ("2024-01-03 16:20:00", "2024-01-03 16:20:00"),
        ("2024-01-03 19:00:00", "2024-01-04 15:55:00"),
        ("2024-03-08 15:00:00", "2024-03-08 15:55:00"),
        ("2024-03-11 10:00:00", "2024-03-11 15:55:00"),
    ],
)
def test_flat_by_15_55_or_from_a_later_fill(entered: str, flat: str) -> None:
    assert due(entered) == new_york(flat)


def test_a_position_left_over_is_closed_at_17_00_chicago() -> None:
    """flat_by 18:00 leaves an empty span; flat_by 20:00 comes after the next open."""
    assert due("2024-01-03 12:00:00", 18 * 3600) == chicago("2024-01-03 17:00:00")
    assert due("2024-01-03 18:00:00", 18 * 3600) == chicago("2024-01-04 17:00:00")
    assert due("2024-01-03 18:30:00", 20 * 3600) == new_york("2024-01-03 20:00:00")


def test_flat_by_24_00_is_never() -> None:
    assert due("2024-01-03 12:00:00", 86_400) == FOREVER_NS


def test_only_a_position_is_flattened() -> None:
    desk = Desk()
    assert desk.risk.flatten_due_ns == FOREVER_NS
    desk.signal()
    assert desk.risk.flatten_due_ns == FOREVER_NS
    desk.fill(NOON, 1, 1, 1001, "entry")
    assert desk.risk.flatten_due_ns == new_york("2024-01-03 15:55:00")
    desk.fill(NOON + S, -1, 1, 1017, "target")
    assert desk.risk.flatten_due_ns == FOREVER_NS


@pytest.mark.parametrize(("direction", "side"), [(1, -1), (-1, 1)])
def test_the_flatten_closes_what_is_left_and_comes_once(direction: Any, side: int) -> None:
    """Entered 3, one gone by the target: 2 are left. With an exit under way nothing is due."""
    desk = Desk(contracts=3)
    desk.enter(direction=direction)
    assert desk.fill(NOON + S, side, 1, 1017, "target") is None
    assert desk.risk.flatten() == ExitAtMarket(side=side, contracts=2, reason="flatten")
    assert desk.risk.flatten_due_ns == FOREVER_NS
    assert desk.fill(NOON + 2 * S, side, 1, 1000, "flatten") is None
    trip = desk.fill(NOON + 2 * S, side, 1, 999, "flatten")
    assert trip is not None
    assert trip.exit_reason == "flatten"


def test_an_opposite_exit_under_way_takes_the_flattens_place() -> None:
    desk = Desk()
    desk.enter()
    assert desk.signal(NOON + 120 * S, -1) == "close"
    assert desk.risk.flatten_due_ns == FOREVER_NS


def test_further_contracts_of_an_entry_do_not_put_the_flatten_off() -> None:
    """Filled at 15:55:00 and 15:55:01: due at the first."""
    desk = Desk(contracts=2, **ALL_DAY)
    start = new_york("2024-01-03 15:54:59")
    assert desk.signal(start) == "accepted"
    desk.fill(start + S, 1, 1, 1001, "entry")
    desk.fill(start + 2 * S, 1, 1, 1002, "entry")
    assert desk.risk.flatten_due_ns == start + S
