"""All of a client's data together: the same whatever steps the tape came in, and in its order."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from simulator.tws.market_notices import RealTimeBar, TickByTickTrade, TickString
from simulator.tws.notices import Notice
from simulator.tws.requests import (
    CancelMktData,
    CancelRealTimeBars,
    ReqHistoricalData,
    ReqMktData,
    ReqMktDepth,
    ReqRealTimeBars,
    ReqTickByTick,
    Request,
)
from system.domain.settings import FOREVER_NS
from tests.tws.data.floor import ESM4, MS, NOON, PRICE, SECOND, Floor, Row, cut, quote, tapes, trade, utc

KEPT = ReqHistoricalData(
    req_id=7,
    contract=ESM4,
    end="",
    bar_size="10 secs",
    duration="60 S",
    use_rth=False,
    what="TRADES",
    format_date=2,
    keep_up_to_date=True,
)
ALL: tuple[Request, ...] = (
    ReqMktData(req_id=1, contract=ESM4, generic_ticks="233"),
    ReqTickByTick(req_id=2, contract=ESM4, kind="Last"),
    ReqTickByTick(req_id=3, contract=ESM4, kind="BidAsk"),
    ReqTickByTick(req_id=4, contract=ESM4, kind="MidPoint"),
    ReqRealTimeBars(req_id=5, contract=ESM4, bar_s=5, what="TRADES", use_rth=False),
    ReqMktDepth(req_id=6, contract=ESM4, rows=4),
    KEPT,
)
FIRST = [quote(NOON - SECOND), trade(NOON - SECOND)]


def told(
    rows: list[Row], sizes: list[int], stops: list[int], requests: tuple[Request, ...], end_ns: int
) -> list[Notice]:
    floor = Floor(rows, batches=cut([*FIRST, *rows], sizes))
    floor.go(NOON - 1)
    out = [notice for request in requests for notice in floor.ask(request)]
    for at_ns in sorted({*(NOON + ms * MS for ms in stops), end_ns}):
        out += floor.go(at_ns)
    return out


@given(
    tapes(longest_ms=15_000),
    st.lists(st.integers(1, 20), max_size=6),
    st.lists(st.integers(0, 60_000), max_size=12),
    st.just(list(ALL)) | st.lists(st.sampled_from(ALL), unique_by=lambda request: request.req_id),  # type: ignore[union-attr]
)
def test_what_a_client_is_told_does_not_depend_on_the_steps(
    rows: list[Row], sizes: list[int], stops: list[int], requests: list[Request]
) -> None:
    end_ns = NOON + 90 * SECOND
    whole = told(rows, [], [], tuple(requests), end_ns)
    assert told(rows, sizes, stops, tuple(requests), end_ns) == whole


@given(tapes(longest_ms=15_000))
def test_waking_when_something_is_due_misses_nothing_by_more_than_that(rows: list[Row]) -> None:
    """A loop that plays only to the times at which the market or the feed says that something happens."""
    end_ns = NOON + 90 * SECOND
    floor = Floor([*FIRST, *rows])
    floor.go(NOON - 1)
    out = [notice for request in ALL for notice in floor.ask(request)]
    while (due_ns := min(floor.market.next_due_ns, floor.feed.next_due_ns)) <= end_ns:
        assert due_ns >= floor.market.now_ns
        before = floor.market.now_ns
        out += floor.go(due_ns)
        assert floor.market.now_ns > before or min(floor.market.next_due_ns, floor.feed.next_due_ns) > due_ns
    out += floor.go(end_ns)
    assert out == told(rows, [], [], ALL, end_ns)


def test_samples_and_trades_stand_in_the_order_of_the_tape() -> None:
    floor = Floor([*FIRST, trade(NOON + 100 * MS, PRICE + 1), trade(NOON + 6 * SECOND, PRICE + 2)])
    floor.go(NOON)
    for request in (ALL[0], ALL[1], ALL[4]):
        floor.ask(request)
    kinds = [
        type(notice) for notice in floor.go(NOON + 7 * SECOND) if isinstance(notice, TickByTickTrade | RealTimeBar)
    ]
    assert kinds == [TickByTickTrade, RealTimeBar, TickByTickTrade]
    texts = [notice.value for notice in floor.go(NOON + 8 * SECOND) if isinstance(notice, TickString)]
    assert texts == []


def test_a_feed_that_waits_for_nothing_is_never_due() -> None:
    floor = Floor(FIRST)
    floor.go(NOON)
    assert floor.feed.next_due_ns == FOREVER_NS
    floor.ask(ALL[1])
    assert floor.feed.next_due_ns == FOREVER_NS, "ticks come with events alone"
    floor.ask(ALL[4])
    assert floor.feed.next_due_ns == NOON + 5 * SECOND
    floor.ask(ALL[0])
    floor.ask(CancelMktData(req_id=1))
    floor.ask(CancelRealTimeBars(req_id=5))
    assert floor.feed.next_due_ns == FOREVER_NS
    floor.ask(ALL[0])
    floor.go(utc(21))
    assert floor.feed.next_due_ns == FOREVER_NS, "closed"


def test_two_clients_are_told_the_same() -> None:
    floor = Floor([*FIRST, trade(NOON + SECOND), quote(NOON + 2 * SECOND, PRICE + 1, PRICE + 2)])
    other: Any = type(floor.feed)(floor.desk)
    floor.go(NOON)
    for request in ALL[:3]:
        floor.ask(request)
        other.ask(request, floor.market.now_ns)
    first, second = [], []
    for step in floor.market.advance(NOON + 3 * SECOND):
        floor.desk.take(step.events, step.ts_ns)
        first += floor.feed.take(step.ts_ns)
        second += other.take(step.ts_ns)
    assert first == second != []


def test_nobody_looking_costs_no_samples() -> None:
    floor = Floor([*FIRST, *(trade(NOON + n * SECOND) for n in range(100))])
    assert floor.go(NOON + 50 * SECOND) == []
    assert floor.desk.played.samples == []
    assert floor.desk.played.ts_ns == []
    floor.ask(ALL[0])
    (first, *_) = floor.go(NOON + 52 * SECOND)
    assert isinstance(first, TickString)
    assert first.value.split(";")[3] == "53", "the volume of the whole session"
