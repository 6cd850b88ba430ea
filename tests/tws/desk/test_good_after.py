"""Orders that go out at a time of their own. Chicago's clock; a time without a zone is New York's."""

from tests.tws.desk.floor import Floor
from tests.tws.desk.test_orders import quoted

AT = "20240312 11:30:00 US/Eastern"  # 10:30 in Chicago


def waiting(**terms: object) -> Floor:
    floor = quoted().place(1, "BUY", 1, good_after_time=AT, **terms).wait()
    assert floor.statuses() == ["status 1 PreSubmitted 0/1"]
    return floor


def test_an_order_goes_out_at_its_time() -> None:
    floor = waiting()
    assert floor.at("2024-03-12 10:29:59").statuses() == []
    assert floor.at("2024-03-12 10:31").statuses()[-1] == "status 1 Filled 1/0"


def test_it_can_be_canceled_and_modified_before() -> None:
    assert waiting().cancel(1).statuses() == ["status 1 Cancelled 0/1", "error 1 202"]
    floor = waiting().place(1, "BUY", 2, good_after_time=AT)
    assert floor.statuses() == ["status 1 PreSubmitted 0/2"]
    assert floor.place(1, "BUY", 2).wait().statuses()[-1] == "status 1 Filled 2/0", "without a time it goes at once"


def test_a_time_that_is_past_means_now() -> None:
    floor = quoted().place(1, "BUY", 1, good_after_time="20240311 11:30:00 US/Eastern").wait()
    assert floor.statuses()[-1] == "status 1 Filled 1/0"


def test_a_restart_leaves_it_and_its_children_at_ib() -> None:
    floor = quoted().bracket(1, "BUY", 1, stop=4990, target=5010, good_after_time=AT).wait()
    assert floor.statuses() == ["status 1 PreSubmitted 0/1"]
    floor.desk.restart()
    assert floor.at("2024-03-12 10:31").statuses()[-3:] == [
        "status 1 Filled 1/0",
        "status 2 PreSubmitted 0/1 (trigger)",
        "status 3 Submitted 0/1",
    ]


def test_a_child_may_have_a_time_of_its_own() -> None:
    floor = quoted().place(1, "BUY", 1, transmit=False)
    floor.place(2, "SELL", 1, stp=4990, parent_id=1, good_after_time=AT).wait()
    assert floor.statuses()[-1] == "status 1 Filled 1/0"
    assert [order.state.status for order in floor.desk.orders] == ["PreSubmitted"]
    floor.trade(4980)
    assert floor.at("2024-03-12 10:31").statuses()[-1] == "status 2 PreSubmitted 0/1 (trigger)"
    assert floor.trade(4989).statuses()[-1] == "status 2 Filled 1/0"
