"""Historical ticks: whole seconds, from a start or up to an end."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.tws.market_notices import HistoricalTicksMid, HistoricalTicksQuote, HistoricalTicksTrade
from simulator.tws.moments import in_utc
from simulator.tws.notices import Error
from simulator.tws.requests import ReqHistoricalTicks
from tests.tws.data.floor import ESM4, NOON, PRICE, SECOND, Floor, Row, cut, quote, tapes, trade, utc


def ticks(**words: Any) -> ReqHistoricalTicks:
    plain: dict[str, Any] = {
        "req_id": 1, "contract": ESM4, "start": "", "end": "", "number": 10, "what": "TRADES", "use_rth": False,
    }  # fmt: skip
    return ReqHistoricalTicks(**{**plain, **words})


def begun(rows: list[Row], now_ns: int = NOON + 400 * SECOND, **more: Any) -> Floor:
    floor = Floor(rows, **more)
    floor.go(now_ns)
    return floor


def trades(floor: Floor, **words: Any) -> list[tuple[int, float, int]]:
    answer = floor.ask(ticks(**words))[-1]
    assert isinstance(answer, HistoricalTicksTrade), answer
    assert (answer.done, answer.exchange) == (True, "CME")
    return list(answer.ticks)


EACH_SECOND_TWO = [trade(NOON + n * SECOND // 2, PRICE + n) for n in range(20)]


def test_ticks_are_counted_from_the_start_on_and_the_last_second_is_whole() -> None:
    found = trades(begun(EACH_SECOND_TWO), start=in_utc(NOON + 2 * SECOND), number=3)
    assert found == [((NOON + n * SECOND // 2) // SECOND, (PRICE + n) / 4, 1) for n in (4, 5, 6, 7)]


def test_or_back_from_the_end_and_the_first_second_is_whole() -> None:
    found = trades(begun(EACH_SECOND_TWO), end=in_utc(NOON + 5 * SECOND), number=3)
    assert found == [((NOON + n * SECOND // 2) // SECOND, (PRICE + n) / 4, 1) for n in (6, 7, 8, 9)]


def test_quotes_and_middles_are_ticks_too() -> None:
    floor = begun(
        [quote(NOON), quote(NOON + 1, bid_size=5), quote(NOON + 2, PRICE + 1, PRICE + 2), quote(NOON + 3, ask_size=0)]
    )
    (both,) = floor.ask(ticks(start=in_utc(NOON), what="BID_ASK"))
    at = NOON // SECOND
    assert both == HistoricalTicksQuote(
        req_id=1, ticks=((at, 5000.0, 5000.25, 10, 20), (at, 5000.0, 5000.25, 5, 20), (at, 5000.25, 5000.5, 10, 20))
    )
    (ignoring,) = floor.ask(ticks(start=in_utc(NOON), what="BID_ASK", ignore_size=True))
    assert isinstance(ignoring, HistoricalTicksQuote)
    assert len(ignoring.ticks) == 2
    (middles,) = floor.ask(ticks(start=in_utc(NOON), what="MIDPOINT"))
    assert middles == HistoricalTicksMid(req_id=1, ticks=((at, 5000.125, 0), (at, 5000.375, 0)))


def test_where_there_are_none_none_are_told() -> None:
    floor = begun([trade(NOON)])
    assert trades(floor, end=in_utc(NOON)) == []
    assert floor.ask(ticks(start=in_utc(NOON), what="BID_ASK")) == [HistoricalTicksQuote(req_id=1, ticks=())]


def test_only_regular_hours_where_asked_for() -> None:
    rows = [trade(utc(13, 29)), trade(utc(13, 30), PRICE + 1)]
    assert len(trades(begun(rows, NOON), start="20240318-13:00:00", use_rth=True)) == 1
    assert len(trades(begun(rows, NOON), end="20240318-13:40:00")) == 2


def test_a_time_without_a_zone_is_the_machines_and_warned_of() -> None:
    warning, answer = begun([trade(NOON)]).ask(ticks(start="20240318 12:00:00"))
    assert isinstance(warning, Error)
    assert warning.code == 2174
    assert isinstance(answer, HistoricalTicksTrade)
    assert len(answer.ticks) == 1


def test_they_are_of_one_session() -> None:
    floor = begun([trade(utc(20, 59)), trade(utc(22), PRICE + 1), trade(utc(22, 1), PRICE + 2)], utc(23))
    assert [price for _, price, _ in trades(floor, start="20240318-20:00:00")] == [5000.0]
    assert [price for _, price, _ in trades(floor, end="20240318-22:30:00")] == [5000.25, 5000.5]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ({"start": "20240318-16:00:00", "what": "BID"}, 321),
        ({"start": "20240318-16:00:00", "number": 0}, 321),
        ({"start": "20240318-16:00:00", "number": 1001}, 321),
        ({}, 321),
        ({"start": "20240318-16:00:00", "end": "20240318-16:00:00"}, 321),
        ({"start": "then"}, 10314),
        ({"start": "20240318-16:00:00", "contract": replace(ESM4, symbol="NQ")}, 200),
    ],
)
def test_what_cannot_be_served_is_refused(words: dict[str, Any], code: int) -> None:
    assert begun([trade(NOON)]).refused(ticks(**words))[0] == code


def test_f58_ticks_are_paced_like_small_bars() -> None:
    floor = begun([trade(NOON)])
    assert trades(floor, start=in_utc(NOON))
    assert floor.refused(ticks(start=in_utc(NOON), req_id=2))[0] == 162


def test_f46_without_live_data_there_are_no_ticks() -> None:
    assert begun([trade(NOON)], entitlement="none").refused(ticks(start=in_utc(NOON)))[0] == 162


@given(
    tapes(longest_ms=700),
    st.lists(st.integers(1, 9), max_size=6),
    st.integers(1, 30),
    st.integers(0, 30),
    st.booleans(),
)
def test_ticks_are_those_of_the_tape(
    rows: list[Row], sizes: list[int], number: int, second: int, from_start: bool
) -> None:
    at_ns = NOON + second * SECOND
    floor = Floor(rows, batches=cut(rows, sizes))
    for stop in range(NOON, NOON + 60 * SECOND, 7 * SECOND):
        floor.go(stop)
        assert floor.desk.history.days() is not None  # folded in parts
    floor.go(NOON + 400 * SECOND)
    found = trades(floor, number=number, **{"start" if from_start else "end": in_utc(at_ns)})
    all_trades = [
        (row["ts_ns"], row["price_ticks"] / 4, row["size"]) for row in rows if row["kind"] == 1 and row["size"] > 0
    ]
    if from_start:
        fitting = [tick for tick in all_trades if tick[0] >= at_ns]
        last = [tick[0] // SECOND for tick in fitting[:number]][-1:]
        expected = [tick for tick in fitting if last and tick[0] // SECOND <= last[0]]
    else:
        fitting = [tick for tick in all_trades if tick[0] < at_ns]
        first = [tick[0] // SECOND for tick in fitting[-number:]][:1]
        expected = [tick for tick in fitting if first and tick[0] // SECOND >= first[0]]
    assert found == [(ts_ns // SECOND, price, size) for ts_ns, price, size in expected]
