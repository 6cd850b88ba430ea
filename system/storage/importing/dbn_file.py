"""Databento's DBN container, plain or zstd: its metadata, and its records in chunks of one dtype."""

import re
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

import databento_dbn
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from system.domain.errors import InputError
from system.domain.instrument import ContractMonth
from system.storage.importing.order_book import MBO
from system.storage.local_symbol import parse_local_symbol
from system.storage.tape import open_input

CHUNK: Final = 131_072  # records
ZSTD_MAGIC: Final = b"\x28\xb5\x2f\xfd"
HEADER_MAX: Final = 64 << 20  # bytes of metadata; ten thousand symbols take about one megabyte

_HEAD: Final = [
    ("length", "u1"),
    ("rtype", "u1"),
    ("publisher_id", "<u2"),
    ("instrument_id", "<u4"),
    ("ts_event", "<i8"),
]
_TAIL: Final = [("ts_recv", "<u8"), ("ts_in_delta", "<i4"), ("sequence", "<u4")]
TRADES: Final = np.dtype(
    [
        *_HEAD,
        ("price", "<i8"),
        ("size", "<u4"),
        ("action", "u1"),
        ("side", "u1"),
        ("flags", "u1"),
        ("depth", "u1"),
        *_TAIL,
    ]
)
MBP1: Final = np.dtype(
    [
        *TRADES.descr,
        *(("bid_price", "<i8"), ("ask_price", "<i8")),
        *(("bid_size", "<u4"), ("ask_size", "<u4"), ("bid_count", "<u4"), ("ask_count", "<u4")),
    ]
)
# Each schema's record and its number in the record header; TBBO's records are those of MBP-1.
SCHEMAS: Final = {"trades": (TRADES, 0x00), "mbp-1": (MBP1, 0x01), "tbbo": (MBP1, 0x01), "mbo": (MBO, 0xA0)}

_CONTINUOUS: Final = re.compile(r"(ES|MES)\.[a-z]\.\d+")

Records = npt.NDArray[np.void]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One instrument that a file's metadata names. `root` is "" for anything but an ES or MES future."""

    name: str
    root: str
    month: ContractMonth | None
    ids: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class DbnHeader:
    """The metadata: schema (a key of SCHEMAS), first day (UTC), and the instruments by name."""

    schema: str
    dataset: str
    first_day: date
    listed: tuple[Listed, ...]


def read_header(path: Path) -> DbnHeader:
    """Read the metadata. Raises InputError where the file is not DBN, was cut off, or holds another schema."""
    with _opened(path) as stream:
        metadata = _metadata(path, stream)
    schema = str(metadata.schema) if metadata.schema is not None else "none (several in one file)"
    if schema not in SCHEMAS:
        raise InputError(f"{path}: DBN schema {schema}; expected {', '.join(SCHEMAS)}")
    first_day = datetime.fromtimestamp(metadata.start // 1_000_000_000, UTC).date()
    listed = _listed(metadata.mappings, first_day)
    return DbnHeader(schema=schema, dataset=metadata.dataset, first_day=first_day, listed=listed)


def read_records(path: Path, schema: str) -> Generator[tuple[Records, npt.NDArray[np.int64]], None, None]:
    """Yield the schema's records with their 1-based numbers in the file, at most about CHUNK at a time."""
    dtype, rtype = SCHEMAS[schema]
    with _opened(path) as stream:
        _metadata(path, stream)
        tail, number = b"", 0
        while block := _read(path, stream, CHUNK * dtype.itemsize):
            data = tail + block
            records, numbers, used, count = _split(path, data, dtype, rtype, number)
            tail, number = data[used:], number + count
            if len(records):
                yield records, numbers
    if tail:
        raise InputError(f"{path}: cut off in the middle of record {number + 1}")


def _split(
    path: Path, data: bytes, dtype: np.dtype[np.void], rtype: int, before: int
) -> tuple[Records, npt.NDArray[np.int64], int, int]:
    """The wanted records among `data`, their numbers, how many bytes were used and how many records they held."""
    length = 4 * data[0]
    if length >= dtype.itemsize:
        count = len(data) // length
        table = np.frombuffer(data, np.uint8, count * length).reshape(count, length)
        if (table[:, 0] == data[0]).all() and (table[:, 1] == rtype).all():
            # Longer records carry a sending time behind the fields (`ts_out`).
            records = np.ascontiguousarray(table[:, : dtype.itemsize]).view(dtype)[:, 0]
            return records, np.arange(before + 1, before + 1 + count), count * length, count
    return _walk(path, data, dtype, rtype, before)


def _walk(
    path: Path, data: bytes, dtype: np.dtype[np.void], rtype: int, before: int
) -> tuple[Records, npt.NDArray[np.int64], int, int]:
    """The slow road of `_split`, for files that mix records: live recordings bring symbol mappings and heartbeats."""
    at, count, found, numbers = 0, 0, [], []
    while at < len(data):
        length = 4 * data[at]
        if length < 16:
            raise InputError(f"{path}: record {before + count + 1}: {length} bytes long; expected a DBN record")
        if at + length > len(data):
            break
        if data[at + 1] == rtype and length >= dtype.itemsize:
            found.append(data[at : at + dtype.itemsize])
            numbers.append(before + count + 1)
        at, count = at + length, count + 1
    return np.frombuffer(b"".join(found), dtype), np.array(numbers, np.int64), at, count


@contextmanager
def _opened(path: Path) -> Iterator[pa.NativeFile]:
    """The file's bytes, decompressed."""
    with open_input(path) as file:
        compressed = file.read(4) == ZSTD_MAGIC
        file.seek(0)
        with pa.PythonFile(file, mode="r") as plain:
            if not compressed:
                yield plain
                return
            with pa.CompressedInputStream(plain, "zstd") as stream:
                yield stream


def _read(path: Path, stream: pa.NativeFile, size: int) -> bytes:
    try:
        data: bytes = stream.read(size)
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"{path}: zstd data damaged or cut off") from error
    return data


def _metadata(path: Path, stream: pa.NativeFile) -> databento_dbn.Metadata:
    """Decode the metadata and leave the stream at the first record."""
    head = _read(path, stream, 8)
    length = int.from_bytes(head[4:8], "little")
    if head[:3] != b"DBN" or len(head) < 8 or length > HEADER_MAX:
        raise InputError(f"{path}: not a DBN file")
    body = _read(path, stream, length)
    if len(body) < length:
        raise InputError(f"{path}: cut off in the middle of its metadata")
    try:
        return databento_dbn.Metadata.decode(head + body)
    except (databento_dbn.DBNError, ValueError) as error:
        raise InputError(f"{path}: DBN metadata that cannot be read: {error}") from error


def _listed(mappings: Mapping[str, Sequence[Mapping[str, object]]], near: date) -> tuple[Listed, ...]:
    """Instruments by name; mappings go from name to number or the other way round, per interval of days."""
    ids: dict[str, set[int]] = {}
    for key, intervals in mappings.items():
        for interval in intervals:
            symbol = str(interval["symbol"])
            name, number = (symbol, key) if key.isdigit() else (key, symbol)
            if number.isdigit():
                ids.setdefault(name, set()).add(int(number))
    listed = []
    for name in sorted(ids):
        local = parse_local_symbol(name, near)
        continuous = _CONTINUOUS.fullmatch(name)
        root, month = local or (continuous[1] if continuous else "", None)
        listed.append(Listed(name=name, root=root, month=month, ids=frozenset(ids[name])))
    return tuple(listed)
