"""One cancels other: groups of types 1 to 3, orders that join later."""

import pytest

from tests.tws.desk.floor import Floor
from tests.tws.desk.test_orders import quoted


def pair(kind: int) -> Floor:
    """Buy 3 at 4990 or sell 3 at 5010."""
    floor = quoted().place(1, "BUY", 3, lmt=4990, oca_group="g", oca_type=kind)
    floor.place(2, "SELL", 3, lmt=5010, oca_group="g", oca_type=kind).wait().hear()
    return floor


def test_type_1_a_part_cancels_the_other() -> None:
    assert pair(1).trade(4990).statuses() == ["status 1 Submitted 1/2", "status 2 Cancelled 0/3", "error 2 202"]


@pytest.mark.parametrize("kind", [2, 3])
def test_types_2_and_3_a_part_reduces_the_other_by_as_much(kind: int) -> None:
    floor = pair(kind)
    assert floor.trade(4990).statuses() == ["status 1 Submitted 1/2", "status 2 Submitted 0/2"]
    assert floor.trade(4989).statuses() == ["status 1 Filled 3/0", "status 2 Cancelled 0/2", "error 2 202"]


@pytest.mark.parametrize("kind", [2, 3])
def test_an_order_may_join_later_and_is_reduced_by_what_fills_from_then_on(kind: int) -> None:
    floor = pair(kind).trade(4990)
    floor.place(3, "SELL", 2, stp=4980, oca_group="g", oca_type=kind).wait().hear()
    assert floor.trade(4990).statuses() == [
        "status 1 Submitted 2/1",
        "status 2 Submitted 0/1",
        "status 3 PreSubmitted 0/1 (trigger)",
    ]


def test_an_order_on_its_way_is_reduced_or_cancelled() -> None:
    reduced = pair(3).place(3, "SELL", 2, lmt=5005, oca_group="g").trade(4990).wait()
    assert [line for line in reduced.statuses() if line.startswith("status 3")] == [
        "status 3 PreSubmitted 0/2",
        "status 3 PreSubmitted 0/1",
        "status 3 Submitted 0/1",
    ]
    gone = pair(3).place(3, "SELL", 2, lmt=5005, oca_group="g").trade(4989).wait()
    ends = [line for line in gone.statuses() if " 3 " in line]
    assert ends == ["status 3 PreSubmitted 0/2", "status 3 Cancelled 0/2", "error 3 202"]


def test_who_joins_a_group_that_has_had_its_fill_is_cancelled() -> None:
    """Type 1: after any fill; else when one of it is filled."""
    for floor in (pair(1).trade(4990), pair(3).trade(4989)):
        floor.hear()
        assert floor.place(3, "BUY", 1, lmt=4991, oca_group="g").wait().statuses() == [
            "status 3 PreSubmitted 0/1",
            "status 3 Cancelled 0/1",
            "error 3 202",
        ]


def test_cancelling_one_of_a_named_group_leaves_the_others() -> None:
    assert pair(2).cancel(1).wait().statuses() == ["status 1 Cancelled 0/3", "error 1 202"]


def test_a_name_means_another_group_in_another_account() -> None:
    floor = quoted(accounts=("DU1", "DU2"))
    floor.place(1, "BUY", 1, lmt=4990, oca_group="g", account="DU1")
    floor.place(2, "SELL", 1, lmt=5010, oca_group="g", account="DU2").wait().hear()
    assert floor.trade(4989).statuses() == ["status 1 Filled 1/0"]


def test_an_exit_at_market_that_joins_the_exits_of_a_bracket_never_sells_more_than_is_held() -> None:
    """Long 2; the exit of 2 leaves, the target sells 1 while it is on its way: it sells 1."""
    more = {"oca_group": "x", "oca_type": 2}
    floor = (
        quoted().place(1, "BUY", 2, transmit=False).place(2, "SELL", 2, stp=4990, parent_id=1, transmit=False, **more)
    )
    floor.place(3, "SELL", 2, lmt=5010, parent_id=1, **more).wait().place(4, "SELL", 2, **more)
    floor.hear()
    floor.trade(5010).wait()
    assert floor.statuses()[-5:] == [
        "status 4 Filled 1/0",
        "status 2 Cancelled 0/1",
        "error 2 202",
        "status 3 Cancelled 1/1",
        "error 3 202",
    ]


def test_bracket_exits_of_one_type_cancel_each_other_on_the_first_part() -> None:
    more = {"oca_group": "x", "oca_type": 1}
    floor = (
        quoted().place(1, "BUY", 2, transmit=False).place(2, "SELL", 2, stp=4990, parent_id=1, transmit=False, **more)
    )
    floor.place(3, "SELL", 2, lmt=5010, parent_id=1, **more).wait().hear()
    assert floor.trade(5010).statuses() == ["status 3 Submitted 1/1", "status 2 Cancelled 0/2", "error 2 202"]
