"""Market data: what is told first, what each quarter of a second brings, and who may see it (F16, F46)."""

from dataclasses import replace
from typing import Any

import pytest

from simulator.tws.market_notices import (
    MarketDataType,
    SnapshotEnd,
    TickGeneric,
    TickPrice,
    TickReqParams,
    TickSize,
    TickString,
)
from simulator.tws.notices import Error, Notice
from simulator.tws.requests import CancelMktData, ReqMarketDataType, ReqMktData
from tests.tws.data.floor import ESM4, MS, NOON, PRICE, SECOND, Floor, Row, gap, quote, trade, utc

QUARTER = 250 * MS


def data(req_id: int = 1, **words: Any) -> ReqMktData:
    return ReqMktData(req_id=req_id, contract=ESM4, **words)


def begun(rows: list[Row], now_ns: int = NOON, **limits: Any) -> Floor:
    floor = Floor(rows, **limits)
    floor.go(now_ns)
    return floor


def shown(notices: list[Notice]) -> dict[int, float | str]:
    """By tick type, the last value told."""
    out: dict[int, float | str] = {}
    for notice in notices:
        if isinstance(notice, TickPrice):
            out[notice.tick_type] = notice.price
        elif isinstance(notice, TickSize):
            out[notice.tick_type] = notice.size
        elif isinstance(notice, TickString | TickGeneric):
            out[notice.tick_type] = notice.value
    return out


def codes(notices: list[Notice]) -> list[int]:
    return [notice.code for notice in notices if isinstance(notice, Error)]


FULL = [quote(NOON), trade(NOON, PRICE, 3), trade(NOON, PRICE + 2, 1)]


def test_what_is_known_is_told_at_once_with_the_tick_and_the_kind_of_data_first() -> None:
    told = begun(FULL).ask(data())
    assert told[:2] == [
        TickReqParams(req_id=1, min_tick=0.25, bbo_exchange="9c0001", snapshot_permissions=3),
        MarketDataType(req_id=1, data_type=1),
    ]
    assert told[2] == TickPrice(req_id=1, tick_type=1, price=5000.0, size=10, attributes=1)
    assert shown(told) == {1: 5000.0, 2: 5000.25, 4: 5000.5, 6: 5000.5, 7: 5000.0, 8: 4, 14: 5000.0, 45: str(NOON // SECOND), 49: 0.0}  # fmt: skip


def test_a_change_is_told_at_the_next_quarter_of_a_second() -> None:
    later = [quote(NOON + 1, bid_size=11), quote(NOON + 2, bid_size=12), trade(NOON + 3, PRICE - 1, 5)]
    floor = begun([*FULL, *later])
    floor.ask(data())
    assert floor.go(NOON + QUARTER - 1) == []
    assert floor.feed.next_due_ns == NOON + QUARTER
    assert floor.go(NOON + QUARTER) == [
        TickSize(req_id=1, tick_type=0, size=12),
        TickPrice(req_id=1, tick_type=4, price=4999.75, size=5, attributes=1),
        TickPrice(req_id=1, tick_type=7, price=4999.75),
        TickSize(req_id=1, tick_type=8, size=9),
    ]
    assert floor.go(NOON + 20 * QUARTER) == []


def test_an_event_on_the_quarter_belongs_to_the_next_one() -> None:
    floor = begun([*FULL, quote(NOON + QUARTER, bid_size=11)])
    floor.ask(data())
    assert floor.go(NOON + QUARTER) == []
    assert len(floor.go(NOON + 2 * QUARTER)) == 1


def test_f16_an_absent_side_is_minus_one_and_has_no_size() -> None:
    floor = begun([*FULL, quote(NOON + 1, bid_size=0)])
    floor.ask(data())
    assert floor.go(NOON + SECOND) == [TickPrice(req_id=1, tick_type=1, price=-1.0, size=0, attributes=1)]
    assert shown(begun([gap(NOON)]).ask(data())) == {1: -1.0, 2: -1.0, 49: 0.0}


def test_f16_the_quotes_end_with_the_session_and_the_next_one_has_its_own_trades() -> None:
    floor = begun([*FULL, quote(utc(22)), trade(utc(22, 1), PRICE + 8)])
    floor.ask(data())
    floor.go(utc(21) - 1)
    assert floor.feed.next_due_ns == utc(21)
    assert floor.go(utc(21)) == [
        TickPrice(req_id=1, tick_type=kind, price=-1.0, size=0, attributes=1) for kind in (1, 2)
    ]
    assert floor.go(utc(22) - 1) == []
    opened = shown(floor.go(utc(22, 0, 30)))
    assert (opened[1], opened[8], opened[9]) == (5000.0, 0, 5000.5)
    traded = shown(floor.go(utc(22, 2)))
    assert (traded[14], traded[6], traded[7], traded[8]) == (5002.0, 5002.0, 5002.0, 1)


def test_each_trade_is_told_as_text_where_asked_for() -> None:
    floor = begun(
        [*FULL, trade(NOON + 7 * MS, PRICE + 1, 4), trade(NOON + 8 * MS, PRICE + 1, 2), trade(NOON + 9, 0, 0)]
    )
    floor.ask(data(generic_ticks="100, 233,258,47,623"))
    told = [notice for notice in floor.go(NOON + 100 * MS) if isinstance(notice, TickString)]
    stamp = NOON // MS
    assert told == [
        TickString(req_id=1, tick_type=48, value=f"5000.25;4;{stamp + 7};8;5000.1875;true"),
        TickString(req_id=1, tick_type=48, value=f"5000.25;2;{stamp + 8};10;5000.2;true"),
    ]


def test_a_snapshot_ends_and_is_followed_by_nothing() -> None:
    floor = begun([*FULL, trade(NOON + 1)])
    told = floor.ask(data(snapshot=True))
    assert told[-1] == SnapshotEnd(req_id=1)
    assert shown(told)[1] == 5000.0
    assert floor.go(NOON + SECOND) == []
    assert codes(floor.ask(CancelMktData(req_id=1))) == [300]


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (data(generic_ticks="RTVolume"), 321),
        (data(generic_ticks="233,104"), 321),
        (data(generic_ticks="9" * 5_000), 321),
        (data(generic_ticks="233", snapshot=True), 321),
        (replace(data(), contract=replace(ESM4, exchange="GLOBEX")), 200),
        (replace(data(), contract=replace(ESM4, sec_type="CONTFUT")), 200),
        (CancelMktData(req_id=5), 300),
        (ReqMarketDataType(data_type=5), 321),
    ],
)
def test_what_cannot_be_served_is_refused(request_: Any, code: int) -> None:
    assert begun(FULL).refused(request_)[0] == code


def test_an_id_in_use_is_a_duplicate_and_an_unknown_one_is_not_found() -> None:
    floor = begun(FULL)
    floor.ask(data())
    assert floor.refused(data())[0] == 322
    assert floor.ask(CancelMktData(req_id=1)) == []
    assert floor.refused(CancelMktData(req_id=1)) == (300, "Can't find EId with tickerId:1")


def test_there_is_a_most_of_lines() -> None:
    floor = begun(FULL)
    for number in range(100):
        assert len(floor.ask(data(number))) > 1
    assert floor.refused(data(100)) == (101, "Max number of tickers has been reached")
    floor.feed.close()
    assert floor.desk.watchers == 0


# who may see what


@pytest.mark.parametrize(
    ("entitlement", "data_type", "code"),
    [
        ("delayed", 1, 354),
        ("delayed", 2, 354),
        ("none", 1, 354),
        ("none", 3, 10168),
        ("none", 4, 10168),
        ("competing", 1, 10197),
        ("competing", 3, 10197),
    ],
)
def test_f46_whoever_has_no_rights_is_told_so(entitlement: str, data_type: int, code: int) -> None:
    floor = begun(FULL, entitlement=entitlement)
    floor.ask(ReqMarketDataType(data_type=data_type))
    assert floor.refused(data())[0] == code


def test_f46_delayed_data_has_other_types_and_is_ten_minutes_old() -> None:
    minute = 60 * SECOND
    rows = [*FULL, quote(NOON + minute, PRICE + 9, PRICE + 10, 1, 2), trade(NOON + minute, PRICE + 9, 8)]
    floor = begun(rows, NOON + 10 * minute + 1, entitlement="delayed")
    floor.ask(ReqMarketDataType(data_type=3))
    told = floor.ask(data(generic_ticks="233"))
    assert codes(told) == [10167]
    assert MarketDataType(req_id=1, data_type=3) in told
    first = {66: 5000.0, 67: 5000.25, 68: 5000.5, 72: 5000.5, 73: 5000.0, 74: 4, 76: 5000.0, 88: str(NOON // SECOND)}
    assert shown(told) == first
    assert floor.go(NOON + 11 * minute) == []
    assert shown(floor.go(NOON + 11 * minute + 5 * SECOND)) == {66: 5002.25, 67: 5002.5, 68: 5002.25, 72: 5002.25, 74: 12, 88: str(NOON // SECOND + 60)}  # fmt: skip


def test_f46_delayed_data_shows_what_there_was() -> None:
    floor = begun([trade(NOON), quote(NOON + SECOND)], NOON + 600 * SECOND + 1, entitlement="delayed")
    floor.ask(ReqMarketDataType(data_type=4))
    assert shown(floor.ask(data())) == {66: -1.0, 67: -1.0, 68: 5000.0, 72: 5000.0, 73: 5000.0, 74: 1, 76: 5000.0, 88: str(NOON // SECOND)}  # fmt: skip
    assert shown(floor.go(NOON + 605 * SECOND)) == {66: 5000.0, 67: 5000.25}
    floor.go(utc(21, 30))
    late = shown(floor.ask(data(2)))
    assert (late[66], late[67], late[68]) == (-1.0, -1.0, 5000.0), "the session is over in delayed data too"
    early = begun([quote(NOON)], entitlement="delayed")
    early.ask(ReqMarketDataType(data_type=3))
    assert shown(early.ask(data())) == {66: -1.0, 67: -1.0}


def test_f46_whoever_has_live_data_sees_it_whatever_was_asked_for() -> None:
    floor = begun(FULL)
    for data_type in (2, 3, 4):
        floor.ask(ReqMarketDataType(data_type=data_type))
        assert MarketDataType(req_id=data_type, data_type=1) in floor.ask(data(data_type))


def test_frozen_data_shows_the_last_quote_when_closed() -> None:
    floor = begun([*FULL, quote(utc(22))], utc(21, 30))
    assert shown(floor.ask(data()))[1] == -1.0
    floor.ask(ReqMarketDataType(data_type=2))
    told = floor.ask(data(2))
    assert MarketDataType(req_id=2, data_type=2) in told
    assert TickPrice(req_id=2, tick_type=1, price=5000.0, size=10, attributes=1) in told


def test_a_competing_session_takes_the_data_away() -> None:
    floor = begun([*FULL, trade(NOON + 1), trade(NOON + SECOND)])
    floor.ask(data())
    floor.desk.limits.entitlement = "competing"
    assert [(error.req_id, error.code) for error in floor.feed.interrupted()] == [(1, 10197)]
    assert floor.go(NOON + SECOND) == []
    floor.desk.limits.entitlement = "live"
    assert floor.go(NOON + 2 * SECOND) != []
