"""How far the journal has been seen: a small file beside it, written after each commit and never before.

A journal whose write-ahead log was lost (removed, or not copied along), that was put back from a backup, or that was
deleted, is whole in itself and yet misses events. The witness knows of them. It is not synced, so after a power cut it
may be behind the journal, which is harmless, but never ahead.
"""

import os
import re
from pathlib import Path
from typing import Final

from system.domain.errors import StorageError

LINE: Final = re.compile(rb"(\d{19}) ([0-9a-f]{64})\n")


def witness_path(journal: Path) -> Path:
    """The witness of a journal."""
    return journal.with_name(f"{journal.name}-head")


def read_witness(journal: Path) -> tuple[int, bytes]:
    """Number and digest of the last event seen; (0, b"") without a witness. Raises StorageError for rubbish."""
    path = witness_path(journal)
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return 0, b""
    except OSError as error:
        raise StorageError(f"{path}: cannot read: {error.strerror}") from error
    if not content:  # made, and not yet written to
        return 0, b""
    match = LINE.fullmatch(content)
    if match is None:
        raise StorageError(f"{path}: damaged; remove it if {journal.name} is known to miss nothing")
    return int(match[1]), bytes.fromhex(match[2].decode())


def lost(journal: Path, ends_at: int, seen: int) -> StorageError:
    """What to say of a journal that misses events of which the witness knows."""
    return StorageError(
        f"{journal}: damaged journal: ends at event {ends_at}, but {seen} were written (by the account of "
        f"{witness_path(journal).name}); put the rest back, or remove that file to go on without them"
    )


class Witness:
    """The open witness of a journal in use."""

    def __init__(self, journal: Path) -> None:
        self._handle = os.open(witness_path(journal), os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)

    def close(self) -> None:
        """Close the file; what was seen stays."""
        os.close(self._handle)

    def saw(self, seq: int, digest: bytes) -> None:
        """Note the last event. Of a fixed length and in place, so that it takes no space and cannot tear."""
        os.pwrite(self._handle, f"{seq:019d} {digest.hex()}\n".encode(), 0)
