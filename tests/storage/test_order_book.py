"""The compiled MBO book against a slow one that is plainly right."""

from collections import defaultdict
from typing import Any

import databento_dbn as dbn
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from system.storage.importing import order_book
from system.storage.importing.order_book import MBO, OrderBook
from tests.storage.recordings import LAST, SNAPSHOT, T0, mbo, rows_of


def records_of(messages: list[Any]) -> np.ndarray[Any, Any]:
    return np.frombuffer(b"".join(bytes(message) for message in messages), MBO)


def naive(messages: list[Any]) -> list[tuple[Any, ...]]:
    """Orders in a dict, the top of the book summed up anew after each event."""
    orders: dict[int, tuple[str, int, int]] = {}
    rows: list[tuple[Any, ...]] = []
    shown = (0, 0, 0, 0)
    for message in messages:
        action, side, size = str(message.action), str(message.side), message.size
        ticks = message.price // 250_000_000
        if action in "AM":
            orders[message.order_id] = (side, ticks, size)
        elif action == "C" and message.order_id in orders:
            its_side, its_ticks, left = orders[message.order_id]
            orders[message.order_id] = (its_side, its_ticks, max(0, left - size))
        elif action == "R":
            orders.clear()
        orders = {key: order for key, order in orders.items() if order[2]}
        if message.flags & 0x20:
            continue
        if action == "T":
            rows.append((message.ts_event - T0, "T", ticks, size, {"B": 1, "A": -1, "N": 0}[side], (0, 0, 0, 0)))
        if message.flags & LAST:
            top = naive_top(orders)
            if top != shown:
                rows.append((message.ts_event - T0, "Q", *top))
                shown = top
    return rows


def naive_top(orders: dict[int, tuple[str, int, int]]) -> tuple[int, int, int, int]:
    levels: dict[str, dict[int, int]] = {"B": defaultdict(int), "A": defaultdict(int)}
    for side, ticks, size in orders.values():
        levels[side][ticks] += size
    bid, ask = max(levels["B"], default=0), min(levels["A"], default=0)
    return bid, levels["B"].get(bid, 0), ask, levels["A"].get(ask, 0)


@st.composite
def message_lists(draw: st.DrawFn) -> list[Any]:
    messages = []
    at = 0
    for _ in range(draw(st.integers(1, 60))):
        action = draw(st.sampled_from("AAAAAMMCCCTFNR" if draw(st.booleans()) else "AAMCT"))
        at += draw(st.integers(0, 2))
        order = draw(st.sampled_from([*range(1, 8), 32_769, 65_537, 2**63 - 1, 2**64 - 1]))
        flags = draw(st.sampled_from([LAST, LAST, 0, SNAPSHOT]))
        side = draw(st.sampled_from("BA" if action in "AM" else "BAN"))
        size = draw(st.integers(0, 5))
        messages.append(mbo(action, order, draw(st.integers(0, 12)), size, side, at, flags))
    return messages


@settings(deadline=None, max_examples=150)
@given(
    messages=message_lists(),
    cut=st.integers(0, 60),
    capacity=st.sampled_from([16, 64]),
    levels=st.sampled_from([1, 4, 32]),
)
def test_the_compiled_book_agrees_with_the_plain_one_however_it_is_cut_and_however_it_grows(
    messages: list[Any], cut: int, capacity: int, levels: int
) -> None:
    book = OrderBook(capacity, levels)
    records = records_of(messages)
    parts = [book.advance(part) for part in (records[:cut], records[cut:])]
    assert [status for _, _, status in parts] == [order_book.DONE] * 2
    assert [row for batch, _, _ in parts for row in rows_of(batch)] == naive(messages)


def test_the_record_is_laid_out_as_databento_writes_it() -> None:
    message = dbn.MBOMsg(1, 7, 123, 99, -5, 6, dbn.Action.FILL, dbn.Side.ASK, 124, flags=130, channel_id=3, sequence=8)
    (record,) = np.frombuffer(bytes(message), MBO)
    assert MBO.itemsize == 56
    assert (record["instrument_id"], record["ts_event"], record["order_id"], record["price"]) == (7, 123, 99, -5)
    assert (record["size"], record["flags"], record["action"], record["side"]) == (6, 130, ord("F"), ord("A"))
    assert (record["channel_id"], record["ts_recv"], record["sequence"]) == (3, 124, 8)


def test_a_trade_comes_before_the_quote_that_it_leaves() -> None:
    book = OrderBook()
    batch, _, _ = book.advance(
        records_of(
            [
                mbo("A", 1, 100, 5, "B", 0),
                mbo("A", 2, 101, 5, "A", 0),
                mbo("T", 0, 101, 2, "B", 7, flags=0),
                mbo("F", 2, 101, 2, "A", 7, flags=0),
                mbo("C", 2, 101, 2, "A", 7),
            ]
        )
    )
    none = (0, 0, 0, 0)
    assert rows_of(batch) == [
        (0, "Q", 100, 5, 0, 0),
        (0, "Q", 100, 5, 101, 5),
        (7, "T", 101, 2, 1, none),
        (7, "Q", 100, 5, 101, 3),
    ]


@pytest.mark.parametrize(
    ("message", "status"),
    [
        (mbo("A", 2, 16_000_001, 1, "B", 5), order_book.PRICE_OUT),
        (mbo("A", 2, -1, 1, "B", 5), order_book.PRICE_OUT),
        (mbo("T", 2, -1, 1, "B", 5), order_book.PRICE_OUT),
        (mbo("A", 2, 100, 2**31, "B", 5), order_book.TOO_LARGE),
        (mbo("A", 2, 100, 1, "N", 5), order_book.UNDEFINED),
        (mbo("A", 2, 100, 1, "B", -1), order_book.BACKWARDS),
        (dbn.MBOMsg(1, 1, T0, 2, 1, 1, dbn.Action.ADD, dbn.Side.BID, T0), order_book.OFF_GRID),
        (dbn.MBOMsg(1, 1, T0, 2, dbn.UNDEF_PRICE, 1, dbn.Action.ADD, dbn.Side.BID, T0), order_book.UNDEFINED),
    ],
)
def test_a_record_that_cannot_be_applied_stops_the_book_and_is_counted(message: dbn.MBOMsg, status: int) -> None:
    good = mbo("A", 1, 100, 5, "B", 0)
    batch, done, said = OrderBook().advance(records_of([good, message, good]))
    assert (len(batch), done, said) == (1, 1, status)


def test_a_crash_through_many_empty_levels_finds_the_next_best() -> None:
    book = OrderBook()
    messages = [mbo("A", 1, 30_000, 1, "B", 0), mbo("A", 2, 1, 4, "B", 0), mbo("C", 1, 30_000, 1, "B", 0)]
    batch, _, _ = book.advance(records_of(messages))
    assert rows_of(batch)[-1] == (0, "Q", 1, 4, 0, 0)
