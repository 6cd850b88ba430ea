"""Parents and children: untransmitted, sent together or later, cut short, cancelled."""

from simulator.tws.account_notices import OpenOrder
from simulator.tws.requests import ReqAllOpenOrders, ReqOpenOrders
from tests.tws.desk.floor import Floor
from tests.tws.desk.test_orders import quoted


def bought(quantity: int = 1, **entry: object) -> Floor:
    """Long from 5000.25, stop at 4998.00, target at 5004.00."""
    floor = quoted().bracket(1, "BUY", quantity, stop=4998, target=5004, **entry).wait()  # type: ignore[arg-type]
    return floor


def test_nothing_is_told_of_what_is_not_transmitted_and_nobody_is_told_when_asked() -> None:
    floor = quoted().place(1, "BUY", 1, transmit=False).place(2, "SELL", 1, stp=4990, parent_id=1, transmit=False)
    assert floor.wait(60_000).story() == []
    assert [type(notice).__name__ for notice in floor.ask(ReqOpenOrders())] == ["OpenOrderEnd"]
    assert floor.exchange.is_idle


def test_the_last_child_transmits_all() -> None:
    assert bought().statuses() == [
        "status 1 PreSubmitted 0/1",
        "status 2 PreSubmitted 0/1 (child,trigger)",
        "status 3 PreSubmitted 0/1 (child)",
        "status 1 Submitted 0/1",
        "status 1 Filled 1/0",
        "status 2 PreSubmitted 0/1 (trigger)",
        "status 3 Submitted 0/1",
    ]


def test_placing_a_parent_again_transmits_its_family() -> None:
    floor = quoted().place(1, "BUY", 1, transmit=False).place(2, "SELL", 1, stp=4990, parent_id=1, transmit=False)
    floor.place(1, "BUY", 1).wait()
    assert floor.statuses()[-2:] == ["status 1 Filled 1/0", "status 2 PreSubmitted 0/1 (trigger)"]


def test_one_exit_cancels_the_other() -> None:
    floor = bought()
    floor.hear()
    floor.trade(5004.25)
    assert floor.statuses() == ["status 3 Filled 1/0", "status 2 Cancelled 0/1", "error 2 202"]


def test_cancel_of_one_exit_cancels_the_other() -> None:
    floor = bought()
    floor.hear()
    assert floor.cancel(3).wait().statuses() == [
        "status 3 Cancelled 0/1",
        "error 3 202",
        "status 2 Cancelled 0/1",
        "error 2 202",
    ]


def test_cancel_of_the_parent_cancels_its_children() -> None:
    floor = bought(lmt=4999)
    floor.hear()
    assert floor.cancel(1).wait().statuses() == [
        "status 1 Cancelled 0/1",
        "error 1 202",
        "status 2 Cancelled 0/1",
        "error 2 202",
        "status 3 Cancelled 0/1",
        "error 3 202",
    ]


def test_children_protect_what_has_filled() -> None:
    """1 of 3 at 4999; the rest is cancelled: the exits are for 1."""
    floor = quoted().place(1, "BUY", 3, lmt=4999, transmit=False).place(2, "SELL", 3, stp=4990, parent_id=1).wait()
    floor.trade(4999).hear()
    assert floor.cancel(1).wait().statuses() == [
        "status 1 Cancelled 1/2",
        "error 1 202",
        "status 2 PreSubmitted 0/1 (trigger)",
    ]
    assert floor.trade(4990).statuses() == ["status 2 Filled 1/0"]


def test_an_exit_that_is_used_up_waits_for_the_rest_of_its_entry() -> None:
    """1 of 2 bought and sold at the target: the stop is held until the entry fills the other."""
    floor = bought(2, lmt=4999).trade(4999)
    floor.hear()
    floor.trade(5004)
    assert floor.statuses() == ["status 3 Submitted 1/1", "status 2 PreSubmitted 0/1 (child,trigger)"]
    floor.trade(4998.75)
    assert floor.statuses() == [
        "status 1 Filled 2/0",
        "status 2 PreSubmitted 0/1 (trigger)",
        "status 3 Submitted 1/1",
    ]


def test_a_child_follows_a_parent_that_waits_that_has_filled_or_fills_meanwhile() -> None:
    waits = quoted().place(1, "BUY", 2, lmt=4999).wait().place(2, "SELL", 2, stp=4990, parent_id=1).wait()
    assert waits.trade(4998.75).statuses()[-1] == "status 2 PreSubmitted 0/2 (trigger)"
    filled = quoted().place(1, "BUY", 2).wait().place(2, "SELL", 2, stp=4990, parent_id=1).wait()
    assert filled.statuses()[-1] == "status 2 PreSubmitted 0/2 (trigger)"
    meanwhile = quoted().place(1, "BUY", 2).place(2, "SELL", 2, stp=4990, parent_id=1).wait()
    assert meanwhile.statuses()[-1] == "status 2 PreSubmitted 0/2 (trigger)"


def test_a_child_of_a_cancelled_parent_is_rejected_or_cancelled() -> None:
    gone = quoted().place(1, "BUY", 2, lmt=4999).wait().cancel(1).wait()
    gone.hear()
    assert gone.place(2, "SELL", 2, stp=4990, parent_id=1).statuses() == ["error 2 201", "status 2 Inactive 0/2"]
    going = quoted().place(1, "BUY", 2, lmt=4999).wait().cancel(1)
    going.hear()
    assert going.place(2, "SELL", 2, stp=4990, parent_id=1).statuses()[0] == "error 2 201"


def test_a_child_of_nobody_is_135() -> None:
    assert quoted().place(2, "SELL", 1, stp=4990, parent_id=1).story() == ["error 2 135"]


def test_an_untransmitted_order_may_be_cancelled() -> None:
    floor = quoted().place(1, "BUY", 1, transmit=False).place(2, "SELL", 1, stp=4990, parent_id=1, transmit=False)
    assert floor.cancel(1).story() == ["status 1 Cancelled 0/1", "error 1 202", "status 2 Cancelled 0/1", "error 2 202"]


def test_a_restart_forgets_what_was_not_transmitted_and_keeps_the_rest() -> None:
    floor = quoted().place(1, "BUY", 1, lmt=4990).place(2, "BUY", 1, lmt=4991, transmit=False).wait()
    floor.hear()
    floor.desk.restart()
    told = floor.ask(ReqAllOpenOrders())
    assert [notice.order_id for notice in told if isinstance(notice, OpenOrder)] == [1]
    assert floor.cancel(2).story() == ["error 2 10147"]
    assert floor.desk.next_id(7) == 3


def test_children_are_a_group_named_by_their_parent() -> None:
    floor = bought()
    told = [notice for notice in floor.hear() if isinstance(notice, OpenOrder)]
    parent = next(notice for notice in told if notice.order_id == 1)
    groups = {(notice.order_id, notice.terms.oca_group, notice.terms.oca_type) for notice in told}
    assert groups == {(1, "", 0), (2, str(parent.perm_id), 3), (3, str(parent.perm_id), 3)}
