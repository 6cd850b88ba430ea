"""A live session as it happened: every frame both ways, and all else that its replay needs: `bn live --record-wire`.

A file is the line MAGIC, with the version of the format, and then frames: a header (time in ns, connection's
generation, kind, length), its CRC-32, that of header and content, and the content: bytes of the wire for `in` and
`out`, JSON for the rest. Frames are only ever appended, numbered from 1. Account numbers are masked by the caller, byte
for byte. What a kill leaves torn at the end is told apart from damage: a frame that is not all there against one with
a wrong sum.
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

NAME: Final = b"bn wire "
MAGIC: Final = NAME + b"2\n"
HEADER: Final = struct.Struct(">qIBI")
SUMS: Final = struct.Struct(">II")
FLUSH_BYTES: Final = 1 << 20
FRAME_MAX: Final = 1 << 26
KINDS: Final = (
    *("in", "out"),  # bytes
    "head",  # what the run began with: the first frame
    "began",  # the actors
    "mark",  # a time at which the watchdog looked, and nothing had come in
    "made",  # a connection
    "failed",  # a dial
    "lost",  # a connection
    "do",  # a command to the broker
    "told",  # a record on the road that no bytes have brought: of the broker's, an operator's, a service's
    "alarm",  # a wait of the broker's is over
    "wrote",  # records that are in the journal now
    "unwritten",  # the journal did not take them
    "slept",  # the machine was suspended
    "late",  # a packet was taken late
    "ended",  # the run, and how
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One thing that happened. `data`: what was read or written at once, or JSON."""

    now_ns: int
    generation: int
    kind: str
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
            raise StorageError(f"{path}: cannot record the session: {reason(error)}") from error

    def write(self, frame: Frame) -> None:
        """Append a frame."""
        header = HEADER.pack(frame.now_ns, frame.generation, KINDS.index(frame.kind), len(frame.data))
        of_header = zlib.crc32(header)
        self._parts += (header, SUMS.pack(of_header, zlib.crc32(frame.data, of_header)), frame.data)
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
            raise StorageError(f"{self.path}: cannot record the session: {self._failed}") from error

    def close(self) -> None:
        """Flush and close."""
        try:
            if not self._failed:
                self.flush()
        finally:
            os.close(self._handle)


def read_wire(path: Path) -> Iterator[tuple[int, Frame]]:
    """The frames of a file with their numbers, up to a torn end.

    Raises InputError where it is no recording, or another version's, and, naming the frame, where one is damaged.
    """
    try:
        with path.open("rb") as file:
            _check_magic(path, file.read(len(MAGIC)))
            number = 0
            while len(head := file.read(HEADER.size + SUMS.size)) == HEADER.size + SUMS.size:
                number += 1
                header, (of_header, of_all) = head[: HEADER.size], SUMS.unpack(head[HEADER.size :])
                now_ns, generation, kind, length = HEADER.unpack(header)
                if zlib.crc32(header) != of_header or kind >= len(KINDS) or length > FRAME_MAX:
                    raise _damage(path, number)
                data = file.read(length)
                if len(data) < length:
                    return
                if zlib.crc32(data, of_header) != of_all:
                    raise _damage(path, number)
                yield number, Frame(now_ns=now_ns, generation=generation, kind=KINDS[kind], data=data)
    except OSError as error:
        raise InputError(f"{path}: cannot read: {reason(error)}") from error


def _check_magic(path: Path, magic: bytes) -> None:
    if magic == MAGIC:
        return
    version = magic.removeprefix(NAME).strip()
    if magic.startswith(NAME) and version:
        told, known = version.decode("latin-1"), MAGIC.removeprefix(NAME).strip().decode()
        raise InputError(f"{path}: a recording of version {told!r}; expected version {known}")
    raise InputError(f"{path}: expected a recording that bn live --record-wire has made")


def _damage(path: Path, number: int) -> InputError:
    return InputError(f"{path}: frame {number} is damaged: its sum is wrong")
