"""Tick-by-tick data: every trade and quote, in the order of the tape (F46, F69)."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.tws.market_notices import TickByTickMid, TickByTickQuote, TickByTickTrade
from simulator.tws.requests import CancelTickByTick, ReqTickByTick
from tests.tws.data.floor import ESM4, NOON, PRICE, SECOND, Floor, Row, quote, tapes, trade


def ticks(req_id: int, kind: str, **words: Any) -> ReqTickByTick:
    return ReqTickByTick(req_id=req_id, contract=ESM4, kind=kind, **words)


def begun(rows: list[Row], **limits: Any) -> Floor:
    floor = Floor(rows, **limits)
    floor.go(NOON)
    return floor


def test_trades_are_told_with_whole_seconds() -> None:
    floor = begun([quote(NOON), trade(NOON + SECOND + 1, PRICE + 3, 7), trade(NOON + SECOND + 2, PRICE, 0)])
    assert floor.ask(ticks(1, "Last")) == floor.ask(ticks(2, "AllLast")) == []
    expected = TickByTickTrade(
        req_id=1, all_last=False, time_s=NOON // SECOND + 1, price=5000.75, size=7, exchange="CME"
    )
    assert floor.go(NOON + 2 * SECOND) == [expected, replace(expected, req_id=2, all_last=True)]


def test_the_quote_is_told_at_once_and_when_it_changes() -> None:
    same = quote(NOON + 1)
    floor = begun([quote(NOON), same, quote(NOON + 2, bid_size=11), quote(NOON + 3, PRICE + 1, PRICE + 2)])
    now = TickByTickQuote(req_id=1, time_s=NOON // SECOND, bid=5000.0, ask=5000.25, bid_size=10, ask_size=20)
    assert floor.ask(ticks(1, "BidAsk")) == [now]
    assert floor.go(NOON + SECOND) == [replace(now, bid_size=11), replace(now, bid=5000.25, ask=5000.5)]


def test_a_sessions_first_quote_is_told_even_where_it_is_the_last_one_of_the_session_before() -> None:
    later = NOON + 24 * 3600 * SECOND
    floor = begun([quote(NOON), quote(later)])
    floor.ask(ticks(1, "BidAsk"))
    (told,) = floor.go(later)
    assert isinstance(told, TickByTickQuote)
    assert told.bid == 5000.0


def test_sizes_may_be_ignored() -> None:
    floor = begun([quote(NOON), quote(NOON + 2, bid_size=11), quote(NOON + 3, PRICE + 1, PRICE + 2)])
    floor.ask(ticks(1, "BidAsk", ignore_size=True))
    (told,) = floor.go(NOON + SECOND)
    assert isinstance(told, TickByTickQuote)
    assert told.bid == 5000.25


def test_the_middle_is_told_when_it_moves() -> None:
    floor = begun(
        [quote(NOON), quote(NOON + 1, bid_size=3), quote(NOON + 2, PRICE, PRICE + 2), quote(NOON + 3, ask_size=0)]
    )
    middle = TickByTickMid(req_id=1, time_s=NOON // SECOND, mid=5000.125)
    assert floor.ask(ticks(1, "MidPoint")) == [middle]
    assert floor.go(NOON + SECOND) == [replace(middle, mid=5000.25)]


def test_f16_an_absent_side_has_no_size_and_a_price_of_minus_one() -> None:
    floor = begun([quote(NOON), quote(NOON + 1, ask_size=0)])
    floor.ask(ticks(1, "BidAsk"))
    (told,) = floor.go(NOON + SECOND)
    assert isinstance(told, TickByTickQuote)
    assert (told.bid, told.ask, told.ask_size) == (5000.0, -1.0, 0)


def test_before_any_quote_there_is_none_to_tell() -> None:
    floor = begun([trade(NOON)])
    assert floor.ask(ticks(1, "BidAsk")) == floor.ask(ticks(2, "MidPoint")) == []


def test_f69_there_is_a_most_of_requests() -> None:
    floor = begun([trade(NOON)])
    for number in range(3):
        assert floor.ask(ticks(number, "Last")) == []
    full = (10190, "Max number of tick-by-tick requests has been reached.")
    assert floor.refused(ticks(3, "Last")) == full
    floor.ask(CancelTickByTick(req_id=0))
    assert floor.ask(ticks(3, "Last")) == []


def test_f69_one_contract_and_kind_may_be_asked_for_once_in_fifteen_seconds_where_that_is_so() -> None:
    floor = begun([trade(NOON)], tick_by_tick_every_ns=15 * SECOND)
    assert floor.ask(ticks(1, "Last")) == floor.ask(ticks(2, "BidAsk")) == []
    floor.ask(CancelTickByTick(req_id=1))
    floor.go(NOON + 15 * SECOND - 1)
    assert floor.refused(ticks(3, "Last"))[0] == 10190
    floor.go(NOON + 30 * SECOND)
    assert floor.ask(ticks(3, "Last")) == []


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (ticks(1, "Trades"), 321),
        (replace(ticks(1, "Last"), contract=replace(ESM4, exchange="GLOBEX")), 200),
        (replace(ticks(1, "Last"), contract=replace(ESM4, sec_type="CONTFUT")), 200),
        (CancelTickByTick(req_id=5), 300),
    ],
)
def test_what_cannot_be_served_is_refused(request_: Any, code: int) -> None:
    assert begun([trade(NOON)]).refused(request_)[0] == code


def test_an_id_in_use_is_a_duplicate() -> None:
    floor = begun([trade(NOON)])
    floor.ask(ticks(1, "Last"))
    assert floor.refused(ticks(1, "BidAsk")) == (322, "Error processing request.-'bW' : cause - Duplicate ticker ID")


def test_f46_without_live_data_there_are_no_ticks() -> None:
    text = "Failed to request tick-by-tick data:No market data permissions for CME FUT"
    for entitlement in ("delayed", "none"):
        assert begun([trade(NOON)], entitlement=entitlement).refused(ticks(1, "Last")) == (10189, text)
    assert begun([trade(NOON)], entitlement="competing").refused(ticks(1, "Last"))[0] == 10197


def test_a_canceled_request_and_a_client_that_is_gone_are_told_nothing() -> None:
    floor = begun([trade(NOON), trade(NOON + 1), trade(NOON + 2)])
    floor.ask(ticks(1, "Last"))
    floor.ask(CancelTickByTick(req_id=1))
    assert floor.go(NOON + 1) == []
    floor.ask(ticks(1, "Last"))
    floor.feed.close()
    assert floor.go(NOON + 2) == []
    assert floor.desk.readers == 0


@given(tapes(), st.lists(st.integers(1, 9), max_size=5))
def test_all_trades_and_changes_are_told_in_the_order_of_the_tape(rows: list[Row], sizes: list[int]) -> None:
    floor = begun([quote(NOON - 1), *rows])
    floor.ask(ticks(1, "AllLast"))
    floor.ask(ticks(2, "BidAsk"))
    told = floor.go(NOON + 400 * SECOND)
    expected: list[tuple[float, ...]] = []
    last = None
    for number, row in enumerate([quote(NOON - 1), *rows]):
        if row["kind"] == 1 and row["size"] > 0:
            news: tuple[float, ...] | None = (row["price_ticks"] / 4, row["size"])
        elif row["kind"] == 0:
            bid_size, ask_size = max(0, row["bid_size"]), max(0, row["ask_size"])
            shown = (
                row["bid_ticks"] / 4 if bid_size else -1,
                row["ask_ticks"] / 4 if ask_size else -1,
                bid_size,
                ask_size,
            )
            news, last = (None if shown == last else shown), shown
        else:
            continue
        if news is not None and number and row["ts_ns"] > NOON:
            expected.append(news)
    found: list[tuple[float, ...]] = []
    for notice in told:
        if isinstance(notice, TickByTickTrade):
            found.append((notice.price, notice.size))
        elif isinstance(notice, TickByTickQuote):
            found.append((notice.bid, notice.ask, notice.bid_size, notice.ask_size))
    assert found == expected
