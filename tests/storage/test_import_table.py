"""CSV and Parquet tables in decimal prices: what becomes of them, and which line is named when one is wrong."""

import datetime as dt
import gzip
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from system.domain.errors import InputError
from system.storage.importing.run import import_tape
from tests.storage.recordings import T0, quotes, read_tape, rows_of, tape_file, zstd

HEADER = "ts_ns,kind,price,size,bid,ask,bid_size,ask_size,side"
NONE = (0, 0, 0, 0)
Q = (19200, 5, 19201, 6)
GOOD = [
    f"{T0},quote,,,4800.00,4800.25,5,6,",
    f"{T0},trade,4800.25,2,4700,4700.25,1,1,1",  # its own quote is ignored: there are quote rows
    f"{T0 + 7},quote,,,4800.00,,5,,",
    f"{T0 + 8},trade,4800,1,,,,,",
]
GOOD_ROWS = [(0, "Q", *Q), (0, "T", 19201, 2, 1, Q), (7, "Q", 19200, 5, 0, 0), (8, "T", 19200, 1, 0, Q)]


def imported(path: Path) -> list[tuple[object, ...]]:
    out = path.with_name("out.parquet")
    import_tape([path], out, "ES", None)
    return rows_of(read_tape(out))


def csv_file(tmp_path: Path, lines: list[str], header: str = HEADER) -> Path:
    path = tmp_path / "in.csv"
    path.write_text("\n".join([header, *lines, ""]))
    return path


def refusal(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        imported(path)
    assert [each.name for each in path.parent.iterdir()] == [path.name]  # nothing left behind
    message = str(caught.value)
    assert str(path) in message
    assert "\n" not in message
    return message


def test_a_csv_becomes_a_tape(tmp_path: Path) -> None:
    assert imported(csv_file(tmp_path, GOOD)) == GOOD_ROWS


@pytest.mark.parametrize(("suffix", "compress"), [(".gz", gzip.compress), (".zst", zstd)])
def test_a_compressed_csv_is_the_same(tmp_path: Path, suffix: str, compress: Callable[[bytes], bytes]) -> None:
    plain = csv_file(tmp_path, GOOD)
    packed = tmp_path / f"in.csv{suffix}"
    packed.write_bytes(compress(plain.read_bytes()))
    assert imported(packed) == GOOD_ROWS


@pytest.mark.parametrize("compress", [gzip.compress, zstd])
def test_a_compressed_csv_cut_in_half_is_refused(tmp_path: Path, compress: Callable[[bytes], bytes]) -> None:
    whole = compress(
        "\n".join([HEADER, *(f"{T0 + at},quote,,,4800,4800.25,{at % 97 + 1},6," for at in range(999))]).encode()
    )
    (tmp_path / "in.csv.z").write_bytes(whole[: len(whole) // 2])
    assert re.search("cut off|damaged|not a CSV", refusal(tmp_path / "in.csv.z"))


def test_blank_lines_quotes_order_of_columns_and_extra_columns_do_not_matter(tmp_path: Path) -> None:
    header = "note,side,ask_size,bid_size,ask,bid,size,price,kind,ts_ns"
    lines = [",".join(['"a, b"', *reversed(line.split(","))]) for line in GOOD]
    assert imported(csv_file(tmp_path, [lines[0], "", *lines[1:]], header)) == GOOD_ROWS


def test_a_table_without_quote_rows_gets_one_before_each_trade_whose_quote_differs(tmp_path: Path) -> None:
    lines = [
        f"{T0},trade,4800.25,2,4800,4800.25,5,6,1",
        f"{T0 + 1},trade,4800.25,3,4800,4800.25,5,6,1",
        f"{T0 + 2},trade,4800.25,3,4800,,5,,-1",
        f"{T0 + 3},trade,4800.25,3,4800,4800.25,5,6,0",
    ]
    assert imported(csv_file(tmp_path, lines)) == [
        (0, "Q", *Q),
        (0, "T", 19201, 2, 1, Q),
        (1, "T", 19201, 3, 1, Q),
        (2, "Q", 19200, 5, 0, 0),
        (2, "T", 19201, 3, -1, Q),
        (3, "Q", *Q),
        (3, "T", 19201, 3, 0, Q),
    ]


def test_a_table_of_trades_alone_needs_no_quote_columns(tmp_path: Path) -> None:
    path = csv_file(tmp_path, [f"{T0},trade,4800.25,2"], "ts_ns,kind,price,size")
    assert imported(path) == [(0, "T", 19201, 2, 0, NONE)]


def test_gap_and_seed_rows_pass_through(tmp_path: Path) -> None:
    lines = [f"{T0},gap,,,,,,,,,", f"{T0},seed,,,,,,,,384000,20", f"{T0},quote,,,4800,4800.25,5,6,,,"]
    import_tape(
        [csv_file(tmp_path, lines, HEADER + ",seed_price_size,seed_size")], tmp_path / "out.parquet", None, None
    )
    batch = read_tape(tmp_path / "out.parquet")
    assert batch["kind"].tolist() == [2, 3, 0]
    assert (batch["seed_price_size"][1], batch["seed_size"][1]) == (384_000, 20)


ONE_BAD = {
    "off the grid": (f"{T0 + 9},trade,4800.10,1,,,,,", r"price is 4800\.1; expected on the grid of 0\.25"),
    "NaN": (f"{T0 + 9},trade,nan,1,,,,,", "price is nan; expected a price"),
    "infinite": (f"{T0 + 9},trade,inf,1,,,,,", "price is inf; expected a price"),
    "negative price": (f"{T0 + 9},quote,,,-1,1,5,6,", "bid is -1; expected a price"),
    "bid NaN": (f"{T0 + 9},quote,,,NaN,1,5,6,", "bid is nan; expected a price"),
    "no price": (f"{T0 + 9},trade,,1,,,,,", "a trade without price"),
    "no size": (f"{T0 + 9},trade,4800,,,,,,", "a trade without size"),
    "negative size": (f"{T0 + 9},trade,4800,-2,,,,,", "size is -2; expected contracts, 0 or more"),
    "half a contract": (f"{T0 + 9},trade,4800,1.5,,,,,", "size is 1.5; expected contracts"),
    "huge size": (f"{T0 + 9},quote,,,4800,4801,3000000000,6,", "bid_size is 3000000000; expected contracts"),
    "unknown kind": (f"{T0 + 9},bid,4800,1,,,,,", "kind is 'bid'; expected quote, trade, gap or seed"),
    "no kind": (f"{T0 + 9},,4800,1,,,,,", "kind is None; expected quote"),
    "unknown side": (f"{T0 + 9},trade,4800,1,,,,,2", "side is 2; expected 1, -1, 0 or nothing"),
    "backwards": (f"{T0 + 7},trade,4800,1,,,,,", "lies before .* expected times in order"),
    "no time": (",trade,4800,1,,,,,", "no ts_ns; expected an integer"),
    "a word for a price": (f"{T0 + 9},trade,abc,1,,,,,", "price is 'abc'; expected a number"),
    "a fraction for a time": ("1.5e18,trade,4800,1,,,,,", "ts_ns is '1.5e18'; expected an integer"),
    "too few fields": (f"{T0 + 9},trade", "2 fields; expected 9"),
    "too many fields": (f"{T0 + 9},trade,4800,1,,,,,,,", "11 fields; expected 9"),
    "a seed without sums": (f"{T0 + 9},seed,,,,,,,", "a seed, but no column seed_price_size"),
}


@pytest.mark.parametrize(("line", "expected"), ONE_BAD.values(), ids=ONE_BAD)
def test_the_line_of_a_bad_row_is_named(tmp_path: Path, line: str, expected: str) -> None:
    """The blank line makes it line 7 of the file."""
    message = refusal(csv_file(tmp_path, [*GOOD[:1], "", *GOOD[1:], line, f"{T0 + 10},trade,4800,1,,,,,"]))
    assert re.search(rf"in\.csv: line 7: .*{expected}", message)


def test_one_bad_row_in_a_million_is_named_and_nothing_is_left(tmp_path: Path) -> None:
    rows = 1_000_000
    line = f"{T0},quote,,,4800.00,4800.25,5,6,\n"
    with (tmp_path / "in.csv").open("w") as file:
        file.write(HEADER + "\n")
        file.write(line * (rows - 2))
        file.write(f"{T0},quote,,,4800.00,4800.30,5,6,\n")
        file.write(line)
    assert "in.csv: line 1000000: ask is 4800.3; expected on the grid" in refusal(tmp_path / "in.csv")


def test_a_missing_column_and_a_doubled_one_are_named(tmp_path: Path) -> None:
    assert "no column size" in refusal(csv_file(tmp_path, [], "ts_ns,kind,price"))
    assert "separated by commas" in refusal(csv_file(tmp_path, [], "ts_ns;kind;price;size"))
    assert "no column ask" in refusal(csv_file(tmp_path, [], "ts_ns,kind,price,size,bid,bid_size,ask_size"))
    assert "two columns price" in refusal(csv_file(tmp_path, [], HEADER + ",price"))


def test_a_quote_row_in_a_table_without_quote_columns_is_named(tmp_path: Path) -> None:
    path = csv_file(tmp_path, [f"{T0},trade,4800,1", f"{T0},quote,,"], "ts_ns,kind,price,size")
    assert "line 3: a quote, but no columns bid, ask" in refusal(path)


def test_a_header_alone_and_an_empty_file_are_refused(tmp_path: Path) -> None:
    assert "no quote and no trade" in refusal(csv_file(tmp_path, []))
    (tmp_path / "in.csv").write_bytes(b"")
    assert "empty" in refusal(tmp_path / "in.csv")


def test_bytes_of_no_known_format_are_refused(tmp_path: Path) -> None:
    (tmp_path / "in.bin").write_bytes(bytes(range(256)) * 9)
    assert "unknown format; expected Databento DBN" in refusal(tmp_path / "in.bin")


def parquet(path: Path, **columns: pa.Array) -> Path:
    pq.write_table(pa.table(columns), path)
    return path


def table_columns() -> dict[str, pa.Array]:
    return {
        "ts_ns": pa.array([T0, T0, T0 + 7, T0 + 8]),
        "kind": pa.array(["quote", "trade", "quote", "trade"]),
        "price": pa.array([None, 4800.25, None, 4800.0]),
        "size": pa.array([None, 2, None, 1]),
        "bid": pa.array([4800.0, 1.1, 4800.0, None]),
        "ask": pa.array([4800.25, 1.2, None, None]),
        "bid_size": pa.array([5, 1, 5, None]),
        "ask_size": pa.array([6, 1, None, None]),
        "side": pa.array([None, 1, None, None], pa.int8()),
    }


OTHER_TYPES = {
    "as it is": {},
    "dictionary of kinds": {"kind": table_columns()["kind"].dictionary_encode()},
    "large strings": {"kind": table_columns()["kind"].cast(pa.large_string())},
    "kinds by number": {"kind": pa.array([0, 1, 0, 1], pa.uint8())},
    "times as timestamps": {"ts_ns": pa.array([T0, T0, T0 + 7, T0 + 8], pa.int64()).cast(pa.timestamp("ns", "UTC"))},
    "decimals": {"price": pa.array([None, Decimal("4800.25"), None, Decimal("4800.00")])},
    "sizes as floats": {"size": pa.array([float("nan"), 2.0, float("nan"), 1.0])},
    "no side at all": {"side": pa.array([None, 1, None, None], pa.float64())},
}


@pytest.mark.parametrize("change", OTHER_TYPES.values(), ids=OTHER_TYPES)
def test_a_parquet_table_in_any_fitting_types_becomes_the_same_tape(
    tmp_path: Path, change: dict[str, pa.Array]
) -> None:
    assert imported(parquet(tmp_path / "in.parquet", **{**table_columns(), **change})) == GOOD_ROWS


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"price": pa.array([None, 4800.1, None, 4800.0])}, "row 2: price is 4800.1; expected on the grid"),
        (
            {"ask": pa.array([4800.25, 1.2, float("nan"), None]), "ask_size": pa.array([6, 1, 6, None])},
            "row 3: ask is nan",
        ),
        ({"ts_ns": pa.array([T0, T0, T0 + 9, T0 + 8])}, "row 4: time"),
        ({"ts_ns": pa.array([T0, None, T0, T0])}, "row 2: no ts_ns"),
        ({"kind": pa.array(["quote", "x", "quote", "trade"])}, "row 2: kind is 'x'"),
        ({"kind": pa.array([dt.date(2024, 1, 1)] * 4)}, "kind is .*; expected quote"),
        ({"price": pa.array(["a"] * 4)}, "column price is string; expected numbers"),
        ({"ts_ns": pa.array([1.0] * 4)}, "column ts_ns is double; expected 64-bit integers"),
    ],
)
def test_the_row_of_a_bad_parquet_table_is_named(tmp_path: Path, change: dict[str, pa.Array], expected: str) -> None:
    path = parquet(tmp_path / "in.parquet", **{**table_columns(), **change})
    assert re.search(expected, refusal(path))


def test_tapes_can_be_joined_in_the_order_of_time(tmp_path: Path) -> None:
    late = tape_file(tmp_path / "a.parquet", quotes(2, T0 + 10))
    early = tape_file(tmp_path / "b.parquet", quotes(1, T0))
    done = import_tape([late, early], tmp_path / "out.parquet", None, None)
    assert (done.events, done.meta.symbol, done.sources) == (3, "ES", (str(early), str(late)))


def test_sources_that_overlap_are_refused_by_both_names(tmp_path: Path) -> None:
    first = tape_file(tmp_path / "a.parquet", quotes(3))
    second = tape_file(tmp_path / "b.parquet", quotes(3, T0 + 5))
    with pytest.raises(InputError, match=r"b\.parquet: begins .*a\.parquet ends"):
        import_tape([first, second], tmp_path / "out.parquet", None, None)


def test_sources_of_different_contracts_are_refused(tmp_path: Path) -> None:
    tape = tape_file(tmp_path / "a.parquet", quotes(3))
    table = csv_file(tmp_path, [f"{T0 + 10**10},trade,4800,1,,,,,"])
    with pytest.raises(InputError, match="a tape holds one contract"):
        import_tape([tape, table], tmp_path / "out.parquet", None, None)
    with pytest.raises(InputError, match="holds ES; expected MES"):
        import_tape([tape], tmp_path / "out.parquet", "MES", None)


def test_a_tape_is_never_written_over_one_of_its_sources(tmp_path: Path) -> None:
    tape = tape_file(tmp_path / "a.parquet", quotes(3))
    before = tape.read_bytes()
    with pytest.raises(InputError, match="is one of the sources"):
        import_tape([tape], tmp_path / "." / "a.parquet", None, None)
    assert tape.read_bytes() == before
