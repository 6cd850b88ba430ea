"""Faults of TWS and IB, as a client sees them."""

import pytest

from tests.faults.stage import (
    COMMISSION,
    DEPTH,
    ERROR,
    ES,
    FILL,
    GENERIC,
    OPEN,
    POSITION,
    QUOTE,
    Stage,
    bracket,
    codes,
    statuses,
    trading,
)

Fields = tuple[object, ...]
HISTORY: Fields = (20, 7, *ES, 0, "", "1 min", "60 S", 0, "TRADES", 1, 0, "")
DETAILS: Fields = (9, 8, 4, *ES, 0, "", "", "")


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


def test_f07_ticks_may_stay_away_although_the_farm_is_back() -> None:
    stage, client = trading()
    stage.inject("2103", "1s", data="lost")
    stage.go(5, client)
    frames = client.read()
    assert codes(frames) == [2103, 2104]
    assert QUOTE not in [frame[0] for frame in frames]
    client.watch()
    stage.go(1, client)
    assert QUOTE in client.kinds()


@pytest.mark.parametrize(
    ("value", "price"), [("minus", "-1.0"), ("zero", "0.0"), ("huge", "1.7976931348623157e+308"), ("nan", "nan")]
)
def test_f16_there_are_several_sentinels_for_quotes_and_trades(value: str, price: str) -> None:
    stage = Stage()
    client = stage.client()
    client.send_now(97, 5, *ES, "AllLast", 0, 0)
    client.read()
    stage.inject("sentinel", value=value, what="trades")
    stage.go(1, client)
    trades = [frame for frame in client.read() if frame[0] == QUOTE]
    assert {(frame[4], frame[5]) for frame in trades} == {(price, "0")}


def test_f16_a_price_may_come_without_a_size() -> None:
    stage, client = trading()
    stage.inject("sentinel", value="size")
    stage.go(1, client)
    quotes = [frame for frame in client.read() if frame[0] == QUOTE]
    assert quotes
    assert all(float(frame[4]) > 4000 and frame[6] == frame[7] == "0" for frame in quotes)


def test_f55_a_halt_is_told_as_tick_49() -> None:
    stage, client = trading()
    client.ask(1, 11, 6, 0, "ES", "FUT", "202406", 0, "", "", "CME", "", "USD", "", "", 0, "", 0, 0, "")
    stage.inject("halt", "2s")
    stage.go(1, client)
    assert [frame[4] for frame in client.read() if frame[0] == GENERIC] == ["1.0"]
    stage.go(2, client)
    assert [frame[4] for frame in client.read() if frame[0] == GENERIC] == ["0.0"]


@pytest.mark.parametrize(("side", "gone"), [("up", 7), ("down", 6)])
def test_f55_at_a_limit_one_side_is_gone_and_nobody_trades(side: str, gone: int) -> None:
    stage, client = trading()
    stage.inject("limit_lock", "2s", side=side)
    client.order(1)
    stage.go(1.9, client)
    frames = client.read()
    (quote,) = [frame for frame in frames if frame[0] == QUOTE]
    assert [quote[6], quote[7]].count("0") == 1
    assert quote[gone] == "0"
    assert FILL not in [frame[0] for frame in frames]
    stage.go(1, client)
    assert QUOTE in client.kinds()


def test_f43_another_clients_order_and_trade_show_in_open_orders_and_the_position() -> None:
    stage, client = trading()
    stage.inject("foreign_order", owner=7)
    stage.inject("manual_trade", owner=7)
    stage.go(1, client)
    assert [order.client_id for order in stage.world.desk.orders] == [7]
    ((_, contracts),) = stage.world.desk.positions()
    assert contracts == 1
    assert OPEN in [frame[0] for frame in client.ask(16, 1)]
    assert OPEN not in [frame[0] for frame in client.ask(5, 1)], "it is not this client's"


def test_a_liquidation_is_marked_in_its_execution() -> None:
    stage, client = trading()
    client.order(1)
    stage.go(1, client)
    client.read()
    stage.inject("liquidation")
    stage.go(1, client)
    told = [frame for frame in client.ask(7, 3, 9, 0, "", "", "", "", "", "") if frame[0] == FILL]
    assert stage.world.desk.positions() == []
    assert [frame[23] for frame in told] == ["0", "1"]


def test_a_code_is_said_about_each_open_order_of_a_kind() -> None:
    stage, client = trading()
    other = stage.client(2)
    bracket(client)
    stage.go(1, client, other)
    client.read()
    other.read()
    stage.inject("code", code=161, about="child")
    said = {frame[2] for frame in client.read() if frame[0] == ERROR}
    assert said == {"2", "3"}
    assert codes(other.read()) == []
