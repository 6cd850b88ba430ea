"""An account's journal in use: what `append` has returned for is on disk and stays there."""

import os
import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Final, Self

from system.domain.errors import InputError, RefusedError, StorageError
from system.storage.atomic_file import sync_folder
from system.storage.journal.backup import BESIDE, backup
from system.storage.journal.check import JournalCheck, check_connection
from system.storage.journal.lock import AccountLock
from system.storage.journal.reading import Head, read_head, read_kind, read_records
from system.storage.journal.record import JSON, Entry, Record, check_entry, encode, genesis, link
from system.storage.journal.schema import connect, make, migrate, newest, told, transaction, version_of
from system.storage.journal.witness import Witness, lost, read_witness

ACCOUNT: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}", re.ASCII)


class Journal:
    """The journal of one account, locked against every other process; open it with `Journal.open`, close it after use.

    After an append that failed it takes no more: whether that event is on disk is known only to the next `open`.
    """

    def __init__(
        self, path: Path, connection: sqlite3.Connection, head: Head, witness: Witness, stack: ExitStack
    ) -> None:
        self.path = path
        self._connection = connection
        self._head = head
        self._witness = witness
        self._stack = stack
        self._failed: str | None = None

    @classmethod
    def open(cls, path: str | Path, account: str, *, create: bool = False) -> Self:
        """Lock the account, check every event and be ready to append. `create` makes a journal where there is none.

        Raises RefusedError where the account is in use or the journal is another account's; StorageError where there is
        no journal (without `create`), where it is damaged, cannot be read or written, misses events that are known to
        have been written, or is a newer program's; InputError for an account or a folder that cannot be.
        """
        if not ACCOUNT.fullmatch(account):
            raise InputError(f"account {account!r}: expected letters, digits, '_' and '-', at most 40")
        path = Path(os.path.realpath(path))
        if not os.path.isdir(path.parent):
            raise InputError(f"{path}: cannot keep a journal here: no such folder: {path.parent}")
        with ExitStack() as stack:
            if not create and not os.path.exists(path):
                raise StorageError(f"{path}: no journal here; expected one, or to be told to begin a new one")
            stack.enter_context(AccountLock(path.parent, account))
            if create and not os.path.exists(path):
                _make(path, account)
            if not os.access(path, os.R_OK | os.W_OK, effective_ids=True):  # SQLite would open it for reading only
                raise StorageError(f"{path}: cannot open the journal: no permission to read and to write it")
            with told(path, "open"):
                connection = stack.enter_context(closing(connect(path, "rw")))
                head = _ready(connection, path, account)
                witness = stack.enter_context(closing(Witness(path)))
                witness.saw(head.seq, head.digest)
            return cls(path, connection, head, witness, stack.pop_all())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def account(self) -> str:
        """Whose journal it is."""
        return self._head.account

    @property
    def last_seq(self) -> int:
        """The number of the last event, 0 before the first."""
        return self._head.seq

    def close(self) -> None:
        """Close the file and let the account go. A closed journal takes and gives nothing."""
        self._failed = self._failed or "it is closed"
        with told(self.path, "close"):
            self._stack.close()

    def append(self, kind: str, now_ns: int, payload: Mapping[str, JSON]) -> int:
        """Append one event and return its number when it is on disk. Raises as `append_all` does."""
        return self.append_all([Entry(kind=kind, now_ns=now_ns, payload=payload)])[0]

    def append_all(self, entries: Sequence[Entry]) -> range:
        """Append events, all or none, and return their numbers when they are on disk.

        Raises StorageError where the disk does not take them, and for every call after that; TypeError or ValueError,
        without consequences, for an entry that cannot be written (see `record`).
        """
        if self._failed is not None:
            raise StorageError(f"{self.path}: the journal takes no more: {self._failed}")
        seq, digest = self._head.seq, self._head.digest
        rows = []
        for entry in entries:
            check_entry(entry)
            text = encode(entry.payload)
            seq += 1
            digest = link(digest, seq, entry.now_ns, entry.kind, text)
            rows.append((seq, entry.now_ns, entry.kind, text, digest))
        if rows:
            self._write(rows, Head(account=self._head.account, seq=seq, digest=digest))
        return range(seq - len(rows) + 1, seq + 1)

    def records(self, after: int = 0, kind: str | None = None) -> Iterator[Record]:
        """The events so far with numbers above `after`, in order; of one kind, if asked.

        Events appended meanwhile are not among them. Raises StorageError where one is no longer as it was written.
        """
        if not 0 <= after <= self._head.seq:
            raise ValueError(f"after {after}: expected 0 to {self._head.seq}")
        if kind is None:
            return read_records(self._connection, self.path, self._head, after)
        return read_kind(self._connection, self.path, self._head, after, kind)

    def check(self) -> JournalCheck:
        """Look at every event and every page again."""
        return check_connection(self._connection, self.path)

    def backup(self, target: str | Path) -> int:
        """Copy the journal; see `system.storage.journal.backup`. Returns the number of events in the copy."""
        return backup(self._connection, self.path, Path(target))

    def _write(self, rows: list[tuple[int, int, str, str, bytes]], head: Head) -> None:
        try:
            with told(self.path, "write"):
                with transaction(self._connection):
                    self._connection.executemany("INSERT INTO events VALUES (?, ?, ?, ?, ?)", rows)
                    moved = self._connection.execute(
                        "UPDATE head SET seq = ?, digest = ? WHERE seq = ? AND digest = ?",
                        (head.seq, head.digest, self._head.seq, self._head.digest),
                    ).rowcount
                    if moved != 1:
                        raise sqlite3.IntegrityError("somebody else wrote to it")
                self._witness.saw(head.seq, head.digest)
        except BaseException as error:  # an interrupt too leaves it unknown what is on disk
            self._failed = str(error) or type(error).__name__
            raise
        self._head = head


def backup_journal(path: Path, target: Path) -> int:
    """Copy a journal that another process may have in use; the number of events copied. Raises as `backup` does."""
    if not os.path.isfile(path):
        raise InputError(f"{path}: no such journal")
    with told(path, "read"), closing(connect(path, "ro")) as connection:
        version_of(connection, path)
        return backup(connection, path, target)


def _make(path: Path, account: str) -> None:
    """Make an empty journal beside its place and put it there whole, so that no half of one can ever be met."""
    seen, _ = read_witness(path)
    if seen:
        raise lost(path, 0, seen)
    for beside in (path.with_name(path.name + end) for end in BESIDE):
        if os.path.exists(beside):  # SQLite would mix it into the new one
            raise StorageError(f"{beside}: belongs to a journal that is missing; expected {path.name} beside it")
    part = path.with_name(f".{path.name[:50]}.{os.getpid()}.part")
    with told(path, "make"):
        part.unlink(missing_ok=True)
        try:
            with closing(connect(part, "rwc")) as connection:
                make(connection, account, genesis(account))
            os.link(part, path)  # which, unlike a rename, replaces nothing
        finally:
            part.unlink(missing_ok=True)
        sync_folder(path.parent)


def _ready(connection: sqlite3.Connection, path: Path, account: str) -> Head:
    """Check and, where it is of an older version, migrate a journal; its head."""
    version = version_of(connection, path)
    head = read_head(connection, path)
    if head.account != account:
        raise RefusedError(f"{path}: is the journal of another account")
    (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
    if mode != "wal":
        raise StorageError(f"{path}: cannot open the journal: this file system has no write-ahead log ({mode})")
    report = check_connection(connection, path)
    if not report.ok:
        raise StorageError(
            report.problem if str(path) in report.problem else f"{path}: damaged journal: {report.problem}"
        )
    if version < newest():
        backup(connection, path, path.with_name(f"{path.name}.v{version}"))
        migrate(connection, version, newest())
    with transaction(connection):  # a file or a disk that takes no writes is found out now, not at the first order
        connection.execute("UPDATE head SET seq = seq")
    return read_head(connection, path)
