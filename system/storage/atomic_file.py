"""A file that appears whole or not at all: written beside its final name, then renamed over it."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from system.domain.errors import InputError


def reason(error: OSError) -> str:
    """What the operating system said, without the path that our own message already names."""
    return error.strerror or str(error)


def check_outputs(outputs: Sequence[Path], sources: Sequence[Path]) -> None:
    """Raise InputError, before long work, for an output that `atomic_file` would refuse, is a source or comes twice."""
    for number, path in enumerate(outputs):
        if any(_is_same(path, source) for source in sources):
            raise InputError(f"{path}: is one of the sources; expected another file to write")
        if any(_is_same(path, other) for other in outputs[:number]):
            raise InputError(f"{path}: is to be written twice; expected a file for each")
        _, part = _places(path)
        _open(path, part).close()
        part.unlink()


@contextmanager
def atomic_file(path: Path) -> Iterator[BinaryIO]:
    """Yield a binary file that becomes `path` when the block ends, synced to disk; any exception leaves no trace.

    An existing `path` is replaced only on success; where it is a link, the file that it points to. Raises InputError
    where the folder cannot be written or is full, and for a device or a pipe, whose place a rename would take.
    """
    target, part = _places(path)
    file = _open(path, part)
    try:
        with file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise InputError(f"{path}: cannot write: {reason(error)}") from error
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    sync_folder(target.parent)


def _places(path: Path) -> tuple[Path, Path]:
    """The file to replace, and the one beside it that is written first."""
    target = Path(os.path.realpath(path))
    if os.path.isdir(target):  # Path.is_dir raises where a folder on the way is closed to us
        raise InputError(f"{path}: is a folder; expected the name of a file to write")
    if os.path.exists(target) and not os.path.isfile(target):
        raise InputError(f"{path}: is a device or a pipe; expected the name of a file to write")
    # The process id keeps two writers of the same file apart; the dot hides the file from globs such as *.parquet. Cut,
    # for a name that is as long as a name may be.
    return target, target.with_name(f".{target.name[:50]}.{os.getpid()}.part")


def _open(path: Path, part: Path) -> BinaryIO:
    try:
        return part.open("xb")
    except FileNotFoundError as error:
        raise InputError(f"{path}: cannot write here: no such folder: {path.parent}") from error
    except OSError as error:
        raise InputError(f"{path}: cannot write here: {reason(error)}") from error


def _is_same(one: Path, other: Path) -> bool:
    if os.path.exists(one) and os.path.exists(other):
        return os.path.samefile(one, other)
    return os.path.realpath(one) == os.path.realpath(other)


def sync_folder(folder: Path) -> None:
    """Make the rename itself survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
