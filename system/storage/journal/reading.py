"""Events out of a journal, in order, each held against the chain before it is believed."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

from system.domain.errors import InputError, StorageError
from system.storage.journal.record import DIGEST_BYTES, INT64_MAX, Record, decode, genesis, link
from system.storage.journal.schema import connect, told, version_of

PAGE: Final = 1_000  # events read at once; between pages no read transaction stays open

Row: TypeAlias = tuple[int, int, str, str, bytes]
COLUMNS: Final = "e.seq, e.now_ns, e.kind, e.payload, e.digest"
KIND_PAGE: Final = (
    f"SELECT {COLUMNS}, b.digest FROM events e LEFT JOIN events b ON b.seq = e.seq - 1"
    " WHERE e.kind = ? AND e.seq > ? AND e.seq <= ? ORDER BY e.seq LIMIT ?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """Whose journal it is, the number of its last event (0: none), and that event's digest."""

    account: str
    seq: int
    digest: bytes


def read_journal(path: Path, kind: str | None = None) -> Iterator[Record]:
    """The events of a journal at this moment, of one kind if asked; another process may have it in use.

    Raises InputError where there is none, StorageError where it is damaged or cannot be read.
    """
    if not os.path.isfile(path):
        raise InputError(f"{path}: no such journal")
    with told(path, "read"):
        connection = connect(path, "ro")
    with closing(connection):
        with told(path, "read"):
            version_of(connection, path)
        head = read_head(connection, path)
        yield from read_records(connection, path, head) if kind is None else read_kind(connection, path, head, 0, kind)


def read_head(connection: sqlite3.Connection, path: Path) -> Head:
    """The row that knows the last event. Raises StorageError where it is not as it was written."""
    rows = _fetch(connection, path, "SELECT account, seq, digest FROM head")
    if len(rows) != 1:
        raise _damage(path, f"{len(rows)} heads; expected one")
    account, seq, digest = rows[0]
    right = type(account) is str and type(seq) is int and 0 <= seq <= INT64_MAX and type(digest) is bytes
    if not right or len(digest) != DIGEST_BYTES:
        raise _damage(path, "its head is not readable")
    return Head(account=account, seq=seq, digest=digest)


def read_records(connection: sqlite3.Connection, path: Path, head: Head, after: int = 0) -> Iterator[Record]:
    """The events with numbers above `after`, up to the head's.

    Raises StorageError at the first one that is missing, out of its place, or not as it was written.
    """
    for seq, now_ns, kind, text, _ in read_rows(connection, path, head, after):
        yield Record(seq=seq, now_ns=now_ns, kind=kind, payload=decode(text))


def read_rows(connection: sqlite3.Connection, path: Path, head: Head, after: int = 0) -> Iterator[Row]:
    """As `read_records`, with payloads as text and with digests."""
    before = digest_at(connection, path, head, after)
    while after < head.seq:
        page = min(PAGE, head.seq - after)
        sql = f"SELECT {COLUMNS} FROM events e WHERE seq > ? ORDER BY seq LIMIT ?"
        rows = _fetch(connection, path, sql, after, page)
        for row in rows:
            _check_row(path, row, after + 1, before)
            yield row
            after, before = row[0], row[4]
        if len(rows) < page:
            raise _damage(path, f"event {after + 1} is missing; expected events up to {head.seq}")
    if before != head.digest:
        raise _damage(path, f"its head does not belong to its last event, {head.seq}")


def read_kind(connection: sqlite3.Connection, path: Path, head: Head, after: int, kind: str) -> Iterator[Record]:
    """The events of one kind only, each held against the event before it."""
    while True:
        rows = _fetch(connection, path, KIND_PAGE, kind, after, head.seq, PAGE)
        for seq, now_ns, found, text, digest, before in rows:
            row = seq, now_ns, found, text, digest
            _check_row(path, row, seq, genesis(head.account) if seq == 1 else before)
            yield Record(seq=seq, now_ns=now_ns, kind=found, payload=decode(text))
            after = seq
        if len(rows) < PAGE:
            return


def digest_at(connection: sqlite3.Connection, path: Path, head: Head, seq: int) -> bytes:
    """The digest of event `seq`, or what stands before the first one for 0. Raises StorageError where there is none."""
    if seq == 0:
        return genesis(head.account)
    rows = _fetch(connection, path, "SELECT digest FROM events WHERE seq = ?", seq)
    if not rows or type(rows[0][0]) is not bytes:
        raise _damage(path, f"event {seq} is missing; expected events up to {head.seq}")
    return rows[0][0]


def check_beyond(connection: sqlite3.Connection, path: Path, head: Head) -> None:
    """Raise StorageError where events stand outside the numbers 1 to the head's."""
    sql = "SELECT seq FROM events WHERE seq < 1 OR seq > ? LIMIT 1"
    for (seq,) in _fetch(connection, path, sql, head.seq):
        raise _damage(path, f"event {seq} stands beyond its head, {head.seq}")


def _fetch(connection: sqlite3.Connection, path: Path, sql: str, *values: object) -> list[Any]:
    with told(path, "read"):
        return connection.execute(sql, values).fetchall()


def _check_row(path: Path, row: Row, expected: int, before: bytes) -> None:
    seq, now_ns, kind, text, digest = row
    if seq != expected:
        raise _damage(path, f"event {expected} is missing, {seq} stands in its place")
    # A damaged row may hold values of any type, which its tables would not have taken.
    right = type(now_ns) is int and type(kind) is str and type(text) is str and type(before) is bytes
    if not right or link(before, seq, now_ns, kind, text) != digest:
        raise _damage(path, f"event {seq} is not as it was written, or not in its place")


def _damage(path: Path, what: str) -> StorageError:
    return StorageError(f"{path}: damaged journal: {what}")
