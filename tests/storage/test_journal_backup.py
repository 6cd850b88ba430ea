"""A backup is one whole journal or none, and replaces nothing but an earlier one of the same."""

import errno
import os
import sqlite3
from pathlib import Path

import pytest

from system.domain.errors import InputError, RefusedError, StorageError
from system.storage.journal import Journal, backup_journal, check_journal, read_journal
from tests.storage.journals import ACCOUNT, add, copied, made, raw, records


def test_a_backup_of_a_journal_in_use_is_its_state_at_that_moment(tmp_path: Path) -> None:
    target = tmp_path / "backup.db"
    with Journal.open(tmp_path / "j.db", ACCOUNT, create=True) as journal:
        add(journal, 30)
        assert journal.backup(target) == 30
        at_that_moment = list(journal.records())
        add(journal, 5)
        assert check_journal(target).events == 30
        assert sorted(each.name for each in tmp_path.glob("backup*")) == ["backup.db"]
    target.rename(tmp_path / "put-back.db")
    assert records(tmp_path / "put-back.db") == at_that_moment


def test_another_process_can_make_it(tmp_path: Path) -> None:
    """Reading needs no lock, and replaces the earlier one."""
    with Journal.open(tmp_path / "j.db", ACCOUNT, create=True) as journal:
        for events in (0, 3, 6, 6):
            add(journal, events - journal.last_seq)
            assert backup_journal(tmp_path / "j.db", tmp_path / "backup.db") == events
            assert check_journal(tmp_path / "backup.db").events == events
        add(journal, 1)
    assert sorted(each.name for each in tmp_path.iterdir()) == [f"{ACCOUNT}.lock", "backup.db", "j.db", "j.db-head"]


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("real.db")
    backup_journal(made(tmp_path / "j.db", 3), tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert check_journal(tmp_path / "real.db").events == 3


def test_it_replaces_no_other_file(tmp_path: Path) -> None:
    path = made(tmp_path / "j.db", 3)
    (tmp_path / "text").write_text("mine")
    (tmp_path / "empty").write_bytes(b"")
    with raw(tmp_path / "database") as connection:
        connection.execute("CREATE TABLE mine (a)")
    for name in ("text", "empty", "database"):
        before = (tmp_path / name).read_bytes()
        with pytest.raises(InputError, match=f"{name}: exists and is not a readable journal"):
            backup_journal(path, tmp_path / name)
        assert (tmp_path / name).read_bytes() == before
    with pytest.raises(InputError, match="is not a file"):
        backup_journal(path, tmp_path)
    (tmp_path / "same").symlink_to("j.db")
    for name in ("j.db", "same"):
        with pytest.raises(InputError, match="is the journal itself"):
            backup_journal(path, tmp_path / name)
    assert len(records(path)) == 3


def test_it_replaces_no_journal_that_it_does_not_contain(tmp_path: Path) -> None:
    path = made(tmp_path / "j.db", 3)
    other = made(tmp_path / "other.db", 2, "DU7")
    with pytest.raises(RefusedError, match=r"other\.db: is the journal of another account"):
        backup_journal(path, other)
    longer = made(copied(path, tmp_path / "longer"), 1)
    with pytest.raises(RefusedError, match=r"holds events that .*j\.db has not"):
        backup_journal(path, longer)
    branched = tmp_path / "branched.db"
    with Journal.open(branched, ACCOUNT, create=True) as journal:
        journal.append("fill", 7, {})
    with pytest.raises(RefusedError, match=r"holds events that .*j\.db has not"):
        backup_journal(path, branched)
    made(path, 1)
    for _ in range(2):  # at rest, and open
        with pytest.raises(RefusedError, match="is a journal in use, not a backup"):
            backup_journal(path, longer)
        with Journal.open(longer, ACCOUNT) as running:
            with pytest.raises(RefusedError, match="is a journal in use, not a backup"):
                backup_journal(path, longer)
            assert running.last_seq == 4


def test_a_damaged_journal_is_not_backed_up_over_a_sound_one(tmp_path: Path) -> None:
    path = made(tmp_path / "j.db", 9)
    backup_journal(path, tmp_path / "backup.db")
    with raw(path) as connection:
        connection.execute("UPDATE events SET now_ns = 1 WHERE seq = 5")
    with pytest.raises(StorageError, match=r"j\.db: not backed up: j\.db: damaged journal: event 5 is not as"):
        backup_journal(path, tmp_path / "backup.db")
    assert len(records(tmp_path / "backup.db")) == 9
    assert not list(tmp_path.glob(".*"))


def test_what_is_no_journal_is_not_backed_up(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("mine" * 50)
    with pytest.raises(StorageError, match="text: cannot read the journal: file is not a database"):
        backup_journal(tmp_path / "text", tmp_path / "backup.db")
    with pytest.raises(InputError, match="none: no such journal"):
        backup_journal(tmp_path / "none", tmp_path / "backup.db")


def test_a_place_that_cannot_be_written_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = made(tmp_path / "j.db", 9)
    with pytest.raises(InputError, match=r"backup\.db: cannot write: No such file or directory"):
        backup_journal(path, tmp_path / "none" / "backup.db")

    def full(_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputError, match=r"backup\.db: cannot write: No space left on device"):
        backup_journal(path, tmp_path / "backup.db")

    def full_database(*_: object) -> int:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr("system.storage.journal.backup._copy", full_database)
    with pytest.raises(InputError, match=r"backup\.db: cannot write: database or disk is full"):
        backup_journal(path, tmp_path / "backup.db")
    assert not list(tmp_path.glob(".*"))
    assert not (tmp_path / "backup.db").exists()


def test_check_says_what_it_holds(tmp_path: Path) -> None:
    path = made(tmp_path / "j.db", 0)
    assert check_journal(path).as_json() == {
        "path": str(path),
        "version": 1,
        "events": 0,
        "kinds": {},
        "first_ns": None,
        "last_ns": None,
        "chain_ok": True,
        "integrity_ok": True,
        "problem": "",
        "ok": True,
    }
    report = check_journal(made(path, 5))
    assert (report.events, report.kinds, report.first_ns, report.last_ns) == (5, {"fill": 1, "order": 4}, 10, 50)


def test_check_looks_at_a_journal_in_use_and_changes_nothing(tmp_path: Path) -> None:
    with Journal.open(tmp_path / "j.db", ACCOUNT, create=True) as journal:
        add(journal, 5)
        report = check_journal(tmp_path / "j.db")
        assert (report.ok, report.events) == (True, 5)
        assert journal.check().as_json() == report.as_json()
        add(journal, 5)
        assert check_journal(tmp_path / "j.db").events == 10


def test_check_of_nothing_is_bad_input_and_of_rubbish_a_report(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="none: no such journal"):
        check_journal(tmp_path / "none")
    (tmp_path / "text").write_text("mine" * 50)
    report = check_journal(tmp_path / "text")
    assert (report.ok, report.integrity_ok, report.events) == (False, False, 0)
    assert report.problem.endswith("text: cannot read the journal: file is not a database")


def test_another_process_can_read_it(tmp_path: Path) -> None:
    with Journal.open(tmp_path / "j.db", ACCOUNT, create=True) as journal:
        add(journal, 1_100)
        assert list(read_journal(tmp_path / "j.db")) == list(journal.records())
        assert list(read_journal(tmp_path / "j.db", "fill")) == list(journal.records(kind="fill"))
        reader = read_journal(tmp_path / "j.db")
        first = next(reader)
        add(journal, 1)  # a reader in the midst of it holds up nobody
        assert [first, *reader] == list(journal.records())[:-1]


def test_reading_refuses_what_opening_refuses(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="none: no such journal"):
        next(read_journal(tmp_path / "none"))
    path = made(tmp_path / "j.db", 3)
    with raw(path) as connection:
        connection.execute("DELETE FROM events WHERE seq = 2")
    reader = read_journal(path)
    assert next(reader).seq == 1
    with pytest.raises(StorageError, match="event 2 is missing"):
        next(reader)
    path.write_bytes(b"x" * 500)
    with pytest.raises(StorageError, match="cannot read the journal: file is not a database"):
        next(read_journal(path))
