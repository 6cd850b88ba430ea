"""Databento files: what becomes of each schema, and every way in which one cannot be read."""

import re
from pathlib import Path
from typing import Any

import databento_dbn as dbn
import numpy as np
import pytest

from system.domain.errors import InputError
from system.domain.instrument import ContractMonth
from system.storage.importing import dbn_file
from system.storage.importing.run import import_tape
from tests.storage.recordings import (
    LAST,
    SNAPSHOT,
    T0,
    UNDEF,
    dbn_bytes,
    mbo,
    mbp1,
    price,
    read_tape,
    rows_of,
    trade,
    zstd,
)

NONE = (0, 0, 0, 0)
Q = (100, 5, 101, 6)  # bid, bid size, ask, ask size


def imported(tmp_path: Path, data: bytes, symbol: str | None = None) -> list[tuple[Any, ...]]:
    (tmp_path / "in.dbn").write_bytes(data)
    import_tape([tmp_path / "in.dbn"], tmp_path / "out.parquet", symbol, None)
    return rows_of(read_tape(tmp_path / "out.parquet"))


def refusal(tmp_path: Path, data: bytes) -> str:
    with pytest.raises(InputError) as caught:
        imported(tmp_path, data)
    assert [path.name for path in tmp_path.iterdir()] == ["in.dbn"]  # nothing left behind
    message = str(caught.value)
    assert "in.dbn" in message
    assert "\n" not in message
    return message


def level(bid: int | None, bid_size: int, ask: int | None, ask_size: int) -> tuple[int | None, int, int | None, int]:
    return bid, bid_size, ask, ask_size


def test_trades_become_trades_without_a_quote(tmp_path: Path) -> None:
    data = dbn_bytes("trades", [trade(100, 2, "B", 0), trade(99, 3, "A", 0), trade(99, 1, "N", 4)])
    assert imported(tmp_path, data) == [(0, "T", 100, 2, 1, NONE), (0, "T", 99, 3, -1, NONE), (4, "T", 99, 1, 0, NONE)]


@pytest.mark.parametrize("version", [1, 2, 3])
def test_every_version_of_the_format_is_read(tmp_path: Path, version: int) -> None:
    data = dbn_bytes("trades", [trade(100, 2, "B", 0)], version=version)
    assert imported(tmp_path, data) == [(0, "T", 100, 2, 1, NONE)]


def test_tbbo_brings_a_quote_before_each_trade_whose_quote_differs(tmp_path: Path) -> None:
    records = [
        mbp1("T", 101, 2, "B", 0, Q, flags=0),
        mbp1("T", 101, 1, "B", 1, Q, flags=0),
        mbp1("T", 100, 1, "A", 2, (100, 5, 101, 7), flags=0),
    ]
    assert imported(tmp_path, dbn_bytes("tbbo", records)) == [
        (0, "Q", *Q),
        (0, "T", 101, 2, 1, Q),
        (1, "T", 101, 1, 1, Q),
        (2, "Q", 100, 5, 101, 7),
        (2, "T", 100, 1, -1, (100, 5, 101, 7)),
    ]


def test_mbp1_keeps_its_quotes_where_they_change_at_the_end_of_an_event(tmp_path: Path) -> None:
    records = [
        mbp1("A", 100, 5, "B", 0, Q),
        mbp1("M", 100, 5, "B", 1, Q),  # deeper in the book: the top is the same
        mbp1("T", 101, 4, "B", 2, (1, 1, 2, 2), flags=0),  # its own quote is ignored
        mbp1("C", 101, 4, "A", 2, (100, 5, 101, 4), flags=0),  # the event goes on
        mbp1("C", 101, 2, "A", 2, (100, 5, 101, 2)),
    ]
    assert imported(tmp_path, dbn_bytes("mbp-1", records)) == [
        (0, "Q", *Q),
        (2, "T", 101, 4, 1, Q),
        (2, "Q", 100, 5, 101, 2),
    ]


def test_an_undefined_price_is_an_absent_side_and_a_trade_still_carries_the_last_valid_quote(tmp_path: Path) -> None:
    records = [
        mbp1("A", 100, 5, "B", 0, Q),
        mbp1("C", 101, 6, "A", 1, (100, 5, None, 9)),
        mbp1("T", 100, 1, "A", 2, (100, 5, None, 0), flags=0),
    ]
    assert imported(tmp_path, dbn_bytes("mbp-1", records)) == [
        (0, "Q", *Q),
        (1, "Q", 100, 5, 0, 0),
        (2, "T", 100, 1, -1, Q),
    ]


def test_mbo_rebuilds_the_book_from_a_snapshot_that_lies_before_the_session(tmp_path: Path) -> None:
    hour = 3_600_000_000_000
    records = [
        mbo("R", 0, 0, 0, "N", -hour, SNAPSHOT),
        mbo("A", 1, 100, 5, "B", -hour, SNAPSHOT),
        mbo("A", 2, 101, 6, "A", -hour, SNAPSHOT),
        mbo("A", 3, 99, 1, "B", 0),  # the first event shows the book, though its top did not change
        mbo("T", 0, 101, 6, "B", 5, 0),
        mbo("F", 2, 101, 6, "A", 5, 0),
        mbo("C", 2, 101, 6, "A", 5),
    ]
    assert imported(tmp_path, dbn_bytes("mbo", records)) == [
        (0, "Q", *Q),
        (5, "T", 101, 6, 1, Q),
        (5, "Q", 100, 5, 0, 0),
    ]


@pytest.mark.parametrize("chunk", [1, 2, 3, 100])
def test_records_are_the_same_however_they_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    records = [mbp1("A", 100, 5, "B", at, (100, at, 101, 6)) for at in range(1, 9)]
    records[3:3] = [mbp1("T", 101, 1, "B", 4, Q, flags=0)]
    whole = imported(tmp_path, dbn_bytes("mbp-1", records))
    monkeypatch.setattr(dbn_file, "CHUNK", chunk)
    assert imported(tmp_path, zstd(dbn_bytes("mbp-1", records))) == whole
    assert len(whole) == 9


def test_records_of_other_kinds_and_longer_records_are_understood(tmp_path: Path) -> None:
    """Live recordings mix in system messages, and add a sending time of 8 bytes behind each record."""
    plain = [trade(100, 2, "B", 0), trade(101, 2, "B", 1)]
    longer = [bytes([14]) + bytes(each)[1:] + bytes(8) for each in plain]
    mixed = [bytes(plain[0]), bytes(dbn.SystemMsg(T0, "heartbeat")), longer[1]]
    whole = imported(tmp_path, dbn_bytes("trades", plain))
    assert imported(tmp_path, dbn_bytes("trades", longer)) == whole
    assert imported(tmp_path, dbn_bytes("trades", mixed)) == whole


BOTH = {"ESH4": 1, "ESM4": 2, "ESH4-ESM4": 3}
THREE = [trade(100, 1, "B", 0, 1), trade(200, 1, "B", 1, 2), trade(-4, 1, "B", 2, 3)]


def test_one_contract_of_several_is_chosen_by_month_and_the_rest_is_counted(tmp_path: Path) -> None:
    (tmp_path / "in.dbn").write_bytes(dbn_bytes("trades", THREE, BOTH))
    done = import_tape([tmp_path / "in.dbn"], tmp_path / "out.parquet", None, ContractMonth(2024, 6))
    assert rows_of(read_tape(tmp_path / "out.parquet")) == [(1, "T", 200, 1, 1, NONE)]
    assert str(done.meta.contract_month) == "2024-06"
    assert done.dropped == {"of another instrument": 2}


def test_without_a_choice_among_several_the_names_are_listed(tmp_path: Path) -> None:
    message = refusal(tmp_path, dbn_bytes("trades", THREE, BOTH))
    assert re.search(r"holds ESH4, ESH4-ESM4, ESM4; choose one with --symbol and --contract", message)


def test_a_calendar_spread_is_never_chosen(tmp_path: Path) -> None:
    data = dbn_bytes("trades", [THREE[0], THREE[2]], {"ESH4": 1, "ESH4-ESM4": 3})
    assert imported(tmp_path, data) == [(0, "T", 100, 1, 1, NONE)]
    assert "holds ESH4-ESM4; expected a future of ES or MES" in refusal(
        tmp_path_of(tmp_path), dbn_bytes("trades", THREE, {"ESH4-ESM4": 3})
    )


def tmp_path_of(tmp_path: Path) -> Path:
    folder = tmp_path / "other"
    folder.mkdir()
    return folder


def test_symbol_tells_es_from_mes(tmp_path: Path) -> None:
    data = dbn_bytes("trades", [trade(100, 1, "B", 0, 1), trade(200, 1, "B", 1, 2)], {"ESH4": 1, "MESH4": 2})
    assert imported(tmp_path, data, symbol="MES") == [(1, "T", 200, 1, 1, NONE)]


def test_a_file_without_names_must_hold_one_instrument(tmp_path: Path) -> None:
    assert imported(tmp_path, dbn_bytes("trades", [trade(100, 1, "B", 0)], {}), symbol="ES")
    message = refusal(tmp_path_of(tmp_path), dbn_bytes("trades", THREE, {}))
    assert "several instruments" in message


def off_grid(schema: str) -> dbn.TradeMsg | dbn.MBOMsg:
    if schema == "trades":
        return dbn.TradeMsg(1, 17077, T0, price(100) + 1, 1, dbn.Action.TRADE, dbn.Side.BID, 0, T0)
    return dbn.MBOMsg(1, 17077, T0, 1, price(100) + 1, 1, dbn.Action.ADD, dbn.Side.BID, T0, LAST)


@pytest.mark.parametrize(
    ("schema", "records", "expected"),
    [
        ("trades", [trade(100, 1, "B", 0), off_grid("trades")], "record 2: price 25.000000001 is off the grid"),
        ("mbo", [mbo("A", 1, 100, 1, "B", 0), off_grid("mbo")], "record 2: price 25.000000001 is off the grid"),
        ("trades", [trade(100, 1, "B", 5), trade(100, 1, "B", 4)], "record 2: ts_event .* lies before"),
        ("mbo", [mbo("A", 1, 100, 1, "B", 5), mbo("A", 2, 100, 1, "B", 4)], "record 2: ts_event .* lies before"),
        ("trades", [trade(100, 2**31, "B", 0)], "record 1: size 2147483648 is out of range"),
        ("trades", [trade(-100, 1, "B", 0)], "record 1: price -25.0 is out of range"),
        ("mbo", [mbo("A", 1, 2**31 // 100, 1, "B", 0)], "record 1: price .* is out of range"),
        ("mbo", [mbo("A", 1, 100, 1, "B", 0, SNAPSHOT)], "no quote and no trade"),
        ("trades", [], "no quote and no trade"),
        ("ohlcv-1m", [], "DBN schema ohlcv-1m; expected trades, mbp-1, tbbo, mbo"),
        ("trades", [b"\0" * 48], "record 1: 0 bytes long"),
        (
            "trades",
            [dbn.TradeMsg(1, 17077, T0, UNDEF, 1, dbn.Action.TRADE, dbn.Side.BID, 0, T0)],
            "record 1: a trade without a price",
        ),
    ],
)
def test_what_cannot_be_imported_is_named(tmp_path: Path, schema: str, records: list[Any], expected: str) -> None:
    assert re.search(expected, refusal(tmp_path, dbn_bytes(schema, records)))


@pytest.mark.parametrize("compressed", [False, True])
def test_a_file_cut_anywhere_but_between_records_is_refused(tmp_path: Path, compressed: bool) -> None:
    plain = dbn_bytes("trades", [trade(100 + at % 7, 1 + at % 5, "B", at) for at in range(20)])
    header = len(plain) - 20 * 48
    data = zstd(plain) if compressed else plain
    for length in np.linspace(1, len(data) - 1, 50).astype(int):
        if compressed or (length - header) % 48:
            refusal(tmp_path, data[:length])


def test_a_damaged_header_never_ends_in_a_traceback(tmp_path: Path) -> None:
    plain = dbn_bytes("trades", [trade(100, 1, "B", 0)])
    refused = 0
    for at in range(0, len(plain) - 48, 3):
        (tmp_path / "in.dbn").write_bytes(plain[:at] + b"\xff\xff\xff" + plain[at + 3 :])
        try:
            import_tape([tmp_path / "in.dbn"], tmp_path / "out.parquet", None, None)
        except InputError:
            refused += 1
    assert refused > 10


@pytest.mark.parametrize("at", [-T0, 3 * 10**18])
def test_a_time_of_another_age_is_refused(tmp_path: Path, at: int) -> None:
    message = refusal(tmp_path, dbn_bytes("trades", [trade(100, 2, "B", at)]))
    assert re.search(rf"time {T0 + at}; expected nanoseconds since 1970, from 1990 to 2099", message)
