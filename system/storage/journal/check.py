"""A report on a whole journal: every event against the chain, every page against SQLite's own rules."""

import os
import sqlite3
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

from system.domain.errors import InputError, StorageError
from system.storage.journal.reading import Head, check_beyond, digest_at, read_head, read_rows
from system.storage.journal.schema import FAULTS, check_tables, connect, told, version_of
from system.storage.journal.witness import lost, read_witness


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalCheck:
    """What a journal holds and whether it may be believed.

    `events` are those in the chain from the first on, `kinds` how many of each kind, `first_ns` and `last_ns` the times
    of the first and the last of them (None: no event). `problem` is the first thing that is wrong, or empty.
    """

    path: str
    version: int
    events: int
    kinds: Mapping[str, int]
    first_ns: int | None
    last_ns: int | None
    chain_ok: bool
    integrity_ok: bool
    problem: str

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return self.chain_ok and self.integrity_ok

    def as_json(self) -> dict[str, object]:
        """For --json."""
        return {**asdict(self), "ok": self.ok}


def check_journal(path: Path) -> JournalCheck:
    """Look at a journal, in use or not, without changing it. Raises InputError where there is none."""
    if not os.path.isfile(path):
        raise InputError(f"{path}: no such journal")
    try:
        with told(path, "read"), closing(connect(path, "ro")) as connection:
            return check_connection(connection, path)
    except StorageError as error:
        return _report(path, 0, _Sums(), str(error), integrity_ok=False)


def check_connection(connection: sqlite3.Connection, path: Path) -> JournalCheck:
    """Look at a journal at one moment of it."""
    sums, version = _Sums(), 0
    problem = ""
    try:
        seen, digest = read_witness(path)  # before the journal, which may be in use and go on
        with told(path, "read"):
            connection.execute("BEGIN")
        version = version_of(connection, path)
        check_tables(connection, path, version)
        head = read_head(connection, path)
        for _, now_ns, kind, _, _ in read_rows(connection, path, head):
            sums.add(now_ns, kind)
        check_beyond(connection, path, head)
        check_witness(connection, path, head, seen, digest)
        chain_ok = True
    except (StorageError, *FAULTS) as error:
        problem, chain_ok = str(error), False
    broken = _integrity(connection)
    if connection.in_transaction:
        connection.execute("ROLLBACK")
    return _report(path, version, sums, problem or broken, integrity_ok=not broken, chain_ok=chain_ok)


def check_witness(connection: sqlite3.Connection, path: Path, head: Head, seen: int, digest: bytes) -> None:
    """Raise StorageError where the witness saw an event that the journal has not, or has otherwise."""
    if seen > head.seq:
        raise lost(path, head.seq, seen)
    if seen and digest_at(connection, path, head, seen) != digest:
        raise StorageError(f"{path}: damaged journal: event {seen} is not the one that was written")


class _Sums:
    """What is counted while events pass."""

    def __init__(self) -> None:
        self.events = 0
        self.kinds: Counter[str] = Counter()
        self.first_ns: int | None = None
        self.last_ns: int | None = None

    def add(self, now_ns: int, kind: str) -> None:
        self.events += 1
        self.kinds[kind] += 1
        self.first_ns = now_ns if self.first_ns is None else self.first_ns
        self.last_ns = now_ns


def _integrity(connection: sqlite3.Connection) -> str:
    """The first thing that SQLite finds wrong, or nothing."""
    try:
        (first,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    except FAULTS as error:
        return str(error)
    return "" if first == "ok" else " ".join(str(first).split())


def _report(
    path: Path, version: int, sums: _Sums, problem: str, *, integrity_ok: bool, chain_ok: bool = False
) -> JournalCheck:
    return JournalCheck(
        path=str(path),
        version=version,
        events=sums.events,
        kinds=dict(sorted(sums.kinds.items())),
        first_ns=sums.first_ns,
        last_ns=sums.last_ns,
        chain_ok=chain_ok,
        integrity_ok=integrity_ok,
        problem=problem,
    )
