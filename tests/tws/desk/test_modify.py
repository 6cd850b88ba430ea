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


def test_a_resting_order_that_is_made_ioc_takes_what_there_is_and_ends() -> None:
    floor = quoted().quote(5000, 5000.25, 9, 2).place(1, "BUY", 5, lmt=4990).wait()
    floor.hear()
    assert floor.place(1, "BUY", 5, lmt=5000.25, tif="IOC").wait().statuses() == [
        "status 1 Submitted 0/5",
        "status 1 Submitted 2/3",
        "status 1 Cancelled 2/3",
        "error 1 202",
    ]
    whole = floor.place(2, "BUY", 1, lmt=4990).wait().place(2, "BUY", 1, lmt=5000.5, tif="IOC").wait()
    assert whole.statuses()[-1] == "status 2 Filled 1/0"
    floor.place(3, "BUY", 1, lmt=4990).wait().hear()
    late = floor.place(3, "BUY", 1, lmt=4991, tif="IOC").trade(4989).wait()
    assert late.statuses() == ["status 3 Filled 1/0", "error 3 104"]
    assert floor.exchange.is_idle


def test_a_held_child_is_not_made_ioc() -> None:
    floor = quoted().bracket(1, "BUY", 1, stop=4980, target=5010, lmt=4990).wait()
    floor.hear()
    assert floor.place(3, "SELL", 1, lmt=5010, parent_id=1, tif="IOC").story() == ["error 3 105"]


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


def test_a_trailing_stop_goes_on_from_where_it_is_unless_another_price_is_named() -> None:
    """2 behind: at 4998, then at 5008; told of 4998 again it stays at 5008, told of 5006 it goes there."""
    trail = {"order_type": "TRAIL", "aux_price": 2.0}
    floor = quoted().place(1, "SELL", 1, **trail).wait().trade(5010)
    floor.place(1, "SELL", 2, trail_stop_price=4998.0, **trail).wait()
    assert last_open(floor).terms.trail_stop_price == 5008.0
    floor.place(1, "SELL", 2, trail_stop_price=5006.0, **trail).wait()
    assert last_open(floor).terms.trail_stop_price == 5006.0
    floor.place(1, "SELL", 3, **trail).wait()
    assert last_open(floor).terms.trail_stop_price == 5006.0


def test_the_limit_of_a_trailing_stop_stays_at_its_distance() -> None:
    """1 under the stop: stop 5008 after 5010, limit 5007; a bid of 5006.75 does not fill it."""
    trail = {"order_type": "TRAIL LIMIT", "aux_price": 2.0, "limit_price_offset": 1.0}
    floor = quoted().place(1, "SELL", 1, **trail).wait().trade(5010).place(1, "SELL", 2, **trail).wait()
    floor.quote(5006.75, 5009).trade(5008)
    assert floor.statuses()[-1] == "status 1 Submitted 0/2"
    assert floor.quote(5007, 5009).statuses() == ["status 1 Filled 2/0"]


def test_a_trailing_child_that_is_held_takes_another_distance() -> None:
    trail = {"order_type": "TRAIL LIMIT", "limit_price_offset": 1.0, "parent_id": 1}
    floor = quoted().place(1, "BUY", 1, lmt=4999, transmit=False).place(2, "SELL", 1, aux_price=2.0, **trail).wait()
    floor.place(2, "SELL", 1, aux_price=1.0, **trail).wait().trade(4998).trade(4998)
    floor.hear()
    assert floor.quote(4997, 4998).trade(4997).story()[2] == "fill 2 SLD 1@4997.0"


def test_an_order_may_be_let_out_of_regular_hours_and_into_the_next_day() -> None:
    """At 07:00 it sleeps, then works; good for the day, then until cancelled."""
    floor = quoted(start="2024-03-12 07:00").place(1, "BUY", 1, lmt=4999, outside_rth=False).wait()
    floor.hear()
    assert floor.place(1, "BUY", 1, lmt=4999, tif="GTC").wait().statuses() == ["status 1 Submitted 0/1"]
    assert floor.at("2024-03-13 07:00").trade(4998).statuses() == ["status 1 Filled 1/0"]


def test_an_order_may_be_put_to_sleep() -> None:
    floor = quoted(start="2024-03-12 07:00").place(1, "BUY", 1, lmt=4999).wait()
    floor.place(1, "BUY", 1, lmt=4999, outside_rth=False).wait()
    assert floor.trade(4990).statuses()[-1] == "status 1 PreSubmitted 0/1"
    assert floor.at("2024-03-12 08:30").trade(4998).statuses()[-1] == "status 1 Filled 1/0"
