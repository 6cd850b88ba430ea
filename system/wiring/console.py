"""Standard error for a program that must not wait for its reader: what cannot be shown now is kept, then dropped.

A terminal that was stopped, or a pipe that nobody empties, makes a plain write wait, and everything with it.
"""

import errno
import os
import select
import signal
import socket
import stat
import time
from collections import deque
from contextlib import suppress
from typing import Final

import trio

BACKLOG_BYTES_MAX: Final = 65_536
AGAIN_S: Final = 0.2  # between two tries to be rid of a backlog
FLUSH_S: Final = 0.5  # at the end, for the last words


class Console:
    """A file descriptor of somebody else's. `lost` counts what was not shown."""

    def __init__(self, handle: int) -> None:
        self.is_terminal = os.isatty(handle)
        if self.is_terminal:  # else a terminal set to `tostop` stops a program in the background that writes to it
            signal.signal(signal.SIGTTOU, signal.SIG_IGN)
        self.lost = 0
        self._owed = 0  # lost lines that have not been told of
        self._backlog: deque[bytes] = deque()
        self._waiting_bytes = 0
        self._is_gone = False  # nobody will ever read it again
        self._socket: socket.socket | None = None
        self._restore: int | None = None
        self._handle = self._own(handle)

    def _own(self, handle: int) -> int:
        """A descriptor that does not block, without making those of other programs so."""
        mode = os.fstat(handle).st_mode
        if stat.S_ISREG(mode):
            return os.dup(handle)  # a file does not block; and the place in it is to be shared
        if stat.S_ISSOCK(mode):
            self._socket = socket.socket(fileno=os.dup(handle))
            return self._socket.fileno()
        try:
            return os.open(f"/proc/self/fd/{handle}", os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
        except OSError as error:
            own = os.dup(handle)
            self._is_gone = error.errno == errno.ENXIO  # a pipe without a reader
            if not self._is_gone and os.get_blocking(
                own
            ):  # another user's terminal: not to be opened, so shared, and given back
                os.set_blocking(own, False)
                self._restore = own
            return own

    @property
    def is_behind(self) -> bool:
        """Whether something waits to be shown."""
        self.flush()
        return bool(self._backlog)

    def say(self, line: str) -> None:
        """Show a line (without its end), now or later; or count it as lost."""
        self.flush()
        if self._owed and self._waiting_bytes > BACKLOG_BYTES_MAX // 2:  # one gap, not many small ones
            self.lost += 1
            self._owed += 1
            return
        if self._owed and self.write(f"... {self._owed} lines were not shown here\n"):
            self._owed = 0
        if not self.write(line + "\n"):
            self._owed += 1

    def write(self, text: str) -> bool:
        """Take a text whole, or not at all: false, where there is no room."""
        data = text.encode("utf-8", "backslashreplace")
        self.flush()
        if self._is_gone or self._waiting_bytes + len(data) > BACKLOG_BYTES_MAX:
            self.lost += 1
            return False
        self._backlog.append(data)
        self._waiting_bytes += len(data)
        self.flush()
        return True

    def flush(self) -> None:
        """Write what goes without waiting."""
        while self._backlog and not self._is_gone:
            data = self._backlog[0]
            try:
                written = self._send(data)
            except BlockingIOError:
                return
            except OSError:
                self._is_gone = True
                self.lost += len(self._backlog)
                self._backlog.clear()
                return
            self._waiting_bytes -= written
            if written < len(data):
                self._backlog[0] = data[written:]
            else:
                self._backlog.popleft()

    def _send(self, data: bytes) -> int:
        if self._socket is not None:
            return self._socket.send(data, socket.MSG_DONTWAIT | socket.MSG_NOSIGNAL)
        return os.write(self._handle, data)

    async def run(self) -> None:
        """Until cancelled: be rid of a backlog also while nothing is said."""
        while True:
            await trio.sleep(AGAIN_S)
            self.flush()

    def close(self) -> None:
        """Wait a moment for the last words to be taken, and let go."""
        until_s = time.monotonic() + FLUSH_S
        while self._backlog and not self._is_gone and time.monotonic() < until_s:
            with suppress(OSError):
                poll = select.poll()
                poll.register(self._handle, select.POLLOUT)
                poll.poll(50)
            self.flush()
        if self._restore is not None:
            with suppress(OSError):
                os.set_blocking(self._restore, True)
        with suppress(OSError):
            if self._socket is not None:
                self._socket.close()
            else:
                os.close(self._handle)
        self._is_gone = True
