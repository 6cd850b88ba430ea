"""Faults of orders, fills and positions, as a client sees them."""

from simulator.tws.session import State
from tests.faults.stage import (
    COMMISSION,
    FILL,
    OPEN,
    POSITION,
    STATUS,
    Stage,
    bracket,
    codes,
    fills,
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


def test_a_lost_acknowledgement_leaves_the_fill_alone() -> None:
    stage, client = trading()
    stage.inject("ack_lost", "5s")
    client.order(1)
    stage.go(1, client)
    kinds = client.kinds()
    assert FILL in kinds
    assert COMMISSION in kinds
    assert STATUS not in kinds
    assert OPEN not in kinds


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


def test_f13_a_fill_may_win_against_its_cancel() -> None:
    stage, client = trading()
    client.order(1, kind="LMT", limit=4900)
    stage.go(0.5, client)
    client.read()
    stage.inject("cancel_fill_race")
    client.send_now(4, 1, 1, "")
    stage.go(0.5, client)
    frames = client.read()
    assert statuses(frames, 1) == ["Filled"]
    assert ([frame[0] for frame in frames].count(FILL), codes(frames)) == (1, [10148])


def test_f13_there_is_no_race_for_an_order_that_is_not_there() -> None:
    stage, client = trading()
    stage.inject("cancel_fill_race")
    client.send_now(4, 1, 9, "")
    assert codes(client.read()) == [10147]


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


def test_f31_a_corrected_fill_comes_again_with_a_higher_last_part() -> None:
    stage, client = trading()
    stage.inject("correction", ticks=2)
    client.order(1)
    stage.go(1, client)
    fills = [frame for frame in client.read() if frame[0] == FILL]
    ids = [next(field for field in frame if field.count(".") == 3) for frame in fills]
    assert [one.rsplit(".", 1)[1] for one in ids] == ["01", "02"]
    assert len({one.rsplit(".", 1)[0] for one in ids}) == 1


def test_commission_reports_are_absent_late_or_without_an_amount() -> None:
    stage, client = trading()
    stage.inject("commission", "5s")
    client.order(1)
    stage.go(1, client)
    assert COMMISSION not in client.kinds()
    stage, client = trading()
    stage.inject("commission", "5s", how="minus")
    client.order(1)
    stage.go(1, client)
    (report,) = [frame for frame in client.read() if frame[0] == COMMISSION]
    assert float(report[3]) == -1
    stage, client = trading()
    stage.inject("commission", "1s", how="late", by="2s")
    client.order(1)
    stage.go(1.5, client)
    assert COMMISSION not in client.kinds()
    stage.go(2, client)
    assert client.kinds().count(COMMISSION) == 1


def test_f54_positions_come_late() -> None:
    stage, client = trading()
    client.ask(61, 1)
    stage.inject("position_lag", by="2s")
    client.order(1)
    stage.go(1, client)
    assert POSITION not in client.kinds()
    stage.go(2, client)
    assert POSITION in client.kinds()


def test_what_is_late_does_not_break_through_a_lost_link() -> None:
    stage, client = trading()
    client.ask(61, 1)
    stage.inject("position_lag", by="2s")
    client.order(1)
    stage.go(1, client)
    client.read()
    stage.inject("1100", "3s")
    stage.go(2, client)
    assert POSITION not in client.kinds()


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


def test_f30_a_fill_is_told_before_its_order() -> None:
    stage, client = trading()
    stage.inject("fill_first")
    client.order(1)
    stage.go(1, client)
    kinds = [kind for kind in client.kinds() if kind in (FILL, OPEN, STATUS)]
    assert kinds[0] == FILL
    assert kinds.count(OPEN) == kinds.count(STATUS) >= 2
    client.order(2, kind="LMT", limit=1000)
    stage.go(1, client)
    assert statuses(client.read(), 2) == []
    stage.go(30, client)
    assert statuses(client.read(), 2)[-1] == "Submitted", "one without a fill is told in the end"


def test_f31_a_bust_comes_with_a_higher_last_part_and_no_contracts_and_moves_the_position() -> None:
    stage, client = trading()
    client.ask(61, 1)
    client.order(1)
    stage.go(1, client)
    ((told, contracts),) = fills(client.read())
    assert contracts == 1
    stage.inject("bust")
    stage.go(1, client)
    frames = client.read()
    assert fills(frames) == [(told[:-1] + "2", 0.0)]
    assert POSITION in [frame[0] for frame in frames]
    assert stage.world.desk.positions() == []


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
