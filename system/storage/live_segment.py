"""The raw form of a tape while it is recorded: a header, then blocks that each carry their own checksum.

A Parquet file is unreadable until it is closed, so a kill would take the whole day. Of a segment a kill takes what had
not been handed to the system yet, and whatever is torn at its end is told from what is whole.

    segment   magic, header length (u32), its crc32 (u32), header: JSON of what TapeMeta says and of the rows' layout
    block     magic, number (u32, from 0), rows (u32), crc32 of the rows (u32), crc32 of this head so far (u32),
              rows: EVENT as in memory

All integers are little-endian.
"""

import json
import os
import struct
import sys
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np

from system.domain.errors import InputError
from system.domain.ticks import EVENT, Batch
from system.storage.tape_meta import TapeMeta, decode_meta, encode_meta

MAGIC: Final = b"BNSEG\x01\r\n"
BLOCK_MAGIC: Final = b"BNBL"
HEAD: Final = struct.Struct("<II")
BLOCK_HEAD: Final = struct.Struct("<4sIII")
BLOCK: Final = struct.Struct("<4sIIII")
HEADER_BYTES_MAX: Final = 10_000
BLOCK_ROWS_MAX: Final = 65_536

assert sys.byteorder == "little", "rows are written as they are in memory"


@dataclass(frozen=True, slots=True, kw_only=True)
class Damage:
    """What could not be read at a segment's end: so many bytes, and whether they are more than one torn block."""

    bytes: int
    torn: bool


def encode_header(meta: TapeMeta) -> bytes:
    """The beginning of a segment."""
    body = json.dumps({"layout": _layout(), "meta": encode_meta(meta)}, sort_keys=True).encode()
    assert len(body) <= HEADER_BYTES_MAX, len(body)
    return MAGIC + HEAD.pack(len(body), zlib.crc32(body)) + body


def encode_block(number: int, rows: Batch) -> bytes:
    """The block `number` of a segment, with at most BLOCK_ROWS_MAX rows of dtype EVENT."""
    assert rows.dtype == EVENT, rows.dtype
    assert 0 < len(rows) <= BLOCK_ROWS_MAX, len(rows)
    data = rows.tobytes()
    head = BLOCK_HEAD.pack(BLOCK_MAGIC, number, len(rows), zlib.crc32(data))
    return head + zlib.crc32(head).to_bytes(4, "little") + data


def read_header(path: Path, file: BinaryIO) -> TapeMeta:
    """What a segment says of itself. Raises InputError where it is not the beginning of one, or of another layout."""
    head = file.read(len(MAGIC) + HEAD.size)
    body = b""
    if head.startswith(MAGIC) and len(head) == len(MAGIC) + HEAD.size:
        length, crc = HEAD.unpack(head[len(MAGIC) :])
        body = file.read(min(length, HEADER_BYTES_MAX))
        if len(body) != length or zlib.crc32(body) != crc:
            body = b""
    if not body:
        raise InputError(f"{path}: not a recorded segment, or cut off in its header")
    header: dict[str, Any] = json.loads(body)
    if header["layout"] != _layout():
        raise InputError(f"{path}: a segment of another version: rows of {header['layout']}; expected {_layout()}")
    pairs = {key.encode(): str(value).encode() for key, value in header["meta"].items()}
    return decode_meta(pairs, datetime(2000, 1, 1, tzinfo=UTC).date())  # only a year of one digit needs a date near it


def read_blocks(file: BinaryIO) -> Iterator[Batch | Damage]:
    """The blocks that follow the header, and at the end, where something is not right, one Damage."""
    for number in count():
        start = file.tell()
        head = file.read(BLOCK.size)
        if not head:
            return
        data, right, whole, crc = b"", True, False, 0
        if len(head) == BLOCK.size:
            magic, written, rows, crc, crc_head = BLOCK.unpack(head)
            right = magic == BLOCK_MAGIC and written == number and zlib.crc32(head[:-4]) == crc_head
            data = file.read(rows * EVENT.itemsize) if right else b""
            whole = not right or len(data) == rows * EVENT.itemsize
        if not whole or not right or zlib.crc32(data) != crc:
            yield Damage(bytes=file.seek(0, os.SEEK_END) - start, torn=not whole)
            return
        yield np.frombuffer(data, EVENT)


def _layout() -> list[list[str | int]]:
    fields: Mapping[str, Any] = EVENT.fields or {}
    return [[name, fields[name][0].str, int(fields[name][1])] for name in EVENT.names or ()]
