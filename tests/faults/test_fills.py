"""Faults of fills, commissions and positions, as a client sees them."""

import pytest

from tests.faults.stage import (
    COMMISSION,
    FILL,
    OPEN,
    POSITION,
    STATUS,
    codes,
    fills,
    statuses,
    trading,
)

POSITION_MULTI, POSITION_MULTI_END = "71", "72"


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


def test_f54_positions_by_model_come_late_with_the_end_of_their_list() -> None:
    stage, client = trading()
    client.order(1)
    stage.go(1, client)
    stage.inject("position_lag", by="2s")
    client.ask(74, 1, 5, "", "")
    stage.go(1, client)
    assert not {POSITION_MULTI, POSITION_MULTI_END} & {*client.kinds()}
    stage.go(2, client)
    kinds = client.kinds()
    assert kinds.index(POSITION_MULTI) < kinds.index(POSITION_MULTI_END)


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


def test_f27_the_rest_of_an_order_that_has_filled_in_part_is_cancelled() -> None:
    """A limit behind a queue fills a contract at a time; one at the market fills at once, and has no rest."""
    stage, client = trading()
    stage.inject("rest_canceled", "60s")
    client.order(1, quantity=3)
    client.order(2, "SELL", "LMT", 5001, quantity=3)
    stage.go(20, client)
    frames = client.read()
    assert statuses(frames, 1)[-1] == "Filled"
    assert statuses(frames, 2)[-1] == "Cancelled"
    assert codes(frames) == [202]
    assert sorted(contracts for _, contracts in fills(frames)) == [1.0, 3.0]


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


@pytest.mark.parametrize(("contracts", "ends", "code"), [(0, "Filled", 10148), (1, "Cancelled", 202)])
def test_f13_an_order_that_is_told_to_be_pending_cancel_fills_whole_or_in_part(
    contracts: int, ends: str, code: int
) -> None:
    stage, client = trading()
    client.order(1, kind="LMT", limit=4900, quantity=2)
    stage.go(0.5, client)
    client.read()
    stage.inject("cancel_fill_race", pending=True, contracts=contracts, by="2s")
    client.send_now(4, 1, 1, "")
    stage.go(1.9, client)
    assert statuses(client.read(), 1) == ["PendingCancel"]
    stage.go(0.5, client)
    frames = client.read()
    assert fills(frames)
    assert statuses(frames, 1)[-1] == ends
    assert codes(frames) == [code]


def test_f32_a_commission_comes_ahead_of_its_fill_or_is_a_number_that_stands_for_none() -> None:
    stage, client = trading()
    stage.inject("commission", "5s", how="early")
    client.order(1)
    stage.go(1, client)
    assert [kind for kind in client.kinds() if kind in (FILL, COMMISSION)] == [COMMISSION, FILL]
    asked = client.ask(7, 3, 9, 0, "", "", "", "", "", "")
    assert [frame[0] for frame in asked] == [COMMISSION, FILL, "55"]
    stage, client = trading()
    stage.inject("commission", "5s", how="huge")
    client.order(1)
    stage.go(1, client)
    (report,) = [frame for frame in client.read() if frame[0] == COMMISSION]
    assert float(report[3]) > 1e308


def test_a_correction_moves_the_averages_of_its_order() -> None:
    stage, client = trading()
    client.order(1, kind="LMT", limit=4900, quantity=2)
    stage.go(0.5, client)
    for price in (19_600, 19_600):
        stage.world.fill(1, 1, 1, price)
    client.read()
    exec_id = stage.world.desk.last_fill(1)
    assert exec_id is not None
    stage.world.deliver(stage.world.desk.correct(exec_id, 19_604, stage.world.now_ns))
    ((told, _),) = fills(client.read())
    assert told.endswith(".02")
    asked = [frame for frame in client.ask(7, 3, 9, 0, "", "", "", "", "", "") if frame[0] == FILL]
    assert [float(frame[25]) for frame in asked] == [4900.0, 4900.5]
