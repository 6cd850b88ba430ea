"""Every frame both ways, as it went over the wire, with its time: what `bn live --record-wire` keeps.

A file is the line MAGIC and then records: a header (time in ns, connection's generation, 0 in or 1 out, length, CRC-32
of all before it and of the bytes) and the bytes. Account numbers are masked by the caller, byte for byte. What a kill
leaves torn at the end is told apart from damage: a record that is not all there against one whose sum is wrong.
"""

import os
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from system.domain.errors import InputError, StorageError
from system.storage.atomic_file import reason

MAGIC: Final = b"bn wire 1\n"
HEADER: Final = struct.Struct(">qIBI")
SUM: Final = struct.Struct(">I")
FLUSH_BYTES: Final = 1 << 20
FRAME_MAX: Final = 1 << 26
WAYS: Final = ("in", "out")


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Bytes that were read or written at once."""

    now_ns: int
    generation: int
    way: str  # in or out
    data: bytes


class WireLog:
    """Appends frames; they are with the system at `flush`, or once a mebibyte of them has come together.

    Raises StorageError where the disk does not take them, and for every call after that.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._parts: list[bytes] = [MAGIC]
        self._held = 0
        self._failed = ""
        try:
            self._handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StorageError(f"{path}: cannot record the wire: {reason(error)}") from error

    def write(self, frame: Frame) -> None:
        """Append a frame."""
        header = HEADER.pack(frame.now_ns, frame.generation, WAYS.index(frame.way), len(frame.data))
        self._parts += (header, SUM.pack(zlib.crc32(frame.data, zlib.crc32(header))), frame.data)
        self._held += len(frame.data)
        if self._held >= FLUSH_BYTES:
            self.flush()

    def flush(self) -> None:
        """Hand what is in memory to the system."""
        if self._failed:
            raise StorageError(f"{self.path}: the recording takes no more: {self._failed}")
        view = memoryview(b"".join(self._parts))
        self._parts, self._held = [], 0
        try:
            while view:
                view = view[os.write(self._handle, view) :]
        except OSError as error:
            self._failed = reason(error)
            raise StorageError(f"{self.path}: cannot record the wire: {self._failed}") from error

    def close(self) -> None:
        """Flush and close."""
        try:
            if not self._failed:
                self.flush()
        finally:
            os.close(self._handle)


def read_wire(path: Path) -> Iterator[Frame]:
    """The frames of a file, up to a torn end. Raises InputError, naming the frame, where one is damaged."""
    try:
        with path.open("rb") as file:
            if file.read(len(MAGIC)) != MAGIC:
                raise InputError(f"{path}: expected a recording of the wire")
            number = 0
            while len(head := file.read(HEADER.size + SUM.size)) == HEADER.size + SUM.size:
                number += 1
                now_ns, generation, way, length = HEADER.unpack(head[: HEADER.size])
                if way >= len(WAYS) or length > FRAME_MAX:
                    raise InputError(f"{path}: frame {number} is damaged")
                data = file.read(length)
                if len(data) < length:
                    return
                if zlib.crc32(data, zlib.crc32(head[: HEADER.size])) != SUM.unpack(head[HEADER.size :])[0]:
                    raise InputError(f"{path}: frame {number} is damaged")
                yield Frame(now_ns=now_ns, generation=generation, way=WAYS[way], data=data)
    except OSError as error:
        raise InputError(f"{path}: cannot read: {reason(error)}") from error
