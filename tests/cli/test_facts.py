"""`bn tape facts` as a user types it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from simulator.flow.sessions import sessions
from system.storage.tape import TapeMeta
from tests.storage.recordings import quotes, tape_file

ROOT = Path(__file__).resolve().parents[2]
EVENTS = 40_000  # some hours of an evening


def facts(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "system.cli", "tape", "facts", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "120"},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("tapes")
    for seed in (1, 2):
        batch = next(sessions(seed=seed, count=1, batch_events=EVENTS))
        tape_file(made / f"{seed}.parquet", batch, meta=TapeMeta(symbol="ES"))
    return made


def test_one_document_holds_every_figure_of_every_tape(folder: Path) -> None:
    done = facts(folder, "1.parquet", "2.parquet", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    tapes = json.loads(done.stdout)["tapes"]
    assert [tape["name"] for tape in tapes] == ["1.parquet", "2.parquet"]
    for tape in tapes:
        assert tape["summary"]["events"] == EVENTS
        assert tape["summary"]["sessions"] == 1
        for fact in tape["facts"]:
            assert list(fact) == ["key", "label", "unit", "segment", "value", "low", "high", "inside"]
            if fact["inside"] is not None:
                assert fact["inside"] == (fact["low"] <= fact["value"] <= fact["high"])
        judged = [fact["inside"] for fact in tape["facts"] if fact["inside"] is not None]
        assert (tape["inside"], tape["judged"]) == (sum(judged), len(judged))
        assert tape["judged"] >= 20


def test_the_table_shows_tapes_side_by_side_and_ends_with_who_lies_outside(folder: Path) -> None:
    done = facts(folder, "1.parquet", "2.parquet")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0].startswith("1: 1.parquet: 40,000 events, ")
    heads = [line for line in lines if "overnight  2: RTH" in line]
    assert len(heads) == 1
    ends = " ".join(lines[-6:])
    for tape in json.loads(facts(folder, "1.parquet", "2.parquet", "--json").stdout)["tapes"]:
        assert f"{tape['name']}: {tape['inside']} of {tape['judged']} facts inside their bands" in ends
    spread = next(line for line in lines if line.startswith("spread of 1 tick"))
    assert " few " in spread
    assert " in " in spread
    assert "0.985..1 | 0.93..0.99" in spread


def test_bad_input_is_one_line_that_names_it(folder: Path) -> None:
    (folder / "words.parquet").write_text("no Parquet")
    tape_file(folder / "quotes.parquet", quotes(10))
    for arguments, words in (
        (("none.parquet",), "none.parquet: cannot read"),
        ((".",), "is a folder"),
        (("words.parquet",), "words.parquet: not a Parquet file"),
        (("1.parquet", "quotes.parquet"), "quotes.parquet: no valid trade within trading hours"),
        (
            ("1.parquet", "--report", "nowhere/page.html"),
            "nowhere/page.html: cannot write here: no such folder: nowhere",
        ),
        ((), "Missing argument"),
    ):
        done = facts(folder, *arguments)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.count("\n") == 1
        assert done.stderr.startswith("bn: ")
        assert words in done.stderr


def test_the_report_is_a_page(folder: Path) -> None:
    done = facts(folder, "1.parquet", "--report", "page.html")
    assert (done.returncode, done.stderr) == (0, "")
    assert "<html" in (folder / "page.html").read_text(encoding="utf-8")
