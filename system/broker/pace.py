"""The pace of our requests: TWS cuts off who sends more than 50 messages in a second (F37). Orders never wait here."""

from collections import deque
from collections.abc import Callable
from typing import Final

import trio

from system.broker.notes import Sleep, sleep

REQUESTS_MAX: Final = 30  # a second; what is left of TWS's fifty belongs to orders
QUEUE_MAX: Final = 1000
SECOND_S: Final = 1.0


class Pace:
    """`soon` sends at once where the pace allows it, and else in its turn, which `run` sees to.

    Which of the two hangs on what `run` has counted, and not on a look at the clock: a replay of it has none.
    """

    def __init__(self, sleep: Sleep = sleep) -> None:
        self._sleep = sleep
        self._sent_s: deque[float] = deque()  # those of the last second
        self._waiting: deque[Callable[[], None]] = deque()
        self._woken = trio.Event()

    def soon(self, send: Callable[[], None], *, first: bool = False) -> None:
        """Send, in order; `first`: ahead of all that waits."""
        assert len(self._waiting) < QUEUE_MAX, "requests without end"
        if (self._waiting and not first) or len(self._sent_s) == REQUESTS_MAX:
            (self._waiting.appendleft if first else self._waiting.append)(send)
        else:
            self._send(send)

    async def run(self) -> None:
        """Count what a second has passed since, and send what waits."""
        while True:
            await self._woken.wait()
            while self._sent_s:
                await self._sleep("pace", max(0.0, self._sent_s[0] + SECOND_S - trio.current_time()))
                self._sent_s.popleft()
                if self._waiting:
                    self._send(self._waiting.popleft())
            self._woken = trio.Event()

    def _send(self, send: Callable[[], None]) -> None:
        self._sent_s.append(trio.current_time())
        self._woken.set()
        send()
