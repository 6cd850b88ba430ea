"""The journal gives back what was put in, in order, and takes nothing that would come back as something else."""

import dataclasses
import enum
import sqlite3
import tempfile
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from system.domain.errors import StorageError
from system.storage.journal import JSON, Entry, Journal, Record
from system.storage.journal.record import DEPTH_MAX, PAYLOAD_CHARS_MAX, decode, encode
from tests.storage.journals import ACCOUNT, add, made, raw, records

TEXT = st.text(st.characters(exclude_categories=[]), max_size=8)  # lone surrogates and NUL too
SCALARS = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | TEXT
VALUES: st.SearchStrategy[Any] = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3), max_leaves=8
)
PAYLOADS = st.dictionaries(TEXT, VALUES, max_size=4)
ENTRIES = st.builds(
    Entry, kind=st.sampled_from(["fill", "OrderFilled", "x-1.y_2"]), now_ns=st.integers(0, 2**63 - 1), payload=PAYLOADS
)


@pytest.fixture
def journal(tmp_path: Path) -> Any:
    with Journal.open(tmp_path / "j.db", ACCOUNT, create=True) as journal:
        yield journal


@given(st.lists(st.lists(ENTRIES, max_size=3), max_size=4))
def test_what_is_appended_comes_back_after_a_restart(groups: list[list[Entry]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path, expected = Path(folder) / "j.db", []
        for group in groups:
            with Journal.open(path, ACCOUNT, create=True) as journal:
                assert list(journal.records()) == expected
                numbers = journal.append_all(group)
                expected += [
                    Record(seq=seq, now_ns=each.now_ns, kind=each.kind, payload=each.payload)
                    for seq, each in zip(numbers, group, strict=True)
                ]
                assert list(journal.records()) == expected
                assert journal.last_seq == len(expected)
                for kind in ("fill", "OrderFilled"):
                    assert list(journal.records(kind=kind)) == [each for each in expected if each.kind == kind]
        assert [each.seq for each in expected] == list(range(1, len(expected) + 1))


@given(PAYLOADS)
def test_a_payload_has_one_spelling(payload: dict[str, Any]) -> None:
    text = encode(payload)
    assert decode(text) == payload
    assert encode(decode(text)) == text
    assert encode(dict(reversed(payload.items()))) == text
    assert text.isascii()


class Side(enum.IntEnum):
    BUY = 1


class Why(enum.StrEnum):
    STOP = "stop"


def test_enumerations_tuples_and_mappings_are_written_as_what_they_hold() -> None:
    payload: dict[str, JSON] = {"side": Side.BUY, "why": Why.STOP, "ids": (1, 2), "more": MappingProxyType({"a": None})}
    assert encode(payload) == '{"ids":[1,2],"more":{"a":null},"side":1,"why":"stop"}'


@pytest.mark.parametrize(
    ("value", "error", "line"),
    [
        (1.0, TypeError, r"^payload\.a: 1\.0 is float; .*ticks, cents or nanoseconds$"),
        (float("nan"), TypeError, "nan is float"),
        ([1, {"b": 2.5}], TypeError, r"^payload\.a\[1\]\.b: 2\.5 is float"),
        (np.int64(1), TypeError, "is int64; expected text, integer, list or mapping$"),
        (b"x", TypeError, "is bytes"),
        ({1, 2}, TypeError, "is set"),
        ({1: 2}, TypeError, r"^payload\.a: key 1 is int; expected a text"),
        (2**63, ValueError, "does not fit 64 bits"),
        (-(2**63) - 1, ValueError, "does not fit 64 bits"),
        ("x" * PAYLOAD_CHARS_MAX, ValueError, "expected at most 1000000"),
    ],
)
def test_what_would_not_come_back_is_refused_without_consequences(
    journal: Journal, value: Any, error: type[Exception], line: str
) -> None:
    with pytest.raises(error, match=line):
        journal.append_all(
            [
                Entry(kind="fine", now_ns=1, payload={}),
                Entry(kind="bad", now_ns=1, payload={"a": value}),
            ]
        )
    assert list(journal.records()) == []
    assert journal.append("fill", 1, {}) == 1


def test_nesting_has_an_end() -> None:
    deep: Any = []
    for _ in range(DEPTH_MAX - 1):
        deep = [deep]
    assert decode(encode({"a": deep})) == {"a": deep}
    with pytest.raises(ValueError, match="nested deeper than 32 levels"):
        encode({"a": [deep]})


def test_a_payload_is_a_mapping() -> None:
    with pytest.raises(TypeError, match="payload is list; expected a mapping"):
        encode([1])  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["", "1x", "a b", "é", "a\n", "x" * 65, "_x"])
def test_a_kind_is_a_word(journal: Journal, kind: str) -> None:
    with pytest.raises(ValueError, match="expected a word"):
        journal.append(kind, 1, {})


@pytest.mark.parametrize("now_ns", [-1, 2**63, 1.0, True, None])
def test_a_time_is_nanoseconds(journal: Journal, now_ns: Any) -> None:
    with pytest.raises(ValueError, match=r"now_ns .* expected an integer from 0"):
        journal.append("fill", now_ns, {})


def test_a_clock_that_goes_back_is_recorded_as_it_was(journal: Journal) -> None:
    journal.append("fill", 20, {})
    journal.append("fill", 10, {})
    assert [each.now_ns for each in journal.records()] == [20, 10]


def test_records_are_frozen(journal: Journal) -> None:
    journal.append("fill", 1, {"deep": {"a": 1}})
    (record,) = journal.records()
    with pytest.raises(dataclasses.FrozenInstanceError):
        record.seq = 2  # type: ignore[misc]
    for mapping in (record.payload, record.payload["deep"]):
        with pytest.raises(TypeError):
            mapping["a"] = 2  # type: ignore[index]


def test_no_events_are_no_transaction(journal: Journal) -> None:
    assert journal.append_all([]) == range(1, 1)
    assert journal.last_seq == 0


def test_records_after_a_number(tmp_path: Path) -> None:
    with Journal.open(made(tmp_path / "j.db", 2_345), ACCOUNT) as journal:  # more than two pages
        for after in (0, 1, 999, 1_000, 1_001, 2_344, 2_345):
            assert [each.seq for each in journal.records(after)] == list(range(after + 1, 2_346))
            for kind, is_kind in (("fill", lambda seq: seq % 3 == 0), ("order", lambda seq: seq % 3)):
                numbers = [seq for seq in range(after + 1, 2_346) if is_kind(seq)]
                assert [each.seq for each in journal.records(after, kind)] == numbers
        assert list(journal.records(kind="none")) == []
        for after in (-1, 2_346):
            with pytest.raises(ValueError, match="expected 0 to 2345"):
                journal.records(after)


def test_events_appended_while_reading_are_not_among_those_read(tmp_path: Path) -> None:
    with Journal.open(made(tmp_path / "j.db", 1_500), ACCOUNT) as journal:
        seen = []
        for record in journal.records():
            if record.seq % 100 == 0:
                add(journal, 1)
            seen.append(record.seq)
        assert seen == list(range(1, 1_501))
        assert journal.last_seq == 1_515


def test_every_append_is_synced(tmp_path: Path) -> None:
    with Journal.open(tmp_path / "j.db", ACCOUNT, create=True) as journal:
        assert journal._connection.execute("PRAGMA synchronous").fetchone() == (2,)
        assert journal._connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_the_database_itself_refuses_changes(tmp_path: Path) -> None:
    path = made(tmp_path / "j.db", 3)
    connection = sqlite3.connect(path)
    for sql in ("UPDATE events SET kind = 'x'", "DELETE FROM events WHERE seq = 3"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            connection.execute(sql)
    connection.close()
    assert len(records(path)) == 3


def test_a_closed_journal_takes_no_more(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path / "j.db", ACCOUNT, create=True)
    journal.close()
    journal.close()
    with pytest.raises(StorageError, match="takes no more: it is closed"):
        journal.append("fill", 1, {})


def test_somebody_else_who_writes_ends_it(journal: Journal) -> None:
    add(journal, 2)
    with raw(journal.path) as connection:
        connection.execute("INSERT INTO events VALUES (3, 1, 'fill', '{}', x'00')")
    with pytest.raises(StorageError, match=r"j\.db: cannot write the journal: UNIQUE constraint"):
        add(journal, 1)
    with pytest.raises(StorageError, match=r"takes no more: .*UNIQUE"):
        add(journal, 1)
    assert len(list(journal.records())) == 2


def test_somebody_else_who_moves_its_head_ends_it(journal: Journal) -> None:
    add(journal, 2)
    with raw(journal.path) as connection:
        connection.execute("UPDATE head SET seq = 1")
    with pytest.raises(StorageError, match="somebody else wrote to it"):
        add(journal, 1)
    with pytest.raises(StorageError, match="takes no more"):
        journal.append_all([])


def test_another_program_that_holds_the_database_for_long_ends_it(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal._connection.execute("PRAGMA busy_timeout = 20")
    other = sqlite3.connect(journal.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageError, match="cannot write the journal: database is locked"):
        add(journal, 1)
    other.close()
    with pytest.raises(StorageError, match=r"takes no more: .*locked"):
        add(journal, 1)


def test_a_full_disk_ends_it_with_what_was_returned_for_on_it(journal: Journal) -> None:
    journal._connection.execute("PRAGMA max_page_count = 8")
    with pytest.raises(StorageError, match="cannot write the journal: database or disk is full"):
        add(journal, 200)
    assert journal.last_seq > 0
    assert len(list(journal.records())) == journal.last_seq
    with pytest.raises(StorageError, match=r"takes no more: .*full"):
        add(journal, 1)


def test_an_interrupt_in_mid_append_ends_it(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(journal._witness, "saw", interrupted)
    with pytest.raises(KeyboardInterrupt):
        add(journal, 1)
    with pytest.raises(StorageError, match="takes no more: KeyboardInterrupt"):
        add(journal, 1)
    path = journal.path
    journal.close()
    assert len(records(path)) == 1  # it was on disk, and the next one to open knows
