"""`bn journal` as a user or a script runs it."""

import json
from pathlib import Path

import pytest

from system.storage.journal import Journal, check_journal
from tests.cli.test_config import bn
from tests.storage.journals import ACCOUNT, add, made, raw

T0 = 1_710_768_600_000_000_000  # 2024-03-18 13:30 UTC


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with Journal.open(tmp_path / "j.db", ACCOUNT, create=True) as journal:
        for number, kind in enumerate(["signal", "order", "signal"]):
            journal.append(kind, T0 + number, {"n": number})
    return tmp_path / "j.db"


def test_check_of_a_sound_journal(path: Path) -> None:
    status, out, err = bn(path.parent, "journal", "check", "--journal", "j.db")
    assert (status, err) == (0, "")
    assert out.splitlines() == [
        "j.db",
        "  version         1",
        "  events          3 (1 order, 2 signal)",
        "  first           2024-03-18T13:30:00.000000000Z",
        "  last            2024-03-18T13:30:00.000000002Z",
        "  chain           ok",
        "  integrity       ok",
        "  verdict         ok",
    ]


def test_check_as_json(path: Path) -> None:
    status, out, err = bn(path.parent, "journal", "check", "--journal", "j.db", "--json")
    assert (status, err) == (0, "")
    assert json.loads(out) == {
        "path": "j.db",
        "version": 1,
        "events": 3,
        "kinds": {"order": 1, "signal": 2},
        "first_ns": T0,
        "last_ns": T0 + 2,
        "first_utc": "2024-03-18T13:30:00.000000000Z",
        "last_utc": "2024-03-18T13:30:00.000000002Z",
        "chain_ok": True,
        "integrity_ok": True,
        "problem": "",
        "ok": True,
    }


def test_check_of_a_damaged_journal_fails(path: Path) -> None:
    with raw(path) as connection:
        connection.execute("UPDATE events SET now_ns = 1 WHERE seq = 2")
    problem = "j.db: damaged journal: event 2 is not as it was written, or not in its place"
    status, out, err = bn(path.parent, "journal", "check", "--journal", "j.db")
    assert (status, err) == (1, "")
    assert out.splitlines()[2:] == [
        "  events          1 (1 signal)",
        "  first           2024-03-18T13:30:00.000000000Z",
        "  last            2024-03-18T13:30:00.000000000Z",
        "  chain           broken",
        "  integrity       ok",
        f"  verdict         {problem}",
    ]
    status, out, err = bn(path.parent, "journal", "check", "--journal", "j.db", "--json")
    assert (status, err, json.loads(out)["problem"]) == (1, "", problem)


def test_check_of_an_empty_journal(tmp_path: Path) -> None:
    made(tmp_path / "j.db", 0)
    status, out, _ = bn(tmp_path, "journal", "check", "--journal", "j.db")
    assert status == 0
    assert out.splitlines()[2:5] == ["  events          0", "  first           none", "  last            none"]


def test_backup_of_a_journal_in_use(path: Path) -> None:
    with Journal.open(path, ACCOUNT) as journal:
        add(journal, 2_000)
        status, out, err = bn(path.parent, "journal", "backup", "--journal", "j.db", "-o", "copy.db")
        assert (status, out, err) == (0, "copy.db: 2,003 events of j.db, checked\n", "")
        status, out, err = bn(path.parent, "journal", "backup", "--journal", "j.db", "-o", "copy.db", "--json")
        assert (status, err) == (0, "")
        assert json.loads(out) == {"path": "copy.db", "journal": "j.db", "events": 2_003}
        add(journal, 1)
    assert check_journal(path.parent / "copy.db").events == 2_003


@pytest.mark.parametrize(
    ("words", "status", "line"),
    [
        (["check", "--journal", "none"], 2, "bn: none: no such journal\n"),
        (["backup", "--journal", "none", "-o", "x"], 2, "bn: none: no such journal\n"),
        (["backup", "--journal", "j.db", "-o", "j.db"], 2, "bn: j.db: is the journal itself; expected another file to write\n"),
        (["backup", "--journal", "j.db", "-o", "no/x"], 2, "bn: no/x: cannot write: No such file or directory\n"),
        (["backup", "--journal", "j.db", "-o", "other.db"], 5, "bn: other.db: is the journal of another account; expected another file to write\n"),
        (["backup", "--journal", "text", "-o", "x"], 4, "bn: text: cannot read the journal: file is not a database\n"),
        (["check"], 2, "bn: Missing option '--journal'.\n"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_one_line_and_a_status(path: Path, words: list[str], status: int, line: str) -> None:
    made(path.parent / "other.db", 1, "DU7")
    (path.parent / "text").write_text("mine" * 50)
    assert bn(path.parent, "journal", *words) == (status, "", line)
