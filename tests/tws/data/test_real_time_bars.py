"""Five-second bars."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.tws.market_notices import RealTimeBar
from simulator.tws.requests import CancelRealTimeBars, ReqMktData, ReqRealTimeBars
from tests.tws.data.floor import ESM4, NOON, SECOND, Floor, Row, quote, tapes, trade, utc
from tests.tws.data.recount import recount

OPEN = utc(22, day=17)


def bars(**words: Any) -> ReqRealTimeBars:
    plain: dict[str, Any] = {"req_id": 1, "contract": ESM4, "bar_s": 5, "what": "TRADES", "use_rth": False}
    return ReqRealTimeBars(**{**plain, **words})


def begun(rows: list[Row], now_ns: int = NOON, **limits: Any) -> Floor:
    floor = Floor(rows, **limits)
    floor.go(now_ns)
    return floor


def test_a_bar_is_told_when_its_five_seconds_have_passed_with_or_without_trades() -> None:
    floor = begun([trade(NOON, size=3), trade(NOON + 4 * SECOND), trade(NOON + 11 * SECOND)])
    assert floor.ask(bars()) == []
    assert floor.feed.next_due_ns == NOON + 5 * SECOND
    first, second = floor.go(NOON + 10 * SECOND)
    assert first == RealTimeBar(req_id=1, time_s=NOON // SECOND, open=5000.0, high=5000.0, low=5000.0, close=5000.0, volume=4, wap=5000.0, count=2)  # fmt: skip
    assert second == replace(first, time_s=NOON // SECOND + 5, volume=0, count=0)


def test_no_bars_are_told_while_closed_or_outside_the_hours_asked_for() -> None:
    floor = begun([trade(NOON), quote(utc(22))], utc(19, 59, 50))
    floor.ask(bars())
    floor.ask(bars(req_id=2, use_rth=True))
    assert [bar.req_id for bar in floor.go(utc(20)) if isinstance(bar, RealTimeBar)] == [1, 2, 1, 2]
    assert [bar.req_id for bar in floor.go(utc(20, 0, 10)) if isinstance(bar, RealTimeBar)] == [1, 1]
    assert len(floor.go(utc(21))) == 60 * 12 - 2
    assert floor.go(utc(21, 59)) == []


def test_there_is_no_bar_before_the_first_price() -> None:
    floor = begun([quote(NOON)])
    floor.ask(bars())
    floor.ask(bars(req_id=2, what="midpoint"))
    (bar,) = floor.go(NOON + 5 * SECOND)
    assert isinstance(bar, RealTimeBar)
    assert (bar.req_id, bar.open, bar.volume) == (2, 5000.125, -1)


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (bars(bar_s=10), 321),
        (bars(what="BID_ASK"), 321),
        (bars(contract=replace(ESM4, symbol="NQ")), 200),
        (CancelRealTimeBars(req_id=3), 300),
    ],
)
def test_what_cannot_be_served_is_refused(request_: Any, code: int) -> None:
    assert begun([trade(NOON)]).refused(request_)[0] == code


def test_f46_without_live_data_there_are_no_bars() -> None:
    refused = begun([trade(NOON)], entitlement="delayed").refused(bars())
    assert refused == (420, "Invalid Real-time Query:No market data permissions for CME FUT")


def test_f58_sixty_requests_in_ten_minutes_are_the_most() -> None:
    floor = begun([trade(NOON)])
    for number in range(60):
        assert floor.ask(bars(req_id=number)) == []
    text = "Invalid Real-time Query:Historical data request pacing violation"
    assert floor.refused(bars(req_id=60)) == (420, text)


def test_bars_are_lines_of_market_data() -> None:
    floor = begun([trade(NOON)], lines=2)
    floor.ask(bars())
    floor.ask(ReqMktData(req_id=2, contract=ESM4))
    assert floor.refused(bars(req_id=3))[0] == 101
    assert floor.refused(ReqMktData(req_id=3, contract=ESM4))[0] == 101


def test_a_request_is_canceled_once() -> None:
    floor = begun([trade(NOON)])
    floor.ask(bars())
    assert floor.refused(bars())[0] == 322
    assert floor.ask(CancelRealTimeBars(req_id=1)) == []
    assert floor.go(NOON + 60 * SECOND) == []
    assert floor.refused(CancelRealTimeBars(req_id=1))[0] == 300


@given(tapes(longest_ms=20_000), st.sampled_from(("TRADES", "MIDPOINT", "BID", "ASK")))
def test_bars_are_those_of_the_tape(rows: list[Row], what: str) -> None:
    floor = begun([quote(NOON - SECOND), *rows], NOON - 1)
    floor.ask(bars(what=what))
    end_ns = NOON + 60 * SECOND
    told = [
        (bar.time_s * SECOND, bar.open, bar.high, bar.low, bar.close, bar.volume, bar.wap, bar.count)
        for bar in floor.go(end_ns)
        if isinstance(bar, RealTimeBar)
    ]
    start_ns = NOON - 5 * SECOND
    counted = recount([quote(NOON - SECOND), *rows], what, 5 * SECOND, OPEN, start_ns, end_ns)
    assert told == counted
