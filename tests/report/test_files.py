"""The blotter and the signals file, in their three formats, and what is refused."""

import csv
import json
import os
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from simulator.replay.result import Result
from simulator.report.blotter import write_blotter
from simulator.report.page import write_report
from simulator.report.signals import write_signals
from simulator.report.table_file import check_suffix
from system.domain.errors import InputError
from system.domain.profile import FEATURES as NAMES
from system.domain.profile import LEGACY
from tests.report.samples import FEATURES, NINE_THIRTY, SECOND, empty, small, tape, trip

Write = Callable[[Path, Sequence[Result]], None]
WRITERS: list[Write] = [write_blotter, write_signals, lambda path, results: write_report(path, tape(), results)]
TABLES = WRITERS[:2]
BLOTTER = [
    "side",
    "contracts",
    "entry_ts_ns",
    "entry_price",
    "exit_ts_ns",
    "exit_price",
    "exit_reason",
    "net_usd",
    "profile",
]


def read(path: Path) -> list[dict[str, object]]:
    if path.suffix == ".parquet":
        return pq.read_table(path).to_pylist()  # type: ignore[no-any-return]
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in path.read_text().splitlines()]
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("suffix", ["csv", "parquet", "jsonl", "CSV"])
def test_the_blotter_reads_back(tmp_path: Path, suffix: str) -> None:
    """20400 ticks are 5100.00; a net of 195.50 comes from (19550 + 450) / 1250 = 16 ticks, 4 points."""
    path = tmp_path / f"blotter.{suffix}"
    write_blotter(path, [small(), small(LEGACY)])
    rows = read(path)
    assert len(rows) == 10
    assert list(rows[0]) == BLOTTER
    first = ["long", 1, NINE_THIRTY, 5100.0, NINE_THIRTY + 90 * SECOND, 5104.0, "target", 195.5, "final"]
    if suffix.lower() == "csv":
        first = [
            "long",
            "1",
            str(NINE_THIRTY),
            "5100.0",
            str(NINE_THIRTY + 90 * SECOND),
            "5104.0",
            "target",
            "195.50",
            "final",
        ]
    assert list(rows[0].values()) == first
    assert {row["profile"] for row in rows[5:]} == {"legacy"}


def test_a_mean_price_between_ticks_is_kept(tmp_path: Path) -> None:
    result = small()
    result.round_trips = [trip(0, 19_550, entry=Fraction(61_201, 3))]
    write_blotter(tmp_path / "b.jsonl", [result])
    assert read(tmp_path / "b.jsonl")[0]["entry_price"] == 61_201 / 12


@pytest.mark.parametrize("suffix", ["csv", "parquet", "jsonl"])
def test_the_signals_read_back_with_full_precision(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"signals.{suffix}"
    write_signals(path, [small()])
    rows = read(path)
    assert list(rows[1]) == ["ts_ns", "direction", "score", *NAMES, "outcome", "profile"]
    assert [float(str(rows[1][name])) for name in NAMES] == list(FEATURES)
    assert float(str(rows[1]["score"])) == small().signals[1].score
    assert [row["direction"] for row in rows[:4]] == ["short", "long", "long", "short"]
    assert [rows[1]["outcome"], rows[1]["profile"]] == ["position_open", "final"]


@pytest.mark.parametrize("write", TABLES)
@pytest.mark.parametrize("suffix", ["csv", "parquet", "jsonl"])
def test_nothing_to_write_gives_a_file_without_rows(tmp_path: Path, write: Write, suffix: str) -> None:
    path = tmp_path / f"none.{suffix}"
    write(path, [empty()])
    assert read(path) == []
    assert suffix == "jsonl" or path.stat().st_size > 0


@pytest.mark.parametrize("write", TABLES)
@pytest.mark.parametrize("name", ["b.xlsx", "b", ".csv"])
def test_another_suffix_names_the_three(tmp_path: Path, write: Write, name: str) -> None:
    with pytest.raises(InputError, match=r"\.csv, \.parquet or \.jsonl$") as caught:
        write(tmp_path / name, [small()])
    assert str(tmp_path / name) in str(caught.value)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(InputError):
        check_suffix(tmp_path / name)


@pytest.mark.parametrize("write", WRITERS)
def test_a_folder_that_is_not_there_is_one_line(tmp_path: Path, write: Write) -> None:
    with pytest.raises(InputError, match="cannot write here") as caught:
        write(tmp_path / "none" / "b.csv", [small()])
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("write", WRITERS)
def test_no_permission_is_one_line_and_leaves_nothing(tmp_path: Path, write: Write) -> None:
    tmp_path.chmod(0o500)
    if os.access(tmp_path, os.W_OK):
        pytest.skip("this user may write anywhere")
    try:
        with pytest.raises(InputError, match="cannot write here: Permission denied"):
            write(tmp_path / "b.csv", [small()])
        assert list(tmp_path.iterdir()) == []
    finally:
        tmp_path.chmod(0o700)


@pytest.mark.parametrize("write", WRITERS)
def test_a_folder_is_not_overwritten(tmp_path: Path, write: Write) -> None:
    (tmp_path / "b.csv").mkdir()
    with pytest.raises(InputError, match="is a folder"):
        write(tmp_path / "b.csv", [small()])


@pytest.mark.parametrize("write", WRITERS)
def test_a_full_disk_is_one_line_and_leaves_the_old_file(
    tmp_path: Path, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "b.csv").write_text("old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputError, match="cannot write: No space left on device"):
        write(tmp_path / "b.csv", [small()])
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("b.csv", "old")]
