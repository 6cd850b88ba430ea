"""Market depth: a client that does what it is told has the book at all times."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.tws.data.depth import levels
from simulator.tws.market_notices import Depth
from simulator.tws.notices import Error, Notice
from simulator.tws.requests import CancelMktDepth, ReqMktDepth
from tests.tws.data.floor import ESM4, MS, NOON, PRICE, SECOND, Floor, Row, quote, tapes, trade, utc

Book = dict[int, list[tuple[float, int]]]


def depth(req_id: int = 1, **words: Any) -> ReqMktDepth:
    return ReqMktDepth(**{"req_id": req_id, "contract": ESM4, "rows": 5, **words})


def begun(rows: list[Row], **limits: Any) -> Floor:
    floor = Floor(rows, **limits)
    floor.go(NOON)
    return floor


def do(book: Book, told: list[Notice]) -> None:
    """What a client does with its rows: nothing that is not there is updated or deleted, and none is left over."""
    for notice in told:
        assert isinstance(notice, Depth)
        side = book[notice.side]
        row = (notice.price, notice.size)
        if notice.operation == 0:
            assert notice.position == len(side)  # a client that replaces a row has the same book as one that moves them
            side.append(row)
        elif notice.operation == 1:
            side[notice.position] = row
        else:
            assert notice.position == len(side) - 1
            side.pop()


@given(tapes(), st.integers(1, 12), st.lists(st.integers(1, 9_000), max_size=8))
def test_the_clients_book_is_the_markets_at_all_times(rows: list[Row], wanted: int, stops: list[int]) -> None:
    floor = begun([quote(NOON - 1), *rows])
    book: Book = {0: [], 1: []}
    do(book, floor.ask(depth(rows=wanted)))
    for at_ns in sorted({NOON + ms * MS for ms in stops}):
        do(
            book,
            floor.go(at_ns // (250 * MS) * (250 * MS))
            if at_ns // (250 * MS) * (250 * MS) > floor.market.now_ns
            else [],
        )
        floor_rows = min(10, wanted)
        assert all(len(side) <= floor_rows for side in book.values())
    do(book, floor.go(NOON + 400 * SECOND))
    for side in (0, 1):
        expected = levels(floor.desk.board, side, min(10, wanted))
        assert book[side] == [(ticks / 4, size) for ticks, size in expected]


def test_the_touch_is_the_tapes_and_a_price_behind_it_keeps_its_size() -> None:
    floor = begun([quote(NOON), quote(NOON + 1, PRICE - 1, PRICE)])
    before = {side: dict(levels(floor.desk.board, side, 10)) for side in (0, 1)}
    assert before[1][PRICE] == 10
    assert before[0][PRICE + 1] == 20
    floor.go(NOON + 1)
    after = dict(levels(floor.desk.board, 1, 10))
    assert all(after[ticks] == before[1][ticks] for ticks in range(PRICE - 9, PRICE - 1))
    assert len({size for ticks, size in before[1].items() if ticks != PRICE}) > 3


def test_only_changes_are_told() -> None:
    floor = begun([quote(NOON), quote(NOON + 1, bid_size=4), trade(NOON + 2)])
    assert len(floor.ask(depth())) == 10
    assert floor.go(NOON + SECOND) == [Depth(req_id=1, position=0, operation=1, side=1, price=5000.0, size=4)]


def test_the_book_is_empty_when_the_session_has_ended() -> None:
    floor = begun([quote(NOON)])
    book: Book = {0: [], 1: []}
    do(book, floor.ask(depth()))
    do(book, floor.go(utc(21)))
    assert book == {0: [], 1: []}


def test_smart_depth_names_the_exchange() -> None:
    first = begun([quote(NOON)]).ask(depth(smart=True))[0]
    assert isinstance(first, Depth)
    assert (first.smart, first.market_maker) == (True, "CME")


def test_there_is_a_most_of_requests() -> None:
    floor = begun([quote(NOON)])
    for number in range(3):
        floor.ask(depth(number))
    assert floor.refused(depth(3)) == (309, "Max number (3) of market depth requests has been reached")
    assert floor.refused(depth(0))[0] == 322
    assert floor.ask(CancelMktDepth(req_id=0)) == []
    text = "Can't find the subscribed market depth with tickerId:0"
    assert floor.refused(CancelMktDepth(req_id=0)) == (310, text)
    assert len(floor.ask(depth(3))) == 10


@pytest.mark.parametrize(
    ("request_", "code"), [(depth(rows=0), 321), (depth(contract=replace(ESM4, exchange="GLOBEX")), 200)]
)
def test_what_cannot_be_served_is_refused(request_: Any, code: int) -> None:
    assert begun([quote(NOON)]).refused(request_)[0] == code


def test_f46_without_live_data_there_is_no_depth() -> None:
    assert begun([quote(NOON)], entitlement="delayed").refused(depth())[0] == 354
    assert begun([quote(NOON)], entitlement="competing").refused(depth())[0] == 10197


def test_a_reset_empties_the_book_and_tells_it_anew() -> None:
    floor = begun([quote(NOON)])
    first = floor.ask(depth())
    error, *again = floor.feed.depth.reset()
    assert isinstance(error, Error)
    assert error.code == 317
    assert again == first
