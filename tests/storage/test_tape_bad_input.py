"""Each way in which a file is not a right tape: one line that names the file, the row and what was expected."""

import os
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from system.domain.errors import InputError
from system.storage.tape import TapeReader
from system.storage.tape_rows import to_arrow
from tests.storage.recordings import T0, quotes, read_tape, tape_file


def table(count: int = 10) -> pa.Table:
    return pa.Table.from_batches([to_arrow(quotes(count))])


def with_value(name: str, row: int, value: int | None, kind: pa.DataType | None = None) -> pa.Table:
    """A tape of quotes with one value changed, its column in another type if need be."""
    good = table()
    values = good[name].to_pylist()
    values[row - 1] = value
    at = good.schema.get_field_index(name)
    return good.set_column(at, name, pa.array(values, kind or good.schema.field(name).type))


def refusal(path: Path, max_events: int = 4) -> str:
    with pytest.raises(InputError) as caught:
        read_tape(path, max_events)
    message = str(caught.value)
    assert "\n" not in message
    assert str(path) in message
    return message


ROWS = {
    "unknown kind": (lambda: with_value("kind", 7, 4), r"row 7: kind is 4; expected 0 quote, 1 trade, 2 gap or 3 seed"),
    "kind out of range": (lambda: with_value("kind", 7, 256, pa.int64()), "row 7: kind is 256"),
    "negative kind": (lambda: with_value("kind", 7, -1, pa.int64()), "row 7: kind is -1"),
    "null kind": (lambda: with_value("kind", 7, None), "row 7: kind is null"),
    "null time": (lambda: with_value("ts_ns", 7, None), "row 7: ts_ns is null"),
    "too large for 32 bits": (
        lambda: with_value("bid_ticks", 7, 2**31, pa.int64()),
        "row 7: bid_ticks is 2147483648; expected -2147483648 to 2147483647",
    ),
    "too large, unsigned": (
        lambda: with_value("ask_size", 7, 2**63, pa.uint64()),
        "row 7: ask_size is 9223372036854775808",
    ),
    "unknown side": (lambda: with_value("side", 7, 2), "row 7: side is 2; expected 1, -1 or 0"),
    "backwards inside a batch": (lambda: with_value("ts_ns", 7, T0), "row 7: time .* expected times in order"),
    "backwards across batches": (lambda: with_value("ts_ns", 5, T0), "row 5: time"),
    "seconds for nanoseconds": (lambda: with_value("ts_ns", 1, T0 // 10**9), "row 1: time 1703541600; .* since 1970"),
    "microseconds": (lambda: with_value("ts_ns", 1, T0 // 1000), "row 1: time 1703541600000000; expected nanoseconds"),
    "a time before 1970": (lambda: with_value("ts_ns", 1, -(2**63)), "row 1: time -9223372036854775808; expected"),
    "a time that no order would live to see": (lambda: with_value("ts_ns", 10, 2**63 - 1), "row 10: time 9223.*; exp"),
}


@pytest.mark.parametrize(("make", "expected"), ROWS.values(), ids=ROWS)
def test_a_bad_row_is_named(tmp_path: Path, make: Callable[[], pa.Table], expected: str) -> None:
    pq.write_table(make(), tmp_path / "t.parquet")
    assert re.search(expected, refusal(tmp_path / "t.parquet"))


@pytest.mark.parametrize("name", ["price_ticks", "size"])
def test_a_trade_without_price_or_size_is_named(tmp_path: Path, name: str) -> None:
    bad = with_value("kind", 7, 1)
    at = bad.schema.get_field_index(name)
    pq.write_table(bad.set_column(at, name, pa.nulls(10, pa.int32())), tmp_path / "t.parquet")
    assert f"row 7: a trade's {name} is null" in refusal(tmp_path / "t.parquet")


@pytest.mark.parametrize("name", ["seed_price_size", "seed_size"])
def test_a_seed_row_without_its_two_sums_is_named(tmp_path: Path, name: str) -> None:
    batch = quotes(10)
    batch["kind"][6] = 3
    good = pa.Table.from_batches([to_arrow(batch)])
    pq.write_table(good.drop_columns([name]), tmp_path / "missing.parquet")
    assert f"row 7: a seed row, but no column {name}" in refusal(tmp_path / "missing.parquet")
    at = good.schema.get_field_index(name)
    pq.write_table(good.set_column(at, name, pa.nulls(10, pa.int64())), tmp_path / "null.parquet")
    assert f"row 7: a seed's {name} is null" in refusal(tmp_path / "null.parquet")


def test_a_seed_of_negative_volume_is_named(tmp_path: Path) -> None:
    batch = quotes(10)
    batch["kind"][6], batch["seed_size"][6] = 3, -1
    pq.write_table(pa.Table.from_batches([to_arrow(batch)]), tmp_path / "t.parquet")
    assert "row 7: seed_size is -1" in refusal(tmp_path / "t.parquet")


@pytest.mark.parametrize("name", ["ts_ns", "kind", "price_ticks", "ask_size"])
def test_a_missing_column_is_named(tmp_path: Path, name: str) -> None:
    pq.write_table(table().drop_columns([name]), tmp_path / "t.parquet")
    assert f"no column {name}" in refusal(tmp_path / "t.parquet")


@pytest.mark.parametrize(
    ("name", "kind"),
    [("bid_ticks", pa.float64()), ("kind", pa.string()), ("ts_ns", pa.timestamp("ns")), ("side", pa.string())],
)
def test_a_column_of_another_type_is_named(tmp_path: Path, name: str, kind: pa.DataType) -> None:
    good = table()
    at = good.schema.get_field_index(name)
    pq.write_table(good.set_column(at, name, good[name].cast(kind)), tmp_path / "t.parquet")
    assert re.search(rf"column {name} is .*; expected", refusal(tmp_path / "t.parquet"))


def test_a_column_that_comes_twice_is_named(tmp_path: Path) -> None:
    good = table()
    twice = pa.Table.from_arrays([*good.columns, good["size"]], names=[*good.column_names, "size"])
    pq.write_table(twice, tmp_path / "t.parquet")
    assert "two columns size; expected one" in refusal(tmp_path / "t.parquet")


def test_a_table_in_decimal_prices_is_told_what_makes_it_a_tape(tmp_path: Path) -> None:
    pq.write_table(pa.table({"ts_ns": [1], "kind": ["quote"], "price": [1.0]}), tmp_path / "t.parquet")
    assert "bn tape import" in refusal(tmp_path / "t.parquet")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("symbol", "NQ"),
        ("symbol", "NQH4"),
        ("contract_month", "2024-13"),
        ("contract_month", "soon"),
        ("tick_size", "0.5"),
        ("tick_size", "x"),
        ("seed", "x"),
    ],
)
def test_metadata_that_cannot_be_ours_is_refused(tmp_path: Path, key: str, value: str) -> None:
    pq.write_table(table().replace_schema_metadata({key: value}), tmp_path / "t.parquet")
    assert re.search(rf"{value}.*expected", refusal(tmp_path / "t.parquet"))


def test_a_tape_without_rows_is_refused(tmp_path: Path) -> None:
    pq.write_table(table().slice(0, 0), tmp_path / "t.parquet")
    assert "without any event" in refusal(tmp_path / "t.parquet")


def test_files_that_are_no_parquet_are_refused(tmp_path: Path) -> None:
    for name, content, expected in (
        ("empty", b"", "empty"),
        ("text", b"ts_ns,kind\n" * 9, "not a Parquet"),
        ("tiny", b"P", "not a Parquet"),
        ("four", b"PAR1", "cut off|damaged"),
        ("footer", b"PAR1" + b"\xff" * 40 + b"PAR1", "damaged"),
    ):
        (tmp_path / name).write_bytes(content)
        assert re.search(expected, refusal(tmp_path / name))


def test_a_tape_cut_anywhere_is_refused(tmp_path: Path) -> None:
    whole = tape_file(tmp_path / "whole.parquet", quotes(500)).read_bytes()
    for length in np.linspace(1, len(whole) - 1, 60).astype(int):
        (tmp_path / "cut.parquet").write_bytes(whole[:length])
        refusal(tmp_path / "cut.parquet")


def test_a_tape_with_a_damaged_middle_never_ends_in_a_traceback(tmp_path: Path) -> None:
    whole = tape_file(tmp_path / "whole.parquet", quotes(500)).read_bytes()
    refused = 0
    for at in range(4, len(whole) - 8, 37):
        (tmp_path / "bad.parquet").write_bytes(whole[:at] + bytes(8) + whole[at + 8 :])
        try:
            read_tape(tmp_path / "bad.parquet")
        except InputError:
            refused += 1
    assert refused > 5


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    assert "No such file" in refusal(tmp_path / "none.parquet")
    assert "is a folder" in refusal(tmp_path)


def test_a_pipe_and_a_device_are_refused_without_waiting_for_them(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert "is a pipe or a device; expected a file" in refusal(tmp_path / "pipe")
    assert "is a pipe or a device; expected a file" in refusal(Path("/dev/zero"))


def test_other_integer_widths_extra_and_missing_optional_columns_are_accepted(tmp_path: Path) -> None:
    good = table()
    for name, kind in (
        ("ts_ns", pa.uint64()),
        ("bid_ticks", pa.int64()),
        ("ask_ticks", pa.int16()),
        ("kind", pa.int64()),
    ):
        good = good.set_column(good.schema.get_field_index(name), name, good[name].cast(kind))
    good = good.drop_columns(["side", "seed_price_size", "seed_size"]).append_column("note", pa.nulls(10, pa.string()))
    pq.write_table(good, tmp_path / "t.parquet")
    assert np.array_equal(read_tape(tmp_path / "t.parquet"), quotes(10))


@pytest.mark.parametrize("name", ["bid_ticks", "bid_size"])
def test_a_quote_side_with_a_null_is_absent(tmp_path: Path, name: str) -> None:
    pq.write_table(with_value(name, 3, None), tmp_path / "t.parquet")
    batch = read_tape(tmp_path / "t.parquet")
    assert (batch["bid_ticks"][2], batch["bid_size"][2], batch["ask_size"][2]) == (0, 0, 10)
    assert (batch["bid_size"][[1, 3]] == 10).all()


@pytest.mark.parametrize("name", ["bid_size", "ask_size", "size"])
@pytest.mark.parametrize("kind", [pa.int32(), pa.int64()])
def test_a_size_under_0_means_what_0_does(tmp_path: Path, name: str, kind: pa.DataType) -> None:
    """METHOD.md 2: a side is missing, a trade invalid. It is no reason to refuse the tape."""
    pq.write_table(with_value(name, 7, -5, kind), tmp_path / "t.parquet")
    expected = quotes(10)
    expected[name][6] = 0
    assert np.array_equal(read_tape(tmp_path / "t.parquet", 4), expected)


def test_nulls_in_what_a_kind_does_not_use_are_zero(tmp_path: Path) -> None:
    good = table()
    for name in ("price_ticks", "size", "side"):
        kind = good.schema.field(name).type
        good = good.set_column(good.schema.get_field_index(name), name, pa.nulls(10, kind))
    pq.write_table(good, tmp_path / "t.parquet")
    assert np.array_equal(read_tape(tmp_path / "t.parquet"), quotes(10))


@pytest.mark.parametrize(
    ("pairs", "symbol", "month"),
    [
        ({}, "", None),
        ({"symbol": "ES", "contract month": "202403"}, "ES", "2024-03"),
        ({"symbol": "MES", "contract_month": "20240315"}, "MES", "2024-03"),
        ({"symbol": "ESH4"}, "ES", "2024-03"),
        ({"symbol": "ESH24", "contract_month": "ESM4"}, "ES", "2024-06"),
        ({"symbol": "MESZ3"}, "MES", "2023-12"),
        ({"symbol": "ESH9"}, "ES", "2019-03"),  # 2019-03 and 2029-03: nearer to December 2023 is 2019
        ({"symbol": "ESH8"}, "ES", "2028-03"),
        ({"symbol": "None", "seed": "", "source": "x"}, "", None),
    ],
)
def test_metadata_is_read_leniently(tmp_path: Path, pairs: dict[str, str], symbol: str, month: str | None) -> None:
    pq.write_table(table().replace_schema_metadata(pairs), tmp_path / "t.parquet")
    with TapeReader(tmp_path / "t.parquet") as tape:
        assert (tape.meta.symbol, tape.meta.contract_month and str(tape.meta.contract_month)) == (symbol, month)
