"""Journals for tests: made, read past every check of ours, and cut as a power failure would cut them."""

import random
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from system.domain.errors import StorageError
from system.storage.journal import Entry, Journal, Record

ACCOUNT = "DU1234567"
MANY = 200


def made(path: Path, events: int, account: str = ACCOUNT) -> Path:
    """A closed journal with events 1 to `events`."""
    with Journal.open(path, account, create=True) as journal:
        add(journal, events)
    return path


def add(journal: Journal, events: int) -> None:
    """One after the other, as they come in; hundreds, which a test only wants to read, at once."""
    entries = [_entry(number) for number in range(journal.last_seq + 1, journal.last_seq + events + 1)]
    if events > MANY:
        journal.append_all(entries)
    else:
        for entry in entries:
            journal.append(entry.kind, entry.now_ns, entry.payload)


def _entry(number: int) -> Entry:
    payload = {"number": number, "text": "x" * (number % 50)}
    return Entry(kind="order" if number % 3 else "fill", now_ns=number * 10, payload=payload)


def records(path: Path, account: str = ACCOUNT) -> list[Record]:
    with Journal.open(path, account) as journal:
        return list(journal.records())


def opened_or_refused(path: Path) -> list[Record] | None:
    """What it holds, or None where it is refused as damaged."""
    try:
        return records(path)
    except StorageError:
        return None


@contextmanager
def raw(path: Path) -> Iterator[sqlite3.Connection]:
    """The database without any check of ours, and without the triggers."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        yield connection
        for _, sql in triggers:
            connection.execute(sql)


SECTOR = 512  # what a disk writes whole
FILES = ("", "-wal")  # the index beside them, -shm, is memory: no disk keeps it


class Disk:
    """What is on disk at a moment: as of the last sync, if the moment is the return of an append."""

    def __init__(self, path: Path) -> None:
        self.files = {end: _content(path.with_name(path.name + end)) for end in FILES}

    def put(self, path: Path) -> None:
        for end, content in self.files.items():
            path.with_name(path.name + end).write_bytes(content)

    def cut(self, later: "Disk", wal: float, database: float) -> "Disk":
        """This disk and, of what was written between here and `later`, a prefix in the share of 0 to 1 of each file.

        The database is written only from a log that is synced: where any of it is there, all of the log is.
        """
        made = Disk.__new__(Disk)
        shares = {"": database, "-wal": 1.0 if database else wal}
        made.files = {end: _mixed(self.files[end], later.files[end], shares[end]) for end in FILES}
        return made

    def scattered(self, later: "Disk", draw: random.Random, *, checkpoint: bool) -> "Disk":
        """As `cut`, with any of the sectors written in between, in no order: of the log, or of the database."""
        made = Disk.__new__(Disk)
        made.files = later.files if checkpoint else dict(self.files)
        end = "" if checkpoint else "-wal"
        made.files = {**made.files, end: _scattered(self.files[end], later.files[end], draw)}
        return made


def _scattered(before: bytes, after: bytes, draw: random.Random) -> bytes:
    before = before.ljust(len(after), b"\0")  # a file may have grown before its content came
    starts = range(0, len(after), SECTOR)
    sectors = [(after if draw.random() < 0.5 else before)[start : start + SECTOR] for start in starts]
    return b"".join(sectors) + before[len(after) :]


def _mixed(before: bytes, after: bytes, share: float) -> bytes:
    """`before`, overwritten from the start of the first change by a share of what `after` has from there."""
    same = next((at for at, (one, two) in enumerate(zip(before, after, strict=False)) if one != two), len(before))
    end = same + round((len(after) - same) * share)
    return after[:end] + before[end:]


def _content(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else b""


def copied(path: Path, target: Path) -> Path:
    """The files of a journal, as `cp` would copy them, with its witness."""
    target.mkdir(exist_ok=True)
    for each in path.parent.glob(f"{path.name}*"):
        shutil.copy(each, target / each.name)
    return target / path.name
