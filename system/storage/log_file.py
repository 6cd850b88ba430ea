"""The log's file: one a UTC day, whole lines only. A line that the disk does not take is counted, never raised."""

import errno
import os
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from system.storage.atomic_file import reason

DAY_NS: Final = 86_400 * 1_000_000_000


def log_name(now_ns: int) -> str:
    """`battle_navale_20240612.log`."""
    day = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=now_ns // DAY_NS)
    return f"battle_navale_{day:%Y%m%d}.log"


class LogFile:
    """Appends lines. `lost`: how many could not be written so far; `fault`: why the last one could not, or empty."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._day = -1
        self._handle: int | None = None
        self._is_torn = False  # the file ends within a line
        self.lost = 0
        self.fault = ""

    def append(self, line: str, now_ns: int) -> bool:
        """Write a line (without its end) into the day's file; whether it is there."""
        try:
            self._write(line.encode("utf-8", "backslashreplace") + b"\n", self._open(now_ns))
        except OSError as error:
            self.lost += 1
            self.fault = reason(error)
            self.close()  # a folder or a disk that is back is found by opening the file again
            return False
        self.fault = ""
        return True

    def close(self) -> None:
        """Let the file go; the next line opens it again."""
        handle, self._handle = self._handle, None
        if handle is not None:
            with suppress(OSError):
                os.close(handle)

    def _open(self, now_ns: int) -> int:
        day = now_ns // DAY_NS
        if self._handle is None or day != self._day:
            self.close()
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
            handle = self._handle = os.open(self._directory / log_name(now_ns), flags, 0o600)
            self._day = day
            size = os.fstat(handle).st_size
            self._is_torn = size > 0 and os.pread(handle, 1, size - 1) != b"\n"
        return self._handle

    def _write(self, data: bytes, handle: int) -> None:
        """In one write, so that two processes may share the file; what a full disk has cut off is ended first."""
        data = b"\n" + data if self._is_torn else data
        if os.write(handle, data) < len(data):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self._is_torn = False
