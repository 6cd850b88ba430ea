"""Recording live events to tapes: appended to a raw segment each second, sealed into Parquet when the segment is full
of a session, when recording ends, and at the next start for those that a kill left behind.

A kill loses what came in after the last flush, at most FLUSH_NS of events. A power cut loses what the system had not
yet written of the segment, some half a minute: syncing here would hold up the trading that goes on in the same thread.
"""

import fcntl
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from system.domain.errors import InputError, StorageError
from system.domain.ticks import Batch, empty_batch
from system.storage.atomic_file import reason, sync_folder
from system.storage.live_segment import Damage, encode_block, encode_header, read_blocks, read_header
from system.storage.tape import SECOND_NS, TapeReader, TapeWriter
from system.storage.tape_meta import TapeMeta
from system.storage.tape_rows import check_rows

FLUSH_NS: Final = SECOND_NS
BUFFER_ROWS: Final = 8_192
SEGMENT: Final = ".segment"
DAMAGED: Final = ".segment-damaged"
NAMES_MAX: Final = 100  # segments begun in the same second


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """What became of a segment.

    `tape` holds its events (None: it had none). `lost_bytes` at its end could not be read; where they are more than the
    one torn block that a kill leaves, the segment is kept as `kept`, and `problem` says what is wrong.
    """

    tape: Path | None
    events: int
    lost_bytes: int
    kept: Path | None = None
    problem: str = ""


class LiveTape:
    """Events being recorded into a folder. A segment begins with the first event; `close` or `rotate` seals it.

    Raises StorageError where the disk does not take them, and for every call after that.
    """

    def __init__(self, folder: Path, meta: TapeMeta) -> None:
        self.events = 0
        self._folder = folder
        self._meta = meta
        self._rows = empty_batch(BUFFER_ROWS)
        self._filled = 0
        self._since_ns = 0  # when the first of the rows in memory came in
        self._last_ns: int | None = None
        self._handle: int | None = None
        self._path: Path | None = None
        self._blocks = 0
        self._failed: str | None = None

    def record(self, batch: Batch, now_ns: int) -> None:
        """Append events. Raises ValueError for those that no tape could hold: times in order, sizes of 0 or more."""
        self._check_usable()
        try:
            check_rows("live", batch, self.events, self._last_ns)
        except InputError as error:
            raise ValueError(str(error)) from error
        done = 0
        while done < len(batch):
            if not self._filled:
                self._since_ns = now_ns
            take = min(len(batch) - done, BUFFER_ROWS - self._filled)
            self._rows[self._filled : self._filled + take] = batch[done : done + take]
            self._filled += take
            done += take
            if self._filled == BUFFER_ROWS:
                self._flush(now_ns)
        if done:
            self.events += done
            self._last_ns = int(batch["ts_ns"][-1])
        self.flush_due(now_ns)

    def flush_due(self, now_ns: int) -> None:
        """Hand to the system what has been in memory for a second; to be called each second, with events or without."""
        self._check_usable()
        if self._filled and not 0 <= now_ns - self._since_ns < FLUSH_NS:
            self._flush(now_ns)

    def rotate(self, now_ns: int, meta: TapeMeta | None = None) -> Sealed:
        """Seal the segment; the next event begins another one, of `meta` if that has changed."""
        path, handle = self._end(now_ns, meta)
        if path is None or handle is None:
            return Sealed(tape=None, events=0, lost_bytes=0)
        try:
            return seal(path)
        finally:
            os.close(handle)

    def leave(self, now_ns: int, meta: TapeMeta | None = None) -> None:
        """As `rotate`, but leave the sealing, which may take seconds, to `seal_left_over`."""
        _, handle = self._end(now_ns, meta)
        if handle is not None:
            os.close(handle)

    def close(self, now_ns: int) -> Sealed:
        """Seal the segment and take no more."""
        sealed = self.rotate(now_ns)
        self._failed = "it is closed"
        return sealed

    def _end(self, now_ns: int, meta: TapeMeta | None) -> tuple[Path | None, int | None]:
        """End the segment; its path, and its handle, which still locks it."""
        self._check_usable()
        self._flush(now_ns)
        path, handle = self._path, self._handle
        self._path, self._handle = None, None
        self.events, self._last_ns, self._blocks = 0, None, 0
        self._meta = meta or self._meta
        return path, handle

    def _check_usable(self) -> None:
        if self._failed is not None:
            raise StorageError(f"{self._folder}: the recording takes no more: {self._failed}")

    def _flush(self, now_ns: int) -> None:
        if not self._filled:
            return
        block = encode_block(self._blocks, self._rows[: self._filled])
        try:
            if self._handle is None:
                self._path, self._handle = _begin(self._folder, self._meta, now_ns)
                block = encode_header(self._meta) + block
            _write(self._handle, block)
        except OSError as error:
            self._failed = reason(error)
            raise StorageError(f"{self._path or self._folder}: cannot record: {reason(error)}") from error
        self._blocks += 1
        self._filled = 0


def seal_left_over(folder: Path) -> list[Sealed]:
    """Seal the segments in a folder that nobody writes to. Raises InputError where a tape cannot be written."""
    sealed = []
    for path in sorted(folder.glob(f"*{SEGMENT}")):
        try:
            handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:  # its owner has just sealed it
            continue
        except OSError as error:
            raise InputError(f"{path}: cannot read: {reason(error)}") from error
        try:
            if _is_ours(handle, path):
                sealed.append(seal(path))
        finally:
            os.close(handle)
    return sealed


def seal(path: Path) -> Sealed:
    """Turn a segment, which nobody else may be writing to, into a tape of the same name, and remove it.

    Raises InputError where the tape cannot be written; the segment then stays, to be sealed later.
    """
    tape = path.with_suffix(".parquet")
    events, damage = 0, Damage(bytes=0, torn=True)
    with path.open("rb") as file:
        try:
            meta = read_header(path, file)
        except (InputError, ValueError) as error:
            size = path.stat().st_size
            return _keep(path, Sealed(tape=None, events=0, lost_bytes=size), str(error)) if size else _gone(path)
        with TapeWriter(tape, meta) as writer:
            for block in read_blocks(file):
                if isinstance(block, Damage):
                    damage = block
                else:
                    writer.write(block)
            events = writer.events
    if events:
        with TapeReader(tape) as reader:
            assert reader.events == events, (reader.events, events)
    else:
        tape.unlink()
    sealed = Sealed(tape=tape if events else None, events=events, lost_bytes=damage.bytes)
    if damage.torn:
        path.unlink()
        return sealed
    return _keep(path, sealed, f"{path}: damaged after event {events}: {damage.bytes} bytes are not readable")


def _keep(path: Path, sealed: Sealed, problem: str) -> Sealed:
    kept = path.with_suffix(DAMAGED)
    path.replace(kept)
    return Sealed(tape=sealed.tape, events=sealed.events, lost_bytes=sealed.lost_bytes, kept=kept, problem=problem)


def _gone(path: Path) -> Sealed:
    """A segment that was made and killed before its first byte."""
    path.unlink()
    return Sealed(tape=None, events=0, lost_bytes=0)


def _begin(folder: Path, meta: TapeMeta, now_ns: int) -> tuple[Path, int]:
    """A new, locked segment; its name tells what and when, and has never been another's."""
    what = f"{meta.symbol or 'live'}{meta.contract_month or ''}"
    when = datetime.fromtimestamp(now_ns // SECOND_NS, UTC).strftime("%Y%m%dT%H%M%SZ")
    for number in range(1, NAMES_MAX + 1):
        path = folder / f"{what}-{when}{f'-{number}' if number > 1 else ''}{SEGMENT}"
        if path.exists() or any(path.with_suffix(other).exists() for other in (".parquet", DAMAGED)):
            continue
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            sync_folder(folder)
        except OSError:
            os.close(handle)
            raise
        return path, handle
    raise FileExistsError(17, f"{NAMES_MAX} segments begun in one second")


def _write(handle: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]


def _is_ours(handle: int, path: Path) -> bool:
    """Whether nobody writes to the segment, and it is still the one of that name."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return os.path.samestat(os.fstat(handle), os.stat(path))
    except (BlockingIOError, FileNotFoundError):
        return False
