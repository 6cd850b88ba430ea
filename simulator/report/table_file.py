"""A table as a file: CSV, Parquet or JSONL, by the file's suffix; whole or not at all."""

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from system.domain.errors import InputError
from system.storage.atomic_file import atomic_file

# Floats in full: the shortest text that reads back the same. A Decimal keeps its cents in CSV; elsewhere a float.
Columns = Mapping[str, pa.DataType]
Row = Sequence[int | float | str | Decimal]


def _csv(columns: Columns, rows: Sequence[Row]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue().encode()


def _jsonl(columns: Columns, rows: Sequence[Row]) -> bytes:
    lines = (json.dumps(dict(zip(columns, row, strict=True)), default=float, ensure_ascii=False) for row in rows)
    return "".join(f"{line}\n" for line in lines).encode()


def _parquet(columns: Columns, rows: Sequence[Row]) -> bytes:
    def values(index: int) -> list[Any]:
        return [float(row[index]) if isinstance(row[index], Decimal) else row[index] for row in rows]

    arrays = [pa.array(values(index), type=kind) for index, kind in enumerate(columns.values())]
    file = io.BytesIO()
    pq.write_table(pa.table(arrays, schema=pa.schema(list(columns.items()))), file)
    return file.getvalue()


FORMATS: Final[Mapping[str, Callable[[Columns, Sequence[Row]], bytes]]] = {
    ".csv": _csv,
    ".parquet": _parquet,
    ".jsonl": _jsonl,
}


def check_suffix(path: Path) -> None:
    """Raise InputError where the suffix names no format; worth asking before a long replay."""
    if path.suffix.lower() not in FORMATS:
        raise InputError(f"{path}: expected a name that ends in {', '.join(list(FORMATS)[:-1])} or {list(FORMATS)[-1]}")


def write_table(path: Path, columns: Columns, rows: Sequence[Row]) -> None:
    """Write the rows. Raises InputError for another suffix, and where `path` cannot be written."""
    check_suffix(path)
    content = FORMATS[path.suffix.lower()](columns, rows)
    with atomic_file(path) as file:
        file.write(content)
