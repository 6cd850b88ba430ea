"""The pace of our requests: TWS cuts off who sends more than 50 messages in a second (F37). Orders never wait here."""

from collections import deque
from collections.abc import Callable
from typing import Final

import trio

REQUESTS_MAX: Final = 30  # a second; what is left of TWS's fifty belongs to orders
QUEUE_MAX: Final = 1000
SECOND_S: Final = 1.0


class Pace:
    """`soon` sends at once where the pace allows it, and else in its turn, which `run` sees to."""

    def __init__(self) -> None:
        self._sent_s: deque[float] = deque(maxlen=REQUESTS_MAX)
        self._waiting: deque[Callable[[], None]] = deque()
        self._woken = trio.Event()

    def soon(self, send: Callable[[], None], *, first: bool = False) -> None:
        """Send, in order; `first`: ahead of all that waits."""
        assert len(self._waiting) < QUEUE_MAX, "requests without end"
        if (self._waiting and not first) or self._due_s() > trio.current_time():
            (self._waiting.appendleft if first else self._waiting.append)(send)
            self._woken.set()
        else:
            self._send(send)

    async def run(self) -> None:
        """Send what waits."""
        while True:
            await self._woken.wait()
            while self._waiting:
                await trio.sleep_until(self._due_s())
                self._send(self._waiting.popleft())
            self._woken = trio.Event()

    def _due_s(self) -> float:
        full = len(self._sent_s) == REQUESTS_MAX
        return self._sent_s[0] + SECOND_S if full else 0.0

    def _send(self, send: Callable[[], None]) -> None:
        self._sent_s.append(trio.current_time())
        send()
