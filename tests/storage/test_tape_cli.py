"""`bn tape info` and `bn tape import` as a user types them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from system.domain.instrument import ContractMonth
from system.storage.tape import TapeMeta
from tests.storage.recordings import T0, dbn_bytes, quotes, read_tape, tape_file, trade

ROOT = Path(__file__).resolve().parents[2]
# Files larger than this end in "File too large", as on a full disk they end in "No space left on device".
LIMITED = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000)); "


def bn(folder: Path, *arguments: str, before: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", f"{before}from system.cli import main; main()", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def complaint(done: subprocess.CompletedProcess[str]) -> str:
    """The one line on standard error of bad input."""
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("bn: ")
    return done.stderr


def test_import_writes_a_tape_and_says_what_it_did(tmp_path: Path) -> None:
    (tmp_path / "in.dbn").write_bytes(
        dbn_bytes("trades", [trade(100, 2, "B", 0, 1), trade(1, 2, "B", 0, 9)], {"ESH4": 1})
    )
    done = bn(tmp_path, "tape", "import", "in.dbn", "-o", "out.parquet", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == {
        "path": "out.parquet",
        "sources": ["in.dbn"],
        "symbol": "ES",
        "contract_month": "2024-03",
        "source": "GLBX.MDP3 trades",
        "events": 1,
        "quotes": 0,
        "trades": 1,
        "gaps": 0,
        "seeds": 0,
        "dropped": {"of another instrument": 1},
        "first_ts_ns": T0,
        "last_ts_ns": T0,
        "first_utc": "2023-12-25T22:00:00.000000000Z",
        "last_utc": "2023-12-25T22:00:00.000000000Z",
    }
    done = bn(tmp_path, "tape", "import", "in.dbn", "-o", "out.parquet")  # over the one of before
    assert done.stdout.splitlines() == [
        "out.parquet: ES 2024-03 from GLBX.MDP3 trades: 1 events (1 trades)",
        "  2023-12-25T22:00:00.000000000Z to 2023-12-25T22:00:00.000000000Z",
        "  dropped: 1 of another instrument",
    ]
    assert len(read_tape(tmp_path / "out.parquet")) == 1


def test_info_prints_one_json_document_or_a_table(tmp_path: Path) -> None:
    meta = TapeMeta(symbol="MES", contract_month=ContractMonth(2024, 3))
    tape_file(tmp_path / "a.parquet", quotes(2), meta=meta)
    tape_file(tmp_path / "b.parquet", quotes(3))
    shown = json.loads(bn(tmp_path, "tape", "info", "a.parquet", "b.parquet", "--json").stdout)
    assert [(each["path"], each["events"]) for each in shown["tapes"]] == [("a.parquet", 2), ("b.parquet", 3)]
    text = bn(tmp_path, "tape", "info", "a.parquet").stdout
    assert "MES 2024-03" in text
    assert "2 (0 invalid" in text


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["info"], "TAPE"),
        (["info", "none.parquet"], "none.parquet: cannot read: No such file or directory"),
        (["info", "."], "is a folder"),
        (["info", "in.csv"], "in.csv: not a Parquet file"),
        (["import", "in.csv"], "-o"),
        (["import", "in.csv", "-o", "out.parquet"], "in.csv: no column ts_ns"),
        (["import", "in.csv", "-o", "out.parquet", "--symbol", "NQ"], "--symbol NQ: expected ES or MES"),
        (["import", "in.csv", "-o", "out.parquet", "--contract", "2024-04"], "--contract: contract month 2024-04"),
        (["import", "good.parquet", "-o", "good.parquet"], "is one of the sources"),
        (["import", "good.parquet", "-o", "."], "is a folder"),
        (["import", "good.parquet", "-o", "no/such/folder.parquet"], "cannot write here: no such folder: no/such"),
    ],
)
def test_bad_input_is_one_line_and_exit_status_2(tmp_path: Path, arguments: list[str], expected: str) -> None:
    (tmp_path / "in.csv").write_text("a,b\n1,2\n")
    tape_file(tmp_path / "good.parquet", quotes(2))
    assert expected in complaint(bn(tmp_path, "tape", *arguments))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["good.parquet", "in.csv"]


def test_a_full_disk_is_one_line_and_leaves_nothing(tmp_path: Path) -> None:
    tape_file(tmp_path / "in.parquet", quotes(50_000))
    done = bn(tmp_path, "tape", "import", "in.parquet", "-o", "out.parquet", before=LIMITED)
    assert "out.parquet: cannot write: File too large" in complaint(done)
    assert [path.name for path in tmp_path.iterdir()] == ["in.parquet"]
