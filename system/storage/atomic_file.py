"""A file that appears whole or not at all: written beside its final name, then renamed over it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from system.domain.errors import InputError


def reason(error: OSError) -> str:
    """What the operating system said, without the path that our own message already names."""
    return error.strerror or str(error)


@contextmanager
def atomic_file(path: Path) -> Iterator[BinaryIO]:
    """Yield a binary file that becomes `path` when the block ends, synced to disk; any exception leaves no trace.

    An existing `path` is replaced only on success. Raises InputError where the folder cannot be written or is full.
    """
    if os.path.isdir(path):  # Path.is_dir raises where a folder on the way is closed to us
        raise InputError(f"{path}: is a folder; expected the name of a file to write")
    # The process id keeps two writers of the same file apart; the dot hides the file from globs such as *.parquet.
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        file = part.open("xb")
    except OSError as error:
        raise InputError(f"{path}: cannot write here: {reason(error)}") from error
    try:
        with file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise InputError(f"{path}: cannot write: {reason(error)}") from error
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Make the rename itself survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
