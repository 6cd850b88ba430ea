"""Bytes on their way to one client, that come later than they were sent, and in other pieces."""

from collections import deque
from typing import Final

from simulator.tws.session import Session
from simulator.tws.wire.framing import CHUNK_MAX

TRICKLE_S: Final = 0.05
HELD_MAX: Final = 64 << 20
NEVER_S: Final = float("inf")


class Pipe:
    """First in, first out. What comes from TWS goes in by `put`; `release` sends what is due."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.muted_until_s = -NEVER_S
        self.crumb = CHUNK_MAX
        self._waiting: deque[tuple[float, bytes]] = deque()
        self._bytes = 0
        self._last_s = -NEVER_S

    @property
    def next_s(self) -> float:
        """When something is due."""
        return max(self._waiting[0][0], self.muted_until_s) if self._waiting else NEVER_S

    def put(self, data: bytes, now_s: float, due_s: float, rate: int | None) -> None:
        """Send bytes at `due_s`, behind those that wait; at `rate` bytes a second where there is one.

        What nobody will ever get is not kept, and a connection that holds too much breaks.
        """
        if self.muted_until_s == NEVER_S:
            return
        due_s = max(due_s, self._last_s)
        if rate is None:
            pieces = [data]
        else:
            size = max(1, round(rate * TRICKLE_S))
            pieces = [data[start : start + size] for start in range(0, len(data), size)]
        for piece in pieces:
            if rate is not None:
                due_s += len(piece) / rate
            self._waiting.append((due_s, piece))
            self._bytes += len(piece)
        self._last_s = due_s
        if self._bytes > HELD_MAX:
            self.lose()
            self.session.close(f"{HELD_MAX >> 20} MiB wait for it", reset=True)
        self.release(now_s)

    def release(self, now_s: float) -> None:
        """Send what is due, in one piece."""
        due = bytearray()
        while self._waiting and self.next_s <= now_s:
            due += self._waiting.popleft()[1]
        self._bytes -= len(due)
        if due:
            self.send(bytes(due))

    def mute(self, until_s: float) -> None:
        """Hold everything for at least so long."""
        self.muted_until_s = max(self.muted_until_s, until_s)

    def send(self, data: bytes) -> None:
        """Hand bytes to the transport, in crumbs where that is asked."""
        for start in range(0, len(data), self.crumb):
            self.session.send(data[start : start + self.crumb])

    def lose(self) -> None:
        """Forget what waits."""
        self._waiting.clear()
        self._bytes = 0

    def flush(self, now_s: float) -> None:
        """Send all that waits, unless it is muted."""
        if self.muted_until_s <= now_s:
            self.release(NEVER_S)
