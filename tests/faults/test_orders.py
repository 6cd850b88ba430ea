"""Faults of orders, fills and positions, as a client sees them."""

from simulator.tws.requests import PlaceOrder
from simulator.tws.session import State
from simulator.tws.terms import Contract, OrderTerms
from tests.faults.stage import (
    OPEN,
    Stage,
    bracket,
    codes,
    permanent_ids,
    statuses,
    trading,
)


def test_f08_a_swallowed_order_is_never_heard_of() -> None:
    stage, client = trading()
    stage.inject("swallow")
    client.order(1, kind="LMT", limit=1000)
    client.order(2, kind="LMT", limit=1000)
    stage.go(1, client)
    frames = client.read()
    assert statuses(frames, 1) == []
    assert statuses(frames, 2)[-1] == "Submitted"


def test_an_order_that_arrives_late_is_acknowledged_late() -> None:
    stage, client = trading()
    stage.inject("ack_late", by="2s")
    client.order(1, kind="LMT", limit=1000)
    stage.go(1.8, client)
    assert statuses(client.read(), 1) == []
    stage.go(0.4, client)
    assert statuses(client.read(), 1)[-1] == "Submitted"


def test_f01_a_code_about_an_order_does_not_stop_it() -> None:
    stage, client = trading()
    stage.inject("error", code=10349, text="TIF was set to DAY")
    client.order(1)
    stage.go(1, client)
    frames = client.read()
    assert codes(frames) == [10349]
    assert statuses(frames, 1)[-1] == "Filled"


def test_f18_a_reject_has_two_shapes() -> None:
    for shape, said in {"both": ([201], ["Inactive"]), "error": ([201], []), "inactive": ([], ["Inactive"])}.items():
        stage, client = trading()
        stage.inject("reject", shape=shape)
        client.order(1)
        stage.go(1, client)
        frames = client.read()
        assert (codes(frames), statuses(frames, 1)) == said


def test_f29_a_cancel_that_nobody_asked_for_is_told_by_cancelled_and_202() -> None:
    stage, client = trading()
    client.order(1, kind="LMT", limit=1000)
    stage.go(1, client)
    client.read()
    stage.inject("unasked_cancel")
    stage.go(1, client)
    frames = client.read()
    assert statuses(frames, 1)[-1] == "Cancelled"
    assert codes(frames) == [202]


def test_a_cancel_that_begins_with_a_message_is_about_its_client_alone() -> None:
    stage = Stage("[[fault]]\nkind = 'unasked_cancel'\nof = 'ReqCurrentTime'\nmessage = 1")
    first, second = stage.client(1), stage.client(2)
    for client in (first, second):
        client.order(1, kind="LMT", limit=1000)
    stage.go(1, first, second)
    first.ask(49, 1)
    stage.go(1, first, second)
    assert [order.client_id for order in stage.world.desk.orders] == [2]


def test_f10_a_restart_closes_all_takes_nobody_and_may_give_out_ids_again() -> None:
    stage, client = trading()
    for order_id in range(1, 6):
        client.order(order_id, kind="LMT", limit=1000)
    stage.go(1, client)
    client.read()
    stage.inject("restart", "2s", ids_lost=4)
    assert client.session.state is State.CLOSED
    assert not stage.world.listens
    stage.go(2.1)
    assert stage.world.listens
    again = stage.client()
    assert again.ask(8, 1, 1)[0] == ["9", "1", "2"]
    assert [frame[0] for frame in again.ask(5, 1)].count(OPEN) == 5


def test_f25_new_terms_make_a_second_order_under_the_same_id_and_both_live() -> None:
    stage, client = trading()
    stage.inject("second_order")
    client.order(1, kind="LMT", limit=1000)
    stage.go(1, client)
    first = permanent_ids(client.read(), 1)
    client.order(1, kind="LMT", limit=1001)
    stage.go(1, client)
    assert len(first | permanent_ids(client.read(), 1)) == 2
    assert [order.order_id for order in stage.world.desk.orders] == [1, 1]
    asked = client.ask(16, 1)
    assert len(permanent_ids(asked, 1)) == 2
    for _ in range(2):
        client.send_now(4, 1, 1, "")
        stage.go(1, client)
    assert stage.world.desk.orders == [], "the id is the other's once one of them has gone"


def test_f06_a_stop_is_refused_and_its_entry_fills() -> None:
    stage, client = trading()
    stage.inject("reject", which="stop", reason="margin")
    bracket(client)
    stage.go(1, client)
    frames = client.read()
    assert statuses(frames, 1)[-1] == "Filled"
    assert statuses(frames, 3)[-1] == "Inactive"
    assert codes(frames) == [201]
    assert [order.order_id for order in stage.world.desk.orders] == [2]


def test_f11_new_terms_are_refused_and_the_order_works_on() -> None:
    stage, client = trading()
    stage.inject("reject", which="modify")
    client.order(1, kind="LMT", limit=1000)
    stage.go(1, client)
    client.read()
    client.order(1, kind="LMT", limit=1001)
    stage.go(1, client)
    frames = client.read()
    assert (codes(frames), statuses(frames, 1)) == ([201], [])
    (order,) = stage.world.desk.orders
    assert order.ticket.limit_ticks == 4000


def test_f26_a_stop_is_taken_back_when_its_entry_has_filled() -> None:
    stage = Stage("[[fault]]\nkind = 'late_reject'\norder = 'Filled'\nwhich = 'stop'\nby = '100ms'")
    client = stage.client()
    stage.go(0.5, client)
    bracket(client)
    stage.go(1, client)
    frames = client.read()
    assert "PreSubmitted" in statuses(frames, 3)
    assert statuses(frames, 3)[-1] == "Inactive"
    assert 201 in codes(frames)
    assert [order.order_id for order in stage.world.desk.orders] == [2]


def test_f10_ids_go_back_without_a_restart() -> None:
    stage, client = trading()
    for order_id in range(1, 6):
        client.order(order_id)
    stage.go(1, client)
    client.read()
    stage.inject("ids_back", ids=3)
    assert client.ask(8, 1, 1) == [["9", "1", "3"]]
    client.order(3)
    stage.go(1, client)
    assert statuses(client.read(), 3)[-1] == "Filled", "an id may be that of an order that is over"


def test_f13_an_inactive_order_comes_alive_with_its_children() -> None:
    stage, client = trading()
    stage.inject("inactive", by="5s")
    bracket(client)
    stage.go(2, client)
    frames = client.read()
    assert statuses(frames, 1) == ["Inactive"]
    assert statuses(frames, 2) == []
    assert statuses(client.ask(16, 1), 1) == ["Inactive"], "it is not over"
    stage.go(4, client)
    frames = client.read()
    assert statuses(frames, 1)[-1] == "Filled"
    assert statuses(frames, 3)[-1] == "PreSubmitted"


def test_an_inactive_order_that_is_canceled_does_not_come_alive() -> None:
    stage, client = trading()
    stage.inject("inactive", by="2s")
    bracket(client)
    client.send_now(4, 1, 1, "")
    stage.go(4, client)
    assert statuses(client.read(), 1) == ["Inactive", "Cancelled"]
    assert stage.world.desk.orders == []


def test_f44_a_preset_makes_an_order_a_days_order_which_ends_with_the_day() -> None:
    stage, client = trading()
    stage.inject("preset", which="stop")
    bracket(client)
    stage.go(1, client)
    frames = client.read()
    assert codes(frames) == [10349]
    told = [frame for frame in frames if frame[0] == OPEN and frame[1] == "3"]
    assert told
    assert all("DAY" in frame and "GTC" not in frame for frame in told)
    stage.world.advance(stage.world.now_ns + 9 * 3600 * 1_000_000_000)
    frames = client.read()
    assert statuses(frames, 3)[-1] == "Cancelled"
    assert 202 in codes(frames)


def test_f64_a_preset_makes_an_order_one_of_regular_hours() -> None:
    stage, client = trading()
    stage.inject("preset", what="hours", which="stop")
    bracket(client)
    stage.go(1, client)
    assert codes(client.read()) == [2109]
    assert [order.ticket.terms.outside_rth for order in stage.world.desk.orders] == [True, False]


def test_f29_an_unasked_cancel_of_stops_takes_its_siblings_along_and_leaves_entries() -> None:
    stage, client = trading()
    bracket(client)
    client.order(4, kind="LMT", limit=1000)
    stage.go(1, client)
    client.read()
    stage.inject("unasked_cancel", which="stop")
    stage.go(1, client)
    assert sorted(codes(client.read())) == [202, 202]
    assert [order.order_id for order in stage.world.desk.orders] == [4]


def test_a_swallowed_message_is_of_the_kind_that_is_meant() -> None:
    stage, client = trading()
    stage.inject("swallow", which="modify")
    client.order(1, kind="LMT", limit=1000)
    client.order(1, kind="LMT", limit=1001)
    client.order(1, kind="LMT", limit=1002)
    stage.go(1, client)
    assert [order.ticket.limit_ticks for order in stage.world.desk.orders] == [4008]
    assert [frame[0] for frame in client.read()].count(OPEN) == 3, "taken, at work, and once new terms"


def test_f18_a_what_if_order_is_rejected_and_the_next_of_its_id_is_not() -> None:
    stage, client = trading()
    stage.inject("reject", reason="margin")
    terms = OrderTerms(action="BUY", quantity=1, order_type="MKT", what_if=True)
    contract = Contract(symbol="ES", sec_type="FUT", last_trade="202406", exchange="CME")
    stage.player.hear(client.session, PlaceOrder(order_id=1, contract=contract, terms=terms))
    assert codes(client.read()) == [201]
    client.order(1)
    stage.go(1, client)
    assert statuses(client.read(), 1)[-1] == "Filled"


def test_a_stop_may_be_put_aside_while_its_entry_fills() -> None:
    stage, client = trading()
    stage.inject("inactive", by="3s", which="stop")
    bracket(client)
    stage.go(1, client)
    frames = client.read()
    assert statuses(frames, 1)[-1] == "Filled"
    assert statuses(frames, 3) == ["Inactive"]
    stage.go(3, client)
    assert statuses(client.read(), 3)[-1] == "PreSubmitted"
