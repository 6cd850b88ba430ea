"""New terms for an order that is open."""

from simulator.tws.account_notices import OpenOrder
from tests.tws.desk.floor import Floor
from tests.tws.desk.test_orders import quoted


def last_open(floor: Floor) -> OpenOrder:
    return [notice for notice in floor.hear() if isinstance(notice, OpenOrder)][-1]


def test_price_and_size_of_a_limit_order() -> None:
    floor = quoted().place(1, "BUY", 1, lmt=4990).wait().place(1, "BUY", 3, lmt=4995).wait()
    told = last_open(floor)
    assert (told.terms.quantity, told.terms.limit_price, told.state.status) == (3.0, 4995, "Submitted")
    assert floor.trade(4994.75).statuses() == ["status 1 Filled 3/0"]


def test_fills_on_the_way_count_against_the_new_size() -> None:
    """2 of 4 have filled; 5 are asked for while the third fills: 2 are left."""
    floor = quoted().place(1, "BUY", 4, lmt=4990).wait().trade(4990, 2).place(1, "BUY", 5, lmt=4990)
    assert floor.trade(4990).wait().statuses()[-1] == "status 1 Submitted 3/2"


def test_a_stop_that_is_moved() -> None:
    floor = quoted().place(1, "SELL", 1, stp=4990).wait().place(1, "SELL", 1, stp=4995).wait()
    floor.hear()
    assert floor.trade(4995).statuses() == ["status 1 Filled 1/0"]


def test_a_child_that_is_held() -> None:
    floor = quoted().bracket(1, "BUY", 1, stop=4980, target=5010, lmt=4999).wait()
    floor.hear()
    floor.place(2, "SELL", 1, stp=4985, parent_id=1).wait()
    assert floor.statuses() == ["status 2 PreSubmitted 0/1 (child,trigger)"]
    floor.trade(4998).hear()
    assert floor.trade(4985).statuses()[0] == "status 2 Filled 1/0"


def test_an_untransmitted_order_takes_new_terms_at_once() -> None:
    floor = quoted().place(1, "BUY", 1, lmt=4980, transmit=False).place(1, "BUY", 2, lmt=5001, transmit=False)
    assert floor.story() == []
    assert floor.place(1, "BUY", 3, lmt=5001).wait().statuses()[-1] == "status 1 Filled 3/0"


def test_two_modifications_on_their_way_act_in_order() -> None:
    floor = quoted().place(1, "BUY", 1, lmt=4980).wait().place(1, "BUY", 1, lmt=4981).place(1, "BUY", 2, lmt=4982)
    told = last_open(floor.wait())
    assert (told.terms.quantity, told.terms.limit_price) == (2.0, 4982)


def test_a_modified_order_that_is_cancelled_meanwhile() -> None:
    floor = quoted().place(1, "BUY", 1, lmt=4980).wait().place(1, "BUY", 2, lmt=4981).cancel(1)
    floor.hear()
    assert floor.wait().statuses() == ["status 1 PendingCancel 0/2", "status 1 Cancelled 0/2", "error 1 202"]


def test_a_group_named_again_or_not_at_all_is_no_revision() -> None:
    floor = quoted().bracket(1, "BUY", 1, stop=4980, target=5010).wait()
    group = next(n.terms.oca_group for n in floor.hear() if isinstance(n, OpenOrder) and n.order_id == 2)
    floor.place(2, "SELL", 1, stp=4985, parent_id=1, oca_group=group, oca_type=3).wait()
    assert floor.statuses() == ["status 2 PreSubmitted 0/1 (trigger)"]
    floor.place(2, "SELL", 1, stp=4986).wait()
    assert floor.statuses() == ["status 2 PreSubmitted 0/1 (trigger)"]
