"""A copy of a journal while it is in use: one file, checked, there whole or not at all."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from system.domain.errors import InputError, RefusedError, StorageError
from system.storage.atomic_file import reason, sync_folder
from system.storage.journal.check import check_connection
from system.storage.journal.reading import digest_at, read_head
from system.storage.journal.schema import connect, told, version_of
from system.storage.journal.witness import witness_path

BESIDE: tuple[str, ...] = ("-wal", "-journal")  # what SQLite keeps beside a database in use


def backup(connection: sqlite3.Connection, path: Path, target: Path) -> int:
    """Copy the journal at `path`, open as `connection`, to `target`; the number of its events.

    An earlier backup of the same journal is replaced; it is whole until the new one is. Raises RefusedError where
    `target` is another account's journal or holds events that this one has not, InputError where it is something else
    or cannot be written, StorageError where the journal itself is damaged.
    """
    place = Path(os.path.realpath(target))
    if os.path.exists(place):
        _check_replaceable(connection, path, target, place)
    part = place.with_name(f".{place.name[:50]}.{os.getpid()}.part")
    try:
        with part.open("xb"):
            pass
        try:
            events = _copy(connection, path, part)
            with part.open("rb") as file:
                os.fsync(file.fileno())
            part.replace(place)
        finally:
            part.unlink(missing_ok=True)
        sync_folder(place.parent)
    except OSError as error:
        raise InputError(f"{target}: cannot write: {reason(error)}") from error
    except sqlite3.Error as error:
        raise InputError(f"{target}: cannot write: {error}") from error
    return events


def _copy(connection: sqlite3.Connection, path: Path, part: Path) -> int:
    with closing(connect(part, "rw")) as copy:
        connection.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, readable from anywhere
        report = check_connection(copy, part)
    if not report.ok:
        raise StorageError(f"{path}: not backed up: {report.problem.replace(str(part), path.name)}")
    return report.events


def _check_replaceable(connection: sqlite3.Connection, path: Path, target: Path, place: Path) -> None:
    """Raise where an existing target is not a backup of an earlier state of this very journal."""
    if not os.path.isfile(place):
        raise InputError(f"{target}: is not a file; expected the name of a file to write")
    if os.path.exists(path) and place.samefile(path):
        raise InputError(f"{target}: is the journal itself; expected another file to write")
    try:
        with told(target, "read"), closing(connect(place, "ro")) as earlier:
            version_of(earlier, target)
            old = read_head(earlier, target)
    except StorageError as error:
        raise InputError(f"{target}: exists and is not a readable journal; expected another file to write") from error
    head = read_head(connection, path)
    if old.account != head.account:
        raise RefusedError(f"{target}: is the journal of another account; expected another file to write")
    if old.seq > head.seq or digest_at(connection, path, head, old.seq) != old.digest:
        raise RefusedError(f"{target}: holds events that {path} has not; expected another file to write")
    if witness_path(place).exists() or any(place.with_name(place.name + end).exists() for end in BESIDE):
        raise RefusedError(f"{target}: is a journal in use, not a backup; expected another file to write")
