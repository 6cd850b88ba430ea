"""Damage of any kind is told, or what is read is what was written; a power cut takes nothing that was returned for."""

import random
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from system.domain.errors import StorageError
from system.storage.journal import Entry, Journal, check_journal
from system.storage.journal.record import link
from tests.storage.journals import (
    ACCOUNT,
    FILES,
    Disk,
    add,
    copied,
    made,
    opened_or_refused,
    raw,
    records,
)

SHARES = st.floats(0, 1)


@contextmanager
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A journal of a few pages whose events all stand in the database."""
    return made(tmp_path_factory.mktemp("closed") / "j.db", 120)


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A journal whose events stand in the database and in the log."""
    path = tmp_path_factory.mktemp("running") / "j.db"
    with Journal.open(path, ACCOUNT, create=True) as journal:
        add(journal, 60)
        journal._connection.execute("PRAGMA wal_checkpoint")
        add(journal, 60)
        return copied(path, tmp_path_factory.mktemp("killed"))


@given(st.data())
def test_bytes_changed_anywhere_are_noticed_or_harmless(closed: Path, killed: Path, data: st.DataObject) -> None:
    source = data.draw(st.sampled_from([closed, killed]))
    with folder() as place:
        path = copied(source, place / "copy")
        expected = records(copied(source, place / "sound"))
        victims = [each for each in sorted((place / "copy").iterdir()) if not each.name.endswith("-shm")]
        victim = data.draw(st.sampled_from(victims))
        content = bytearray(victim.read_bytes())
        start = data.draw(st.integers(0, len(content) - 1))
        bits = data.draw(st.binary(min_size=1, max_size=40).filter(any))
        for number, bit in enumerate(bits[: len(content) - start]):
            content[start + number] ^= bit
        victim.write_bytes(content)
        report = check_journal(path)
        found = opened_or_refused(path)
        assert found in (None, expected)
        if not report.ok:
            assert report.problem
            assert found is None
        if found is not None:
            assert check_journal(path).ok


@given(st.data())
def test_a_file_cut_short_is_noticed(closed: Path, killed: Path, data: st.DataObject) -> None:
    """Unlike after a power cut, the witness has seen all events."""
    source = data.draw(st.sampled_from([closed, killed]))
    with folder() as place:
        path = copied(source, place / "copy")
        expected = records(copied(source, place / "sound"))
        victim = path.with_name(path.name + data.draw(st.sampled_from(FILES if source is killed else FILES[:1])))
        content = victim.read_bytes()
        victim.write_bytes(content[: data.draw(st.integers(0, len(content) - 1))])
        # What is cut off the database may stand in the log too, and what is cut off the log may be replaced in it.
        assert opened_or_refused(path) in ([None] if source is closed else [None, expected])


def edited(source: Path, place: Path, *statements: str) -> Path:
    path = copied(source, place)
    with raw(path) as connection:
        for sql in statements:
            connection.execute(sql)
    return path


@pytest.mark.parametrize(
    ("sql", "line"),
    [
        ("DELETE FROM events WHERE seq = 1", "event 1 is missing, 2 stands in its place"),
        ("DELETE FROM events WHERE seq = 60", "event 60 is missing, 61 stands in its place"),
        ("DELETE FROM events WHERE seq = 120", "event 120 is missing; expected events up to 120"),
        ("DELETE FROM events", "event 1 is missing; expected events up to 120"),
        ("UPDATE events SET payload = '{}' WHERE seq = 60", "event 60 is not as it was written"),
        ("UPDATE events SET kind = 'fill' WHERE seq = 1", "event 1 is not as it was written"),
        ("UPDATE events SET now_ns = 601 WHERE seq = 60", "event 60 is not as it was written"),
        ("UPDATE events SET digest = zeroblob(32) WHERE seq = 60", "event 60 is not as it was written"),
        ("UPDATE events SET digest = zeroblob(32) WHERE seq = 120", "event 120 is not as it was written"),
        ("UPDATE events SET seq = 0 WHERE seq = 1", "event 1 is missing, 2 stands in its place"),
        ("INSERT INTO events SELECT 0, now_ns, kind, payload, digest FROM events WHERE seq = 1", "event 0 stands beyond"),
        ("INSERT INTO events SELECT 121, now_ns, kind, payload, digest FROM events WHERE seq = 1", "event 121 stands beyond"),
        ("DELETE FROM head", "0 heads; expected one"),
        ("UPDATE head SET digest = zeroblob(31)", "its head is not readable"),
        ("UPDATE head SET seq = -1", "its head is not readable"),
        ("UPDATE head SET digest = zeroblob(32)", "its head does not belong to its last event, 120"),
        ("UPDATE head SET seq = 119", "its head does not belong to its last event, 119"),
        ("UPDATE head SET seq = 121", "event 121 is missing; expected events up to 121"),
    ],
)  # fmt: skip
def test_rows_that_are_missing_changed_or_added_are_told(closed: Path, tmp_path: Path, sql: str, line: str) -> None:
    path = edited(closed, tmp_path / "copy", sql)
    with pytest.raises(StorageError, match=f"damaged journal: {line}"):
        Journal.open(path, ACCOUNT, create=True)
    report = check_journal(path)
    assert (report.ok, report.chain_ok, report.integrity_ok) == (False, False, True)
    assert line in report.problem


def test_rows_that_change_places_are_told(closed: Path, tmp_path: Path) -> None:
    swap = [f"UPDATE events SET seq = {to} WHERE seq = {seq}" for seq, to in ((10, 999), (11, 10), (999, 11))]
    with pytest.raises(StorageError, match="event 10 is not as it was written, or not in its place"):
        Journal.open(edited(closed, tmp_path / "copy", *swap), ACCOUNT)


def test_an_end_that_was_cut_off_with_its_head_is_known_to_the_witness(closed: Path, tmp_path: Path) -> None:
    path = edited(
        closed,
        tmp_path / "copy",
        "DELETE FROM events WHERE seq = 120",
        "UPDATE head SET seq = 119, digest = (SELECT digest FROM events WHERE seq = 119)",
    )
    with pytest.raises(StorageError, match="ends at event 119, but 120 were written"):
        Journal.open(path, ACCOUNT)


def test_an_account_that_was_changed_is_told(closed: Path, tmp_path: Path) -> None:
    path = edited(closed, tmp_path / "copy", "UPDATE head SET account = 'DU7'")
    with pytest.raises(StorageError, match="event 1 is not as it was written"):
        Journal.open(path, "DU7")


@pytest.mark.parametrize(
    "change",
    ["now_ns = 'x'", "kind = x'00'", "payload = NULL", "payload = 5", "digest = NULL", "digest = 'x'"],
)
def test_values_of_other_types_are_told(closed: Path, tmp_path: Path, change: str) -> None:
    """Tables take no such values; damaged pages may hold them."""
    path = copied(closed, tmp_path / "copy")
    strict = "seq INTEGER PRIMARY KEY, now_ns INTEGER NOT NULL, kind TEXT NOT NULL, payload TEXT NOT NULL, digest BLOB NOT NULL"
    loose = "seq INTEGER PRIMARY KEY, now_ns, kind, payload, digest"
    with raw(path) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        swap = "UPDATE sqlite_master SET sql = replace(sql, ?, ?) WHERE name = 'events'"
        connection.execute(swap, (f"{strict}) STRICT", f"{loose})"))
        connection.execute("PRAGMA writable_schema = RESET")
        connection.execute(f"UPDATE events SET {change} WHERE seq = 119")
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute(swap, (f"{loose})", f"{strict}) STRICT"))
    report = check_journal(path)
    assert not report.chain_ok
    assert report.events == 118
    with pytest.raises(StorageError):
        Journal.open(path, ACCOUNT)


def test_a_digest_that_is_gone_is_told_where_reading_begins_there(tmp_path: Path) -> None:
    with Journal.open(tmp_path / "j.db", ACCOUNT, create=True) as journal:
        add(journal, 12)
        with raw(journal.path) as connection:
            connection.execute("DELETE FROM events WHERE seq = 5")
        with pytest.raises(StorageError, match="event 5 is missing"):
            list(journal.records(5))
        with pytest.raises(StorageError, match="event 6 is not as it was written, or not in its place"):
            list(journal.records(5, kind="fill"))
        assert journal.check().problem.endswith("event 5 is missing, 6 stands in its place")


def test_a_forged_row_inside_a_right_chain_is_known_to_the_witness(tmp_path: Path) -> None:
    """Whoever rewrites everything from an event on leaves a chain that is right in itself."""
    path = made(tmp_path / "j.db", 3)
    with raw(path) as connection:
        (before,) = connection.execute("SELECT digest FROM events WHERE seq = 2").fetchone()
        digest = link(before, 3, 7, "fill", "{}")
        connection.execute(
            "UPDATE events SET now_ns = 7, kind = 'fill', payload = '{}', digest = ? WHERE seq = 3", [digest]
        )
        connection.execute("UPDATE head SET digest = ?", [digest])
    with pytest.raises(StorageError, match="event 3 is not the one that was written"):
        Journal.open(path, ACCOUNT)


def test_pages_that_only_sqlite_knows_are_checked_too(closed: Path, tmp_path: Path) -> None:
    """The chain is right, the index of kinds is not."""
    path = copied(closed, tmp_path / "copy")
    with raw(path) as connection:
        (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'events_kind'").fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    content = path.read_bytes()
    at = content.rindex(b"order", (page - 1) * size, page * size)
    path.write_bytes(content[:at] + b"fills" + content[at + 5 :])
    report = check_journal(path)
    assert (report.ok, report.chain_ok, report.integrity_ok) == (False, True, False)
    assert "index events_kind" in report.problem
    with pytest.raises(StorageError, match=r"j\.db: damaged journal: .*index events_kind"):
        Journal.open(path, ACCOUNT)


# -- power cuts


@given(st.integers(1, 4), st.integers(1, 4), SHARES, SHARES, st.integers(0, 3))
def test_after_a_power_cut_all_that_was_returned_for_is_there(
    before: int, after: int, wal: float, database: float, rounds: int
) -> None:
    """The disk as of the last sync, and a random prefix of what was written after it, torn where it may."""
    with folder() as place, Journal.open(place / "j.db", ACCOUNT, create=True) as journal:
        for _ in range(rounds):  # a log in its second round is overwritten from its start
            add(journal, 3)
            journal._connection.execute("PRAGMA wal_checkpoint")
        add(journal, before)
        synced = Disk(journal.path)
        returned = journal.last_seq
        add(journal, after)
        cut_and_compare(place, journal, synced.cut(Disk(journal.path), wal, 0), returned)
        # A checkpoint, cut: the log is whole, the database is not.
        synced = Disk(journal.path)
        journal._connection.execute("PRAGMA wal_checkpoint")
        cut_and_compare(place, journal, synced.cut(Disk(journal.path), 1, database), journal.last_seq)


@given(st.integers(1, 4), st.integers(1, 6), st.integers(0, 3), st.randoms(use_true_random=False))
def test_a_disk_that_writes_in_any_order_changes_nothing_of_that(
    before: int, after: int, rounds: int, draw: random.Random
) -> None:
    with folder() as place, Journal.open(place / "j.db", ACCOUNT, create=True) as journal:
        for _ in range(rounds):
            add(journal, 3)
            journal._connection.execute("PRAGMA wal_checkpoint")
        add(journal, before)
        synced = Disk(journal.path)
        returned = journal.last_seq
        journal.append_all([Entry(kind="fill", now_ns=1, payload={"x": "y" * 300})] * after)
        cut_and_compare(place, journal, synced.scattered(Disk(journal.path), draw, checkpoint=False), returned)
        synced = Disk(journal.path)
        journal._connection.execute("PRAGMA wal_checkpoint")
        cut_and_compare(place, journal, synced.scattered(Disk(journal.path), draw, checkpoint=True), journal.last_seq)


def cut_and_compare(place: Path, journal: Journal, disk: Disk, returned: int) -> None:
    shutil.rmtree(place / "after", ignore_errors=True)
    (place / "after").mkdir()
    disk.put(place / "after" / "j.db")
    left = records(place / "after" / "j.db")
    assert left == list(journal.records())[: len(left)]
    assert len(left) >= returned


def test_a_group_is_there_whole_or_not_at_all_after_a_power_cut(tmp_path: Path) -> None:
    with Journal.open(tmp_path / "j.db", ACCOUNT, create=True) as journal:
        synced = Disk(journal.path)
        journal.append_all([Entry(kind="fill", now_ns=1, payload={"x": "y" * 500})] * 40)
        written = Disk(journal.path)
    counts = set()
    for share in range(0, 101, 5):
        path = tmp_path / str(share) / "j.db"
        path.parent.mkdir()
        synced.cut(written, share / 100, 0).put(path)
        counts.add(len(records(path)))
    assert counts == {0, 40}


def test_an_event_on_disk_for_which_append_had_not_returned_is_kept(tmp_path: Path) -> None:
    with Journal.open(tmp_path / "j.db", ACCOUNT, create=True) as journal:
        add(journal, 1)
        synced = Disk(journal.path)
        add(journal, 1)
        later = Disk(journal.path)
    (tmp_path / "cut").mkdir()
    synced.cut(later, 1, 0).put(tmp_path / "cut" / "j.db")
    assert len(records(tmp_path / "cut" / "j.db")) == 2


def test_reading_survives_a_database_that_goes_away(tmp_path: Path) -> None:
    """An error of the disk while reading is one line too."""
    with Journal.open(made(tmp_path / "j.db", 2_500), ACCOUNT) as journal:
        seen = journal.records()
        next(seen)
        journal._connection.set_authorizer(lambda *_: sqlite3.SQLITE_DENY)
        with pytest.raises(StorageError, match=r"j\.db: cannot read the journal: "):
            list(seen)
        report = journal.check()
        assert (report.ok, report.chain_ok, report.integrity_ok) == (False, False, False)
        journal._connection.set_authorizer(None)
