"""CSV in, streamed through Arrow; where Arrow stumbles, a slow second look names the line and the column."""

import csv
import io
import zipfile
import zlib
from collections.abc import Callable, Generator, Mapping
from contextlib import AbstractContextManager
from typing import BinaryIO, Final, cast

import pyarrow as pa
import pyarrow.csv as pacsv

from system.domain.errors import InputError
from system.storage.importing.decimal_prices import Place

BLOCK: Final = 4 << 20  # bytes; some 80,000 rows
DAMAGE: Final = (OSError, EOFError, zlib.error, zipfile.BadZipFile)  # what reading a broken file may raise
Opened = Callable[[], AbstractContextManager[BinaryIO]]  # opens the same bytes from the start, as often as asked


def read_csv(
    name: str, opened: Opened, types: Mapping[str, pa.DataType], header: bool, columns: list[str] | None = None
) -> Generator[tuple[pa.RecordBatch, Place], None, None]:
    """Yield typed rows, and what names the line of one of them; empty fields are null, blank lines are skipped.

    With `header` the file names its columns, else `types` does, in order. `columns` limits what is read. Raises
    InputError naming the line that cannot be read as `types` says.
    """
    read = pacsv.ReadOptions(block_size=BLOCK, use_threads=False, column_names=None if header else list(types))
    convert = pacsv.ConvertOptions(
        column_types=dict(types), include_columns=columns, null_values=[""], strings_can_be_null=True
    )
    before = 0
    try:
        with opened() as file:
            if not file.read(1):
                return  # Arrow would call a file without any row an error
        with opened() as file, pacsv.open_csv(file, read, convert_options=convert) as reader:
            for rows in reader:
                if rows.num_rows:
                    yield rows, _places(name, opened, before + int(header))
                before += rows.num_rows
    except (pa.ArrowException, UnicodeDecodeError) as error:
        raise InputError(_look_again(name, opened, types, header) or f"{name}: not a CSV: {_brief(error)}") from error
    except DAMAGE as error:
        raise InputError(f"{name}: cut off or damaged: {_brief(error)}") from error


def _places(name: str, opened: Opened, before: int) -> Place:
    """Name the line of a row by counting again: only the file itself knows its blank lines and quoted line breaks."""

    def place(row: int) -> str:
        with opened() as file, _text(file) as text:
            lines = csv.reader(text)
            wanted = before + row
            for _ in filter(None, lines):
                if wanted == 0:
                    break
                wanted -= 1
            return f"{name}: line {lines.line_num}"

    return place


def _text(file: BinaryIO) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BufferedReader(cast("io.RawIOBase", file)), "utf-8-sig", errors="replace", newline="")


def header_of(name: str, opened: Opened) -> list[str]:
    """The names in a CSV's first line. Raises InputError where there is no such line."""
    try:
        with opened() as file, _text(file) as text:
            return next(csv.reader([text.readline(1 << 16)]), [])
    except (UnicodeDecodeError, csv.Error, *DAMAGE) as error:
        raise InputError(f"{name}: not a CSV file: {_brief(error)}") from error


def _look_again(name: str, opened: Opened, types: Mapping[str, pa.DataType], header: bool) -> str:
    """Find the first line that does not hold what `types` says; "" if there is none."""
    with opened() as file, _text(file) as decoded:
        lines = csv.reader(decoded)
        try:
            names = next(lines) if header else list(types)
            for row in filter(None, lines):
                if len(row) != len(names):
                    return f"{name}: line {lines.line_num}: {len(row)} fields; expected {len(names)}"
                for column, text in zip(names, row, strict=True):
                    problem = _problem(text, types.get(column))
                    if problem:
                        return f"{name}: line {lines.line_num}: {column} is {text[:40]!r}; expected {problem}"
        except (csv.Error, StopIteration, *DAMAGE) as error:
            return f"{name}: line {lines.line_num}: {_brief(error)}"
    return ""


def _problem(text: str, kind: pa.DataType | None) -> str:
    """What was expected in this field, or "" if it is right."""
    if kind is None or not text or pa.types.is_string(kind):
        return ""
    try:
        scalar = pa.scalar(text.strip())
        scalar.cast(kind)
    except (pa.ArrowException, ValueError):
        return "an integer" if pa.types.is_integer(kind) else "a number"
    return ""


def _brief(error: BaseException) -> str:
    return " ".join(str(error).split())[:160]
