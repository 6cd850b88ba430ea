"""What a journal is opened from, and all that it refuses to be opened from."""

import fcntl
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from system.domain.errors import BnError, HaltedError, InputError, RefusedError, StorageError
from system.storage.journal import Journal, check_journal, schema
from system.storage.journal.lock import AccountLock
from tests.storage.journals import ACCOUNT, add, copied, made, raw, records
from tests.storage.test_atomic_file import NOBODY, unprivileged

OPEN = """
import sys
from system.storage.journal import Journal
from system.domain.errors import BnError
try:
    journal = Journal.open(sys.argv[1], sys.argv[2], create=True)
except BnError as error:
    print(error.status, error)
else:
    print("open", flush=True)
    sys.stdin.read()
"""


def opened(path: Path, account: str = ACCOUNT) -> "subprocess.Popen[str]":
    """Another process, which opens a journal and keeps it until its input ends."""
    words = [sys.executable, "-c", OPEN, str(path), account]
    root = str(Path(__file__).parents[2])
    return subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=root)


def said(process: "subprocess.Popen[str]") -> str:
    out, _ = process.communicate(timeout=60)
    return out


def test_a_second_process_is_refused_and_told_who_the_first_is(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    with opened(path) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "open\n"
        with pytest.raises(RefusedError, match=rf"DU1234567\.lock: the account is in use by process {first.pid};"):
            Journal.open(path, ACCOUNT)
        assert f"5 {tmp_path}/{ACCOUNT}.lock: the account is in use by process {first.pid};" in said(opened(path))
        with pytest.raises(RefusedError):  # in another file too
            Journal.open(tmp_path / "other.db", ACCOUNT, create=True)
        assert not (tmp_path / "other.db").exists()
        first.kill()  # the system takes its lock away
    assert records(path) == []


def test_other_accounts_are_free(tmp_path: Path) -> None:
    with (
        Journal.open(tmp_path / "1.db", "DU1", create=True) as one,
        Journal.open(tmp_path / "2.db", "DU2", create=True) as two,
    ):
        assert (one.account, two.account) == ("DU1", "DU2")


def test_the_same_process_is_refused_too(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path / "j.db", ACCOUNT, create=True)
    with pytest.raises(RefusedError, match=f"in use by process {os.getpid()}"):
        Journal.open(tmp_path / "j.db", ACCOUNT)
    journal.close()
    assert records(tmp_path / "j.db") == []


def test_a_holder_that_has_not_written_its_number_yet_is_another_process(tmp_path: Path) -> None:
    with AccountLock(tmp_path, ACCOUNT) as lock:
        lock.path.write_bytes(b"")
        with pytest.raises(RefusedError, match="in use by another process"):
            AccountLock(tmp_path, ACCOUNT)


def test_a_lock_file_that_is_removed_in_the_moment_of_locking_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flock, removed = fcntl.flock, []

    def flock_late(handle: int, how: int) -> None:
        if not removed:
            removed.append(handle)
            (tmp_path / f"{ACCOUNT}.lock").unlink()
        flock(handle, how)

    monkeypatch.setattr(fcntl, "flock", flock_late)
    with AccountLock(tmp_path, ACCOUNT):
        assert (tmp_path / f"{ACCOUNT}.lock").read_text() == f"{os.getpid()}\n"
        with pytest.raises(RefusedError):
            AccountLock(tmp_path, ACCOUNT)


def test_a_file_system_without_locks_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def without(handle: int, how: int) -> None:
        raise OSError(37, "No locks available")

    monkeypatch.setattr("fcntl.flock", without)
    with pytest.raises(StorageError, match="cannot lock the account: No locks available"):
        Journal.open(tmp_path / "j.db", ACCOUNT, create=True)


@pytest.mark.parametrize("account", ["", "a/b", "..", "DU 1", "DU1\n", "é", "x" * 41, "-x"])
def test_an_account_is_a_word(tmp_path: Path, account: str) -> None:
    with pytest.raises(InputError, match=r"^account .*expected letters"):
        Journal.open(tmp_path / "j.db", account, create=True)
    assert not list(tmp_path.iterdir())


def test_no_journal_is_no_empty_journal(tmp_path: Path) -> None:
    with pytest.raises(HaltedError, match=r"j\.db: no journal here; expected one, or to be told to begin"):
        Journal.open(tmp_path / "j.db", ACCOUNT)
    assert not list(tmp_path.iterdir())


def test_a_folder_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such folder: "):
        Journal.open(tmp_path / "none" / "j.db", ACCOUNT, create=True)


def test_create_opens_what_is_there(tmp_path: Path) -> None:
    path = made(made(tmp_path / "j.db", 2), 3)
    assert len(records(path)) == 5


def test_what_is_made_is_its_files_and_nothing_else(tmp_path: Path) -> None:
    made(tmp_path / "j.db", 1)
    assert sorted(each.name for each in tmp_path.iterdir()) == [f"{ACCOUNT}.lock", "j.db", "j.db-head"]


@pytest.mark.parametrize("name", ["a b?c#d%e&mode=memory.db", "é.db", "x" * 240])
def test_any_name_will_do(tmp_path: Path, name: str) -> None:
    assert len(records(made(tmp_path / name, 2))) == 2


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "j.db").symlink_to("real/j.db")
    made(tmp_path / "j.db", 2)
    assert (tmp_path / "j.db").is_symlink()
    assert len(records(tmp_path / "real" / "j.db")) == 2


def test_another_accounts_journal_is_refused(tmp_path: Path) -> None:
    path = made(tmp_path / "j.db", 2)
    before = path.read_bytes()
    with pytest.raises(RefusedError, match=r"j\.db: is the journal of another account$"):
        Journal.open(path, "DU7654321", create=True)
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"", b"x", b"SQLite format 3\0", b"x" * 5_000], ids=["empty", "x", "head", "long"])
@pytest.mark.parametrize("create", [False, True])
def test_what_is_no_journal_is_never_begun_anew(tmp_path: Path, content: bytes, create: bool) -> None:
    (tmp_path / "j.db").write_bytes(content)
    with pytest.raises(StorageError):
        Journal.open(tmp_path / "j.db", ACCOUNT, create=create)
    assert (tmp_path / "j.db").read_bytes() == content


def test_another_programs_database_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    with raw(path) as connection:
        connection.execute("CREATE TABLE events (seq INTEGER)")
    before = path.read_bytes()
    with pytest.raises(StorageError, match="not a journal"):
        Journal.open(path, ACCOUNT, create=True)
    assert path.read_bytes() == before


def test_a_folder_is_no_journal(tmp_path: Path) -> None:
    (tmp_path / "j.db").mkdir()
    with pytest.raises(StorageError, match="cannot open the journal: unable to open database file"):
        Journal.open(tmp_path / "j.db", ACCOUNT, create=True)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that belongs to somebody to whom permissions apply."""
    with tempfile.TemporaryDirectory() as name:
        if os.geteuid() == 0:
            os.chown(name, NOBODY, -1)
        yield Path(name)


def test_a_journal_that_cannot_be_written_is_found_out_on_opening(folder: Path) -> None:
    with unprivileged():
        path = made(folder / "j.db", 2)
        for mode in (0o400, 0o200, 0):
            path.chmod(mode)
            with pytest.raises(StorageError, match="no permission to read and to write it"):
                Journal.open(path, ACCOUNT)
        path.chmod(0o600)
        assert len(records(path)) == 2


def test_a_witness_that_cannot_be_read_or_written_is_said(folder: Path) -> None:
    with unprivileged():
        path = made(folder / "j.db", 2)
        witness = folder / "j.db-head"
        witness.chmod(0)
        with pytest.raises(StorageError, match=r"j\.db-head: cannot read: Permission denied"):
            Journal.open(path, ACCOUNT)
        witness.chmod(0o400)
        with pytest.raises(StorageError, match="cannot open the journal: Permission denied"):
            Journal.open(path, ACCOUNT)


def test_a_file_system_without_a_write_ahead_log_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Journal.open(tmp_path / "j.db", ACCOUNT, create=True) as journal:
        add(journal, 2)
        journal.backup(tmp_path / "backup.db")

    def connect(path: Path, mode: str) -> sqlite3.Connection:
        return sqlite3.connect(f"{path.as_uri()}?vfs=unix-none&mode={mode}", uri=True, isolation_level=None)

    monkeypatch.setattr("system.storage.journal.journal.connect", connect)
    with pytest.raises(StorageError, match=r"this file system has no write-ahead log \(delete\)"):
        Journal.open(tmp_path / "backup.db", ACCOUNT)


def test_a_folder_that_cannot_be_written_is_said(folder: Path) -> None:
    with unprivileged():
        folder.chmod(0o500)
        with pytest.raises(StorageError, match="cannot lock the account: Permission denied"):
            Journal.open(folder / "j.db", ACCOUNT, create=True)
        folder.chmod(0)
        with pytest.raises(BnError):
            Journal.open(folder / "j.db", ACCOUNT, create=True)
        with pytest.raises(InputError, match="no such journal"):
            check_journal(folder / "j.db")
        folder.chmod(0o700)


# -- what the journal has been seen to hold


def test_a_lost_log_is_noticed(tmp_path: Path) -> None:
    """As when only the database is copied, while the last events stand in the log beside it."""
    with Journal.open(tmp_path / "j.db", ACCOUNT, create=True) as journal:
        add(journal, 5)
        copy = copied(tmp_path / "j.db", tmp_path / "copy")
    (tmp_path / "copy" / "j.db-wal").unlink()
    with pytest.raises(StorageError, match=r"ends at event 0, but 5 were written \(by the account of j\.db-head\)"):
        Journal.open(copy, ACCOUNT)
    (tmp_path / "copy" / "j.db-head").unlink()  # as the message says: go on without them
    assert records(copy) == []


def test_a_backup_put_back_is_noticed(tmp_path: Path) -> None:
    with Journal.open(tmp_path / "j.db", ACCOUNT, create=True) as journal:
        add(journal, 2)
        journal.backup(tmp_path / "old.db")
        add(journal, 2)
    (tmp_path / "old.db").replace(tmp_path / "j.db")
    with pytest.raises(StorageError, match="ends at event 2, but 4 were written"):
        Journal.open(tmp_path / "j.db", ACCOUNT, create=True)
    assert "ends at event 2" in check_journal(tmp_path / "j.db").problem


def test_another_journal_in_its_place_is_noticed(tmp_path: Path) -> None:
    path = made(tmp_path / "j.db", 2)
    with Journal.open(tmp_path / "other.db", ACCOUNT, create=True) as other:
        other.append_all([])
        for _ in range(3):
            other.append("fill", 1, {})
    (tmp_path / "other.db").replace(path)
    with pytest.raises(StorageError, match="event 2 is not the one that was written"):
        Journal.open(path, ACCOUNT)


def test_a_deleted_journal_is_not_begun_anew(tmp_path: Path) -> None:
    made(tmp_path / "j.db", 3).unlink()
    with pytest.raises(StorageError, match="ends at event 0, but 3 were written"):
        Journal.open(tmp_path / "j.db", ACCOUNT, create=True)
    assert not (tmp_path / "j.db").exists()
    (tmp_path / "j.db-head").unlink()
    assert made(tmp_path / "j.db", 0).exists()


@pytest.mark.parametrize("end", ["-wal", "-journal"])
def test_no_journal_is_made_beside_the_log_of_another(tmp_path: Path, end: str) -> None:
    (tmp_path / f"j.db{end}").write_bytes(b"")
    with pytest.raises(StorageError, match="belongs to a journal that is missing"):
        Journal.open(tmp_path / "j.db", ACCOUNT, create=True)
    assert not (tmp_path / "j.db").exists()


def test_a_witness_of_rubbish_is_said_and_an_empty_one_saw_nothing(tmp_path: Path) -> None:
    path = made(tmp_path / "j.db", 3)
    (tmp_path / "j.db-head").write_bytes(b"3\n")
    with pytest.raises(StorageError, match=r"j\.db-head: damaged; remove it if j\.db is known to miss nothing"):
        Journal.open(path, ACCOUNT)
    (tmp_path / "j.db-head").write_bytes(b"")
    assert len(records(path)) == 3


# -- versions


def second(connection: sqlite3.Connection) -> None:
    connection.execute("CREATE TABLE notes (text TEXT) STRICT")


def broken(connection: sqlite3.Connection) -> None:
    second(connection)
    connection.execute("CREATE TABLE events (seq INTEGER)")


def test_an_older_journal_is_migrated_after_a_backup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = made(tmp_path / "j.db", 4)
    before = records(path)
    with monkeypatch.context() as newer:
        newer.setattr(schema, "STEPS", (*schema.STEPS, second))
        assert check_journal(path).ok  # an older one may be looked at
        for _ in range(2):
            assert records(path) == before
        assert check_journal(path).version == 2
        made(path, 1)
    with pytest.raises(StorageError, match=r"journal of version 2; this program knows versions up to 1: use the newer"):
        Journal.open(path, ACCOUNT)
    assert records(tmp_path / "j.db.v1") == before


def test_a_migration_that_fails_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = made(tmp_path / "j.db", 4)
    with monkeypatch.context() as newer:
        newer.setattr(schema, "STEPS", (*schema.STEPS, broken))
        with pytest.raises(StorageError, match="table events already exists"):
            Journal.open(path, ACCOUNT)
    assert len(records(path)) == 4


def test_tables_that_are_not_the_versions_are_damage(tmp_path: Path) -> None:
    for number, sql in enumerate(
        ("DROP INDEX events_kind", "CREATE TABLE more (a)", "ALTER TABLE events ADD more TEXT")
    ):
        path = made(tmp_path / f"{number}.db", 1)
        with raw(path) as connection:
            connection.execute(sql)
        with pytest.raises(StorageError, match="its tables are not those of version 1"):
            Journal.open(path, ACCOUNT)


def test_a_disk_that_is_full_while_making_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr("system.storage.journal.journal.make", full)
    with pytest.raises(BnError, match=r"j\.db: cannot make the journal: database or disk is full"):
        Journal.open(tmp_path / "j.db", ACCOUNT, create=True)
    assert [each.name for each in tmp_path.iterdir()] == [f"{ACCOUNT}.lock"]


def test_a_journal_that_appears_while_one_is_made_is_not_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(*_: object) -> None:
        (tmp_path / "j.db").write_text("another's")

    monkeypatch.setattr("system.storage.journal.journal.make", late)
    with pytest.raises(StorageError, match="cannot make the journal: File exists"):
        Journal.open(tmp_path / "j.db", ACCOUNT, create=True)
    assert (tmp_path / "j.db").read_text() == "another's"


def test_opening_writes_once_to_find_out_whether_it_can(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = made(tmp_path / "j.db", 2)

    def connect(path: Path, mode: str) -> sqlite3.Connection:
        connection = schema.connect(path, mode)
        denied = (sqlite3.SQLITE_UPDATE, "head")
        connection.set_authorizer(lambda *what: sqlite3.SQLITE_DENY if what[:2] == denied else sqlite3.SQLITE_OK)
        return connection

    with monkeypatch.context() as refusing:
        refusing.setattr("system.storage.journal.journal.connect", connect)
        with pytest.raises(StorageError, match="cannot open the journal: "):
            Journal.open(path, ACCOUNT)
    assert len(records(path)) == 2
