"""The journal's tables, version by version, and connections to its file.

Version n is what the first n steps make of an empty file. A step, once released, is never edited: the text of every
table is held against the steps on opening.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeAlias

from system.domain.errors import StorageError

APPLICATION_ID: Final = 0x626E6A6C  # "bnjl"
BUSY_S: Final = 2.0  # to wait for another program that writes; ours are kept out by the lock

# What a damaged or failing database raises. UnicodeError: where SQLite's own message quotes damaged text.
FAULTS: Final = (sqlite3.Error, OSError, UnicodeError)

Step: TypeAlias = Callable[[sqlite3.Connection], object]


def _first(connection: sqlite3.Connection) -> None:
    """Events, and one row that knows whose they are and which is the last."""
    connection.execute(
        "CREATE TABLE events (seq INTEGER PRIMARY KEY, now_ns INTEGER NOT NULL, kind TEXT NOT NULL,"
        " payload TEXT NOT NULL, digest BLOB NOT NULL) STRICT"
    )
    connection.execute("CREATE INDEX events_kind ON events (kind)")
    connection.execute(
        "CREATE TABLE head (only INTEGER PRIMARY KEY CHECK (only = 1), account TEXT NOT NULL,"
        " seq INTEGER NOT NULL, digest BLOB NOT NULL) STRICT"
    )
    for verb in ("UPDATE", "DELETE"):
        connection.execute(
            f"CREATE TRIGGER events_no_{verb.lower()} BEFORE {verb} ON events"
            " BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END"
        )


STEPS: Final[Sequence[Step]] = (_first,)


@contextmanager
def told(path: Path, doing: str) -> Iterator[None]:
    """Turn what SQLite and the system raise into StorageError, with the file and what was being done."""
    try:
        yield
    except FAULTS as error:
        said = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise StorageError(f"{path}: cannot {doing} the journal: {said}") from error


def connect(path: Path, mode: str) -> sqlite3.Connection:
    """A connection in which transactions are begun by hand. `mode` is SQLite's: ro, rw or rwc."""
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    connection = sqlite3.connect(uri, uri=True, timeout=BUSY_S, isolation_level=None)
    try:
        for setting in ("cell_size_check = ON", "trusted_schema = OFF", "synchronous = FULL"):
            connection.execute(f"PRAGMA {setting}")
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All of the block is committed and synced to disk, or nothing of it."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def make(connection: sqlite3.Connection, account: str, digest: bytes) -> None:
    """Make an account's empty journal in an empty database."""
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    migrate(connection, 0, newest())
    connection.execute("INSERT INTO head VALUES (1, ?, 0, ?)", (account, digest))


def newest() -> int:
    """The version that this program writes."""
    return len(STEPS)


def migrate(connection: sqlite3.Connection, version: int, to: int) -> None:
    """Take a journal from one version to another, whole or not at all."""
    with transaction(connection):
        for step in STEPS[version:to]:
            step(connection)
        connection.execute(f"PRAGMA user_version = {to}")


def version_of(connection: sqlite3.Connection, path: Path) -> int:
    """The version of a journal. Raises StorageError for what is no journal, or that of a newer program."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION_ID or version < 1:
        raise StorageError(f"{path}: not a journal, or damaged at its beginning")
    if version > newest():
        raise StorageError(
            f"{path}: journal of version {version}; this program knows versions up to {newest()}: use the newer program"
        )
    return int(version)


def check_tables(connection: sqlite3.Connection, path: Path, version: int) -> None:
    """Raise StorageError where the tables are not, letter by letter, what the steps make."""
    fresh = sqlite3.connect(":memory:", isolation_level=None)
    try:
        migrate(fresh, 0, version)
        expected = _tables(fresh)
    finally:
        fresh.close()
    if _tables(connection) != expected:
        raise StorageError(f"{path}: damaged journal: its tables are not those of version {version}")


def _tables(connection: sqlite3.Connection) -> list[tuple[str, ...]]:
    return connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY name").fetchall()
