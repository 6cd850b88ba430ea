"""One process for an account: a lock that the system itself takes away when its holder ends, however it ends."""

import fcntl
import os
from pathlib import Path
from typing import Self

from system.domain.errors import RefusedError, StorageError
from system.storage.atomic_file import reason


class AccountLock:
    """A locked file beside the journals, named after the account and holding the holder's process id.

    The file stays behind; only the lock on it counts. Raises RefusedError, with the holder's process id, where another
    process (or this one) has it, and StorageError where the file cannot be made.
    """

    def __init__(self, folder: Path, account: str) -> None:
        self.path = folder / f"{account}.lock"
        try:
            self._handle = self._locked()
        except OSError as error:
            raise StorageError(f"{self.path}: cannot lock the account: {reason(error)}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let the next one in."""
        os.close(self._handle)

    def _locked(self) -> int:
        while True:
            handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if self._is_in_place(handle):
                    os.ftruncate(handle, 0)
                    os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
                    return handle
            except BlockingIOError as error:
                holder = os.pread(handle, 20, 0).decode("ascii", "replace").strip()
                os.close(handle)
                by = f"process {holder}" if holder.isdecimal() else "another process"
                raise RefusedError(f"{self.path}: the account is in use by {by}; stop it first") from error
            except OSError:
                os.close(handle)
                raise
            os.close(handle)

    def _is_in_place(self, handle: int) -> bool:
        """Whether the locked file is still the one that the next process would open: somebody may have removed it."""
        try:
            return os.path.samestat(os.fstat(handle), os.stat(self.path))
        except FileNotFoundError:
            return False
