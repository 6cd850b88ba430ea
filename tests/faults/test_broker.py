"""Faults of TWS and IB, as a client sees them."""

import pytest

from simulator.tws.session import State
from tests.faults.stage import ES, Actor, Stage

ERROR, STATUS, OPEN, FILL, COMMISSION, POSITION, QUOTE, DEPTH = "4", "3", "5", "11", "59", "61", "99", "12"


Fields = tuple[object, ...]
HISTORY: Fields = (20, 7, *ES, 0, "", "1 min", "60 S", 0, "TRADES", 1, 0, "")
DETAILS: Fields = (9, 8, 4, *ES, 0, "", "", "")


def codes(frames: list[list[str]]) -> list[int]:
    return [int(frame[3]) for frame in frames if frame[0] == ERROR]


def statuses(frames: list[list[str]], order_id: int) -> list[str]:
    return [frame[2] for frame in frames if frame[0] == STATUS and frame[1] == str(order_id)]


def trading() -> tuple[Stage, Actor]:
    stage = Stage()
    client = stage.client()
    client.watch()
    stage.go(0.5, client)
    client.read()
    return stage, client


def test_f21_1100_silences_everything_and_1102_brings_it_back() -> None:
    stage, client = trading()
    stage.inject("1100", "2s")
    assert codes(client.read()) == [1100]
    stage.go(1.5, client)
    assert client.kinds() == []
    stage.go(0.6, client)
    frames = client.read()
    assert codes(frames) == [1102]
    stage.go(1, client)
    assert QUOTE in client.kinds()


def test_f21_1101_takes_the_subscriptions_with_it() -> None:
    stage, client = trading()
    stage.inject("1100", "1s", data="lost")
    stage.go(3, client)
    assert codes(client.read()) == [1100, 1101]
    client.watch()
    stage.go(1, client)
    assert QUOTE in client.kinds()


def test_f02_a_fill_while_the_link_is_lost_is_never_told_but_is_found_when_asked_for() -> None:
    stage, client = trading()
    client.order(1)
    stage.inject("1100", "2s")
    stage.go(4, client)
    assert FILL not in client.kinds()
    asked = client.ask(7, 3, 9, 0, "", "", "", "", "", "")
    assert [frame[0] for frame in asked] == [FILL, COMMISSION, "55"]


def test_an_order_sent_while_the_link_is_lost_never_arrives() -> None:
    stage, client = trading()
    stage.inject("1100", "1s")
    client.order(1, kind="LMT", limit=1000)
    stage.go(3, client)
    assert statuses(client.read(), 1) == []
    assert stage.world.desk.orders == []


@pytest.mark.parametrize(("kind", "asks", "silent"), [("2105", HISTORY, "17"), ("2157", DETAILS, "10")])
def test_f22_a_farm_that_is_broken_answers_nothing_of_its_own(kind: str, asks: Fields, silent: str) -> None:
    stage, client = trading()
    stage.inject(kind, "1s")
    assert codes(client.read()) == [int(kind)]
    assert client.ask(*asks) == []
    stage.go(1.1, client)
    assert codes(client.read()) == [int(kind) + 1]
    assert silent in [frame[0] for frame in client.ask(*asks)]


def test_2110_is_a_lost_link_in_other_words() -> None:
    stage, client = trading()
    stage.inject("2110", "1s")
    stage.go(0.9, client)
    assert [frame[0] for frame in client.read()] == [ERROR]
    stage.go(0.2, client)
    assert codes(client.read()) == [1102]


def test_f22_farm_codes_touch_their_data_and_nothing_else() -> None:
    stage, client = trading()
    stage.inject("2103", "2s")
    client.order(1)
    stage.go(1.5, client)
    frames = client.read()
    assert codes(frames) == [2103]
    assert FILL in [frame[0] for frame in frames]
    assert QUOTE not in [frame[0] for frame in frames]
    stage.go(1, client)
    frames = client.read()
    assert codes(frames) == [2104]
    assert QUOTE in [frame[0] for frame in frames]


def test_f07_a_stall_says_nothing_at_all() -> None:
    stage, client = trading()
    stage.inject("stall", "2s")
    stage.go(1.9, client)
    assert client.read() == []


def test_after_a_silence_the_book_of_depth_is_told_anew() -> None:
    stage, client = trading()
    client.ask(10, 5, 21, *ES, 3, 0, "")
    stage.inject("stall", "2s")
    stage.go(1.9, client)
    client.read()
    stage.go(0.1, client)
    frames = client.read()
    assert codes(frames) == [317]
    after = frames[[frame[0] for frame in frames].index(ERROR) + 1 :]
    rows = [frame for frame in after if frame[0] == DEPTH][:6]
    assert {frame[4] for frame in rows} == {"0"}, "inserts alone"


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


def test_f16_sentinels_and_a_crossed_book_are_told_as_ticks() -> None:
    stage, client = trading()
    stage.inject("sentinel", "1s")
    stage.go(0.9, client)
    quotes = [frame for frame in client.read() if frame[0] == QUOTE]
    assert quotes
    assert all(float(frame[4]) == float(frame[5]) == -1 for frame in quotes)
    stage.go(0.2, client)
    client.read()
    stage.inject("crossed_book", "1s")
    stage.go(0.9, client)
    crossed = [frame for frame in client.read() if frame[0] == QUOTE]
    assert crossed
    assert all(float(frame[4]) > float(frame[5]) for frame in crossed)


def test_f46_without_the_right_to_live_data_requests_are_told_so() -> None:
    stage, client = trading()
    stage.inject("entitlement", "5s", data="none")
    client.send_now(1, 11, 6, 0, "ES", "FUT", "202406", 0, "", "", "CME", "", "USD", "", "", 0, "", 0, 0, "")
    stage.go(0.5, client)
    assert 354 in codes(client.read())
    stage, client = trading()
    stage.inject("entitlement", "2s", data="competing")
    stage.go(1, client)
    frames = client.read()
    assert codes(frames) == [10197]
    assert QUOTE not in [frame[0] for frame in frames]
    stage.go(2, client)
    assert QUOTE in client.kinds()


def test_f55_while_the_market_is_halted_nothing_is_quoted_and_nothing_fills() -> None:
    stage, client = trading()
    stage.inject("halt", "2s")
    client.order(1)
    client.order(2, kind="LMT", limit=5010)
    stage.go(1.9, client)
    frames = client.read()
    assert QUOTE not in [frame[0] for frame in frames]
    assert FILL not in [frame[0] for frame in frames]
    assert statuses(frames, 1)[-1] == "Cancelled", "as METHOD.md has it where no quote prevails"
    stage.go(1, client)
    kinds = client.kinds()
    assert QUOTE in kinds
    assert FILL in kinds, "the limit order has waited"


def test_of_two_halts_the_longer_one_counts_and_a_held_market_stays_held() -> None:
    stage, client = trading()
    stage.world.market.held = True
    stage.inject("halt", "1s")
    stage.inject("halt", "3s")
    stage.go(2, client)
    assert stage.world.market.halts == 1
    stage.go(2, client)
    assert stage.world.market.halts == 0
    assert stage.world.market.held


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


def test_a_gap_goes_through_a_stop() -> None:
    stage, client = trading()
    client.order(1)
    stage.go(1, client)
    bid = stage.world.data.board.bid_ticks
    client.order(2, action="SELL", kind="STP", stop=(bid - 20) / 4)
    stage.go(1, client)
    client.read()
    stage.inject("gap", ticks=-200)
    stage.go(2, client)
    (fill,) = [frame for frame in client.read() if frame[0] == FILL]
    assert min(float(field) for field in fill if field.startswith(("4", "5")) and "." in field) < (bid - 100) / 4


def test_f43_trades_and_orders_by_hand_show_in_position_and_open_orders() -> None:
    stage, client = trading()
    client.ask(61, 1)
    stage.inject("manual_trade", action="BUY", contracts=2)
    stage.go(1, client)
    (position,) = [frame for frame in client.read() if frame[0] == POSITION]
    assert "2" in position
    stage.inject("foreign_order")
    stage.go(1, client)
    assert OPEN in [frame[0] for frame in client.ask(16, 1)]
    stage.inject("liquidation")
    stage.go(1, client)
    assert stage.world.desk.positions() == []


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


def test_a_code_may_be_said_about_any_id() -> None:
    stage, client = trading()
    stage.inject("code", code=404, id=12, text="Order held")
    (said,) = client.read()
    assert said[2:5] == ["12", "404", "Order held"]


def test_a_code_without_words_is_told_in_tws_own() -> None:
    stage, client = trading()
    stage.inject("code", code=2107)
    (said,) = client.read()
    assert said[3:5] == ["2107", "HMDS data farm connection is inactive but should be available upon demand."]
