"""The disk under the journal: the real SQLite file in a folder of its own, which fails where it is told to.

A power cut leaves what a disk may leave: all that was synced, and of the write under way a part from its beginning, of
which the last bytes may be rubbish.
"""

import shutil
import sqlite3
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from system.domain.errors import StorageError
from system.domain.order_events import Journal as Note
from system.storage.journal import Entry, Journal
from system.wiring.memory import Memory, remember

NAME: Final = "journal.sqlite"
ACCOUNT: Final = "chaos"
MEMORY_FOLDER: Final = Path("/dev/shm")  # where there is one: a sync costs nothing there
RUBBISH: Final = 64  # bytes at the end of a torn write


class Disk:
    """What is left when a process is gone."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="bn-chaos-", dir=MEMORY_FOLDER if MEMORY_FOLDER.is_dir() else None))
        self.is_full = False
        self.failing = ""  # "before" or "after" the commit
        self.failed = 0  # writes that the disk has refused

    @property
    def path(self) -> Path:
        return self.folder / NAME

    def remove(self) -> None:
        """The end of all of it."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def files(self) -> dict[str, bytes]:
        """Everything on it."""
        return {path.name: path.read_bytes() for path in sorted(self.folder.iterdir()) if path.is_file()}

    def put_back(self, files: dict[str, bytes]) -> None:
        """Let it hold just that."""
        for path in self.folder.iterdir():
            path.unlink()
        for name, content in files.items():
            (self.folder / name).write_bytes(content)


class Paper:
    """One process's journal on the disk."""

    def __init__(self, disk: Disk) -> None:
        self.disk = disk
        self._journal = Journal.open(disk.path, ACCOUNT, create=True)
        self._journal._connection = Connection(self._journal._connection, disk)  # type: ignore[assignment]

    def write(self, records: Sequence[Note]) -> None:
        """Append records. Raises StorageError where the disk does not take them."""
        entries = [Entry(kind=note.kind, now_ns=note.now_ns, payload=note.payload) for note in records]
        try:
            self._journal.append_all(entries)
        except StorageError:
            self.disk.failed += 1
            raise

    @property
    def last_seq(self) -> int:
        """The number of the last event."""
        return self._journal.last_seq

    def remember(self) -> Memory:
        """What it holds."""
        return remember(self._journal.records())

    def notes(self) -> list[tuple[str, int, dict[str, Any]]]:
        """The same, record by record."""
        return [(record.kind, record.now_ns, dict(record.payload)) for record in self._journal.records()]

    def close(self) -> None:
        """As the end of a process does: nothing is written any more."""
        with suppress(StorageError):
            self._journal.close()

    def cut(self) -> None:
        """As a kill does: files stay as they are at this instant."""
        files = self.disk.files()
        self.close()
        self.disk.put_back(files)

    def tear(self, records: Sequence[Note], share: float) -> None:
        """The power fails within this write: of what it adds to the log, the first `share` is on disk, its end torn."""
        disk, before = self.disk, self.disk.files()
        with suppress(StorageError):
            self.write(records)
        after = disk.files()
        self.close()
        log = f"{NAME}-wal"
        old, new = before.get(log, b""), after.get(log, b"")
        start = next((at for at, (one, other) in enumerate(zip(old, new, strict=False)) if one != other), len(old))
        stop = start + round((len(new) - start) * share)
        torn = new[:stop] + bytes(byte ^ 0xA5 for byte in old[stop : stop + RUBBISH])
        disk.put_back({**before, log: torn + old[len(torn) :]})


class Connection:
    """SQLite's connection, on a disk that may be full or fail."""

    def __init__(self, connection: sqlite3.Connection, disk: Disk) -> None:
        self._connection = connection
        self._disk = disk

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
        """Run a statement; a commit meets the disk."""
        if sql != "COMMIT":
            return self._connection.execute(sql, *values)
        if self._disk.is_full:
            raise sqlite3.OperationalError("database or disk is full")
        if self._disk.failing == "before":
            raise sqlite3.OperationalError("disk I/O error")
        done = self._connection.execute(sql)
        if self._disk.failing == "after":
            raise sqlite3.OperationalError("disk I/O error")
        return done
