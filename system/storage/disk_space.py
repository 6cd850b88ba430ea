"""What may still be done with so much room on the disk: the journal and the recording need it before it is gone."""

import os
from enum import IntEnum
from pathlib import Path
from typing import Final

from system.domain.errors import StorageError
from system.storage.atomic_file import reason

NO_ENTRIES_BELOW: Final = 500_000_000  # bytes
HALT_BELOW: Final = 100_000_000


class DiskLevel(IntEnum):
    """The larger, the worse."""

    ENOUGH = 0
    NO_ENTRIES = 1
    HALT = 2


def disk_level(free_bytes: int) -> DiskLevel:
    """What `free_bytes` allow."""
    if free_bytes < HALT_BELOW:
        return DiskLevel.HALT
    return DiskLevel.NO_ENTRIES if free_bytes < NO_ENTRIES_BELOW else DiskLevel.ENOUGH


def free_bytes(folder: Path) -> int:
    """Bytes that this process may still write where `folder` is. Raises StorageError where that cannot be told."""
    try:
        at = os.statvfs(folder)
    except OSError as error:
        raise StorageError(f"{folder}: cannot tell its free space: {reason(error)}") from error
    return at.f_bavail * at.f_frsize
