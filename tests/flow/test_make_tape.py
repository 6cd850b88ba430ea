"""`bn tape make` as a user types it."""

import json
from pathlib import Path

import pytest

from simulator.flow.parameters import Flow, Parameters
from system.cli.make_tape import make_tape
from system.storage.tape_info import tape_info
from tests.storage.test_tape_cli import LIMITED, bn, complaint

pytestmark = pytest.mark.jit  # whole sessions take a minute each in plain Python
THIN = "prints_per_session = 20_000\n"  # a sixteenth of a usual day, for speed


def test_a_tape_made_is_a_tape_that_info_reads(tmp_path: Path) -> None:
    (tmp_path / "thin.toml").write_text(THIN)
    make = ("tape", "make", "--flow", "thin.toml", "--seed", "7", "--sessions", "2")
    done = bn(tmp_path, *make, "-o", "a.parquet", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    made = json.loads(done.stdout)
    shown = json.loads(bn(tmp_path, "tape", "info", "a.parquet", "--json").stdout)["tapes"][0]
    assert made == {name: shown[name] for name in made}
    assert (made["symbol"], made["contract_month"], made["source"], made["seed"]) == ("ES", "2024-06", "synthetic", 7)
    assert made["sessions"] == ["2024-03-18", "2024-03-19"]
    assert made["first_utc"] == "2024-03-17T22:00:00.000000000Z"
    assert (shown["quotes_invalid"], shown["trades_invalid"], shown["side_known_share"]) == (0, 0, 1.0)
    again = bn(tmp_path, *make, "-o", "b.parquet")
    assert again.stdout.splitlines()[0].startswith("b.parquet: ES 2024-06, 2 sessions from seed 7: ")
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()


def test_a_tape_over_a_roll_date_names_no_contract(tmp_path: Path) -> None:
    (tmp_path / "thin.toml").write_text(THIN)
    make = ("tape", "make", "--flow", "thin.toml", "--sessions", "2")
    done = bn(tmp_path, *make, "-o", "a.parquet", "--start", "2024-06-12", "--json")
    made = json.loads(done.stdout)
    assert (made["sessions"], made["contract_month"]) == (["2024-06-12", "2024-06-13"], "")
    make_tape(tmp_path / "b.parquet", 1, 1, None, Flow(parameters=Parameters(prints_per_session=20_000)))
    assert tape_info(tmp_path / "b.parquet").contract_month == "2024-06"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], "-o"),
        (["-o", "."], "is a folder"),
        (["-o", "no/such/folder.parquet"], "cannot write here: no such folder: no/such"),
        (["-o", "a.parquet", "--seed", "x"], "--seed"),
        (["-o", "a.parquet", "--preset", "nrmal"], 'unknown preset "nrmal"; did you mean "normal"?'),
        (["-o", "a.parquet", "--flow", "none.toml"], "none.toml: cannot be read: No such file or directory"),
        (["-o", "a.parquet", "--sessions", "0"], "--sessions"),
        (["-o", "a.parquet", "--sessions", "10001"], "--sessions"),
        (["-o", "a.parquet", "--start", "2024-02-30"], "--start 2024-02-30: expected a date, YYYY-MM-DD"),
        (["-o", "a.parquet", "--start", "1997-12-31"], "the calendar has 1998 to 2040 only"),
        (["-o", "a.parquet", "--start", "2040-12-31", "--sessions", "2"], "the calendar has 1998 to 2040 only"),
    ],
)
def test_bad_values_are_one_line_and_exit_status_2(tmp_path: Path, arguments: list[str], expected: str) -> None:
    assert expected in complaint(bn(tmp_path, "tape", "make", *arguments))
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_one_line_and_leaves_nothing(tmp_path: Path) -> None:
    done = bn(tmp_path, "tape", "make", "-o", "a.parquet", before=LIMITED)
    assert "a.parquet: cannot write: File too large" in complaint(done)
    assert list(tmp_path.iterdir()) == []
