"""Tapes on disk: one Parquet file of events in time order, streamed in and out with bounded memory.

`TapeReader` checks every row while it streams; `TapeWriter` makes files that `TapeReader` accepts.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Self

import pyarrow as pa
import pyarrow.parquet as pq

from system.domain.errors import InputError
from system.domain.ticks import Batch, empty_batch
from system.storage.atomic_file import atomic_file, reason
from system.storage.tape_meta import TapeMeta, decode_meta, encode_meta
from system.storage.tape_rows import SCHEMA, check_rows, check_schema, from_arrow, to_arrow

ROW_GROUP: Final = 131_072  # events; a megabyte or so on disk, and one batch in memory
SECOND_NS: Final = 1_000_000_000


def open_input(path: Path) -> BinaryIO:
    """Open a file for reading. Raises InputError for a missing file, a folder, a pipe, no permission or no content."""
    try:
        if path.is_dir():
            raise InputError(f"{path}: is a folder; expected a file")
        if path.exists() and not path.is_file():  # its end comes first, and most are read more than once
            raise InputError(f"{path}: is a pipe or a device; expected a file")
        file = path.open("rb")
    except OSError as error:
        raise InputError(f"{path}: cannot read: {reason(error)}") from error
    if not file.read(1):
        file.close()
        raise InputError(f"{path}: the file is empty")
    file.seek(0)
    return file


class TapeReader:
    """One tape, open for reading; use it in a `with` block.

    `meta` is what the tape says about itself, `events` the number of rows, both from the footer.
    Raises InputError where the file is not a readable tape.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._file = open_input(self.path)
        try:
            self._parquet = open_parquet(self.path, self._file)
            self._columns = check_schema(str(path), self._parquet.schema_arrow)
            self.events: int = self._parquet.metadata.num_rows
            self.row_groups: int = self._parquet.metadata.num_row_groups
            if not self.events:
                raise InputError(f"{path}: a tape without any event")
            self.meta = self._read_meta()
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; the batches already handed out stay valid."""
        self._parquet.close()
        self._file.close()

    def batches(self, max_events: int = ROW_GROUP) -> Iterator[Batch]:
        """Yield the events in order, in arrays of dtype EVENT and shape (1..max_events,).

        Each call starts anew. Raises InputError, naming file and row, at the first row that is not right.
        """
        before, last_ns = 0, None
        for rows in self._record_batches(max_events):
            batch = from_arrow(str(self.path), rows, before, last_ns)
            before, last_ns = before + len(batch), int(batch["ts_ns"][-1])
            yield batch

    def _record_batches(self, max_events: int, columns: list[str] | None = None) -> Iterator[pa.RecordBatch]:
        source = self._parquet.iter_batches(max_events, columns=columns or self._columns, use_threads=False)
        try:
            yield from (rows for rows in source if rows.num_rows)
        except (pa.ArrowException, OSError) as error:
            raise InputError(f"{self.path}: damaged Parquet file: {_brief(error)}") from error

    def _read_meta(self) -> TapeMeta:
        pairs: dict[bytes, bytes] = self._parquet.schema_arrow.metadata or {}
        first_ns = next(self._record_batches(1, ["ts_ns"])).column(0)[0].as_py() or 0
        try:
            return decode_meta(pairs, datetime.fromtimestamp(first_ns // SECOND_NS, UTC).date())
        except (ValueError, OverflowError, OSError) as error:
            raise InputError(f"{self.path}: {error}") from error


class TapeWriter:
    """One tape being written; use it in a `with` block. The file appears, whole, when the block ends without exception.

    Raises InputError where it cannot be written, and ValueError for a batch that a reader would refuse.
    """

    def __init__(self, path: str | Path, meta: TapeMeta, row_group: int = ROW_GROUP) -> None:
        self.path = Path(path)
        self.events = 0
        self._meta = meta
        self._rows = empty_batch(row_group)
        self._filled = 0
        self._last_ns: int | None = None
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        schema = SCHEMA.with_metadata(encode_meta(self._meta))
        with ExitStack() as stack:
            file = stack.enter_context(atomic_file(self.path))
            # Dictionaries do not pay for times, which hardly repeat; they do for all else.
            columns = [name for name in SCHEMA.names if name != "ts_ns"]
            self._parquet = stack.enter_context(
                pq.ParquetWriter(
                    file,
                    schema,
                    compression="zstd",
                    use_dictionary=columns,
                    column_encoding={"ts_ns": "DELTA_BINARY_PACKED"},
                )
            )
            self._stack = stack.pop_all()
        return self

    def write(self, batch: Batch) -> None:
        """Append events, which may not lie before those written already."""
        try:
            check_rows(str(self.path), batch, self.events, self._last_ns)
        except InputError as error:
            raise ValueError(str(error)) from error
        done = 0
        while done < len(batch):
            take = min(len(batch) - done, len(self._rows) - self._filled)
            self._rows[self._filled : self._filled + take] = batch[done : done + take]
            self._filled += take
            done += take
            if self._filled == len(self._rows):
                self._flush()
        if len(batch):
            self.events += len(batch)
            self._last_ns = int(batch["ts_ns"][-1])

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            self._stack.__exit__(kind, error, trace)
            return
        with self._stack:
            self._flush()

    def _flush(self) -> None:
        if self._filled:
            self._parquet.write_batch(to_arrow(self._rows[: self._filled]))
            self._filled = 0


def read_tapes(paths: Sequence[str | Path], max_events: int = ROW_GROUP) -> Iterator[Batch]:
    """Yield the events of tapes in a row, as `read_stretches` does."""
    for _, batch in read_stretches(paths, max_events):
        yield batch


def read_stretches(paths: Sequence[str | Path], max_events: int = ROW_GROUP) -> Iterator[tuple[TapeMeta, Batch]]:
    """Yield the events of tapes in a row, each batch with what its tape says of itself.

    Raises InputError, naming both files, where one begins before the one ahead of it ended.
    """
    ahead: tuple[Path, int] | None = None
    for path in paths:
        with TapeReader(path) as tape:
            last_ns = 0
            for number, batch in enumerate(tape.batches(max_events)):
                if number == 0 and ahead is not None and batch["ts_ns"][0] < ahead[1]:
                    raise InputError(
                        f"{path}: begins at ts_ns {batch['ts_ns'][0]}, before {ahead[0]} ends at {ahead[1]}; "
                        "expected tapes in the order of time, without overlap"
                    )
                last_ns = int(batch["ts_ns"][-1])
                yield tape.meta, batch
            ahead = tape.path, last_ns


def open_parquet(path: Path, file: BinaryIO) -> pq.ParquetFile:
    """Read the footer. Raises InputError for a file that is not Parquet, was cut off or is damaged."""
    file.seek(0)
    head = file.read(4)
    if head != b"PAR1":
        raise InputError(f"{path}: not a Parquet file")
    file.seek(-4, 2)
    if file.read(4) != b"PAR1":
        raise InputError(f"{path}: a Parquet file that was cut off: its end is missing")
    file.seek(0)
    try:
        return pq.ParquetFile(file)
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"{path}: damaged Parquet file: {_brief(error)}") from error


def _brief(error: Exception) -> str:
    return " ".join(str(error).split())[:200]


__all__ = ["ROW_GROUP", "TapeMeta", "TapeReader", "TapeWriter", "open_input", "open_parquet", "read_tapes"]
