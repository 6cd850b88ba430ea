"""LEAN's tick zips: one UTC day, trades and quotes apart, several expiries in each."""

import re
from collections.abc import Generator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from system.domain.errors import InputError
from system.domain.instrument import ContractMonth
from system.domain.ticks import Batch, empty_batch
from system.storage.importing.merge import merge_by_time
from system.storage.importing.run import Imported, import_tape
from tests.storage import recordings
from tests.storage.recordings import lean_zip, read_tape

MIDNIGHT = int(datetime(2013, 10, 7, tzinfo=UTC).timestamp()) * 1_000_000_000
MS = 1_000_000
TRADE = "20131007_es_tick_trade_201312.csv"
QUOTE = "20131007_es_tick_quote_201312.csv"
NONE = (0, 0, 0, 0)


def rows_of(batch: Batch) -> list[tuple[object, ...]]:
    """As elsewhere, times in ms since midnight."""
    return [((ts + recordings.T0 - MIDNIGHT) / MS, *rest) for ts, *rest in recordings.rows_of(batch)]


def imported(
    tmp_path: Path, *zips: Path, contract: ContractMonth | None = None, symbol: str | None = None
) -> tuple[list[tuple[object, ...]], Imported]:
    done = import_tape(list(zips), tmp_path / "out.parquet", symbol, contract)
    return rows_of(read_tape(tmp_path / "out.parquet")), done


def trades(tmp_path: Path, *lines: str, name: str = TRADE) -> Path:
    return lean_zip(tmp_path / "20131007_trade.zip", {name: lines})


def test_quotes_and_trades_of_a_day_are_merged_by_time_quotes_first(tmp_path: Path) -> None:
    quote = lean_zip(
        tmp_path / "20131007_quote.zip",
        {QUOTE: ["5,1680,10,1680.25,20,usa,0", "7,1680,11,,,usa,0", "7,,,1680.5,21,usa,0", "9,1680,1,1680.25,1,usa,1"]},
    )
    trade = trades(tmp_path, "4,1680,1,usa,,0", "7,1680.25,2,usa,,0", "8.5,1680.25,3,usa,x,0", "9,1,1,usa,,1")
    rows, done = imported(tmp_path, trade, quote)
    first, second, third = (6720, 10, 6721, 20), (6720, 11, 6721, 20), (6720, 11, 6722, 21)
    assert rows == [
        (4, "T", 6720, 1, 0, NONE),
        (5, "Q", *first),
        (7, "Q", *second),
        (7, "Q", *third),
        (7, "T", 6721, 2, 0, third),
        (8.5, "T", 6721, 3, 0, third),
    ]
    assert (done.meta.symbol, str(done.meta.contract_month), done.meta.source) == ("ES", "2013-12", "LEAN tick")
    assert done.dropped == {"marked suspicious": 2}


def test_an_empty_side_is_carried_forward_and_absent_before_the_first(tmp_path: Path) -> None:
    quote = lean_zip(tmp_path / "q.zip", {QUOTE: ["1,1680,10,,,usa,0", "2,,,1680.25,5,usa,0", "3,1679.75,9,0,0,usa,0"]})
    rows, _ = imported(tmp_path, quote)
    assert rows == [(1, "Q", 6720, 10, 0, 0), (2, "Q", 6720, 10, 6721, 5), (3, "Q", 6719, 9, 6721, 5)]


def test_a_day_without_quotes_is_a_tape_of_trades(tmp_path: Path) -> None:
    assert imported(tmp_path, trades(tmp_path, "4,1680,1,usa,,0"))[0] == [(4, "T", 6720, 1, 0, NONE)]


SEVERAL = {
    "20131007_es_tick_trade_201312.csv": ["4,1680,1,usa,,0"],
    "20131007_es_tick_trade_20140321.csv": ["4,1670,2,usa,,0"],
    "20131007_es_tick_openinterest_201312.csv": ["0,2000000"],
}


def test_the_front_month_is_taken_unless_another_is_asked_for(tmp_path: Path) -> None:
    path = lean_zip(tmp_path / "t.zip", SEVERAL)
    rows, done = imported(tmp_path, path)
    assert (rows[0][2], done.dropped) == (6720, {"files of another contract": 1})
    assert imported(tmp_path, path, contract=ContractMonth(2014, 3))[0][0][2] == 6680
    with pytest.raises(InputError, match="holds 2013-12, 2014-03, not 2014-06; choose one with --contract"):
        imported(tmp_path, path, contract=ContractMonth(2014, 6))


def test_without_the_front_month_the_only_contract_is_taken(tmp_path: Path) -> None:
    path = trades(tmp_path, "4,1680,1,usa,,0", name="20131007_es_tick_trade_201406.csv")
    assert str(imported(tmp_path, path)[1].meta.contract_month) == "2014-06"


def test_days_follow_one_another_in_the_order_of_time(tmp_path: Path) -> None:
    second = lean_zip(tmp_path / "a.zip", {"20131008_es_tick_trade_201312.csv": ["1,1680,1,usa,,0"]})
    first = lean_zip(tmp_path / "b.zip", {TRADE: ["4,1680,1,usa,,0"]})
    assert [row[0] for row in imported(tmp_path, second, first)[0]] == [4, 86_400_001]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["4,1680,1,usa,,0", "3,1680,1,usa,,0"], "line 2: time"),
        (["4,1680.1,1,usa,,0"], "line 1: price is 1680.1; expected on the grid"),
        (["4,1680,1,usa,,0", "5,,1,usa,,0"], "line 2: a trade without price"),
        (["4,1680,1,usa,,0", "5,1680,1"], "line 2: 3 fields; expected 6"),
        (["4,1680,x,usa,,0"], "line 1: size is 'x'; expected a number"),
        (["86400000,1680,1,usa,,0"], "line 1: time is 86400000; expected milliseconds since midnight UTC"),
        ([",1680,1,usa,,0"], "line 1: time is"),
        ([], "no quote and no trade"),
    ],
)
def test_the_line_of_a_bad_row_is_named(tmp_path: Path, lines: list[str], expected: str) -> None:
    path = trades(tmp_path, *lines)
    with pytest.raises(InputError) as caught:
        imported(tmp_path, path)
    assert re.search(expected, str(caught.value))
    assert str(path) in str(caught.value)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("20131007_es_minute_trade_201312.csv", "holds minute bars; expected ticks"),
        ("20131007_gc_tick_trade_201312.csv", "holds GC; expected ES or MES"),
        ("readme.txt", "not LEAN's tick data"),
        ("20131007_es_tick_trade_201313.csv", "expected March"),
        ("20131007_es_tick_openinterest_201312.csv", "expected LEAN ticks"),
    ],
)
def test_a_zip_of_anything_else_is_refused(tmp_path: Path, name: str, expected: str) -> None:
    with pytest.raises(InputError, match=expected):
        imported(tmp_path, trades(tmp_path, "4,1680,1,usa,,0", name=name))


def test_the_same_day_twice_is_refused(tmp_path: Path) -> None:
    zips = [lean_zip(tmp_path / name, {TRADE: ["4,1680,1,usa,,0"]}) for name in ("a.zip", "b.zip")]
    with pytest.raises(InputError, match="the same day's trades or quotes twice"):
        imported(tmp_path, *zips)


def test_a_zip_cut_anywhere_or_damaged_in_the_middle_is_refused(tmp_path: Path) -> None:
    path = trades(tmp_path, *(f"{at},{1680 + at % 5 / 4},{at % 7 + 1},usa,,0" for at in range(3000)))
    whole = path.read_bytes()
    for length in np.linspace(1, len(whole) - 1, 20).astype(int):
        path.write_bytes(whole[:length])
        with pytest.raises(InputError, match=re.escape(str(path))):
            imported(tmp_path, path)
    middle = len(whole) // 2
    path.write_bytes(whole[:middle] + bytes(20) + whole[middle + 20 :])
    with pytest.raises(InputError, match=re.escape(str(path))):
        imported(tmp_path, path)
    assert list(tmp_path.iterdir()) == [path]


def stream(times: list[int], cuts: set[int], size: int) -> Generator[Batch, None, None]:
    batch = empty_batch(len(times))
    batch["ts_ns"] = sorted(times)
    batch["size"] = size + np.arange(len(times))
    yield from np.split(batch, sorted(cuts))


SORTED = st.lists(st.integers(0, 9), max_size=25)
CUTS = st.sets(st.integers(0, 25))


@settings(deadline=None)
@given(first=SORTED, second=SORTED, first_cuts=CUTS, second_cuts=CUTS)
def test_two_streams_merge_stably_however_they_are_cut(
    first: list[int], second: list[int], first_cuts: set[int], second_cuts: set[int]
) -> None:
    parts = list(merge_by_time(stream(first, first_cuts, 100), stream(second, second_cuts, 200)))
    merged = [(int(event["ts_ns"]), int(event["size"])) for part in parts for event in part]
    whole = [*enumerate(sorted(first), 100), *enumerate(sorted(second), 200)]
    assert merged == sorted(((at, size) for size, at in whole), key=lambda pair: pair[0])
